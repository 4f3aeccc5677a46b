"""The plan: the least work to a score or a rank, or the most points for given hours, as named records."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

from phucvu.rules.model import RuleSet
from phucvu.steering.fates import DEEDS, Fate, Who
from phucvu.steering.least_work import Component, Group, Task, Work, least_minutes, most_points
from phucvu.steering.losses import Asked, losses
from phucvu.steering.mendable import ATTACH, ISSUE, MORE, Mendable, Record, actors, named, together

Minutes = Mapping[str, int]
"""How long a deed takes, for one record."""

DEFAULT_MINUTES: dict[str, int] = {name: deed.minutes for name, deed in DEEDS.items() if deed.alone}
"""Of the deeds that a plan can hold."""


@dataclass(frozen=True)
class Goal:
    """What is wanted: a score, a rank, or the most points for so many hours. One of them is given."""

    score: Decimal | None = None
    rank: int | None = None
    hours: Decimal | None = None


@dataclass(frozen=True)
class Now:
    """A unit as it is: its total, its components (rows of ``Scores.components``), and its neighbours' totals.

    ``declared`` is what it declared for 1.4; it matters where nothing was synchronised yet.
    """

    total: Decimal
    components: Sequence[Mapping[str, Any]]
    neighbours: Sequence[Decimal] = ()
    declared: int | None = None

    def rank(self, score: Decimal) -> int:
        return 1 + sum(other > score for other in self.neighbours)


@dataclass(frozen=True)
class Line:
    """So many records of a table that get the same deeds; ``points`` once the lines before are done too."""

    table: str
    deeds: tuple[str, ...]
    number: int
    minutes: int
    points: Decimal
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class Others:
    """So many records that an indicator lacks: others have to mend them, or they must be checked first."""

    indicator: str
    who: tuple[Who, ...]
    deeds: tuple[str, ...]
    number: int


@dataclass(frozen=True)
class Plan:
    """What to do and what it gives. Where the goal is not reached it is all that lifts the score.

    ``wanted`` is the score that the goal asks for, ``most`` what the unit can reach by itself. ``mark``
    stands for what the plan was made of: another mark means that figures or records have changed since.
    ``until`` is the moment after which one of its records can no longer be mended, or the period is over.
    """

    goal: Goal
    now: Now
    found: Mendable
    work: Work
    lines: tuple[Line, ...]
    score: Decimal
    most: Decimal
    wanted: Decimal | None
    mark: str
    until: dt.datetime | None

    @property
    def reached(self) -> bool:
        return self.wanted is None or self.score >= self.wanted

    @property
    def minutes(self) -> int:
        return self.work.minutes

    @property
    def number(self) -> int:
        return sum(line.number for line in self.lines)

    @property
    def numbers(self) -> dict[str, int]:
        """How many records of each table."""
        found: dict[str, int] = defaultdict(int)
        for line in self.lines:
            found[line.table] += line.number
        return dict(found)

    @property
    def rank(self) -> int:
        return self.now.rank(self.score)

    def records(self) -> Iterator[Record]:
        """The records with their deeds, named."""
        yield from named(self.found, self.work.done)


def plan(found: Mendable, rules: RuleSet, now: Now, minutes: Minutes, goal: Goal) -> Plan:
    """The best plan for a goal."""
    task = task_of(found, rules, now, minutes)
    base = task.nothing().total
    most = now.total + _points(task.everything().total - base)
    wanted = _wanted(now, goal)
    if goal.hours is not None:
        work = most_points(task, int(goal.hours * 60))
    else:
        assert wanted is not None
        needed = max(base, base + ceil((wanted - now.total) * 100))
        work = least_minutes(task, min(needed, task.everything().total)) or task.nothing()
    work = _without_idle(task, work)
    moments = [record.until for record in _at_hand(found, work) if record.until is not None]
    moments += [found.asked.period.ends] if found.asked.running else []
    return Plan(
        goal,
        now,
        found,
        work,
        tuple(_lines(task, work, [lot.table for lot in found.lots])),
        now.total + _points(work.total - base),
        most,
        wanted,
        _mark(task),
        min(moments, default=None),
    )


def _wanted(now: Now, goal: Goal) -> Decimal | None:
    """The score that a goal asks for: of a rank, that of the neighbour who holds it, which shares it."""
    if goal.rank is None:
        return goal.score
    others = sorted(now.neighbours, reverse=True)
    return others[goal.rank - 1] if goal.rank <= len(others) else Decimal(0)


def task_of(found: Mendable, rules: RuleSet, now: Now, minutes: Minutes) -> Task:
    """The components that have a figure, the groups that lift them, and what each deed takes."""
    components = {}
    for row in now.components:
        indicator = rules[row["indicator"]]
        if row["state"] != "counted" or not indicator.scored or indicator.target is None:
            continue
        denominator = row["denominator"]
        if indicator.count.of == "synchronised" and not row["numerator"] and now.declared is not None:
            denominator = max(1, now.declared)
        components[indicator.id] = Component(
            row["numerator"],
            denominator,
            int(indicator.max_points * 100),
            indicator.target,
            indicator.count.times,
        )
    # Without the other's rate nothing can lift an indicator that is multiplied by it.
    components = {i: c for i, c in components.items() if c.times is None or c.times in components}
    spent = dict(minutes) | {MORE: max(0, minutes[ISSUE] - minutes[ATTACH])}
    return Task(components, [_only(group, components) for group in found.groups], spent, found.things)


def _only(group: Group, components: Collection[str]) -> Group:
    """A group without the indicators that have no score to lift."""
    return Group(group.records, {i: deeds for i, deeds in group.needs.items() if i in components})


def _points(hundredths: int) -> Decimal:
    return Decimal(hundredths) / 100


def _without_idle(task: Task, work: Work) -> Work:
    """Without deeds that lift nothing: what costs nothing the solver may do for nothing."""
    done = []
    for its in work.done:
        its = dict(its)
        if MORE in its:
            its[MORE] = min(its[MORE], its.get(ATTACH, 0))
        done.append({deed: number for deed, number in its.items() if number})
    return task.work(done)


def _at_hand(found: Mendable, work: Work) -> Iterator[Record]:
    for lot, its in zip(found.lots, work.done, strict=True):
        yield from lot.records[: max(its.values(), default=0)]


def _lines(task: Task, work: Work, tables: Sequence[str]) -> Iterator[Line]:
    """The records by the deeds that they get."""
    alike: dict[tuple[str, ...], list[tuple[int, int, frozenset[str]]]] = defaultdict(list)
    for place, done in enumerate(work.done):
        before = 0
        for number in sorted(set(done.values())):
            its = frozenset(deed for deed, n in done.items() if n >= number)
            alike[together(tuple(its))].append((place, number - before, its))
            before = number
    numerators = {i: c.numerator for i, c in task.components.items()}
    of_things = {some.indicator for some in task.things}
    gained: dict[tuple[int, str], int] = defaultdict(int)

    def total() -> int:
        now = dict(numerators)
        for some in task.things:
            now[some.indicator] += min(
                some.number, sum(gained[place, some.indicator] for place in some.groups)
            )
        return sum(task.score(indicator, now) for indicator in task.components)

    reached = task.nothing().total
    for deeds, parts in sorted(alike.items()):
        lifted = set()
        for place, number, its in parts:
            for indicator, needed in task.groups[place].needs.items():
                if needed <= its:
                    lifted.add(indicator)
                    if indicator in of_things:
                        gained[place, indicator] += number
                    else:
                        numerators[indicator] += number
        spent = sum(number * sum(task.minutes[deed] for deed in its) for _, number, its in parts)
        now = total()
        table = tables[parts[0][0]]  # What is done to dossiers is done to nothing else.
        yield Line(
            table, deeds, sum(n for _, n, _ in parts), spent, _points(now - reached), tuple(sorted(lifted))
        )
        reached = now


def _mark(task: Task) -> str:
    made_of = [sorted(task.components.items()), [(g.records, sorted(g.needs)) for g in task.groups]]
    return hashlib.sha256(repr(made_of).encode()).hexdigest()[:10]


def left_to_others(asked: Asked, rules: RuleSet) -> tuple[list[Others], dict[str, int]]:
    """What others would have to mend or is to be checked first; by indicator how many are lost for good."""
    who = actors(asked)
    others: list[Others] = []
    gone: dict[str, int] = {}
    kind = asked.tree.units[asked.unit].kind
    for indicator in rules.indicators:
        if not indicator.scored or kind not in indicator.applies_to:
            continue
        for loss in losses(asked.listing, asked.tree, asked.period, asked.unit, indicator):
            if loss.fate is Fate.GONE:
                gone[indicator.id] = gone.get(indicator.id, 0) + loss.number
            elif loss.fate is not Fate.TO_COME:
                ours = set(loss.who) <= who and (indicator.scope != "province" or "root" in who)
                if not (ours and loss.deeds and all(DEEDS[deed].alone for deed in loss.deeds)):
                    others.append(Others(indicator.id, loss.who, loss.deeds, loss.number))
    return others, gone
