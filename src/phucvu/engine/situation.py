"""Everything that a figure depends on, in one place."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import ibis
import ibis.expr.types as ir
import polars as pl
from ibis.backends import BaseBackend

from phucvu.engine.calendar import Calendar
from phucvu.engine.connections import forget
from phucvu.engine.sources import Tables
from phucvu.engine.tree import Tree, units_of
from phucvu.figures.periods import Period
from phucvu.rules.model import RuleSet


@dataclass(frozen=True)
class Situation:
    """Records, rules, a period, the cut-off, and the tree of units that it is shown in.

    To be used as a context: the small tables handed to the engine meanwhile (``hold``) are let go of at
    its end.
    """

    tables: Tables
    rules: RuleSet
    period: Period
    cut_off: dt.datetime
    tree: Tree
    _held: list[ir.Table] = field(default_factory=list)

    @classmethod
    def at(
        cls, tables: Tables, rules: RuleSet, period: Period, now: dt.datetime, *, regroup: bool = False
    ) -> Self:
        """``now`` is Vietnam's time; with ``regroup`` the units are those of that day."""
        units = units_of(tables)
        tree = Tree.of_today(units, now.date()) if regroup else Tree.of_period(units, period)
        return cls(tables, rules, period, period.cut_off(now), tree)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        forget(self._engine, self._held)
        self._held.clear()

    @property
    def _engine(self) -> BaseBackend:
        return self.tables["dossiers"].get_backend()

    def fetch(self, rows: ir.Table) -> pl.DataFrame:
        """The rows, from the engine that the records are in."""
        frame: pl.DataFrame = self._engine.to_polars(rows)
        return frame

    def hold(self, frame: pl.DataFrame) -> ir.Table:
        """A small frame as a table to count and join with."""
        table = ibis.memtable(frame)
        self._held.append(table)
        return table

    @cached_property
    def calendar(self) -> Calendar:
        own = self.fetch(self.tables["calendar"].select("date", "working"))
        return Calendar(dict(own.iter_rows()))

    @cached_property
    def workdays(self) -> ir.Table:
        """Columns day, worked: for each day of the period until the cut-off, the working days so far.

        The difference of two days' ``worked`` is the number of working days after the one up to the other.
        """
        first, last = self.period.first, max(self.period.first, self.cut_off.date())
        days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
        worked = pl.Series([self.calendar.is_working(day) for day in days], dtype=pl.Int64).cum_sum()
        return self.hold(pl.DataFrame({"day": pl.Series(days, dtype=pl.Date), "worked": worked}))

    @cached_property
    def spread(self) -> ir.Table:
        """``Tree.spread`` to join with."""
        return self.hold(self.tree.spread)
