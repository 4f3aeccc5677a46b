"""What was last counted of each period, and counting the running month at every change.

Counting happens once for each change of the records, not for each reader. The running month is counted
at once, from what is held of it in memory (``Month``); everything else by ``history``.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl
from django.db import transaction
from django.db.models import F

from phucvu.figures.periods import Period, around
from phucvu.inbox.clock import now
from phucvu.inbox.models import Counted, CountedProcedures, Payload, Regrouped
from phucvu.inbox.month import Month
from phucvu.inbox.watching import Watch
from phucvu.records.schema import TABLES
from phucvu.records.store import Store
from phucvu.rules.loading import rules_in_use

AGAIN = dt.timedelta(minutes=5)
"""Deadlines pass without a message: a running period is counted again after this long at the latest."""

MARKED_AT_ONCE = 5_000
"""Payloads noted as counted in one go; a database takes only so many numbers in one statement."""

NEVER = dt.datetime(1, 1, 1)


class Procedures(NamedTuple):
    """What ``engine.by_procedure`` gives for a period: of ``by_procedure``, and of ``figures_of_each``."""

    counts: pl.DataFrame
    figures: pl.DataFrame


@dataclass(frozen=True)
class Latest:
    """The latest figures of a period: the columns of ``phucvu.figures.table.SCHEMA``.

    ``counted_at`` is the moment whose records they show, ``version`` a number that grows with each count.
    """

    figures: pl.DataFrame
    counted_at: dt.datetime
    version: int


def latest(period: Period) -> Latest | None:
    """What was last counted of a period."""
    row = Counted.objects.filter(period=str(period)).first()
    if row is None:
        return None
    return Latest(pl.read_parquet(io.BytesIO(row.figures)), row.counted_at, row.version)


def procedures(period: Period) -> pl.DataFrame | None:
    """The period's dossiers by unit and procedure: the columns of ``phucvu.engine.by_procedure.SCHEMA``."""
    query = CountedProcedures.objects.filter(counted__period=str(period))
    found = query.values_list("procedures", flat=True).first()
    return None if found is None else pl.read_parquet(io.BytesIO(found))


@dataclass(frozen=True)
class ProcedureFigures:
    """The figures of each procedure: the columns of ``phucvu.engine.by_procedure.OF_EACH``.

    ``counted_at`` is the moment whose records they show.
    """

    figures: pl.DataFrame
    counted_at: dt.datetime


def procedure_figures(period: Period) -> ProcedureFigures | None:
    """The period's figures of each procedure; None where they are not counted."""
    query = CountedProcedures.objects.filter(counted__period=str(period))
    figures, counted_at = query.values_list("figures", "counted_at").first() or (None, None)
    if figures is None or counted_at is None:
        return None
    return ProcedureFigures(pl.read_parquet(io.BytesIO(figures)), counted_at)


def regrouped(period: Period) -> pl.DataFrame | None:
    """The period's figures for the units of the day when it was counted; None where these are its own."""
    row = Regrouped.objects.filter(counted__period=str(period)).first()
    return None if row is None else pl.read_parquet(io.BytesIO(row.figures))


def regrouped_periods() -> frozenset[Period]:
    """The periods whose units are not those of the day when they were counted."""
    return frozenset(map(Period.parse, Regrouped.objects.values_list("counted__period", flat=True)))


def versions() -> dict[str, int]:
    """Each period that has figures, and a number that grows whenever they or its procedures change."""
    return dict(Counted.objects.values_list("period", "version"))


def version(period: Period) -> int:
    """The number of a period in ``versions``; 0 where it has no figures."""
    return versions().get(str(period), 0)


def periods() -> list[Period]:
    """The periods that have figures, in order of their first day, the shorter first."""
    return sorted(map(Period.parse, versions()))


def running(day: dt.date) -> list[Period]:
    """The month, quarter and year that a day is in."""
    return around(day)


class MonthCounter:
    """Counts the running month at every change."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._watch = Watch(store, TABLES)
        self._rules = rules_in_use()
        self._month: Month | None = None
        self._seen: dict[str, int] = {}
        self._counted_at = self._shown_at = NEVER

    def count_if_changed(self) -> bool:
        """Count if the records have changed, or time has passed; whether it did."""
        # What was moved before the records are looked at is in them.
        waiting = Payload.objects.filter(state=Payload.State.MOVED).order_by("id")
        moved = dict(waiting.values_list("id", "received_at")[:MARKED_AT_ONCE])
        seen, moment = self._watch.now(), now()
        period = running(moment.date())[0]
        month = self._month
        if month is None or month.period != period:
            month = Month(self._store, self._rules, period, self._watch)
        changed = seen != self._seen or month is not self._month or moment - self._counted_at >= AGAIN
        if changed:
            moment = moment.replace(microsecond=0)
            self._month = None  # should counting fail, all is read anew: what is held may be half changed
            publish(period, month.figures(moment), moment)
            self._month, self._seen, self._counted_at, self._shown_at = month, seen, moment, now()
        if moved:
            self._note_counted(period, moved)
        return changed

    def _note_counted(self, period: Period, moved: Mapping[int, dt.datetime]) -> None:
        """The payloads are in the latest figures, which may be older than the note that they were moved."""
        lag = max(0.0, (self._shown_at - min(moved.values())).total_seconds())
        with transaction.atomic():
            Payload.objects.filter(pk__in=list(moved)).update(state=Payload.State.COUNTED)
            Counted.objects.filter(period=str(period)).update(lag=lag)


def publish(
    period: Period,
    counted: pl.DataFrame,
    counted_at: dt.datetime,
    *,
    procedures: Procedures | None = None,
    regrouped: pl.DataFrame | None = None,
    records: str = "",
) -> None:
    """Make figures the latest of a period; its procedures stay as they were where none are given."""
    said = {"counted_at": counted_at, "records": records, "figures": _parquet(counted)}
    with transaction.atomic():
        if not Counted.objects.filter(period=str(period)).update(version=F("version") + 1, **said):
            Counted.objects.create(period=str(period), version=1, **said)
        if procedures is not None:
            _put_procedures(period, procedures, counted_at)
        row = Counted.objects.only("pk").get(period=str(period))
        if regrouped is None:
            Regrouped.objects.filter(counted_id=row.pk).delete()
        else:
            Regrouped.objects.update_or_create(counted_id=row.pk, defaults={"figures": _parquet(regrouped)})


def publish_procedures(period: Period, procedures: Procedures, counted_at: dt.datetime) -> None:
    """Make tables of procedures the latest of a period, which has figures already."""
    with transaction.atomic():
        _put_procedures(period, procedures, counted_at)
        Counted.objects.filter(period=str(period)).update(version=F("version") + 1)


def _put_procedures(period: Period, found: Procedures, counted_at: dt.datetime) -> None:
    row = Counted.objects.only("pk").get(period=str(period))
    said = {"procedures": _parquet(found.counts), "figures": _parquet(found.figures)}
    CountedProcedures.objects.update_or_create(counted_id=row.pk, defaults=said | {"counted_at": counted_at})


def _parquet(frame: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.write_parquet(content, compression="zstd")
    return content.getvalue()
