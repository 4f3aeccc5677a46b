"""What the figures of a unit lack: how many records, why, their fate, who can act, and by which deed.

Dossiers are asked of a listing, the other records stand beside them in it. Records that lack the same and
have the same fate are one ``Loss``; those of an indicator add up to its denominator less its numerator.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from duckdb import ColumnExpression, ConstantExpression, Expression

from phucvu.engine.listing import YES, Listing, Wish, column_of, population, verdict_of
from phucvu.engine.reasons import NO_DOSSIER, by_reason
from phucvu.engine.tree import Tree
from phucvu.engine.verdict import OF_DOSSIERS, all_of, any_of, asked_of_dossiers
from phucvu.figures.periods import Period
from phucvu.rules.model import Indicator
from phucvu.steering.fates import REASONS, Case, Fate, Who, cases_of, worst
from phucvu.steering.situations import IN_MINISTRY, case_number, situations


@dataclass(frozen=True)
class Loss:
    """Records that an indicator lacks for the same reasons and with the same fate.

    ``number`` is how much less the numerator is for them; ``by_unit`` tells of which units directly below
    they are, or of the unit itself: a procedure that several share is divided among them. ``who`` and
    ``deeds`` (keys of ``fates.WHO``, ``fates.DEEDS``) are empty where nothing can be done, ``until`` is the
    nearest moment.
    """

    indicator: str
    reasons: tuple[str, ...]
    fate: Fate
    who: tuple[Who, ...]
    deeds: tuple[str, ...]
    number: int
    by_unit: dict[str, Fraction]
    until: dt.datetime | None = None
    shows: str = ""
    """The unit whose records they are: the unit asked for, or by the scope its province."""


@dataclass(frozen=True)
class Asked:
    """What is asked: the unit whose figures they are, in the tree of the period."""

    listing: Listing
    tree: Tree
    period: Period
    unit: str

    @property
    def running(self) -> bool:
        return self.listing.cut_off < self.period.ends

    def part(self, unit: str | None) -> str:
        """The unit directly below that a record's unit belongs to, or the unit itself."""
        return self.tree.part(self.unit, unit)


def losses(listing: Listing, tree: Tree, period: Period, unit: str, indicator: Indicator) -> list[Loss]:
    """What an indicator lacks at a unit; where the scope is the province, what the province lacks."""
    asked = asked_of(listing, tree, period, unit, indicator)
    if indicator.count.of in OF_DOSSIERS:
        return list(_of_dossiers(asked, indicator))
    return list(_summed(asked, indicator, [part for part, _ in other_records(asked, indicator)]))


def asked_of(listing: Listing, tree: Tree, period: Period, unit: str, indicator: Indicator) -> Asked:
    """What is asked for an indicator of a unit: by its scope the unit's own records or its province's."""
    shows = (tree.root(unit) or unit) if indicator.scope == "province" else unit
    return Asked(listing, tree, period, shows)


# Dossiers


def _of_dossiers(asked: Asked, indicator: Indicator) -> Iterator[Loss]:
    """Each group of conditions that is taken off by itself has losses of its own."""
    found = verdict_of(indicator, asked.period)
    within = asked.tree.below(asked.unit)
    known = situations(asked.running)
    for group in indicator.count.groups:
        lacks = by_reason({condition: found.lacks[condition] for condition in group}, ColumnExpression)
        if not lacks:
            continue
        wish = Wish(within, found.looked_at & any_of(lacks.values(), YES))
        values = {reason: case_number(reason, lacking, known) for reason, lacking in lacks.items()}
        unit_and_system = {"unit": ColumnExpression("unit"), "of_ministry": IN_MINISTRY}
        rows = asked.listing.combinations(wish, unit_and_system | values)
        yield from _summed(asked, indicator, [_combination(asked, row, tuple(lacks)) for row in rows])


@dataclass(frozen=True)
class Part:
    """Records of one part of the unit, with the cases of what they lack."""

    reasons: tuple[str, ...]
    cases: tuple[Case, ...]
    by_unit: dict[str, Fraction]
    number: int
    until: dt.datetime | None = None

    @property
    def fate(self) -> Fate:
        return worst(self.cases)

    @property
    def mended(self) -> tuple[Case, ...]:
        """The cases that somebody can act on; none where the records are lost for good."""
        return self.cases if self.fate is not Fate.GONE else ()

    @property
    def who(self) -> tuple[Who, ...]:
        return tuple(dict.fromkeys(case.who for case in self.mended))

    @property
    def deeds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(case.deed for case in self.mended if case.deed))


def _combination(asked: Asked, row: dict[str, Any], reasons: tuple[str, ...]) -> Part:
    lacking = tuple(reason for reason in reasons if row[reason] is not None)
    cases = tuple(cases_of(reason, of_ministry=row["of_ministry"])[row[reason]] for reason in lacking)
    return Part(lacking, cases, {asked.part(row["unit"]): Fraction(row["number"])}, row["number"])


def _summed(asked: Asked, indicator: Indicator, parts: Sequence[Part]) -> Iterator[Loss]:
    """The parts that lack the same and have the same fate, as one."""
    alike: dict[tuple[Any, ...], list[Part]] = defaultdict(list)
    for part in parts:
        alike[part.reasons, part.fate, part.who, part.deeds].append(part)
    for (reasons, fate, who, deeds), same in alike.items():
        by_unit: dict[str, Fraction] = defaultdict(Fraction)
        for part in same:
            for unit, number in part.by_unit.items():
                by_unit[unit] += number
        moments = [part.until for part in same if part.until is not None]
        yield Loss(
            indicator.id,
            reasons,
            fate,
            who,
            deeds,
            sum(part.number for part in same),
            dict(by_unit),
            min(moments, default=None),
            asked.unit,
        )


# Other records


def other_records(asked: Asked, indicator: Indicator) -> Iterator[tuple[Part, list[dict[str, Any]]]]:
    """What an indicator lacks that is no dossier, each with its rows (``Listing.others``)."""
    rows = asked.listing.others(asked.period, indicator.id, [asked.unit])
    if not rows:
        return
    shared = _shared(asked, indicator, rows) if indicator.count.of == "procedures" else {}
    # There are thousands of rows, and few kinds of them.
    case_of, part_of = _Cases(asked, indicator, _candidates(asked, indicator, rows)).of, cache(asked.part)
    records: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for number, row in enumerate(rows):
        # A procedure counts once, and lacks what any of its decisions lacks.
        records[row["procedure"] if indicator.count.of == "decisions" else str(number)].append(row)
    for same in records.values():
        reasons = tuple(dict.fromkeys(reason for row in same for reason in row["reasons"]))
        cases, moments = [], []
        for row in same:
            for reason in row["reasons"]:
                case = case_of(row, reason)
                cases.append(case)
                if case.moment is not None:
                    limit = row["due"] if case.moment == "limit" else None
                    moments.append(min(limit or asked.period.ends, asked.period.ends))
        owners = shared.get(same[0]["code"]) or [part_of(same[0]["unit"])]
        by_unit = {owner: Fraction(1, len(owners)) for owner in owners}
        gone = worst(cases) is Fate.GONE
        until = None if gone else min(moments, default=None)
        yield Part(reasons, tuple(cases), by_unit, 1, until), same


def _shared(asked: Asked, indicator: Indicator, rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """By procedure that the unit lacks, the units directly below that lack it too: any could bring it."""
    found: dict[str, list[str]] = defaultdict(list)
    codes = {row["code"] for row in rows}
    below = asked.tree.children.get(asked.unit, [])
    for code, above in asked.listing.others_above(asked.period, indicator.id, below):
        if code in codes:
            found[code].append(above)
    return found


class _Cases:
    """Which case of a reason a record is: worked out once for all that are alike."""

    def __init__(self, asked: Asked, indicator: Indicator, candidates: Candidates) -> None:
        self._asked, self._indicator, self._candidates = asked, indicator, candidates
        self._known: dict[tuple[Any, ...], Case] = {}

    def of(self, row: dict[str, Any], reason: str) -> Case:
        is_open, due = row["ended"] is None, row["due"]
        ahead = is_open and due is not None and due > self._asked.listing.cut_off
        lacking = self._candidates(row) if reason == NO_DOSSIER else ()
        key = reason, row["of_ministry"], is_open, ahead, id(lacking)
        if key not in self._known:
            self._known[key] = self._found(reason, row["of_ministry"], is_open, ahead, lacking)
        return self._known[key]

    def _found(
        self, reason: str, of_ministry: bool, is_open: bool, ahead: bool, lacking: tuple[Case, ...]
    ) -> Case:
        holds = {
            "running": self._asked.running,
            "open": is_open,
            "limit_ahead": ahead,
            "mendable_dossier": bool(lacking) and worst(lacking) is Fate.NOW,
            "open_dossier": bool(lacking),
        }
        cases = cases_of(reason, of_ministry=of_ministry)
        case = next(case for case in cases if all(holds[name] for name in case.when))
        if reason != NO_DOSSIER or case.fate is Fate.GONE or of_ministry:
            return case
        if case.fate is Fate.UNTIL:
            conditions, _ = asked_of_dossiers(self._indicator.count)
            return case.model_copy(
                update={"deed": next((d for c in conditions if (d := REASONS[c].next)), None)}
            )
        return lacking[0].model_copy(update={"fate": case.fate})


Candidates = Callable[[dict[str, Any]], tuple[Case, ...]]
"""For a thing that has no such dossier, the cases of the best one that could become one."""


def _candidates(asked: Asked, indicator: Indicator, rows: list[dict[str, Any]]) -> Candidates:
    """For a thing that has no such dossier, the cases of the best dossier that could still become one.

    Empty where every dossier of it lacks something for good.
    """
    count = indicator.count
    conditions, _ = asked_of_dossiers(count)
    if not conditions or not any(NO_DOSSIER in row["reasons"] for row in rows):
        return lambda _row: ()
    known = situations(asked.running)
    lacks = by_reason({c: ~ColumnExpression(column_of(c, count)) for c in conditions}, ColumnExpression)
    numbers = {reason: case_number(reason, lacking, known) for reason, lacking in lacks.items()}
    still = [~_is_gone(reason, number) for reason, number in numbers.items()]
    # What was only filed is in no listing; it is open, and counts as what is received does.
    wanted = population("received" if count.population == "filed" else str(count.population), asked.period)
    keys = {"communes": ("unit",), "services": ("unit", "procedure")}.get(count.of, ("procedure",))
    wish = Wish(asked.tree.below(asked.unit), all_of(still, wanted))
    values = {key: ColumnExpression(key) for key in keys} | {"of_ministry": IN_MINISTRY}
    best: dict[tuple[str | None, ...], tuple[Case, ...]] = {}
    # One tuple for all that are alike, so that what follows from it is worked out once.
    known_cases: dict[tuple[Any, ...], tuple[Case, ...]] = {}
    for row in asked.listing.combinations(wish, values | numbers):
        alike = row["of_ministry"], *(row[reason] for reason in numbers)
        if alike not in known_cases:
            known_cases[alike] = tuple(
                cases_of(reason, of_ministry=row["of_ministry"])[row[reason]]
                for reason in numbers
                if row[reason] is not None
            )
        cases = known_cases[alike]
        for key in _keys(asked, row, keys):
            if cases and (key not in best or _order(cases) < _order(best[key])):
                best[key] = cases
    return lambda row: best.get(tuple(row[key] for key in keys), ())


def _order(cases: tuple[Case, ...]) -> tuple[Any, ...]:
    """The best first; always the same among equals, so that a list holds what a page has counted."""
    return worst(cases), *((case.who, case.deed or "") for case in cases)


def _keys(asked: Asked, row: dict[str, Any], keys: tuple[str, ...]) -> list[tuple[str | None, ...]]:
    """Which things a dossier is of: a service of its unit's home, a commune above its unit, a procedure."""
    if "unit" not in keys:
        return [(row["procedure"],)]
    home = asked.tree.home(row["unit"])
    if home is None:
        return []
    return [(home, row["procedure"])] if "procedure" in keys else [(code,) for code in asked.tree.above(home)]


def _is_gone(reason: str, number: Expression) -> Expression:
    gone = [n for n, case in enumerate(REASONS[reason].cases) if case.fate is Fate.GONE]
    if not gone:
        return ~YES
    return number.isnotnull() & number.isin(*map(ConstantExpression, gone))
