"""Everything that a figure depends on, in one place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import ibis.expr.operations as ops
import ibis.expr.types as ir
import polars as pl
from ibis.backends import BaseBackend

from phucvu.engine.calendar import Calendar
from phucvu.engine.connections import forget, put, put_moment, run
from phucvu.engine.given import CUT_OFF, GIVEN, RECORDS, STARTS, given, table
from phucvu.engine.sources import Tables
from phucvu.engine.tree import Tree
from phucvu.figures.periods import Period
from phucvu.figures.units import units_in
from phucvu.rules.model import RuleSet


@dataclass(frozen=True)
class Question:
    """An expression over names (see ``given``), its SQL, and the names of the tables it reads."""

    rows: ir.Table
    sql: str
    reads: frozenset[str]


ASKED: dict[tuple[str, Hashable], list[Question]] = {}
"""The questions of ``Evaluation.ask``, by engine and name."""


@dataclass(frozen=True)
class Evaluation:
    """Records, rules, a period, the cut-off, and the tree of units that it is shown in.

    To be used as a context: what the engine was given meanwhile is let go of at its end. One connection
    can be in one evaluation at a time, since the names mean the same throughout the connection.
    """

    records: Tables
    rules: RuleSet
    period: Period
    cut_off: dt.datetime
    today: dt.date | None = None
    """The day whose units are shown, if not those of the period."""
    _put: dict[str, object] = field(default_factory=dict)

    @classmethod
    def at(
        cls, tables: Tables, rules: RuleSet, period: Period, now: dt.datetime, *, regroup: bool = False
    ) -> Self:
        """``now`` is Vietnam's time; with ``regroup`` the units are those of that day."""
        return cls(tables, rules, period, period.cut_off(now), now.date() if regroup else None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        forget(self._engine, self._put)
        self._put.clear()

    @cached_property
    def _engine(self) -> BaseBackend:
        # Of what a home never held there is an empty table in memory, which belongs to no connection.
        kept = [rows for rows in self.records.values() if not isinstance(rows.op(), ops.InMemoryTable)]
        engine = (kept or [self.records["dossiers"]])[0].get_backend()
        put_moment(engine, STARTS, self.period.starts)
        put_moment(engine, CUT_OFF, self.cut_off)
        return engine

    @cached_property
    def tables(self) -> dict[str, ir.Table]:
        """The records, to write expressions with."""
        return {name: given(self) for name, given in RECORDS.items()}

    def put(self, name: str) -> None:
        """See to it that the engine finds the rows of a named table."""
        if name not in self._put:
            self._put[name] = put(self._engine, name, GIVEN[name].rows(self))

    def hold(self, frame: pl.DataFrame, name: str = "") -> ir.Table:
        """A small frame as a table to count and join with."""
        held = table(name or f"held_{len(self._put)}", frame.schema)
        self._put[held.get_name()] = put(self._engine, held.get_name(), frame)
        return held

    def fetch(self, rows: ir.Table) -> pl.DataFrame:
        """The rows, from the engine that the records are in."""
        frame: pl.DataFrame = self._engine.to_polars(rows)
        return frame

    def ask(self, name: Hashable, tables: Callable[[], Iterable[ir.Table]]) -> Iterator[pl.DataFrame]:
        """The rows of each table; the tables are built and translated once, for all situations.

        ``name`` stands for everything that they depend on beside what is given.
        """
        key = self._engine.name, name
        if key not in ASKED:
            ASKED[key] = [self._question(rows) for rows in tables()]
        for question in ASKED[key]:
            for read in question.reads:
                self.put(read)
            yield run(self._engine, question.rows, question.sql)

    def _question(self, rows: ir.Table) -> Question:
        reads = frozenset(t.name for t in rows.op().find(ops.UnboundTable))
        return Question(rows, self._engine.compile(rows), reads & GIVEN.keys())

    @cached_property
    def calendar(self) -> Calendar:
        [own] = self.ask("calendar", lambda: [self.tables["calendar"].select("date", "working")])
        return Calendar(dict(own.iter_rows()))

    @cached_property
    def tree(self) -> Tree:
        [rows] = self.ask("units", lambda: [self.tables["units"]])
        units = units_in(rows)
        return Tree.of_period(units, self.period) if self.today is None else Tree.of_today(units, self.today)

    @property
    def workdays(self) -> ir.Table:
        """Columns day, worked: for each day of the period until the cut-off, the working days so far.

        The difference of two days' ``worked`` is the number of working days after the one up to the other.
        """
        return _workdays(self)

    @property
    def spread(self) -> ir.Table:
        """``Tree.spread`` to join with."""
        return _spread(self)


@given("workdays", {"day": pl.Date, "worked": pl.Int64})
def _workdays(evaluation: Evaluation) -> pl.DataFrame:
    first, last = evaluation.period.first, max(evaluation.period.first, evaluation.cut_off.date())
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    worked = pl.Series([evaluation.calendar.is_working(day) for day in days], dtype=pl.Int64).cum_sum()
    return pl.DataFrame({"day": pl.Series(days, dtype=pl.Date), "worked": worked})


@given("spread", {"unit": pl.String, "home": pl.String, "above": pl.String})
def _spread(evaluation: Evaluation) -> pl.DataFrame:
    return evaluation.tree.spread
