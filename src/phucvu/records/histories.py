"""What the steps of each dossier say, summed up once so that counting need not read them.

The sums hold for every cut-off: they keep first moments, and where steps have to be read in order (a
supplement was asked for, or the dossier withdrawn) the steps themselves.
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

IN_ORDER = (ASKED, Status.WITHDRAWN)
"""Steps whose meaning depends on what comes before and after."""

MOMENTS = ("first_step", "last_step", "done", "returned", "stopped")

TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(MOMENTS, TIME),
    "in_order": pl.List(pl.Struct({"at": TIME, "status": pl.Int8})),
    "concerns_from": TIME,
    "concerns_until": TIME,
}
"""The columns that sums add to a dossier.

``done``, ``returned`` and ``stopped`` are the first moments of these endings. ``in_order`` holds all steps
of a dossier that has one of ``IN_ORDER``, else nothing. A period that ends before ``concerns_from`` or
begins after ``concerns_until`` does not count the dossier, whatever the cut-off.
"""

MEANING = 1
"""To be raised when the columns come to mean something else: sums of another meaning are not used."""

NEVER_OVER = dt.datetime(9999, 12, 31)


def first_moments(steps: ir.Table) -> ir.Table:
    """A row for each dossier with steps: ``MOMENTS``."""
    at, status = steps["at"], steps.status
    return steps.group_by(ID).agg(
        first_step=at.min(),
        last_step=at.max(),
        done=at.min(where=status == Status.DONE),
        returned=at.min(where=status == Status.RETURNED),
        stopped=at.min(where=status.isin(STOPPED)),
    )


def of_dossiers_in_order(steps: ir.Table) -> ir.Table:
    """All steps of the dossiers whose steps have to be read in order."""
    asked = steps.filter(steps.status.isin(IN_ORDER)).select(ID).distinct()
    return steps.semi_join(asked, ID)


def summed(dossiers: ir.Table, steps: ir.Table) -> ir.Table:
    """The dossiers with the columns of ``TYPES``."""
    theirs = of_dossiers_in_order(steps)
    step = ibis.struct({"at": theirs["at"], "status": theirs.status})
    in_order = theirs.group_by(ID).agg(
        in_order=step.collect(), withdrawn=theirs["at"].max(where=theirs.status == Status.WITHDRAWN)
    )
    rows = dossiers.left_join(first_moments(steps), ID, rname="{name}_of_steps")
    rows = rows.left_join(in_order, ID, rname="{name}_in_order")
    begins = ibis.coalesce(rows.received_at, rows.filed_at)
    return rows.select(
        *dossiers.columns,
        *MOMENTS,
        "in_order",
        concerns_from=begins,
        concerns_until=ibis.greatest(begins, _over(rows)),
    )


def _over(rows: ir.Table) -> ir.TimestampValue:
    """The end of processing, or a later moment, where no step is left out; for most it is the end itself."""
    withdrawn = (rows.withdrawn >= rows.received_at).ifelse(rows.withdrawn, ibis.null("timestamp"))
    # The least of two ignores neither, in some engines, where one is empty.
    stopped = ibis.coalesce(ibis.least(rows.stopped, withdrawn), rows.stopped, withdrawn)
    by_steps = ibis.coalesce(rows.done, rows.returned, stopped)
    declared = ibis.coalesce(rows.ended_at, rows.returned_at)
    end = rows.first_step.notnull().ifelse(by_steps, declared)
    return end.fill_null(ibis.literal(NEVER_OVER))
