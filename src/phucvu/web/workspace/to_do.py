"""What a unit's losses ask to be done, from the table of fates: by the unit now, with its open dossiers, from
now on, and by others.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from urllib.parse import urlencode

from django.urls import reverse

from phucvu.engine.reasons import codes
from phucvu.figures.periods import Period
from phucvu.rules.model import Indicator
from phucvu.steering.fates import DEEDS, REASONS, WHO, Fate, Who
from phucvu.steering.points_lost import Account, Cost, Slice, as_decimal
from phucvu.web.language import language

MENDABLE = (Fate.NOW, Fate.UNTIL)


@dataclass(frozen=True)
class Task:
    """What is to be done for records that an indicator lacks: how many, for how many points at most.

    ``who`` are keys of ``fates.WHO``, ``deeds`` of ``fates.DEEDS``; ``link`` leads to the records, where they
    are listed.
    """

    indicator: Indicator
    fate: Fate
    who: tuple[Who, ...]
    deeds: tuple[str, ...]
    number: int
    points: Decimal
    link: str
    until: dt.datetime | None = None

    @property
    def words(self) -> str:
        return deed_words(self.deeds)


@dataclass(frozen=True)
class OfOthers:
    """What somebody else must do, once, with the indicators that it is for."""

    who: str
    words: str
    indicators: tuple[Indicator, ...]
    points: Decimal


def deed_words(deeds: Iterable[str]) -> str:
    return "; ".join(DEEDS[deed][language()] for deed in deeds)


def who_words(who: Iterable[Who]) -> str:
    return "; ".join(WHO[each][language()] for each in who)


def ours(at_root: bool) -> frozenset[Who]:
    """Who acts for a unit; of a province or ministry itself also what falls to it."""
    return frozenset({"unit", "root"}) if at_root else frozenset({"unit"})


def tasks(cost: Cost, unit: str, period: Period) -> list[Task]:
    """All that an indicator's losses ask for: their deeds, or the next ones where they are gone for good."""
    alike: dict[tuple[Fate, tuple[Who, ...], bool, tuple[str, ...]], list[Slice]] = defaultdict(list)
    for each in cost.slices:
        loss = each.loss
        listed = bool(loss.number) and loss.reasons[0] in codes(cost.indicator)
        if loss.fate is not Fate.GONE:
            # Records that the same can act on stand in one list, whatever the deed of each.
            alike[loss.fate, loss.who, listed, ()].append(each)
            continue
        known = [REASONS[reason] for reason in loss.reasons]
        nexts = [(reason.cases[-1].who, reason.next) for reason in known if reason.next]
        who = tuple(dict.fromkeys(who for who, _ in nexts))
        alike[loss.fate, who, listed, tuple(dict.fromkeys(deed for _, deed in nexts))].append(each)
    found = []
    for (fate, who, listed, following), same in alike.items():
        deeds = following or tuple(dict.fromkeys(deed for each in same for deed in each.loss.deeds))
        if not deeds:
            continue
        said = {"indicator": cost.indicator.id, "fate": fate.name.lower()}
        said |= {"who": " ".join(who)} if fate is not Fate.GONE else {}
        path = reverse("workspace-dossiers", args=[unit])
        found.append(
            Task(
                cost.indicator,
                fate,
                who,
                deeds,
                sum(each.loss.number for each in same),
                as_decimal(sum((each.points for each in same), Fraction(0))),
                f"{path}?{urlencode(said | {'period': str(period)})}" if listed else "",
                min((each.loss.until for each in same if each.loss.until), default=None),
            )
        )
    return found


@dataclass(frozen=True)
class ToDo:
    """The tasks of a unit, the most points first: its own by fate, and those of others."""

    own: tuple[Task, ...]
    others: tuple[Task, ...]

    @classmethod
    def of(cls, whole: Account, at_root: bool, period: Period) -> ToDo:
        every = [task for cost in whole.costs for task in tasks(cost, whole.unit, period)]
        every.sort(key=lambda task: (-task.points, task.indicator.id))
        mine = ours(at_root)
        return cls(
            tuple(task for task in every if set(task.who) <= mine),
            tuple(task for task in every if not set(task.who) <= mine),
        )

    @property
    def first(self) -> list[Task]:
        """What the unit can mend for points."""
        return [task for task in self.own if task.fate in MENDABLE and task.points]

    @property
    def coming(self) -> list[Task]:
        return [task for task in self.own if task.fate is Fate.TO_COME]

    @property
    def ahead(self) -> list[Task]:
        """What was lost for good, and makes the next records good."""
        return [task for task in self.own if task.fate is Fate.GONE and task.points]

    @property
    def of_others(self) -> list[OfOthers]:
        alike: dict[tuple[tuple[Who, ...], tuple[str, ...]], list[Task]] = defaultdict(list)
        for task in self.others:
            alike[task.who, task.deeds].append(task)
        found = [
            OfOthers(
                who_words(who),
                deed_words(deeds),
                tuple({task.indicator.id: task.indicator for task in same}.values()),
                sum((task.points for task in same), Decimal(0)),
            )
            for (who, deeds), same in alike.items()
        ]
        return sorted(found, key=lambda each: -each.points)

    def for_indicator(self, id_: str) -> list[Task]:
        """What is to be done for an indicator: mending comes first, and makes what else there is wait."""
        its = [task for task in (*self.own, *self.others) if task.indicator.id == id_]
        return [task for task in its if task.fate in MENDABLE] or its

    def worst(self) -> tuple[Indicator, Decimal] | None:
        """The indicator that most points are lost at which are the unit's own to do, with those points."""
        points: dict[str, Decimal] = defaultdict(Decimal)
        for task in self.own:
            points[task.indicator.id] += task.points
        most = max(self.own, key=lambda task: points[task.indicator.id], default=None)
        return (most.indicator, points[most.indicator.id]) if most and points[most.indicator.id] else None
