"""The forecasts of a home, learnt anew each month: lateness, put beside every open dossier; and scores."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import polars as pl

from phucvu.engine.calendar import Calendar
from phucvu.engine.handlers import last_handlers
from phucvu.engine.sources import of_store
from phucvu.inbox import expecting
from phucvu.inbox.clock import now
from phucvu.records.store import Store
from phucvu.rules.loading import rules_in_use
from phucvu.steering import kept_forecast, kept_month_ends, prequential
from phucvu.steering.kept_forecast import KeptForecast
from phucvu.steering.lateness import PAST, in_hours, opened
from phucvu.steering.past_dossiers import past_dossiers, with_handlers
from phucvu.steering.working_time import WorkingTime

MONTHS = 12
"""Months before this one in which a forecast is tried."""

AGAIN = dt.timedelta(days=1)
"""How long after there was too little to learn from it is tried again."""

AHEAD = dt.timedelta(days=1100)
"""How far ahead deadlines are told apart in working hours."""


class Forecaster:
    """Learns for one store, at the start of each month."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._lateness, self._scores = folder / "lateness.json", folder / "scores.json"
        self._looked_at: dt.datetime | None = None
        self._learnt = False

    def learn_if_due(self) -> bool:
        """Learn anew where that was not done this month; whether it was done now."""
        moment = now().replace(microsecond=0)
        before = self._looked_at
        if before and _month(before) == _month(moment) and (self._learnt or moment - before < AGAIN):
            return False
        kept, scores = kept_forecast.read(self._lateness), kept_month_ends.read(self._scores)
        made = [kept.lateness.at if kept else None, scores.at if scores else None]
        due = any(at is None or _month(at) != _month(moment) for at in made)
        done = due and self._learn(moment)
        self._looked_at, self._learnt = moment, done or not due
        return done

    def _learn(self, moment: dt.datetime) -> bool:
        """Learn and keep what was learnt; False where too few deadlines are over."""
        found = history(self._store, moment)
        if found is None:
            return False
        past, time = found
        kept = learnt(past, time, moment)
        kept.write(self._lateness)
        expecting.learnt(self._store, moment, past, time, by_rates=not kept.shown).write(self._scores)
        return True


def _month(moment: dt.datetime) -> tuple[int, int]:
    return moment.year, moment.month


def history(store: Store, moment: dt.datetime) -> tuple[pl.DataFrame, WorkingTime] | None:
    """The dossiers to learn from (by ``in_hours``), and their working time; None where too few are due."""
    with of_store(store) as tables:
        steps = store.table(tables["steps"].get_backend(), "steps", payload=True)
        past = past_dossiers(tables, steps, rules_in_use(), moment)
    if past.filter(pl.col("due_at") < moment).height < prequential.FEWEST:
        return None
    first = past["received_at"].min()
    assert isinstance(first, dt.datetime)
    time = _working_time(store, first, moment)
    return in_hours(past, time), time


def learnt(past: pl.DataFrame, time: WorkingTime, moment: dt.datetime) -> KeptForecast:
    """What a history tells of lateness at a moment."""
    first, last = past["received_at"].min(), past["received_at"].max()
    assert isinstance(first, dt.datetime)
    assert isinstance(last, dt.datetime)
    this = moment.replace(day=1, hour=0, minute=0, second=0)
    months = [_months_before(this, number) for number in range(MONTHS, 0, -1)]
    lateness, bounds, measures = prequential.forecast_now(past, months, moment, time)
    return KeptForecast(first, last, past.height, lateness, bounds, measures)


def _months_before(month: dt.datetime, number: int) -> dt.datetime:
    year, place = divmod(month.year * 12 + month.month - 1 - number, 12)
    return month.replace(year=year, month=place + 1)


def _working_time(store: Store, first: dt.datetime, moment: dt.datetime) -> WorkingTime:
    own = dict(store.rows("calendar").select("date", "working").iter_rows())
    return WorkingTime(Calendar(own), first.date(), (moment + AHEAD).date())


OPEN = """
SELECT number, sender, code, unit, procedure, coalesce(channel, 1)::VARCHAR AS channel, received_at,
       must_by AS due_at, NULL::TIMESTAMP AS ended_at
FROM dossiers WHERE ended IS NULL AND NOT unanswered AND must_by IS NOT NULL AND received_at IS NOT NULL
"""

FILL = "UPDATE dossiers SET chance = told.chance FROM told WHERE dossiers.number = told.number"


def add_chances(listing: Path, store: Store, folder: Path, moment: dt.datetime) -> None:
    """Write into a listing the chance of each open dossier to be late, where a forecast is kept.

    Where the forecast may not be shown it is the clerk's rule.
    """
    kept = kept_forecast.read(folder / "lateness.json")
    if kept is None:
        return
    with duckdb.connect(listing) as con:
        rows = con.sql(OPEN).pl()
        if rows.is_empty():
            return
        rows = _with_handlers(rows, store, kept, moment)
        first = rows["received_at"].min()
        assert isinstance(first, dt.datetime)
        time = _working_time(store, max(first, moment - AHEAD), moment)
        held = in_hours(rows.cast(PAST), time)
        asked = opened(held, moment, time, kept.lateness.usual_load)
        chance = kept.lateness.late(asked) if kept.shown else kept.lateness.rates.late(asked)
        told = asked.select("number", chance=pl.Series(chance, dtype=pl.Float32))
        con.register("told", told.to_arrow())
        con.execute(FILL)


def _with_handlers(rows: pl.DataFrame, store: Store, kept: KeptForecast, moment: dt.datetime) -> pl.DataFrame:
    """The handlers of open dossiers; not looked for where nothing is known of any."""
    if not any(kept.lateness.rates.of.get("handler", {})):
        return rows.with_columns(handler=pl.lit(""))
    with of_store(store) as tables:
        steps = store.table(tables["steps"].get_backend(), "steps", payload=True)
        last = last_handlers(steps, moment, rows.select("sender", "code"))
        return with_handlers(rows, last).drop("said")
