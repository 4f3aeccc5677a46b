"""Counting every period but the running month, and the procedures of all: what need not be at once.

The running quarter and year, and the month's procedures, are counted when the records have changed. A
period that is over is counted once, and again when records that can touch it have changed. Each rests in
between, since a dossier more changes them little; and the process that counts them steps back for
others.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

import ibis
import ibis.expr.types as ir
import polars as pl

from phucvu.engine.by_procedure import by_procedure, figures_and_of_each
from phucvu.engine.embedded import answer
from phucvu.engine.figures import figures
from phucvu.engine.look_up import look_up
from phucvu.engine.sources import Tables, of_store
from phucvu.engine.tree import Tree, units_of
from phucvu.figures.periods import Period
from phucvu.inbox.clock import now
from phucvu.inbox.counting import AGAIN, NEVER, Procedures, publish, publish_procedures, running
from phucvu.inbox.models import Counted
from phucvu.inbox.watching import Watch
from phucvu.records.histories import ID
from phucvu.records.schema import NOT_COUNTED, OF_DOSSIERS, TABLES
from phucvu.records.store import Store
from phucvu.rules.loading import rules_in_use

MONTHS_BACK = 36
"""How far back periods are counted: last year and the one before to compare a year with, and some more."""

REST = 9
"""A period rests for so many times as long as counting it took: counting takes a tenth of one processor."""


class History:
    """Counts one period after another, those first that readers miss most."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._watch = Watch(store, TABLES)
        self._rules = rules_in_use()
        self._seen: dict[Period, dict[str, int]] = {}
        self._counted_at: dict[Period, dt.datetime] = {}
        self._rests_until: dict[Period, dt.datetime] = {}
        self._past_rests_until = NEVER
        self._nothing_stale: tuple[dict[str, int], dt.date] | None = None

    def count_next(self) -> bool:
        """Count one period that has changed and has rested; whether there was one."""
        return self._count_running() or self._count_past()

    def _count_running(self) -> bool:
        seen, moment = self._watch.now(), now()
        for period in running(moment.date()):
            changed = seen != self._seen.get(period) or moment - self._counted_at[period] >= AGAIN
            rested = moment >= self._rests_until.get(period, NEVER)
            # The month's figures come from ``MonthCounter``, and before its procedures.
            is_month = period.kind == "month"
            if changed and rested and (not is_month or Counted.objects.filter(period=str(period)).exists()):
                with of_store(self._store) as tables:
                    self._count(tables, period, moment, procedures_alone=is_month)
                self._seen[period], self._counted_at[period] = seen, moment
                self._rests_until[period] = now() + REST * (now() - moment)
                return True
        return False

    def _count_past(self) -> bool:
        seen, moment = self._watch.now(), now()
        if moment < self._past_rests_until or self._nothing_stale == (seen, moment.date()):
            return False
        with of_store(self._store) as tables:
            content = Content.of(tables, seen, moment.date())
            missing, changed = _stale(content, moment.date())
            due = [*missing, *changed]
            if due:
                self._count(tables, due[0], moment, records=content.digest(due[0]))
            else:
                self._nothing_stale = seen, moment.date()
        if len(missing) < 2:
            self._past_rests_until = now() + REST * (now() - moment)
        return bool(due)

    def _count(
        self,
        tables: Tables,
        period: Period,
        moment: dt.datetime,
        *,
        procedures_alone: bool = False,
        records: str = "",
    ) -> None:
        moment = moment.replace(microsecond=0)
        counts = by_procedure(tables, self._rules, period, moment)
        counted, of_each = figures_and_of_each(tables, self._rules, period, moment)
        found = Procedures(counts, of_each)
        if procedures_alone:
            publish_procedures(period, found, moment)
        else:
            moved = Tree.moved(units_of(tables), period, moment.date())
            regrouped = figures(tables, self._rules, period, moment, regroup=True) if moved else None
            publish(period, counted, moment, procedures=found, regrouped=regrouped, records=records)


def _stale(content: Content, today: dt.date) -> tuple[list[Period], list[Period]]:
    """The periods over that were never counted since their end, latest first; and those that changed."""
    rows = Counted.objects.values_list("period", "counted_at", "records")
    counted = {Period.parse(period): (moment, digest) for period, moment, digest in rows}
    missing, changed = [], []
    # A period may have lost its last records since it was counted.
    for period in over(content.first, today) | {p for p in counted if p.last < today}:
        counted_at, digest = counted.get(period, (NEVER, ""))
        if counted_at <= period.ends:
            missing.append(period)
        elif digest != content.digest(period):
            changed.append((counted_at, period))
    missing.sort(key=lambda p: (p.last, p.first), reverse=True)
    return missing, [period for _, period in sorted(changed)]


def over(first: dt.date | None, today: dt.date) -> set[Period]:
    """The months, quarters and years over that records are of, ``MONTHS_BACK`` months back at most.

    ``first`` is the day of the first receipt; None where there is none.
    """
    if first is None:
        return set()
    earliest = Period.months(today.year, today.month - MONTHS_BACK, 1).first
    month = Period.months(max(first, earliest).year, max(first, earliest).month, 1)
    found: set[Period] = set()
    while month.first <= today:
        found |= set(running(month.first))
        month = Period.months(month.first.year, month.first.month + 1, 1)
    return {period for period in found if period.last < today}


@dataclass(frozen=True)
class Content:
    """What the records hold, as far as it tells whether a period's figures would change.

    ``months`` has for each table and month how many rows count of it and the sum of their places in the
    order of arrival, in text: the month of receipt of a dossier (of filing, where it was not received),
    that of a step's moment, that of receipt of a dossier that the portal answered. What is
    later than a period cannot touch it; ``others`` (all other tables, the rules, the program) can touch
    every one.
    """

    first: dt.date | None
    months: tuple[tuple[dt.date, str], ...]
    others: str

    @classmethod
    def of(cls, tables: Tables, places: Mapping[str, int], day: dt.date) -> Content:
        """``places`` is what ``Watch.now`` said before the tables were opened; ``day`` is today."""
        held = tables["dossiers"]
        dossiers = _months("counts_at", answer(_dossiers_by_month, held))
        steps = _months("at", answer(_steps_by_month, tables["steps"]))
        answers = _months("received_at", answer(_answers_by_month, tables["portal_answers"], held))
        others = {name: place for name, place in places.items() if name not in (*OF_DOSSIERS, *NOT_COUNTED)}
        rules = rules_in_use().model_dump_json()
        return cls(
            min((day for day, _ in dossiers), default=None),
            tuple(sorted([*dossiers, *steps, *((day, f"answers: {said}") for day, said in answers)])),
            f"{sorted(others.items())} {units_of(tables).changed_by(day)} {version('phucvu')} {rules}",
        )

    def digest(self, period: Period) -> str:
        """64 characters, the same as long as nothing changes that can touch the period."""
        said = repr([said for day, said in self.months if day <= period.last])
        return hashlib.sha256((said + self.others).encode()).hexdigest()


def _dossiers_by_month(dossiers: ir.Table) -> ir.Table:
    # What was only filed counts by the date of filing (3.2, 3.5).
    return _by_month(dossiers, ibis.coalesce(dossiers.received_at, dossiers.filed_at))


def _steps_by_month(steps: ir.Table) -> ir.Table:
    return _by_month(steps, steps["at"])


def _answers_by_month(answers: ir.Table, dossiers: ir.Table) -> ir.Table:
    said = look_up(answers, dossiers.select(ID, "received_at"), ID)
    return _by_month(said, said.received_at)


def _by_month(rows: ir.Table, moment: ir.TimestampValue) -> ir.Table:
    """Columns month (its first day), rows and places: what tells whether the rows are still the same."""
    months = rows.select("sequence", month=moment.date().truncate("M"))
    months = months.filter(months.month.notnull())
    return months.group_by("month").agg(rows=months.count(), places=months.sequence.sum())


def _months(moment: str, found: pl.DataFrame) -> list[tuple[dt.date, str]]:
    """A month's first day, and what is said of it."""
    rows = found.select("month", "rows", "places").iter_rows()
    return [(day, f"{moment} {day} {count} {places}") for day, count, places in rows]
