"""The rows that conditions look at: records with what is worked out about each at the cut-off."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir
import polars as pl

from phucvu.engine import on_time, populations
from phucvu.engine.evaluation import (
    AMONG,
    Evaluation,
    Types,
    cut_off,
    cut_off_of,
    input_table,
    own_period,
    starts,
    starts_of,
)
from phucvu.engine.look_up import look_up
from phucvu.figures.periods import END_OF_DAY
from phucvu.records import histories
from phucvu.records.histories import ID
from phucvu.records.schema import TABLES, TIME
from phucvu.rules.model import Count

FACTS = ("fee", "paper_result", "for_citizens", "max_time", "max_time_unit")
"""What a dossier carries of its procedure."""

TIMES = {"hour": 3600, "day": 1, "workday": 1, "month": 30}
"""What time is spent in (2.2): the unit of the procedure's own limit, working days without one; and how
many of the whole numbers counted, seconds of the clock or days, make one. A month is 30 days."""


def dossiers(evaluation: Evaluation, units: ir.Table | None = None) -> ir.Table:
    """The dossiers of the populations ``received`` and ``handled``, of all units or of those in a table.

    ``units`` are those of ``Evaluation.among``. See ``with_filed``; what was only filed is not among them.
    """
    rows = with_filed(evaluation, units)
    return rows.filter(rows.handled)


def with_filed(evaluation: Evaluation, units: ir.Table | None = None) -> ir.Table:
    """The dossiers of all populations of the period, of all units or of those in a table.

    To a dossier's own columns come FACTS of its procedure, what ``on_time`` works out (``due``, ``end``,
    ``waited_exactly`` in microseconds, ``waited`` in seconds, ``unanswered``, ``in_time``),
    ``worked_days`` (working days after the day of receipt up to the day of the end, less waiting; empty
    while not finished), ``spent`` in the procedure's own unit ``timed_in`` (see ``TIMES``),
    ``petitioned``, ``disliked``, ``at_portal`` (a code of ``AtPortal``), and the populations ``received``,
    ``handled`` and ``filed``. Of a dossier that was only filed (``filed`` alone) what is worked
    out says nothing. Where several periods are counted together (``Evaluation.together``), there is a row
    for each that a dossier counts in, with ``OWN_PERIOD``.
    """
    if units is None:
        return evaluation.view("with_filed", _worked_out)
    return evaluation.view("with_filed_among", partial(_worked_out, units=AMONG))


def _worked_out(evaluation: Evaluation, units: ir.Table | None = None) -> ir.Table:
    procedures = evaluation.tables["procedures"]
    rows, waits = _histories(evaluation, units)
    own = [c for c in rows.columns if c not in (*histories.TYPES, "begins", "asked_id")]
    # A due date that is known needs no last day looked up.
    undated_on = rows.due_at.isnull().ifelse(rows.received_at.date(), None)
    rows = rows.mutate(undated_on=undated_on)
    for table, keys in (
        (procedures.select(*FACTS, procedure="code"), ("procedure",)),
        (on_time.last_days(evaluation), ("procedure", "undated_on")),
        (evaluation.tables["portal_answers"].select(ID, at_portal="outcome"), (ID,)),
        (_roots(evaluation), ("unit",)),
    ):
        rows = look_up(rows, table, *keys)
    rows = look_up(rows, _named(evaluation), "root", "code")
    rows = evaluation.by_period(rows, "begins")
    rows = rows.mutate(received_on=rows.received_at.date())
    rows = rows.mutate(received_on=on_time.in_period(rows, "received_on"))
    waited = on_time.waiting(evaluation.by_period(waits, "since"), evaluation.workdays)
    rows = look_up(rows, waited.rename(asked_id=ID), "asked_id", *own_period(rows)[:1])
    worked = evaluation.workdays.select(received_on="day", worked_before="worked")
    rows = look_up(rows, worked, "received_on")
    periods = own_period(rows)
    rows = rows.select(
        *own,
        *periods,
        *FACTS,
        "worked_before",
        "waited_days",
        "waited_dates",
        "at_portal",
        end=on_time.end_of_processing(rows),
        due=on_time.deadline(rows),
        waited_exactly=rows.waited.fill_null(0),
        unanswered=rows.unanswered.fill_null(False),
        petitioned=(rows.petitioned_from <= cut_off_of(rows)).fill_null(False),
        disliked=rows.disliked.fill_null(False),
        received=populations.received(rows.received_at, starts_of(rows)).fill_null(False),
        filed=populations.filed(rows.begins, starts_of(rows)),
    )
    handled = populations.handled(rows.received_at, rows.end, starts_of(rows)).fill_null(False)
    rows = rows.mutate(
        handled=handled, ended_on=rows.end.date(), unanswered=rows.unanswered & rows.end.isnull()
    )
    rows = rows.mutate(ended_on=on_time.in_period(rows, "ended_on"))
    rows = rows.filter(rows.handled | rows.filed)
    ended = evaluation.workdays.select(ended_on="day", worked_after="worked")
    rows = look_up(rows, ended, "ended_on")
    days = (rows.worked_after - rows.worked_before).fill_null(0) - rows.waited_days.fill_null(0)
    dates = rows.end.date().delta(rows.received_at.date(), unit="day") - rows.waited_dates.fill_null(0)
    clock = (rows.end.delta(rows.received_at, unit="microsecond") - rows.waited_exactly) // on_time.SECOND
    timed_in = (rows.max_time.notnull() & rows.max_time_unit.notnull()).ifelse(rows.max_time_unit, "workday")
    spent = ibis.cases((timed_in == "hour", clock), (timed_in == "workday", days), else_=dates)
    return rows.select(
        *own,
        *periods,
        *FACTS,
        *("end", "due", "waited_exactly", "unanswered", "petitioned", "disliked", "at_portal"),
        *("received", "handled", "filed"),
        waited=rows.waited_exactly // on_time.SECOND,
        in_time=on_time.on_time(rows),
        timed_in=timed_in,
        spent=rows.end.notnull().ifelse(ibis.greatest(spent, 0), ibis.null("int64")),
        worked_days=rows.end.notnull().ifelse(ibis.greatest(days, 0), ibis.null("int64")),
    )


def _histories(evaluation: Evaluation, units: ir.Table | None) -> tuple[ir.Table, ir.Table]:
    """The dossiers that the period may count; and what they waited for, as ``on_time.waiting`` takes it.

    To the dossiers come ``ENDINGS``, ``begins`` (when received, or filed where they were not) and
    ``asked_id``: their number, or nothing where it is known that they waited for nothing.
    """

    def wanted(rows: ir.Table) -> ir.Table:
        return rows if units is None else rows.semi_join(units, "unit")

    if evaluation.summed:
        rows = wanted(evaluation.histories)
        asked_id = rows.asked_at.notnull().ifelse(rows[ID], None)
        return rows.mutate(begins=rows.concerns_from, asked_id=asked_id), evaluation.waits
    dossiers, steps = evaluation.tables["dossiers"], evaluation.tables["steps"]
    begins = ibis.coalesce(dossiers.received_at, dossiers.filed_at)
    rows = dossiers.mutate(begins=begins, asked_id=dossiers[ID])
    rows = wanted(rows.filter(rows.begins <= cut_off()))
    if units is not None:
        steps = steps.semi_join(rows, ID)
    asked = histories.of_asked(steps)
    waits = histories.waits(asked).inner_join(dossiers.select(ID, *_SAID), ID)
    return (
        _with_endings(rows, histories.first_moments(dossiers, steps)),
        _with_endings(waits, histories.first_moments(dossiers, asked)).drop(*histories.DECLARED.values()),
    )


_SAID = ("received_at", *histories.DECLARED.values())


def _with_endings(rows: ir.Table, moments: ir.Table) -> ir.Table:
    """The rows with the moments of ``ENDINGS``, of which none is left out here."""
    return look_up(rows, moments, ID).select(
        *rows.columns,
        *histories.MOMENTS,
        **{name: rows[of] for name, of in histories.DECLARED.items()},
    )


@input_table("roots", {"unit": pl.String, "root": pl.String})
def _roots(evaluation: Evaluation) -> pl.DataFrame:
    """The province or ministry of every unit; where none is known above it, the highest unit there is.

    A dossier's number means one dossier within it, and may mean another elsewhere.
    """
    rows = list(evaluation.tree.highest.items())
    return pl.DataFrame(rows, schema={"unit": pl.String, "root": pl.String}, orient="row")


def _named(evaluation: Evaluation) -> ir.Table:
    """Roots and codes of the dossiers that somebody named, and how.

    ``petitioned_from``: since when in a petition; ``disliked``: in a rating of −1.
    """
    petitions, ratings = evaluation.tables["petitions"], evaluation.tables["ratings"]
    petitions = petitions.filter(petitions.arrived_at <= cut_off(), petitions.dossier.notnull())
    ratings, moment = ratings.filter(ratings.value == -1), petitions.arrived_at.type()
    named = ibis.union(
        petitions.select("unit", code="dossier", petitioned_from="arrived_at", disliked=False),
        ratings.select("unit", code="dossier", petitioned_from=ibis.null(moment), disliked=True),
    ).inner_join(_roots(evaluation), "unit")
    return named.group_by("root", "code").agg(
        petitioned_from=named.petitioned_from.min(), disliked=named.disliked.any()
    )


def decisions(evaluation: Evaluation, count: Count) -> ir.Table:
    """The publication decisions of the period, each under the province or ministry it belongs to.

    ``status`` is the procedure's in the catalogue, empty where it is unknown; ``root`` is that province
    or ministry; ``published_on`` is empty where it is later than the cut-off; ``decide_by`` and
    ``publish_by`` are the count's limits, and ``overdue`` says that the time to make it public has run out.
    They are few, so that the calendar can be asked for each.
    """
    added = {
        "status": pl.String,
        "root": pl.String,
        "decide_by": pl.Date,
        "publish_by": pl.Date,
        "overdue": pl.Boolean,
    }
    types = TABLES["decisions"].types | added
    return input_table(_judged("decisions", count), types)(partial(_judged_decisions, count, types))(
        evaluation
    )


def _judged_decisions(count: Count, types: Types, evaluation: Evaluation) -> pl.DataFrame:
    found = evaluation.ask_once("decisions", lambda: _decided(evaluation))
    judged = (_with_limits(row, evaluation, count) for row in found.to_dicts())
    return pl.DataFrame([row for row in judged if row["root"] is not None], schema=types)


def _judged(name: str, count: Count) -> str:
    """A name for what depends on a count's limits."""
    return "_".join(
        ["judged", name, *(f"{limit}_{days}" for limit, days in sorted(count.working_days.items()))]
    )


def _decided(evaluation: Evaluation) -> ir.Table:
    table, procedures = evaluation.tables["decisions"], evaluation.tables["procedures"]
    of_period = table.filter(table.decided_on.between(starts().date(), cut_off().date()))
    return look_up(of_period, procedures.select("status", procedure="code"), "procedure")


def _with_limits(row: dict[str, Any], evaluation: Evaluation, count: Count) -> dict[str, Any]:
    calendar, tree, last = evaluation.calendar, evaluation.tree, evaluation.cut_off.date()
    # The day of the cut-off has run out only at its end.
    over = last if evaluation.cut_off.time() >= END_OF_DAY else last - dt.timedelta(days=1)
    row["root"] = tree.root(tree.home(row["unit"]))
    if row["published_on"] and row["published_on"] > last:
        row["published_on"] = None
    allowed = count.working_days.get(tree.units[row["root"]].kind) if row["root"] else None
    if allowed is not None:
        row["decide_by"] = row["effective_on"] and calendar.before(row["effective_on"], allowed)
        row["publish_by"] = calendar.after(row["decided_on"], allowed)
        row["overdue"] = row["publish_by"] <= over
    return row


LIMITS = (
    ("refused", "arrived_at", "refuse_by"),
    ("supplement", "arrived_at", "supplement_by"),
    ("answered", "arrived_at", "answer_by"),
    ("published", "answered_at", "publish_by"),
)
"""The limits of petitions: their name in a count, from when they run, and the column of their last day."""


def petitions(evaluation: Evaluation, count: Count) -> ir.Table:
    """The petitions of the period's populations, with what happened after the cut-off left out.

    ``refuse_by``, ``supplement_by``, ``answer_by`` and ``publish_by`` are the last days of the count's
    limits; ``cut_off`` is the cut-off. The calendar is asked once for each day that occurs.
    """
    flags = {"arrived": pl.Boolean, "open": pl.Boolean}
    last_days = {name: pl.Date for _, _, name in LIMITS}
    types = TABLES["petitions"].types | flags | last_days | {"cut_off": TIME}
    return input_table(_judged("petitions", count), types)(partial(_judged_petitions, count, types))(
        evaluation
    )


def _judged_petitions(count: Count, types: Types, evaluation: Evaluation) -> pl.DataFrame:
    frame = evaluation.ask_once("petitions", lambda: _open(evaluation))
    for limit, since, name in LIMITS:
        day = pl.col(since).cast(pl.Date)
        days = frame.select(day).to_series().drop_nulls().unique()
        last = {
            d: evaluation.calendar.after(d, count.working_days[limit])
            for d in days
            if limit in count.working_days
        }
        frame = frame.with_columns(day.replace_strict(last, default=None, return_dtype=pl.Date).alias(name))
    return frame.with_columns(cut_off=pl.lit(evaluation.cut_off, TIME)).select(*types)


def _open(evaluation: Evaluation) -> ir.Table:
    """The petitions of the populations ``arrived`` and ``open``."""
    table = evaluation.tables["petitions"]
    table = table.filter(table.arrived_at <= cut_off())
    moments = ("refused_at", "supplement_asked_at", "answered_at", "published_at")
    table = table.mutate(**{m: on_time.seen(table[m]) for m in moments})
    table = table.filter(populations.open_(table))
    return table.mutate(arrived=populations.arrived(table), open=True)
