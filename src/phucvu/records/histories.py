"""What the steps of each dossier say, summed up once so that counting need not read them.

The sums hold for every cut-off: they keep first moments, and where a supplement was asked for, from when
until when the dossier waited.
"""

from __future__ import annotations

import datetime as dt
from functools import reduce
from operator import and_

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

MOMENTS = ("has_steps_from", "done", "returned", "stopped")

DECLARED = {"declared_end": "ended_at", "declared_return": "returned_at"}
"""What a dossier itself says of its end, by the names of these columns in the sums."""

TYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "certain": pl.Boolean,
    **dict.fromkeys((*MOMENTS, *DECLARED), TIME),
    "filed_only": pl.Boolean,
    "asked_at": TIME,
    "waits": pl.List(pl.Struct({"since": TIME, "until": TIME, "again": pl.Boolean})),
    "concerns_from": TIME,
    "concerns_until": TIME,
}
"""The columns that sums add to a dossier.

``done``, ``returned`` and ``stopped`` are the first moments of these endings; the dossier is stopped also
where it was withdrawn, since its receipt. Of nearly every dossier it is ``certain`` that processing ends at
``concerns_until`` and at no other moment, whatever the cut-off; the moments are then left empty, since to
read them would take longer than all that is counted of them. The moment of receipt stands here too: it is
``concerns_from``, unless the dossier was ``filed_only``. ``waits`` are those of ``waits``, and ``asked_at``
is since when it waited first, nothing where there are none: few did, and it tells without reading lists
which. A period that ends before ``concerns_from`` or begins after ``concerns_until`` does not count the
dossier, whatever the cut-off.
"""

MEANING = 4
"""To be raised when the columns come to mean something else: sums of another meaning are not used.

Then name a column anew, too: an older program takes files with all of its columns for its own sums."""

NEVER_OVER = dt.datetime(9999, 12, 31)


def first_moments(dossiers: ir.Table, steps: ir.Table) -> ir.Table:
    """A row for each dossier with steps: ``MOMENTS``. ``dossiers`` may lack some, ``steps`` others'."""
    at, status = steps["at"], steps.status
    first = steps.group_by(ID).agg(
        has_steps_from=at.min(),
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
    return rows.select(ID, "has_steps_from", "done", "returned", stopped=stopped)


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
    over = _over(rows)
    certain = _is_certain(rows, begins, over)
    moments = {name: rows[of] for name, of in DECLARED.items()} | {name: rows[name] for name in MOMENTS}
    return rows.select(
        *dossiers.columns,
        certain=certain,
        **{name: certain.ifelse(ibis.null("timestamp"), moment) for name, moment in moments.items()},
        filed_only=rows.received_at.isnull(),
        asked_at=rows.asked_at,
        waits=rows.waits,
        concerns_from=begins,
        concerns_until=ibis.greatest(begins, over),
    )


def _over(rows: ir.Table) -> ir.TimestampValue:
    """The end of processing where no step is left out; for most it is the end at every cut-off."""
    by_steps = ibis.coalesce(rows.done, rows.returned, rows.stopped)
    declared = ibis.coalesce(rows.ended_at, rows.returned_at)
    end = rows.has_steps_from.notnull().ifelse(by_steps, declared)
    return end.fill_null(ibis.literal(NEVER_OVER))


def _is_certain(rows: ir.Table, begins: ir.TimestampValue, over: ir.TimestampValue) -> ir.BooleanValue:
    """Whether processing ends at ``over`` at every cut-off: no earlier moment would speak before it."""

    def none_before(moment: ir.TimestampValue, *names: str) -> ir.BooleanValue:
        return reduce(and_, ((rows[name] >= moment).fill_null(True) for name in names))

    by_steps = none_before(over, "done", "returned", "stopped") & none_before(
        rows.has_steps_from, *DECLARED.values()
    )
    declared = none_before(over, *DECLARED.values())
    return (over >= begins).fill_null(False) & rows.has_steps_from.notnull().ifelse(by_steps, declared)
