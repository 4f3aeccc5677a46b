"""A unit's result for the total, a group or an indicator, from the portal or from the own count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

import polars as pl

from phucvu.figures.periods import Period, around
from phucvu.letters.letter_numbers import period_words, short_day
from phucvu.published.daily_results import TOTAL, DailyResults, Place, compared, earlier
from phucvu.rules.model import RuleSet
from phucvu.scoring.ranks import BLOCK, with_ranks
from phucvu.scoring.scores import Scores


class Origin(StrEnum):
    """Who counted."""

    PORTAL = "portal"
    OWN = "own"


@dataclass(frozen=True)
class PartResult:
    """Points of one part of one unit; ``rate`` is the indicator's rate, else the share of the most points.

    ``rank`` is among ``ranked`` like units. Changes are since ``since``; above 0 is better.
    """

    part: str
    name: str
    most: Decimal
    score: Decimal | None
    rate: Fraction | None
    rank: int | None
    ranked: int
    origin: Origin
    day: dt.date
    since: str = ""
    score_change: Decimal | None = None
    rank_change: int | None = None
    not_alike: tuple[str, ...] = ()
    within: str = ""
    """The portal's period where that is not the letter's: it publishes no results of any run of days."""

    @property
    def source(self) -> str:
        """Where the result comes from, and as of when."""
        if self.origin is Origin.PORTAL:
            of = f" {self.within}" if self.within else ""
            return f"theo kết quả{of} công khai trên Cổng Dịch vụ công quốc gia ngày {short_day(self.day)}"
        return f"theo số liệu đơn vị tự thống kê từ hồ sơ đến ngày {short_day(self.day)}"


Results = Mapping[str, PartResult]
"""By part: ``total``, a group, an indicator."""


def portal_results(days: DailyResults, period: Period, unit: str, rules: RuleSet) -> Results:
    """What the portal published last of a unit in a period, and the change since the period before."""
    within, rows = _published(days, period, unit)
    if not rows:
        return {}
    day = next(iter(rows.values()))["day"]
    if period.kind == "days" and within.first < period.first:
        of, until = within, period.first - dt.timedelta(days=1)
    elif within.kind == "quarter" or (within.kind == "month" and day >= within.last):
        of, until = within.previous(), None
    else:
        of, until = earlier(within, day, "month")
    before = _last(days, of, unit, until)
    if until is None or (of.kind == "month" and period.kind != "days"):
        said = since_words(of)
    else:
        said = f"ngày {short_day(until)}"
    rates = {part: _rate(row) for part, row in rows.items()}
    found = {}
    for part, row in rows.items():
        if part != TOTAL and part not in rules and part not in {g.id for g in rules.groups}:
            continue
        place = _place(row)
        result = _result(part, rules, place.score, rates, place.rank, place.ranked, Origin.PORTAL, place.day)
        if within != period:
            result = replace(result, within=period_words(within))
        then = _place(before[part]) if part in before else None
        since = compared(place, then, of, days.not_alike())
        if since is not None:
            result = replace(
                result,
                since=said,
                score_change=since.score_change,
                rank_change=since.rank_change,
                not_alike=tuple(dict.fromkeys(change.indicator for change in since.not_alike)),
            )
        found[part] = result
    return found


def own_results(scores: Scores, period: Period, before: Period | None, unit: str, day: dt.date) -> Results:
    """What was counted from the records, as of a day; ``before`` is compared with where it has scores."""
    rules = scores.rules[str(period)]
    now = _own_rows(scores, period, unit)
    then = {} if before is None else _own_rows(scores, before, unit)
    rates = {part: _rate(row) for part, row in now.items()}
    found = {}
    for part, row in now.items():
        result = _result(part, rules, row["score"], rates, row["rank"], row["ranked"] or 0, Origin.OWN, day)
        old = then.get(part)
        if before is not None and old is not None:
            both = row["score"] is not None and old["score"] is not None
            ranks = row["rank"] is not None and old["rank"] is not None
            result = replace(
                result,
                since=since_words(before),
                score_change=row["score"] - old["score"] if both else None,
                rank_change=old["rank"] - row["rank"] if ranks else None,
            )
        found[part] = result
    return found


def _own_rows(scores: Scores, period: Period, unit: str) -> dict[str, dict[str, Any]]:
    of_period = scores.totals.filter(pl.col("period") == str(period))
    kinds = of_period.select("unit", *(name for name in BLOCK if name != "period"))
    components = scores.components.filter(pl.col("period") == str(period)).join(kinds, on="unit")
    frames = {
        "": of_period,
        "group": scores.groups.filter(pl.col("period") == str(period)),
        "indicator": with_ranks(components, "indicator"),
    }
    return {
        row[column] if column else TOTAL: row
        for column, frame in frames.items()
        for row in frame.filter(pl.col("unit") == unit).iter_rows(named=True)
    }


def since_words(period: Period) -> str:
    """A period that another is compared with."""
    return f"giai đoạn {period_words(period)}" if period.kind == "days" else period_words(period)


def _published(days: DailyResults, period: Period, unit: str) -> tuple[Period, dict[str, dict[str, Any]]]:
    """The last results of a unit in a period.

    Of a run of days, those of the shortest month, quarter or year that it lies in, up to its last day.
    """
    if period.kind != "days":
        return period, _last(days, period, unit, None)
    for around_it in around(period.last):
        if around_it.first <= period.first and (rows := _last(days, around_it, unit, period.last)):
            return around_it, rows
    return period, {}


def _last(days: DailyResults, period: Period, unit: str, until: dt.date | None) -> dict[str, dict[str, Any]]:
    conditions = [pl.col("period") == str(period), pl.col("unit") == unit]
    if until is not None:
        conditions.append(pl.col("day") <= until)
    rows = days.rows(*conditions)
    rows = rows.filter(pl.col("day") == pl.col("day").max())
    return {row["part"]: row for row in rows.iter_rows(named=True)}


def _place(row: Mapping[str, Any]) -> Place:
    score = None if row["score"] is None else Decimal(f"{row['score']:.2f}")
    return Place(row["day"], score, row["rank"], row["ranked"] or 0)


def _rate(row: Mapping[str, Any]) -> Fraction | None:
    if row.get("numerator") is None or not row.get("denominator"):
        return None
    return Fraction(row["numerator"], row["denominator"])


def _result(
    part: str,
    rules: RuleSet,
    score: Decimal | None,
    rates: Mapping[str, Fraction | None],
    rank: int | None,
    ranked: int,
    origin: Origin,
    day: dt.date,
) -> PartResult:
    if part == TOTAL:
        name, most = "Tổng số điểm", Decimal(rules.max_points)
    elif part in rules:
        name, most = rules[part].name.vi, rules[part].max_points
    else:
        name, most = rules.group(part).name.vi, rules.group(part).max_points
    rate = rates.get(part) if part in rules else _share(part, rules, score, most, rates)
    return PartResult(part, name, most, score, rate, rank, ranked, origin, day)


def _share(
    part: str, rules: RuleSet, score: Decimal | None, most: Decimal, rates: Mapping[str, Fraction | None]
) -> Fraction | None:
    """The share of a group's most points: exact where every rate is known, else from the rounded points."""
    scored = [] if part == TOTAL else [i for i in rules.of_group(part) if i.scored]
    shares = [
        Fraction(i.max_points) * min(Fraction(1), rate / i.target)
        for i in scored
        if (rate := rates.get(i.id)) is not None and i.target
    ]
    if scored and len(shares) == len(scored):
        return sum(shares, Fraction(0)) / Fraction(most)
    return Fraction(score) / Fraction(most) if score is not None and most else None
