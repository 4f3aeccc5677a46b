"""What a unit can mend of its own: groups of records that need the same deeds, and the records of each.

A record is among them only if all that it lacks in an indicator is mendable (``fates``), by the unit itself
or those below it, with deeds that are enough by themselves; and a dossier only if it is finished. All groups
of dossiers come from one question to the listing.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression, FunctionExpression

from phucvu.engine.listing import YES, Order, Wish, column_of, population
from phucvu.engine.reasons import NO_DOSSIER, by_reason
from phucvu.engine.verdict import OF_DOSSIERS, all_of, any_of, asked_of_dossiers
from phucvu.rules.model import Indicator, RuleSet
from phucvu.steering.fates import DEEDS, Case, Fate, cases_of
from phucvu.steering.least_work import Group, Things
from phucvu.steering.losses import Asked
from phucvu.steering.situations import IN_MINISTRY, case_number, situations

MORE = "issue_result_too"
"""A result that is attached anyway is issued with its code too: what that takes more than attaching it."""
ATTACH, ISSUE = "attach_result", "issue_result"

OF_THINGS = ("services", "communes", "procedures")
OF_ROWS = {"owned_procedures": "procedures", "petitions": "petitions"}
"""Other records that can be mended, by what an indicator counts: the table that they are in."""

Needs = tuple[tuple[str, frozenset[str]], ...]
"""By indicator, the deeds that a record needs."""


@dataclass(frozen=True)
class Record:
    """A record with what is to be done about it. ``sender`` is empty where it is no dossier."""

    table: str
    sender: str
    code: str
    unit: str
    procedure: str | None
    deeds: tuple[str, ...]
    until: dt.datetime | None = None


@dataclass(frozen=True)
class Lot:
    """A group with where its records are: in the listing, by a condition, or at hand."""

    group: Group
    condition: Expression | None = None
    records: tuple[Record, ...] = ()

    @property
    def table(self) -> str:
        """What its records are: the table that they are in."""
        return self.records[0].table if self.records else "dossiers"


@dataclass(frozen=True)
class OfThings:
    """An indicator that counts things, and those that lack a dossier, by the key of their dossiers."""

    indicator: Indicator
    uncovered: Mapping[str, str]

    def thing(self, unit: str, procedure: str | None) -> str:
        keys = {"procedures": procedure, "communes": unit}
        return self.uncovered[keys.get(self.indicator.count.of, f"{unit} {procedure}") or ""]


@dataclass(frozen=True)
class Mendable:
    """All that a unit can mend of its own."""

    asked: Asked
    lots: Sequence[Lot]
    things: Sequence[Things] = ()
    of_things: Mapping[str, OfThings] = field(default_factory=dict)

    @property
    def groups(self) -> list[Group]:
        return [lot.group for lot in self.lots]


def actors(asked: Asked) -> frozenset[str]:
    """Who acts for a unit: its own and those below; a province or ministry for itself too."""
    return frozenset({"unit", "root"}) if asked.tree.root(asked.unit) == asked.unit else frozenset({"unit"})


def own(case: Case, who: frozenset[str]) -> bool:
    """Whether a case can be put into a plan: it can be mended, by us, by one deed without a check before."""
    mendable = case.fate in (Fate.NOW, Fate.UNTIL) and case.who in who
    return mendable and case.deed is not None and DEEDS[case.deed].alone


def mendable(asked: Asked, rules: RuleSet) -> Mendable:
    """The groups of a unit; of indicators that give points there."""
    kind = asked.tree.units[asked.unit].kind
    scored = [i for i in rules.indicators if i.scored and kind in i.applies_to and len(i.count.groups) == 1]
    lots, things, of_things = _of_dossiers(asked, scored)
    return Mendable(asked, [*lots, *_of_rows(asked, scored)], things, of_things)


# Dossiers


def _of_dossiers(
    asked: Asked, indicators: Sequence[Indicator]
) -> tuple[list[Lot], list[Things], dict[str, OfThings]]:
    needed: dict[tuple[str, str], Expression] = {}
    of_things: dict[str, OfThings] = {}
    values: dict[str, Expression] = {}
    for indicator in indicators:
        if indicator.count.of in OF_DOSSIERS:
            found = _needed(asked, indicator, YES)
        elif indicator.count.of in OF_THINGS and (uncovered := _uncovered(asked, indicator)):
            of_things[indicator.id] = OfThings(indicator, uncovered)
            key = thing_key(indicator)
            found = _needed(asked, indicator, key.isin(*map(ConstantExpression, uncovered)))
            can_be = any_of(found.values(), YES)
            values[f"thing {indicator.id}"] = CaseExpression(can_be, key).otherwise(ConstantExpression(None))
        else:
            continue
        needed |= {(indicator.id, deed): needs for deed, needs in found.items()}
    values |= {_named(pair): needs for pair, needs in needed.items()}
    wish = Wish(asked.tree.below(asked.unit), any_of(needed.values(), YES))
    rows = asked.listing.combinations(wish, values) if needed else []
    return *_lots(rows, needed, of_things), of_things


def _needed(asked: Asked, indicator: Indicator, further: Expression) -> dict[str, Expression]:
    """By deed, the dossiers that need it and can be made to count in an indicator by such deeds alone."""
    who, count = actors(asked), indicator.count
    above, below = asked_of_dossiers(count)
    meets = {c: ColumnExpression(column_of(c, count)) for c in above}
    lacks = by_reason({c: ~meets[c] for c in above if c not in below}, ColumnExpression)
    of = "received" if count.population == "filed" else str(count.population)
    looked_at = all_of((meets[c] for c in below), population(of, asked.period))
    known = situations(asked.running)
    mended, by_deed = [], defaultdict(list)
    for reason, lacking in lacks.items():
        number = case_number(reason, lacking, known)
        cases = cases_of(reason, of_ministry=False)
        ours = [n for n, case in enumerate(cases) if own(case, who)]
        mended.append(~lacking | (number.isin(*map(ConstantExpression, ours)) if ours else ~YES))
        for n in ours:
            by_deed[str(cases[n].deed)].append(lacking & (number == ConstantExpression(n)))
    finished = ColumnExpression("ended").isnotnull() & ~IN_MINISTRY
    can_be = all_of(mended, looked_at & finished & further)
    return {deed: can_be & any_of(needs, YES) for deed, needs in by_deed.items()}


def _uncovered(asked: Asked, indicator: Indicator) -> dict[str, str]:
    """The things without such a dossier that lack nothing else: by the key of their dossiers, the thing."""
    found = {}
    for row in asked.listing.others(asked.period, indicator.id, [asked.unit]):
        if row["reasons"] != [NO_DOSSIER]:
            continue
        match indicator.count.of:
            case "procedures":
                found[row["code"]] = row["code"]
            case "communes":
                found |= dict.fromkeys(asked.tree.below(row["code"]), row["code"])
            case _:
                homes = (u for u in asked.tree.below(row["unit"]) if asked.tree.home(u) == row["unit"])
                found |= {f"{unit} {row['procedure']}": row["code"] for unit in homes}
    return found


def thing_key(indicator: Indicator) -> Expression:
    """What tells of which thing a dossier is."""
    unit, procedure = ColumnExpression("unit"), ColumnExpression("procedure")
    match indicator.count.of:
        case "procedures":
            return procedure
        case "communes":
            return unit
        case _:
            return FunctionExpression("concat", unit, ConstantExpression(" "), procedure)


def _lots(
    rows: Sequence[Mapping[str, Any]],
    needed: Mapping[tuple[str, str], Expression],
    of_things: Mapping[str, OfThings],
) -> tuple[list[Lot], list[Things]]:
    """The groups of dossiers that need the same, apart by the classes of things that they are of."""
    numbers: dict[tuple[Pattern, tuple[str, ...]], int] = defaultdict(int)
    having: dict[tuple[str, str], set[Pattern]] = defaultdict(set)
    for row in rows:
        pattern = tuple(pair for pair in needed if row[_named(pair)])
        its = tuple(
            of.uncovered[row[f"thing {i}"]] if any(j == i for j, _ in pattern) else ""
            for i, of in of_things.items()
        )
        numbers[pattern, its] += row["number"]
        for indicator, thing in zip(of_things, its, strict=True):
            if thing:
                having[indicator, thing].add(pattern)
    # Things that have dossiers of the same patterns are alike.
    classes = {one: tuple(sorted(patterns)) for one, patterns in having.items()}
    alike: dict[tuple[Pattern, tuple[Any, ...]], list[tuple[tuple[str, ...], int]]] = defaultdict(list)
    for (pattern, its), number in numbers.items():
        of_class = tuple(classes.get(one) for one in zip(of_things, its, strict=True))
        alike[pattern, of_class].append((its, number))
    lots: list[Lot] = []
    members: dict[tuple[str, Any], tuple[list[int], set[str]]] = defaultdict(lambda: ([], set()))
    for (pattern, of_class), same in alike.items():
        condition = all_of((needs if pair in pattern else ~needs for pair, needs in needed.items()), YES)
        for place, (indicator, of) in enumerate(of_things.items()):
            if of_class[place] is None:
                continue
            of_it = {one[place] for one, _ in same}
            groups, known = members[indicator, of_class[place]]
            groups.append(len(lots))
            known |= of_it
            keys = [key for key, thing in of.uncovered.items() if thing in of_it]
            condition &= thing_key(of.indicator).isin(*map(ConstantExpression, keys))
        lots.append(Lot(Group(sum(n for _, n in same), _needs(pattern)), condition))
    things = [
        Things(indicator, len(known), tuple(groups)) for (indicator, _), (groups, known) in members.items()
    ]
    return lots, things


Pattern = tuple[tuple[str, str], ...]
"""Of which indicators a dossier needs which deeds."""


def _named(pair: tuple[str, str]) -> str:
    return " ".join(pair)


def _needs(pattern: Pattern) -> dict[str, frozenset[str]]:
    """A digital result with its code is a result too: both are one deed, at most a little more."""
    needs: dict[str, frozenset[str]] = {}
    for indicator, deed in pattern:
        needs[indicator] = needs.get(indicator, frozenset()) | {deed}
    deeds = frozenset().union(*needs.values())
    if {ATTACH, ISSUE} <= deeds:
        both = {i: (its - {ISSUE}) | {ATTACH, MORE} for i, its in needs.items() if ISSUE in its}
        needs |= both
    return needs


# Other records


def _of_rows(asked: Asked, indicators: Sequence[Indicator]) -> Iterator[Lot]:
    """The procedures and petitions that can be mended, by what they need; of the unit's own figures."""
    who = actors(asked)
    needs: dict[tuple[str, str, str], dict[str, frozenset[str]]] = defaultdict(dict)
    about: dict[tuple[str, str, str], tuple[str | None, dt.datetime | None]] = {}
    for indicator in indicators:
        table = OF_ROWS.get(indicator.count.of)
        if table is None or (indicator.scope == "province" and "root" not in who):
            continue
        for row in asked.listing.others(asked.period, indicator.id, [asked.unit]):
            cases = [_case_of(asked, row, reason) for reason in row["reasons"]]
            if all(own(case, who) for case in cases):
                key = table, row["unit"], row["code"]
                needs[key][indicator.id] = frozenset(str(case.deed) for case in cases)
                ends = asked.period.ends
                until = min(row["due"] or ends, ends) if any(case.moment for case in cases) else None
                about[key] = row["procedure"], until
    alike: dict[Any, list[Record]] = defaultdict(list)
    for (table, unit, code), its in needs.items():
        procedure, until = about[table, unit, code]
        alike[frozenset(its.items())].append(Record(table, "", code, unit, procedure, (), until))
    for key, records in alike.items():
        records.sort(key=lambda record: (record.until or asked.period.ends, record.code))
        yield Lot(Group(len(records), dict(key)), records=tuple(records))


def _case_of(asked: Asked, row: Mapping[str, Any], reason: str) -> Case:
    due, is_open = row["due"], row["ended"] is None
    ahead = is_open and due is not None and due > asked.listing.cut_off
    holds = {"running": asked.running, "open": is_open, "limit_ahead": ahead}
    cases = cases_of(reason, of_ministry=row["of_ministry"])
    return next(case for case in cases if all(holds.get(name, False) for name in case.when))


# Naming


def named(found: Mendable, done: Sequence[Mapping[str, int]]) -> Iterator[Record]:
    """The records of a plan with their deeds, group by group, the longest received first."""
    for number, (lot, its) in enumerate(zip(found.lots, done, strict=True)):
        most = max(its.values(), default=0)
        if not most:
            continue
        records = lot.records[:most] if lot.condition is None else _dossiers(found, number, done, most)
        for place, record in enumerate(records):
            deeds = tuple(sorted(deed for deed, n in its.items() if place < n))
            yield replace(record, deeds=together(deeds))


def _dossiers(found: Mendable, lot: int, done: Sequence[Mapping[str, int]], most: int) -> Iterator[Record]:
    """The first so many dossiers of a group; of those that count for things, of different ones first."""
    condition = found.lots[lot].condition
    assert condition is not None
    wish = Wish(found.asked.tree.below(found.asked.unit), condition)
    some = next((some for some in found.things if lot in some.groups), None)
    pages = found.asked.listing.every(wish, Order("received"), most if some is None else 1 << 62)
    records = (
        Record("dossiers", row["sender"], row["code"], row["unit"], row["procedure"], ())
        for page in pages
        for row in page.select("sender", "code", "unit", "procedure").iter_rows(named=True)
    )
    if some is None:
        return records
    gains = [found.lots[group].group.gains(done[group])[some.indicator] for group in some.groups]
    before = sum(gains[: some.groups.index(lot)])
    return iter(_of_different(found.of_things[some.indicator], list(records), some.number, before)[:most])


def _of_different(of: OfThings, records: list[Record], number: int, before: int) -> list[Record]:
    """The records with one of each thing first, beginning after as many things as others stand for."""
    by_thing: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_thing[of.thing(record.unit, record.procedure)].append(record)
    things = sorted(by_thing)
    things = things[before % number :] + things[: before % number]
    first = [by_thing[thing].pop(0) for thing in things]
    return first + [record for thing in things for record in by_thing[thing]]


def together(deeds: tuple[str, ...]) -> tuple[str, ...]:
    """The deeds as they are done: what is attached and issued too is issued."""
    return tuple(
        sorted({ISSUE if deed == MORE else deed for deed in deeds} - ({ATTACH} if MORE in deeds else set()))
    )
