"""What the pages of the workspace look things up in: units, the calendar, listings, boards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import polars as pl
from django.http import Http404

from phucvu.accounts import units
from phucvu.engine.calendar import Calendar
from phucvu.engine.connections import connect
from phucvu.engine.handlers import unknown_handlers
from phucvu.engine.left_out import left_out as left_out_of
from phucvu.engine.listing import Listing
from phucvu.engine.sources import Tables
from phucvu.engine.table_findings import table_findings as found_in_tables
from phucvu.engine.tree import Tree
from phucvu.figures.periods import Period
from phucvu.figures.units import Units
from phucvu.inbox.clock import now
from phucvu.inbox.counting import running
from phucvu.inbox.home import home, store
from phucvu.inbox.lists import ask_for, listing_of
from phucvu.inbox.watching import Watch
from phucvu.problems import UnusableError
from phucvu.records.store import Store
from phucvu.rules.loading import rules_in_use
from phucvu.web import results
from phucvu.web.language import _, language


def asked_period(text: str) -> Period:
    """The period that an address asks for; without one the running month, or the latest with a result.

    Raises Http404 for one that neither runs nor has a result: lists are not made of any run of days.
    """
    known, now_running = results.periods(), running(now().date())
    if not text:
        return now_running[0] if now_running[0] in known or not known else known[0]
    try:
        period = Period.parse(text)
    except UnusableError as error:
        raise Http404(error.faults[0].text(language())) from error
    if period not in known and period not in now_running:
        there_are = ", ".join(str(p) for p in known)
        reason = _("Chưa có kết quả của kỳ %(period)s; hiện có: %(there_are)s.")
        raise Http404(reason % {"period": period, "there_are": there_are})
    return period


def periods(shown: Period) -> list[Period]:
    """The periods to choose from: those that run, those with a result, the one shown; the latest first."""
    found = {*running(now().date()), *results.periods()[:24], shown}
    return sorted(found, key=lambda p: (p.last, p.days), reverse=True)


def listing(period: Period) -> Listing | None:
    """The latest listing for a period; None where it is still being made."""
    if period.last < now().date():
        ask_for(home(), period)
    return listing_of(home(), period)


def left_out(unit: str) -> list[dict[str, str]]:
    """The declared numbers and likes of a unit and those below it that counting leaves out."""
    with tables() as held:
        return left_out_of(held, units.below(unit)).to_dicts()


def table_findings(unit: str, period: Period) -> list[dict[str, str]]:
    """What is doubtful in the tables of a unit and those below it."""
    with tables() as held:
        steps = store().table(held["steps"].get_backend(), "steps", payload=True)
        handlers = unknown_handlers(steps, held, period, now())
        of_units, rules = units.below(unit), rules_in_use().at(period.last)
        found = found_in_tables(held, units.every(), rules, period, now().date(), of_units, handlers)
        return found.to_dicts()


def tree(period: Period) -> Tree:
    """The units of a period."""
    return _tree(units.every(), period)


@lru_cache(maxsize=16)
def _tree(known: Units, period: Period) -> Tree:
    return Tree.of_period(known, period)


@lru_cache(maxsize=256)
def _below(of: Tree, unit: str) -> tuple[str, ...]:
    return tuple(of.below(unit))


def below(period: Period, unit: str) -> tuple[str, ...]:
    """The codes of the units whose records count for a unit in a period; none where it is not shown."""
    found = tree(period)
    return _below(found, unit) if any(u.code == unit for u in found.shown) else ()


@contextmanager
def tables() -> Iterator[Tables]:
    """The records, for the engine."""
    con, records = connect(), store()
    try:
        yield records.tables(con)
    finally:
        con.disconnect()


def calendar() -> Calendar:
    """The working days, with the office's own."""
    return _calendar(home(), _watch(home()).now()["calendar"])


@lru_cache(maxsize=2)
def _watch(of: str) -> Watch:
    return Watch(Store(of), ["calendar"])


@lru_cache(maxsize=2)
def _calendar(of: str, _place: int) -> Calendar:
    rows: list[tuple[dt.date, bool]] = Store(of).rows("calendar").select("date", "working").rows()
    return Calendar(dict(rows))


def procedure_names() -> dict[str, str]:
    return results.procedure_names()


def summed(of: Tree, counts: dict[str, int]) -> dict[str, int]:
    """What units have, summed over each shown unit and all below it."""
    frame = pl.DataFrame(list(counts.items()), schema={"unit": pl.String, "n": pl.Int64}, orient="row")
    found = of.spread.join(frame, on="unit").group_by("above").agg(pl.col("n").sum())
    return dict(found.iter_rows())
