"""What the steps of each dossier say, summed up once so that counting need not read them.

The sums hold for every cut-off: they keep first moments, and where a supplement was asked for, from when
until when the dossier waited.
"""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir
import polars as pl

from phucvu.records.codes import Status
from phucvu.records.schema import TIME

NAME = "histories"
"""How the dossiers that count, with the columns of ``TYPES``, are named beside the tables of records."""

ID = "dossier_id"
"""What a dossier and its steps are joined by (see ``phucvu.records.schema.DOSSIER_ID``)."""

STOPPED = (Status.REFUSED, Status.STOPPED)
ASKED = Status.SUPPLEMENT_ASKED

RESUMED = (Status.RECEIVED, Status.IN_PROCESS)

MOMENTS = ("first_step", "done", "returned", "stopped")

TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(MOMENTS, TIME),
    "asked_at": TIME,
    "waits": pl.List(pl.Struct({"since": TIME, "until": TIME, "again": pl.Boolean})),
    "concerns_from": TIME,
    "concerns_until": TIME,
}
"""The columns that sums add to a dossier.

``done``, ``returned`` and ``stopped`` are the first moments of these endings; the dossier is stopped also
where it was withdrawn, since its receipt. ``waits`` are those of ``waits``, and ``asked_at`` is since when it
waited first, nothing where there are none: few did, and it tells without reading lists which. A
period that ends before ``concerns_from`` or begins after ``concerns_until`` does not count the dossier,
whatever the cut-off.
"""

MEANING = 3
"""To be raised when the columns come to mean something else: sums of another meaning are not used."""

NEVER_OVER = dt.datetime(9999, 12, 31)


def first_moments(dossiers: ir.Table, steps: ir.Table) -> ir.Table:
    """A row for each dossier with steps: ``MOMENTS``. ``dossiers`` may lack some, ``steps`` others'."""
    at, status = steps["at"], steps.status
    first = steps.group_by(ID).agg(
        first_step=at.min(),
        done=at.min(where=status == Status.DONE),
        returned=at.min(where=status == Status.RETURNED),
        stopped=at.min(where=status.isin(STOPPED)),
    )
    withdrawals = steps.filter(status == Status.WITHDRAWN).select(ID, "at")
    withdrawals = withdrawals.inner_join(dossiers.select(ID, "received_at"), ID)
    withdrawals = withdrawals.filter(withdrawals["at"] >= withdrawals.received_at)
    withdrawals = withdrawals.group_by(ID).agg(withdrawn=withdrawals["at"].min())
    rows = first.left_join(withdrawals, ID)
    # The least of two ignores neither, in some engines, where one is empty.
    stopped = ibis.coalesce(ibis.least(rows.stopped, rows.withdrawn), rows.stopped, rows.withdrawn)
    return rows.select(ID, "first_step", "done", "returned", stopped=stopped)


def waits(steps: ir.Table) -> ir.Table:
    """What dossiers waited for, told so that it holds for every cut-off: ID, since, until and again.

    Without ``again`` a spell of waiting for the citizen, from a request to the step that resumes processing;
    requests that the same step answers are one spell, from the first of them. With ``again`` the time in
    which a request beyond the first is the last that is known of the dossier. ``until`` is empty where
    nothing came.
    """
    status = steps.status
    moments = steps.group_by(ID, "at").agg(
        requests=(status == ASKED).sum(),
        resumed=status.isin(RESUMED).any(),
        answered=((status > ASKED) | status.isin(RESUMED)).any(),
    )
    in_order = {"group_by": ID, "order_by": moments["at"]}
    later = ibis.window(**in_order, rows=(1, None))
    moments = moments.mutate(
        resumed_at=moments["at"].min(where=moments.resumed).over(later),
        next_at=moments["at"].min().over(later),
        so_far=moments.requests.sum().over(ibis.window(**in_order, rows=(None, 0))),
    )
    asked = moments.filter(moments.requests > 0)
    # A request answered at its own moment opens no spell.
    spells = asked.filter(~asked.resumed).group_by(ID, until=asked.resumed_at).agg(since=asked["at"].min())
    open_ = asked.filter(~asked.answered, asked.so_far > 1)
    return ibis.union(
        spells.select(ID, "since", "until", again=False),
        open_.select(ID, since="at", until="next_at", again=True),
    )


def of_asked(steps: ir.Table) -> ir.Table:
    """All steps of the dossiers that a supplement was asked for."""
    return steps.semi_join(steps.filter(steps.status == ASKED).select(ID).distinct(), ID)


def summed(dossiers: ir.Table, steps: ir.Table) -> ir.Table:
    """The dossiers with the columns of ``TYPES``."""
    waited = waits(of_asked(steps))
    wait = ibis.struct({"since": waited.since, "until": waited.until, "again": waited.again})
    rows = dossiers.left_join(first_moments(dossiers, steps), ID, rname="{name}_of_steps")
    asked = waited.group_by(ID).agg(asked_at=waited.since.min(), waits=wait.collect())
    rows = rows.left_join(asked, ID, rname="{name}_of_waits")
    begins = ibis.coalesce(rows.received_at, rows.filed_at)
    return rows.select(
        *dossiers.columns,
        *MOMENTS,
        "asked_at",
        "waits",
        concerns_from=begins,
        concerns_until=ibis.greatest(begins, _over(rows)),
    )


def _over(rows: ir.Table) -> ir.TimestampValue:
    """The end of processing where no step is left out; for most it is the end at every cut-off."""
    by_steps = ibis.coalesce(rows.done, rows.returned, rows.stopped)
    declared = ibis.coalesce(rows.ended_at, rows.returned_at)
    end = rows.first_step.notnull().ifelse(by_steps, declared)
    return end.fill_null(ibis.literal(NEVER_OVER))
