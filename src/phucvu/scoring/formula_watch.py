"""Formula watch: whether published component scores still follow from their figures, and if not, what would.

Every published score is computed again from its own figures. Where a day's scores of an indicator no longer
match, each single value of the rule (maximum, target, what a figure without a denominator gives, the
indicator that the figure is taken from) is varied, and what makes every score of that day and the days after
match again is named, with what it costs each unit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Protocol, TypeVar

import polars as pl

from phucvu.figures.periods import Period
from phucvu.figures.units import Units, units_by_period
from phucvu.rules.model import Indicator, RuleSet, RuleSetFile, Words
from phucvu.scoring.component_scores import component_scores, rules_frame

PUBLISHED = ("as_of", "period", "unit", "indicator", "numerator", "denominator", "score")
"""What is watched: scores in points as published on a day, with the figures published beside them."""

MAXIMA = range(25, 4001, 25)
"""Maxima that a formula is tried with, in hundredths of a point: quarters of a point up to 40."""

TARGETS = tuple(Fraction(n, 100) for n in range(1, 101))
"""Targets that a formula is tried with: whole percents."""

FEW_TARGETS = tuple(Fraction(n, 20) for n in range(1, 21))
"""Targets tried together with another maximum: steps of 5%."""

LARGE = 100
"""A denominator that equals another indicator's by chance is smaller than this."""

MOST_EXPLANATIONS = 3
"""So many readings of a formula are named; the likeliest come first."""

TOLERANCE = 1
"""Hundredths of a point by which a score may differ unnoticed.

A score and its figures are sometimes read at different moments.
"""


@dataclass(frozen=True)
class Explanation:
    """One reading of the formula under which every score matches again.

    ``kind`` is ``max``, ``target``, ``max_and_target``, ``zero`` or ``base``; what is None stays as it was.
    ``base`` is the indicator whose denominator (with ``whole`` also its numerator) is taken.
    """

    kind: str
    max_points: Decimal | None = None
    target: Fraction | None = None
    zero: str | None = None
    base: str | None = None
    whole: bool = False

    @property
    def words(self) -> Words:
        points = f"{self.max_points or 0:.2f}"
        points_vi = points.replace(".", ",")
        percent = f"{float(self.target * 100):g}%" if self.target else ""
        match self.kind:
            case "max":
                return Words(vi=f"điểm tối đa {points_vi}", en=f"a maximum of {points} points")
            case "target":
                return Words(vi=f"mức đạt điểm tối đa {percent}", en=f"a target of {percent}")
            case "max_and_target":
                return Words(
                    vi=f"điểm tối đa {points_vi} và mức đạt điểm tối đa {percent}",
                    en=f"a maximum of {points} points and a target of {percent}",
                )
            case "zero":
                given = {"full": ("điểm tối đa", "full points")}.get(str(self.zero), ("0 điểm", "0 points"))
                return Words(
                    vi=f"đơn vị không phát sinh được {given[0]}",
                    en=f"{given[1]} where there is nothing to count",
                )
        if self.whole:
            return Words(
                vi=f"tính theo số liệu của chỉ số {self.base}", en=f"the figure of indicator {self.base}"
            )
        return Words(
            vi=f"mẫu số là mẫu số của chỉ số {self.base}", en=f"the denominator of indicator {self.base}"
        )


@dataclass(frozen=True)
class FormulaChange:
    """An indicator whose published scores stopped following from their figures.

    ``until`` is the last day on which they did not, ``explanations`` what would explain every score from
    ``since`` to then (none where nothing that was tried does), ``costs`` the points that each unit's score
    differs from the one by the rule set on the last of these days: below 0 where the unit lost.
    """

    indicator: str
    since: dt.date
    until: dt.date
    explanations: tuple[Explanation, ...]
    costs: dict[str, Decimal]

    @property
    def words(self) -> Words:
        """The likeliest readings of the new formula."""
        if not self.explanations:
            return Words(vi="chưa tìm được cách tính nào khớp", en="nothing that was tried explains it")
        likeliest = [one.words for one in self.explanations[:MOST_EXPLANATIONS]]
        return Words(vi="; ".join(w.vi for w in likeliest), en="; ".join(w.en for w in likeliest))


def formula_changes(published: pl.DataFrame, rules: RuleSetFile, units: Units) -> list[FormulaChange]:
    """What stopped following from the rule set, by day and indicator.

    ``published`` has the columns ``PUBLISHED``; rows without a score, numerator or denominator say nothing
    and are left out. Indicators that the rules do not score are not watched.
    """
    rows = published.drop_nulls(["numerator", "denominator", "score"]).with_columns(
        given=(pl.col("score").cast(pl.Float64) * 100).round().cast(pl.Int64)
    )
    periods = rows["period"].unique().to_list()
    in_force = {period: rules.at(Period.parse(period).last) for period in periods}
    units = units.with_codes(rows["unit"].unique(maintain_order=True))
    rows = rows.join(units_by_period(units, periods).drop("parent"), on=["period", "unit"])
    found = []
    for (name,), of_one in sorted(rows.group_by(["indicator"])):
        for period, days in ((p, of_one.filter(period=p).sort("as_of", "unit")) for p in sorted(periods)):
            indicator = _scored(in_force[period], str(name))
            if indicator is not None and days.height:
                watched = _Watched(indicator, in_force[period], days, rows.filter(period=period))
                found += list(watched.changes())
                found += list(watched.moved_bases())
    return sorted(found, key=lambda change: (change.since, change.indicator))


class Spanning(Protocol):
    """A change that held from a day to another."""

    @property
    def since(self) -> dt.date: ...

    @property
    def until(self) -> dt.date: ...


Change = TypeVar("Change", bound=Spanning)


def crossed(changes: Iterable[Change], first: dt.date, second: dt.date) -> list[Change]:
    """The changes because of which a score of one day is not like that of the other."""
    earlier, later = sorted((first, second))
    return [c for c in changes if earlier < c.since <= later or earlier <= c.until < later]


def _scored(rules: RuleSet, name: str) -> Indicator | None:
    return next((i for i in rules.indicators if i.id == name and i.scored), None)


class _Watched:
    """One indicator in one period: its published scores by day, and readings of its formula to try."""

    def __init__(
        self, indicator: Indicator, rules: RuleSet, days: pl.DataFrame, others: pl.DataFrame
    ) -> None:
        self._indicator = indicator
        self._days = days
        self._others = others
        kinds = days["kind"].unique().to_list()
        self._rule = rules_frame({"": rules}, kinds).filter(indicator=indicator.id).with_columns(times=None)
        self._times = indicator.count.times
        self._bases = [
            i.id for i in rules.indicators if i.id != indicator.id and i.id in set(others["indicator"])
        ]

    def changes(self) -> Iterator[FormulaChange]:
        """The spans of days on which scores do not match, each with what explains it."""
        if self._times is not None:  # the rate of another indicator enters: not read off its own figures
            return
        wrong = self._mismatches(self._days, [None])
        days = self._days["as_of"].unique().sort().to_list()
        bad = set(wrong["as_of"])
        for matches, span in groupby(days, key=lambda day: day not in bad):
            if not matches:
                yield from self._explained(list(span))

    def moved_bases(self) -> Iterator[FormulaChange]:
        """Days from which the denominator is another indicator's than before, in every unit.

        The score follows from such a figure as ever; only that all denominators move from being one
        indicator's to being another's tells that something else is counted.
        """
        alike = self._alike()
        for before, day in pairwise(alike):
            left, joined = alike[before] - alike[day], alike[day] - alike[before]
            if not left or not joined:
                continue
            until = day
            for later in (d for d in alike if d > day):
                if not joined <= alike[later]:
                    break
                until = later
            old = Explanation("base", base=min(left))
            rows = self._days.filter(as_of=until)
            readings = [Explanation("base", base=base) for base in sorted(joined)]
            yield FormulaChange(self._indicator.id, day, until, tuple(readings), self._costs(rows, old))

    def _alike(self) -> dict[dt.date, set[str]]:
        """By day, the indicators that have the same denominator in every unit, too large for chance."""
        own = self._days.filter(pl.col("denominator") >= LARGE).select("as_of", "unit", "denominator")
        others = self._others.filter(pl.col("indicator").is_in(self._bases))
        pairs = own.join(others, on=["as_of", "unit"], suffix="_other").group_by("as_of", "indicator")
        same = pairs.agg(same=(pl.col("denominator") == pl.col("denominator_other")).all()).filter("same")
        found: dict[dt.date, set[str]] = {day: set() for day in self._days["as_of"].unique().sort()}
        for day, name in same.select("as_of", "indicator").iter_rows():
            found[day].add(name)
        return found

    def _explained(self, span: list[dt.date]) -> Iterator[FormulaChange]:
        """A span of wrong days, cut where no reading holds any longer for all of its days."""
        candidates: list[Explanation] = []
        begun = 0
        for n, day in enumerate(span):
            rows = self._days.filter(as_of=day)
            still = self._that_fit(rows, candidates) if n > begun else self._readings(rows)
            if n > begun and not still and candidates:
                yield self._change(span[begun:n], candidates)
                begun, still = n, self._readings(rows)
            candidates = still
        yield self._change(span[begun:], candidates)

    def _change(self, days: list[dt.date], readings: list[Explanation]) -> FormulaChange:
        costs = self._costs(self._days.filter(as_of=days[-1]), None)
        return FormulaChange(self._indicator.id, days[0], days[-1], tuple(_likeliest_first(readings)), costs)

    def _costs(self, rows: pl.DataFrame, reading: Explanation | None) -> dict[str, Decimal]:
        """Points that each unit's published score differs from its score by a reading; none is left out."""
        return {
            row["unit"]: Decimal(row["given"] - row["score"]) / 100
            for row in self._scored(rows, [reading]).iter_rows(named=True)
            if row["score"] is not None and row["given"] != row["score"]
        }

    def _readings(self, rows: pl.DataFrame) -> list[Explanation]:
        """Single values that explain a day's scores; a maximum and a target together where none does."""
        maximum, target = self._indicator.max_points, self._indicator.target
        tried = [Explanation("max", max_points=Decimal(m) / 100) for m in MAXIMA]
        tried += [Explanation("target", target=t) for t in TARGETS]
        tried += [Explanation("zero", zero=zero) for zero in ("none", "full")]
        tried += [Explanation("base", base=b, whole=whole) for b in self._bases for whole in (False, True)]
        found = self._that_fit(
            rows, [e for e in tried if (e.max_points or e.target) not in (maximum, target)]
        )
        if found:
            return found
        both = [
            Explanation("max_and_target", max_points=Decimal(m) / 100, target=t)
            for m in MAXIMA
            for t in FEW_TARGETS
            if m % 50 == 0 and (Decimal(m) / 100, t) != (maximum, target)
        ]
        return self._that_fit(rows, both)

    def _that_fit(self, rows: pl.DataFrame, readings: list[Explanation]) -> list[Explanation]:
        if not readings:
            return []
        wrong = set(self._mismatches(rows, readings)["period"])
        return [reading for n, reading in enumerate(readings) if str(n) not in wrong]

    def _mismatches(self, rows: pl.DataFrame, readings: Sequence[Explanation | None]) -> pl.DataFrame:
        apart = (pl.col("score") - pl.col("given")).abs()
        return self._scored(rows, readings).filter(pl.col("score").is_null() | (apart > TOLERANCE))

    def _scored(self, rows: pl.DataFrame, readings: Sequence[Explanation | None]) -> pl.DataFrame:
        """The rows scored under each reading, which stands in ``period`` as its number."""
        figures, rules = [], []
        for n, reading in enumerate(readings):
            figures.append(self._figures(rows, reading).with_columns(period=pl.lit(str(n))))
            rules.append(self._read(reading).with_columns(period=pl.lit(str(n))))
        return component_scores(pl.concat(figures), pl.concat(rules))

    def _read(self, reading: Explanation | None) -> pl.DataFrame:
        rule = self._rule
        if reading is None:
            return rule
        if reading.max_points is not None:
            points = int(reading.max_points * 100)
            otherwise = pl.when(pl.col("otherwise") > 0).then(points).otherwise(0)
            rule = rule.with_columns(max=pl.lit(points, pl.Int64), otherwise=otherwise.cast(pl.Int64))
        if reading.target is not None:
            rule = rule.with_columns(
                target_part=pl.lit(reading.target.numerator, pl.Int64),
                target_whole=pl.lit(reading.target.denominator, pl.Int64),
            )
        return rule if reading.zero is None else rule.with_columns(zero=pl.lit(reading.zero))

    def _figures(self, rows: pl.DataFrame, reading: Explanation | None) -> pl.DataFrame:
        if reading is None or reading.base is None:
            return rows
        taken = ["denominator", *(["numerator"] if reading.whole else [])]
        other = self._others.filter(indicator=reading.base).select("as_of", "unit", *taken)
        left = rows.drop(taken).join(other, on=["as_of", "unit"], how="left", maintain_order="left")
        return left.select(rows.columns)


KINDS = ("zero", "max", "target", "max_and_target", "base")


def _likeliest_first(readings: list[Explanation]) -> list[Explanation]:
    """A changed value before another base, and round numbers before others."""

    def order(reading: Explanation) -> tuple[int, bool, bool]:
        points, percent = reading.max_points or Decimal(0), (reading.target or Fraction(0)) * 100
        return KINDS.index(reading.kind), points % 1 != 0, percent % 5 != 0

    return sorted(readings, key=order)
