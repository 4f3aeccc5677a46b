"""A result laid out for reading: each unit's standing, its block, and its components."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property
from typing import Any

import polars as pl

from phucvu.figures.periods import Period
from phucvu.figures.units import NATION, Unit, unit_from_code
from phucvu.rules.loading import shown
from phucvu.rules.model import RuleSet, RuleSetFile
from phucvu.scoring.result import Result
from phucvu.scoring.scores import Scores, with_changes
from phucvu.steering.firm_ranks import FirmRank, RankedUnits, ranked_units
from phucvu.steering.other_rules import counted_otherwise, scored_by
from phucvu.web import results
from phucvu.web.bands import Band, band, bands
from phucvu.web.latest import Latest
from phucvu.web.published_marks import Marks, PublishedMark, marks
from phucvu.web.rates import CENT


@dataclass(frozen=True, slots=True)
class Mark:
    """A score in points and its place among like units; None is not known.

    ``missing`` names what has no score of its own; ``origin`` is published where only this score
    is known and not what it is made of; ``unranked`` says why there is no rank (see ``scoring.ranks``).
    Changes are since the period before, and since the same period of the year before; a place is not
    compared where the block has changed since.
    """

    score: Decimal | None
    max: Decimal
    lost: Decimal | None
    rank: int | None
    ranked: int
    missing: Sequence[str]
    origin: str | None = None
    unranked: str | None = None
    score_change: Decimal | None = None
    rank_change: int | None = None
    block_changed: bool | None = None
    score_change_year: Decimal | None = None
    rank_change_year: int | None = None
    block_changed_year: bool | None = None

    @property
    def percent(self) -> Decimal | None:
        """The score in percent of the maximum, two decimals; None where either is not known."""
        if self.score is None or not self.max:
            return None
        return (self.score * 100 / self.max).quantize(CENT, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit: its total and the scores of its groups."""

    unit: Unit
    total: Mark
    groups: dict[str, Mark]
    bands: tuple[Band, ...] = ()
    published: Mapping[str, PublishedMark] = field(default_factory=dict)
    """What the portal published of it, by part (``total`` or a group)."""

    @property
    def band(self) -> Band | None:
        return band(self.total.score, self.total.max, self.bands)

    def mark(self, part: str) -> Mark | None:
        """The total, or the score of a group."""
        return self.total if part == "total" else self.groups.get(part)

    @property
    def worst_group(self) -> str | None:
        """The group that loses most points; None where none is known to lose any."""
        lost = {group: mark.lost for group, mark in self.groups.items() if mark.lost}
        return max(lost, key=lambda group: lost[group]) if lost else None


@dataclass(frozen=True)
class Block:
    """Like units under one parent, ranked among themselves."""

    kind: str
    standings: list[Standing]


class Board:
    """One result, looked up by unit and indicator.

    ``published`` is what the portal published of its period. ``before`` and ``year_before`` are what it is
    compared with (see ``compared``). ``uncompared`` are the whole periods that have a result, but not of the
    days that a running period has had so far. ``regrouped`` says that all are for the units of today.
    """

    def __init__(
        self,
        result: Result,
        before: Result | None = None,
        year_before: Result | None = None,
        uncompared: Sequence[Period] = (),
        published: Marks | None = None,
        regrouped: bool = False,
    ) -> None:
        self.result = result
        self.regrouped = regrouped
        self.before = before
        self.year_before = year_before
        self.uncompared = uncompared
        self.published = published or {}
        self.period = str(result.period)
        self.rules: RuleSet = result.rules
        self.units = result.scores.units.of_period(result.period)
        self._ranked: dict[tuple[str, str | None, str], RankedUnits] = {}

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """Every unit's standing, by code; the nation, which is no unit, has one of its own."""
        return {code: standing for code, standing in self._every.items() if code != NATION.code}

    @property
    def of_nation(self) -> Standing | None:
        """The nation's standing; None where there are not two provinces."""
        return self._every.get(NATION.code)

    @cached_property
    def _every(self) -> dict[str, Standing]:
        scores = self.result.scores
        groups: dict[str, dict[str, Mark]] = {}
        for unit, group, *mark in _marks(self._with_changes(scores.groups, "group"), "group"):
            groups.setdefault(unit, {})[group] = Mark(*mark)
        known = bands(self.rules)
        return {
            unit: Standing(
                self.units.get(unit) or unit_from_code(unit),
                Mark(*mark),
                groups.get(unit, {}),
                known,
                self.published.get(unit, {}),
            )
            for unit, *mark in _marks(self._with_changes(scores.totals))
        }

    @cached_property
    def unrecorded(self) -> frozenset[str]:
        """The units of which nothing was recorded in the period."""
        return frozenset(self.result.scores.unrecorded.filter(period=self.period)["unit"])

    @cached_property
    def nation(self) -> Decimal | None:
        return self.result.scores.nation(self.period)

    @cached_property
    def nation_means(self) -> dict[str, Decimal]:
        """The means of the provinces' scores, by group, and the nation's own as ``total``."""
        if self.of_nation is None:
            return {}
        marks = self.of_nation.groups | {"total": self.of_nation.total}
        return {part: mark.score for part, mark in marks.items() if mark.score is not None}

    @property
    def nation_lost(self) -> dict[str, Decimal]:
        """Points that the provinces lose by group, on average."""
        means = self.nation_means
        return {g.id: g.max_points - means[g.id] for g in self.rules.groups if g.id in means}

    @property
    def provinces(self) -> list[Standing]:
        return next((b.standings for b in self.blocks(None) if b.kind == "province"), [])

    def blocks(self, parent: str | None) -> list[Block]:
        """The units just below one, in blocks of like units, best first.

        Below None stand those with no unit above them that has a result.
        """
        return [Block(kind, ranked(s)) for kind, s in self._below.get(parent, {}).items()]

    @cached_property
    def _below(self) -> dict[str | None, dict[str, list[Standing]]]:
        below: dict[str | None, dict[str, list[Standing]]] = {}
        for standing in self.standings.values():
            unit = standing.unit
            parent = unit.parent if unit.parent in self.standings else None
            below.setdefault(parent, {}).setdefault(unit.kind, []).append(standing)
        return below

    @property
    def only_root(self) -> Standing | None:
        """The one unit above all others that have a result; None where there are several."""
        roots = [s for of_kind in self._below.get(None, {}).values() for s in of_kind]
        return roots[0] if len(roots) == 1 else None

    @cached_property
    def _components(self) -> pl.DataFrame:
        return self._of_period(self.result.scores.components)

    def components(self, unit: str) -> list[dict[str, Any]]:
        """The components of a unit as rows of Scores.components."""
        return self._components.filter(unit=unit).to_dicts()

    def points_before(self, unit: str) -> dict[str, Decimal]:
        """The points of a unit's indicators in the period that this one is compared with."""
        if self.before is None:
            return {}
        then = self.before.scores.components.filter(
            pl.col("unit") == unit, pl.col("period") == str(self.before.period)
        )
        return dict(then.select("indicator", "score").iter_rows())

    def block_of(self, standing: Standing) -> list[Standing]:
        """The units that a unit is ranked with, itself among them, best first."""
        parent = standing.unit.parent if standing.unit.parent in self.standings else None
        return next(b.standings for b in self.blocks(parent) if b.kind == standing.unit.kind)

    def firm(self, standing: Standing, part: str = "total") -> FirmRank | None:
        """How firm a unit's rank is, by its total or a group; None where it has none."""
        return self.ranked_with(standing, part).firm.get(standing.unit.code)

    def ranked_with(self, standing: Standing, part: str = "total") -> RankedUnits:
        """The units that a unit is ranked with, itself among them."""
        key = (standing.unit.kind, standing.unit.parent, part)
        if key not in self._ranked:
            self._ranked[key] = ranked_units(self.result.scores, self.period, key[:2], part)
        return self._ranked[key]

    @cached_property
    def by_other_rules(self) -> list[tuple[RuleSetFile, Scores, list[str]]]:
        """The same figures scored by each other rule set, and the indicators that it counts otherwise."""
        scores = self.result.scores
        return [
            (rules, scored_by(scores, self.period, rules), counted_otherwise(scores, self.period, rules))
            for name, rules in shown().items()
            if name != self.rules.name
        ]

    def across(self, indicator: str) -> list[dict[str, Any]]:
        """The components of an indicator, of every unit."""
        return self._components.filter(indicator=indicator).to_dicts()

    def _of_period(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter(period=self.period)

    def _with_changes(self, frame: pl.DataFrame, *further: str) -> pl.DataFrame:
        now = self._of_period(frame)
        units = self.result.scores.units
        if self.year_before is not None:
            now = with_changes(now, self._then(self.year_before, further), *further, units=units)
            now = now.rename({c: f"{c}_year" for c in ("score_change", "rank_change", "block_changed")})
        if self.before is not None:
            now = with_changes(now, self._then(self.before, further), *further, units=units)
        return now

    @staticmethod
    def _then(result: Result, further: tuple[str, ...]) -> pl.DataFrame:
        frame = result.scores.groups if further else result.scores.totals
        return frame.filter(period=str(result.period))


def ranked(standings: list[Standing], part: str = "total", ascending: bool = False) -> list[Standing]:
    """Standings by the score of a part, the best first unless ``ascending``; without a score last."""

    def key(standing: Standing) -> tuple[bool, Decimal, str]:
        mark = standing.mark(part)
        if mark is None or mark.score is None:
            return True, Decimal(0), standing.unit.code
        return False, mark.score if ascending else -mark.score, standing.unit.code

    return sorted(standings, key=key)


FIELDS = tuple(field.name for field in fields(Mark))


def _marks(frame: pl.DataFrame, *further: str) -> Iterator[tuple[Any, ...]]:
    """The unit, the further columns and the fields of Mark of each row; what is not known is None."""
    known = [pl.col(field) if field in frame.columns else pl.lit(None).alias(field) for field in FIELDS]
    return frame.select("unit", *further, *known).iter_rows()


BOARDS: Latest[Board] = Latest(results.MOST_PERIODS)


def compared(result: Result) -> tuple[Period, Period]:
    """What a result is compared with: the period before it, and the same period of the year before.

    A period that still runs is compared with the same days of each, never with the whole of it.
    """
    period = result.period
    whole = period.previous(), period.last_year()
    if result.cut_off >= period.ends:
        return whole
    day = result.cut_off.date()
    return _until(whole[0], period, day), _until(whole[1], period, day)


def _until(earlier: Period, running: Period, day: dt.date) -> Period:
    """The days of an earlier period that answer to those of a running one up to ``day``."""
    if running.kind == "days":
        return Period(earlier.first, min(earlier.last, earlier.first + (day - running.first)))
    months = (running.first.year - earlier.first.year) * 12 + running.first.month - earlier.first.month
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = min(day.day, calendar.monthrange(year, month + 1)[1])
    return Period(earlier.first, dt.date(year, month + 1, last))


def board(period: Period, regroup: bool = False) -> Board:
    """The board of a period as it is now; raises KeyError where it has no result."""
    versions = results.versions()
    result = results.result(period, regroup)
    earlier = compared(result)
    whole = period.previous(), period.last_year()
    version = (
        *(versions.get(then) for then in (period, *earlier, *whole)),
        results.days().version(),
    )

    def make() -> Board:
        before, year_before = (results.result(one, regroup) if one in versions else None for one in earlier)
        uncompared = dict.fromkeys(
            known
            for known, days in zip(whole, earlier, strict=True)
            if known in versions and days not in versions
        )
        published = marks(period, result.rules)
        return Board(result, before, year_before, list(uncompared), published, regroup)

    return BOARDS.get((results.source(), period, regroup), version, make)
