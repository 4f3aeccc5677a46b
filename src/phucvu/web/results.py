"""What the site shows: which periods there are, and the result of each.

An installation shows what is counted from its home's records (``Counted``); the demonstration shows
what the national portal published (``Given``).
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Collection, Hashable, Iterable
from enum import Enum
from functools import cache
from typing import Protocol

import polars as pl
from django.conf import settings

from phucvu.editions import remarks
from phucvu.editions.published import last_number
from phucvu.figures.periods import Period
from phucvu.inbox import counting
from phucvu.inbox.clock import now
from phucvu.inbox.counting import ProcedureFigures
from phucvu.inbox.home import home, store
from phucvu.inbox.watching import Watch, registers
from phucvu.published import scored_2026
from phucvu.published.bundled_days import BundledDays
from phucvu.published.daily_results import DailyResults, HomeDays, NoDays
from phucvu.records.store import Store
from phucvu.rules.loading import rules_in_use
from phucvu.rules.model import Words
from phucvu.scoring.result import Result
from phucvu.scoring.scores import score
from phucvu.web.latest import Latest

COUNTED = Words(vi="tự đếm từ hồ sơ", en="counted from the records")

MOST_PERIODS = 64
"""So many results are held at a time; three years have 51 months, quarters and years."""

NUMBERS = itertools.count(1)
HELD: Latest[Result] = Latest(MOST_PERIODS)


class Lack(Enum):
    """Why there is nothing to show yet."""

    UNITS = "units"
    DOSSIERS = "dossiers"
    COUNT = "count"


class Source(Hashable, Protocol):
    """Where results come from."""

    def lacks(self) -> Lack | None:
        """What must come before there can be a result; None where there are results, or never will be."""

    def awaited(self, period: Period) -> bool:
        """Whether a period that has no result yet is being counted."""

    def versions(self) -> dict[Period, int]:
        """The periods that have a result, each with a number that changes whenever the result does."""

    def result(self, period: Period, version: int, regroup: bool) -> Result:
        """With ``regroup`` for the units of the day when it was counted."""

    def regrouped(self) -> Collection[Period]:
        """The periods whose result is another with ``regroup``."""

    def procedures(self, period: Period) -> pl.DataFrame | None:
        """Dossiers by procedure and unit: the columns of ``engine.by_procedure``; None where not counted."""

    def procedure_figures(self, period: Period) -> ProcedureFigures | None:
        """The figures of each procedure; None where they are not counted."""

    def procedure_names(self) -> dict[str, str]: ...

    def days(self) -> DailyResults:
        """What the portal published by day."""

    @property
    def counts(self) -> bool:
        """Whether the results are counted here, so that the portal's stand beside them."""

    @property
    def publishes(self) -> bool:
        """Whether periods are frozen here as editions."""


class Given:
    """Results that stay as they are, and what the portal published by day."""

    counts = False
    publishes = False

    def __init__(
        self,
        results: Iterable[Result],
        days: DailyResults | None = None,
        regrouped: Iterable[Result] = (),
    ) -> None:
        self._results = {result.period: result for result in results}
        self._regrouped = {result.period: result for result in regrouped}
        self._days = days or NoDays()
        self._version = next(NUMBERS)

    def lacks(self) -> Lack | None:
        return None

    def awaited(self, period: Period) -> bool:
        return False

    def versions(self) -> dict[Period, int]:
        return dict.fromkeys(self._results, self._version)

    def result(self, period: Period, version: int, regroup: bool) -> Result:
        return (self._results | self._regrouped if regroup else self._results)[period]

    def regrouped(self) -> Collection[Period]:
        return self._regrouped

    def procedures(self, period: Period) -> pl.DataFrame | None:
        return None

    def procedure_figures(self, period: Period) -> ProcedureFigures | None:
        return None

    def procedure_names(self) -> dict[str, str]:
        return {}

    def days(self) -> DailyResults:
        return self._days


class Counted:
    """Results counted from the records of the home, as the inbox's process last counted them."""

    counts = True
    publishes = True

    def __init__(self) -> None:
        self._begun = Begun(store())
        self._days = HomeDays(home())

    def lacks(self) -> Lack | None:
        return self._begun.lacks() or (None if counting.versions() else Lack.COUNT)

    def awaited(self, period: Period) -> bool:
        return period in counting.running(now().date())

    def versions(self) -> dict[Period, int]:
        if self._begun.lacks():
            return {}  # what was counted of nothing would show points that nobody has earned
        return {Period.parse(period): version for period, version in counting.versions().items()}

    def result(self, period: Period, version: int, regroup: bool) -> Result:
        latest = counting.latest(period)
        if latest is None:
            raise KeyError(period)
        figures, units = latest.figures, registers().known().units
        if regroup:
            found = counting.regrouped(period)
            figures, units = figures if found is None else found, units.frozen(latest.counted_at.date())
        scores = score(figures, rules_in_use(), units, from_records=True)
        return Result(period, period.cut_off(latest.counted_at), COUNTED, scores)

    def regrouped(self) -> Collection[Period]:
        return counting.regrouped_periods()

    def procedures(self, period: Period) -> pl.DataFrame | None:
        return counting.procedures(period)

    def procedure_figures(self, period: Period) -> ProcedureFigures | None:
        return counting.procedure_figures(period)

    def procedure_names(self) -> dict[str, str]:
        frame = registers().procedures()
        return dict(zip(frame["code"], frame["name"], strict=True))

    def days(self) -> DailyResults:
        return self._days


class Begun:
    """Whether a home holds units and dossiers; what it holds once it holds for ever."""

    def __init__(self, store: Store) -> None:
        self._watch = Watch(store, [Lack.UNITS.value, Lack.DOSSIERS.value])
        self._lock = threading.Lock()
        self._lacks: Lack | None = Lack.UNITS

    def lacks(self) -> Lack | None:
        with self._lock:
            if self._lacks:
                places = self._watch.now()
                self._lacks = next((lack for lack in Lack if places.get(lack.value) == 0), None)
            return self._lacks


@cache
def source() -> Source:
    """The one place to replace where results come from elsewhere."""
    return Given([scored_2026()], BundledDays()) if settings.SHOWS == "published" else Counted()


def lacks() -> Lack | None:
    """What must come before anything can be shown."""
    return source().lacks()


def awaited(period: Period) -> bool:
    """Whether a period that has no result yet is being counted."""
    return source().awaited(period)


def versions() -> dict[Period, int]:
    """The periods shown: the latest first, of those that end together the longest; each with its version."""
    found = source().versions()
    return dict(sorted(found.items(), key=lambda item: (item[0].last, item[0].days), reverse=True))


def periods() -> list[Period]:
    """The periods that have a result, in the order of ``versions``."""
    return list(versions())


def result(period: Period, regroup: bool = False) -> Result:
    """The result of a period; raises KeyError where there is none.

    With ``regroup`` for the units of today, whose predecessors' work is theirs.
    """
    of, version = source(), versions()[period]
    return HELD.get((of, period, regroup), version, lambda: of.result(period, version, regroup))


def regrouped() -> Collection[Period]:
    """The periods whose units are not those of today."""
    return source().regrouped()


def procedures(period: Period) -> pl.DataFrame | None:
    """What procedures took, by unit: the columns of ``engine.by_procedure``; None where not counted."""
    return source().procedures(period)


def procedure_figures(period: Period) -> ProcedureFigures | None:
    """The figures of each procedure; None where they are not counted."""
    return source().procedure_figures(period)


def days() -> DailyResults:
    """What the portal published by day."""
    return source().days()


def state() -> object:
    """What pages are made of: it changes whenever a result does."""
    shown = source()
    own = (last_number(), remarks.version()) if shown.publishes else None
    return shown.versions(), shown.days().version(), own


def procedure_names() -> dict[str, str]:
    """The names of the procedures known, by code."""
    return source().procedure_names()
