"""What a leader needs to know of a unit before a meeting, on one page: total and rank with its firmness, the
change and why, the largest losses that can still be mended with who must act and until when.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from phucvu.figures.periods import Period
from phucvu.figures.units import Unit, Units
from phucvu.published.daily_results import TOTAL, DailyResults, Place, Since, compared, earlier, places
from phucvu.rules.model import Group, Indicator
from phucvu.scoring.scores import Scores, with_changes
from phucvu.steering.changes import Change
from phucvu.steering.fates import Fate, Who
from phucvu.steering.firm_ranks import FirmRank, firm_ranks
from phucvu.steering.points_lost import Account, Slice

MOST_CAUSES = 3
MOST_TO_MEND = 3
MOST_DEEDS = 2
"""What there is room for on the page: the largest of each."""

MENDABLE = (Fate.NOW, Fate.UNTIL)


@dataclass(frozen=True)
class Cause:
    """Points that one cause brought or took at one indicator; ``unit`` is the unit below that has most part
    in it, None where it is the unit's own."""

    indicator: Indicator
    cause: str
    points: Fraction
    unit: str | None


@dataclass(frozen=True)
class ToMend:
    """Records of an indicator that the same can act on: for how many points at most, by which deeds (of those
    for most points), until when. ``units`` are those below that they are of, the most first."""

    indicator: Indicator
    who: tuple[Who, ...]
    deeds: tuple[str, ...]
    number: int
    points: Fraction
    until: dt.datetime | None
    units: tuple[str, ...]


@dataclass(frozen=True)
class GroupPoints:
    """The points of a group: what is reached of the most, and what can still be mended."""

    group: Group
    score: Decimal | None
    mendable: Fraction


@dataclass(frozen=True)
class PortalPlace:
    """The total that the national portal published last, and its change since a month before."""

    place: Place
    since: Since | None


@dataclass(frozen=True)
class Total:
    """The own count: points, the rank among like units with the places that chance leaves open.

    Changes are since ``since``; the rank's is places gained, and not known where other units were ranked.
    """

    score: Decimal | None
    most: Decimal
    rank: int | None
    ranked: int
    firm: FirmRank | None
    since: Period | None = None
    score_change: Decimal | None = None
    rank_change: int | None = None


@dataclass(frozen=True)
class Brief:
    """One unit in one period. ``mendable`` is None where the lists of records are not made yet."""

    unit: Unit
    period: Period
    cut_off: dt.datetime
    units: Units
    total: Total
    portal: PortalPlace | None
    groups: tuple[GroupPoints, ...]
    causes: tuple[Cause, ...]
    to_mend: tuple[ToMend, ...]
    mendable: Fraction | None


def brief_of(
    scores: Scores,
    period: Period,
    unit: Unit,
    cut_off: dt.datetime,
    before: tuple[Scores, Period] | None,
    changes: Sequence[Change],
    account: Account | None,
    days: DailyResults,
) -> Brief:
    """From the scores of all units, those of the period compared with, what changed, and what is lost."""
    rules = scores.rules[str(period)]
    mended: dict[str, Fraction] = defaultdict(Fraction)
    for slice_ in account.slices if account else ():
        if slice_.loss.fate in MENDABLE:
            mended[rules[slice_.loss.indicator].group] += slice_.points
    points = dict(
        scores.groups.filter(period=str(period), unit=unit.code).select("group", "score").iter_rows()
    )
    total = _total(scores, period, unit.code, before)
    return Brief(
        unit,
        period,
        cut_off,
        scores.units.of_period(period),
        total,
        portal_place(days, period, unit.code),
        tuple(GroupPoints(group, points.get(group.id), mended[group.id]) for group in rules.groups),
        largest_causes(changes, unit.code) if total.since else (),
        () if account is None else largest_to_mend(account),
        None if account is None else sum(mended.values(), Fraction(0)),
    )


def _total(scores: Scores, period: Period, unit: str, before: tuple[Scores, Period] | None) -> Total:
    rows = scores.totals.filter(period=str(period))
    if before is not None:
        then, since = before
        rows = with_changes(rows, then.totals.filter(period=str(since)), units=scores.units)
    row: Mapping[str, Any] = rows.row(by_predicate=pl.col("unit") == unit, named=True)
    found = Total(row["score"], scores.rules[str(period)].max_points, row["rank"], row["ranked"] or 0, None)
    if found.rank is not None:
        firm = firm_ranks(scores, str(period), (row["kind"], row["parent"])).get(unit)
        found = Total(found.score, found.most, found.rank, found.ranked, firm)
    if before is None or row["score_change"] is None:
        return found
    changed = row["score_change"], row["rank_change"]
    return Total(found.score, found.most, found.rank, found.ranked, found.firm, before[1], *changed)


def portal_place(days: DailyResults, period: Period, unit: str) -> PortalPlace | None:
    """What the portal published last of a unit's total; None where it published none."""
    now = places(days, period, unit=unit).get((unit, TOTAL))
    if now is None:
        return None
    of, until = earlier(period, now.day, "month")
    then = places(days, of, until, unit=unit).get((unit, TOTAL))
    return PortalPlace(now, compared(now, then, of, days.not_alike()))


def largest_causes(changes: Iterable[Change], unit: str) -> tuple[Cause, ...]:
    """The causes that moved most points, at one indicator each; what rounding does is none."""
    found = []
    for change in changes:
        by_cause: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        for piece in change.pieces:
            by_cause[piece.cause][piece.unit] += piece.points
        for cause, by_unit in by_cause.items():
            points = sum(by_unit.values(), Fraction(0))
            if cause == "rounding" or not round(points * 100):
                continue
            most = max(by_unit, key=lambda code: (by_unit[code] * points, code))
            found.append(Cause(change.indicator, cause, points, None if most == unit else most))
    found.sort(key=lambda each: (-abs(each.points), each.indicator.id, each.cause))
    return tuple(found[:MOST_CAUSES])


def largest_to_mend(account: Account) -> tuple[ToMend, ...]:
    """What can still be mended for most points, each of one indicator and of those who must act together."""
    alike: dict[tuple[str, tuple[Who, ...]], list[Slice]] = defaultdict(list)
    indicators = {cost.indicator.id: cost.indicator for cost in account.costs}
    for cost in account.costs:
        for slice_ in cost.slices:
            if slice_.loss.fate in MENDABLE and slice_.points:
                alike[cost.indicator.id, slice_.loss.who].append(slice_)
    found = []
    for (indicator, who), slices in alike.items():
        by_unit: dict[str, Fraction] = defaultdict(Fraction)
        of_deeds: dict[str, Fraction] = defaultdict(Fraction)
        for slice_ in slices:
            for code, points in slice_.by_unit.items():
                by_unit[code] += points
            for deed in slice_.loss.deeds:
                of_deeds[deed] += slice_.points
        found.append(
            ToMend(
                indicators[indicator],
                who,
                tuple(_largest(of_deeds)[:MOST_DEEDS]),
                sum(slice_.loss.number for slice_ in slices),
                sum((slice_.points for slice_ in slices), Fraction(0)),
                min((slice_.loss.until for slice_ in slices if slice_.loss.until), default=None),
                tuple(code for code in _largest(by_unit) if code != account.unit and by_unit[code]),
            )
        )
    found.sort(key=lambda each: (-each.points, each.indicator.id, each.who))
    return tuple(each for each in found if round(each.points * 100))[:MOST_TO_MEND]


def _largest(points: Mapping[str, Fraction]) -> list[str]:
    """The keys of most points first."""
    return sorted(points, key=lambda each: (-points[each], each))
