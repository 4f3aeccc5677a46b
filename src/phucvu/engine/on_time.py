"""On time or late: when processing ended, what was spent waiting for the citizen, and the deadline.

The rules 1 to 6 of «On time or late». Nothing after the cut-off is seen. Steps of the same moment are
read in the order of their status, but a request (5) before what answers it (2, 4).
"""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import polars as pl

from phucvu.engine.evaluation import Evaluation, cut_off, cut_off_of, input_table, own_period, starts_of
from phucvu.engine.look_up import look_up
from phucvu.records import histories
from phucvu.records.codes import Status
from phucvu.records.histories import ID, STOPPED

ENDING = (Status.DONE, Status.RETURNED, *STOPPED)
"""Steps that end processing, whatever other steps there are."""

SECOND = 1_000_000
"""Microseconds in a second."""

DAY = 86_400
"""Seconds in a day."""


def end_by_steps(dossiers: ir.Table) -> ir.TimestampValue:
    """Rule 1 from ``ENDINGS``, of dossiers with steps by the cut-off."""
    by_steps = ibis.coalesce(*(_seen_of(dossiers, ending) for ending in ("done", "returned", "stopped")))
    if not _has_certain(dossiers):
        return by_steps
    return dossiers.certain.ifelse(_seen_of(dossiers, "concerns_until"), by_steps)


def _has_certain(dossiers: ir.Table) -> bool:
    """Whether moments are left out where they make no difference, as compaction does."""
    return "certain" in dossiers.columns


def waiting(waits: ir.Table, workdays: ir.Table) -> ir.Table:
    """Rules 2 and 3 for the dossiers that were asked for a supplement.

    ``waits`` are rows of ``phucvu.records.histories.waits``, with ``received_at`` and ``ENDINGS`` of their
    dossiers. Columns: ``waited`` (microseconds of waiting for the citizen until the end of processing,
    or until the cut-off), ``waited_days`` (working days of that within ``Evaluation.workdays``),
    ``waited_dates`` (days of that) and ``unanswered`` (the last that is known is a request beyond the first,
    which is late whatever the deadline, unless processing has ended).
    """
    until = ibis.coalesce(end_by_steps(waits), cut_off_of(waits))
    waits = waits.filter(waits.since <= cut_off_of(waits))
    waits = waits.mutate(
        stop=ibis.least(ibis.coalesce(waits.until, until), until),
        unanswered=waits.again & (waits.until > cut_off_of(waits)).fill_null(True),
    )
    waits = waits.filter(waits.unanswered | (~waits.again & (waits.since < waits.stop)))
    waits = waits.mutate(
        first_day=ibis.greatest(waits.since, waits.received_at).date(), last_day=waits.stop.date()
    )
    waits = waits.mutate(began_on=in_period(waits, "first_day"), stopped_on=in_period(waits, "last_day"))
    started = workdays.select(began_on="day", worked_before="worked")
    stopped = workdays.select(stopped_on="day", worked_after="worked")
    rows = look_up(look_up(waits, started, "began_on"), stopped, "stopped_on")
    days = ibis.greatest(rows.worked_after - rows.worked_before, 0).fill_null(0)
    dates = ibis.greatest(rows.last_day.delta(rows.first_day, unit="day"), 0)
    spells = {
        "waited": rows.stop.delta(rows.since, unit="microsecond"),
        "waited_days": days,
        "waited_dates": dates,
    }
    return rows.group_by(ID, *own_period(rows)[:1]).agg(
        **{name: _whole(spell.sum(where=~rows.again)).fill_null(0) for name, spell in spells.items()},
        unanswered=rows.unanswered.any(),
    )


def _whole(total: ir.IntegerValue) -> ir.IntegerValue:
    """A sum as Ibis takes it to be; DuckDB's has 128 bits, and so would all that is worked out of it."""
    return ops.Cast(total, to="int64").to_expr()


def end_of_processing(dossiers: ir.Table) -> ir.TimestampValue:
    """Rule 1 from ``ENDINGS``; what the dossier declares without any step."""
    declared = ibis.coalesce(*(_seen_of(dossiers, name) for name in histories.DECLARED))
    has_steps = dossiers.has_steps_from <= cut_off_of(dossiers)
    if _has_certain(dossiers):
        has_steps |= dossiers.certain
    return has_steps.ifelse(end_by_steps(dossiers), declared)


def ended_before(moment: dt.datetime | ir.TimestampScalar, dossiers: ir.Table, steps: ir.Table) -> ir.Table:
    """The dossiers that certainly ended before a moment: column dossier_id.

    Certain is what no clock and no rule can change: a step that ends processing, and none at the moment
    or after it; or no step at all and a declared end.
    """
    ends = (steps["at"].max() < moment) & steps.status.isin(ENDING).any()
    rows = dossiers.left_join(steps.group_by(ID).agg(over=ends), ID)
    declared = ibis.coalesce(rows.ended_at, rows.returned_at) < moment
    return rows.filter(ibis.coalesce(rows.over, declared).fill_null(False)).select(ID)


def seen(moment: ir.TimestampValue) -> ir.TimestampValue:
    """The moment, or nothing where it lies after the cut-off."""
    return (moment <= cut_off()).ifelse(moment, ibis.null("timestamp"))


def _seen_of(rows: ir.Table, moment: str) -> ir.TimestampValue:
    return (rows[moment] <= cut_off_of(rows)).ifelse(rows[moment], ibis.null("timestamp"))


def in_period(rows: ir.Table, day: str) -> ir.DateValue:
    """A day to look up in ``Evaluation.workdays``; nothing where it lies before the period of its row."""
    if not own_period(rows):
        return rows[day]
    return (rows[day] >= starts_of(rows).date()).ifelse(rows[day], ibis.null("date"))


@input_table("last_days", {"procedure": pl.String, "undated_on": pl.Date, "last_day": pl.Date})
def last_days(evaluation: Evaluation) -> pl.DataFrame:
    """The last day of each procedure's maximum time, for every day on which a dossier needs it (rule 5).

    It does without a due date, where the procedure's time is in days, working days or months. The times
    and days are few and repeat, whatever the number of dossiers, so the calendar is asked once for each.
    """
    needed = evaluation.ask_once("last days", lambda: _without_due_date(evaluation))
    limits = needed.select("max_time", "max_time_unit", "undated_on").unique()
    last_day = evaluation.calendar.last_day
    days = [last_day(day, amount, unit) for amount, unit, day in limits.iter_rows()]
    found = limits.with_columns(last_day=pl.Series(days, dtype=pl.Date))
    return needed.join(found, on=limits.columns).select("procedure", "undated_on", "last_day")


def _without_due_date(evaluation: Evaluation) -> ir.Table:
    procedures, dossiers = evaluation.tables["procedures"], evaluation.dossiers
    limited = procedures.filter(
        procedures.max_time_unit.isin(("day", "workday", "month")), procedures.max_time.notnull()
    )
    undated = dossiers.filter(dossiers.due_at.isnull(), dossiers.received_at <= cut_off())
    undated = undated.select("procedure", undated_on=undated.received_at.date()).distinct()
    return undated.inner_join(limited.select("max_time", "max_time_unit", procedure="code"), "procedure")


def deadline(dossiers: ir.Table) -> ir.TimestampValue:
    """Rule 5, of dossiers with their procedure's ``max_time`` and ``max_time_unit`` and their ``last_days``.

    Empty where neither a due date nor a maximum time is known.
    """
    return ibis.cases(
        (dossiers.due_at.notnull(), last_moment(dossiers.due_at)),
        (dossiers.max_time_unit == "hour", dossiers.received_at + dossiers.max_time.as_interval("h")),
        else_=end_of_day(dossiers.last_day),
    )


def last_moment(due_at: ir.TimestampValue) -> ir.TimestampValue:
    """A due date's last moment: midnight exactly names no time of day, and means the end of its day."""
    day = due_at.date()
    return (due_at == day.cast("timestamp")).ifelse(end_of_day(day), due_at)


def end_of_day(day: ir.DateValue) -> ir.TimestampValue:
    """The last second of a day: 23:59:59."""
    return day.cast("timestamp") + ibis.interval(seconds=DAY - 1)


def late(dossiers: ir.Table, cut_off: dt.datetime | ir.TimestampValue) -> ir.IntegerValue:
    """By how many microseconds a dossier is past its deadline (rules 4 to 6); 0 or less is on time.

    The waiting is taken off before the comparison; an unfinished dossier is compared at the cut-off.
    Empty where there is no deadline.
    """
    compared = ibis.coalesce(dossiers.end, cut_off)
    return compared.delta(dossiers.due, unit="microsecond") - dossiers.waited_exactly


def seconds_late(dossiers: ir.Table, cut_off: dt.datetime | ir.TimestampValue) -> ir.IntegerValue:
    """``late`` in seconds, begun ones counted whole."""
    return (late(dossiers, cut_off) + SECOND - 1) // SECOND


def on_time(dossiers: ir.Table) -> ir.BooleanValue:
    """Whether each dossier is on time at the cut-off; without a deadline it is."""
    return ~dossiers.unanswered & (late(dossiers, cut_off_of(dossiers)).fill_null(0) <= 0)
