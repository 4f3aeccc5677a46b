"""Everything that a figure depends on, in one object, and the questions that it is asked.

Expressions are written over names of tables and moments (``Input``, ``starts``, ``cut_off``), to which an
evaluation gives a meaning. So they hold for all records and every period, and what has been built and
translated once is asked again without that work (``Evaluation.ask``), which takes longer than to count
100,000 dossiers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any, Self

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import polars as pl
from ibis.backends import BaseBackend
from ibis.formats.polars import PolarsSchema

from phucvu.engine.calendar import Calendar
from phucvu.engine.connections import EMBEDDED, Over, Rows, forget, put, put_moment, run, translate
from phucvu.engine.limits import WITHIN
from phucvu.engine.sources import Tables
from phucvu.engine.tree import Tree
from phucvu.figures.periods import Period
from phucvu.figures.units import units_in
from phucvu.records import histories
from phucvu.records.schema import DOSSIER_ID, TABLES, TIME
from phucvu.rules.model import RuleSet

Types = Mapping[str, pl.DataType | type[pl.DataType]]


@dataclass(frozen=True)
class Input:
    """A named table, and how an evaluation makes its rows."""

    table: ir.Table
    rows: Callable[[Evaluation], Rows]

    def __call__(self, evaluation: Evaluation) -> ir.Table:
        """The table to write an expression with, its rows where the evaluation's engine finds them."""
        evaluation.put(self)
        return self.table


PREFIX = "phucvu_"
QUOTE = "'"


def table(name: str, types: Types) -> ir.Table:
    return ibis.table(PolarsSchema.to_ibis(dict(types)), name=f"{PREFIX}{name}")


def input_table(name: str, types: Types) -> Callable[[Callable[[Evaluation], Rows]], Input]:
    """Make a function that says what the rows are into the named table."""
    return lambda rows: Input(table(name, types), rows)


def _record(name: str) -> Input:
    types = {c: t for c, t in TABLES[name].types.items() if c != "payload"}
    types |= DOSSIER_ID if "dossier_id" in TABLES[name].kept else {}
    read = partial(_within_limits, name, tuple(types))
    return input_table(name, types)(lambda evaluation: Over(evaluation.records[name], read))


def _within_limits(name: str, columns: tuple[str, ...], table: ir.Table) -> ir.Table:
    for column, within in WITHIN.get(name, {}).items():
        if TABLES[name][column].required:
            table = table.filter(within(table))
        else:
            table = table.mutate(**{column: within(table).ifelse(table[column], None)})
    return table.select(*columns)


RECORDS = {name: _record(name) for name in TABLES}


def _of_histories(name: str, *columns: str) -> Input:
    types = TABLES["dossiers"].types | DOSSIER_ID | histories.TYPES
    given = input_table(name, {column: types[column] for column in columns})
    read = partial(_columns, columns)
    return given(lambda evaluation: Over(evaluation.records[histories.NAME], read))


def _columns(columns: tuple[str, ...], table: ir.Table) -> ir.Table:
    # The moment of receipt stands twice in the sums, and need not be read twice.
    received_at = table.filed_only.ifelse(ibis.null("timestamp"), table.concerns_from)
    return table.mutate(received_at=received_at).select(*columns)


_OWN = [column for column in TABLES["dossiers"].types if column != "payload"]
ENDINGS = ("certain", *histories.MOMENTS, *histories.DECLARED, "concerns_until")
"""What tells the end of processing at every cut-off (``on_time.end_of_processing``)."""

_HISTORIES = _of_histories(histories.NAME, *_OWN, histories.ID, *ENDINGS, "asked_at", "concerns_from")
# Of the same rows, but by a name of their own: what is named twice would be read whole and put aside.
_WAITS = _of_histories("waits", histories.ID, "received_at", *ENDINGS, "asked_at", "waits", "concerns_from")


def moment(name: str) -> Callable[[], ir.TimestampScalar]:
    """A moment to write expressions with, which an evaluation gives its meaning."""

    def called() -> None: ...

    found: Callable[[], ir.TimestampScalar] = ibis.udf.scalar.builtin(
        called, name=name, signature=((), "timestamp")
    )
    return found


STARTS, CUT_OFF = "phucvu_starts", "phucvu_cut_off"

starts = moment(STARTS)
"""The first moment of the period."""

cut_off = moment(CUT_OFF)
"""The last moment that is seen."""


OF_PERIOD, STARTS_AT, SEEN_UNTIL = OWN_PERIOD = "of_period", "starts_at", "seen_until"
"""Where several periods are counted together: the place of the period that a row is judged in, its first
moment, and the last that is seen."""


def starts_of(rows: ir.Table) -> ir.TimestampValue:
    """The first moment of the period that rows are judged in."""
    return rows[STARTS_AT] if STARTS_AT in rows.columns else starts()


def cut_off_of(rows: ir.Table) -> ir.TimestampValue:
    """The last moment that is seen of rows."""
    return rows[SEEN_UNTIL] if SEEN_UNTIL in rows.columns else cut_off()


def own_period(rows: ir.Table) -> tuple[str, ...]:
    """The columns of ``OWN_PERIOD`` that rows have."""
    return OWN_PERIOD if OF_PERIOD in rows.columns else ()


def _of_period(rows: ir.Table) -> ir.Table:
    """Of histories those that the period can count; the files are sorted so that few others are read."""
    return rows.filter(rows.concerns_from <= cut_off(), rows.concerns_until >= starts())


_OF_UNITS: Types = {"unit": pl.String}

OF_RECORDS = frozenset({"calendar", "reports", "systems"})
"""What is asked of all records, whatever the period (the names of ``Evaluation.ask_once``),"""

OF_ALL_PERIODS = OF_RECORDS | {"under_authority"}
"""and what is the same for all periods in which the same units stand in the same place."""

AMONG = table("among", _OF_UNITS)
"""The units of ``Evaluation.among``."""


@dataclass(frozen=True)
class Query:
    """An expression over names, its SQL, and the inputs that it reads."""

    rows: ir.Table
    sql: str
    reads: tuple[Input, ...]


@lru_cache(maxsize=32)
def _queries(engine: str, counts: str, summed: bool, several: bool) -> dict[Hashable, list[Query]]:
    """The queries of ``Evaluation.ask`` by name: for each engine, what a rule set counts, whether histories
    are summed up, and whether several periods are counted together."""
    return {}


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
    together: tuple[Period, ...] = ()
    """Periods within this one that are counted in one pass over the dossiers (``by_period``)."""
    _put: dict[str, object] = field(default_factory=dict)
    _inputs: dict[str, Input] = field(default_factory=dict)
    _answers: dict[str, pl.DataFrame] = field(default_factory=dict)
    _views: dict[str, Query] = field(default_factory=dict)

    @classmethod
    def at(
        cls, tables: Tables, rules: RuleSet, period: Period, now: dt.datetime, *, regroup: bool = False
    ) -> Self:
        """``now`` is Vietnam's time; with ``regroup`` the units are those of that day."""
        return cls(tables, rules, period, period.cut_off(now), now.date() if regroup else None)

    @classmethod
    def of_several(
        cls, tables: Tables, rules: RuleSet, periods: Sequence[Period], now: dt.datetime, tree: Tree
    ) -> Self:
        """For one pass over the dossiers of several periods, in all of which ``tree`` holds."""
        whole = Period(min(p.first for p in periods), max(p.last for p in periods))
        found = cls(tables, rules, whole, whole.cut_off(now), together=tuple(periods))
        found.__dict__["tree"] = tree
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        forget(self._engine, self._put)
        self._put.clear()

    def later(self, records: Tables, now: dt.datetime, lasting: Collection[str]) -> Self:
        """The same later, over other records on the same connection.

        What is known under the names ``lasting`` has stayed the same, and so have the units.
        """
        kept: list[dict[str, Any]] = [
            {name: given for name, given in known.items() if name.removeprefix(PREFIX) in lasting}
            for known in (self._put, self._inputs, self._answers)
        ]
        cut_off = self.period.cut_off(now)
        found = type(self)(records, self.rules, self.period, cut_off, self.today, self.together, *kept)
        found.__dict__["tree"] = self.tree
        return found

    def beside(self, rules: RuleSet, period: Period, now: dt.datetime, tree: Tree) -> Self:
        """For another period of the same records, in which ``tree`` holds.

        What depends on no period is not asked anew, nor what depends on nothing but the same tree.
        """
        same = OF_ALL_PERIODS if tree is self.__dict__.get("tree") else OF_RECORDS
        answers = {name: found for name, found in self._answers.items() if name in same}
        found = type(self)(self.records, rules, period, period.cut_off(now), self.today, _answers=answers)
        found.__dict__["tree"] = tree
        return found

    @cached_property
    def _engine(self) -> BaseBackend:
        # Tables in memory belong to no connection: of what a home never held, and small ones beside Spark.
        kept = (rows._find_backends()[0] for rows in self.records.values())
        engine = next((found[0] for found in kept if found), None) or self.records["dossiers"].get_backend()
        put_moment(engine, STARTS, self.period.starts)
        put_moment(engine, CUT_OFF, self.cut_off)
        return engine

    @cached_property
    def tables(self) -> dict[str, ir.Table]:
        """The records, to write expressions with."""
        return {name: record(self) for name, record in RECORDS.items()}

    @property
    def summed(self) -> bool:
        """Whether the records hold what the steps of each dossier say (``histories``)."""
        return histories.NAME in self.records

    @property
    def histories(self) -> ir.Table:
        """Where ``summed``, the dossiers that the period can count, with what their steps say."""
        return _of_period(_HISTORIES(self))

    @property
    def waits(self) -> ir.Table:
        """Where ``summed``, what these waited for (``histories.waits``), with their own moments."""
        rows = _of_period(_WAITS(self))
        rows = rows.filter(rows.asked_at.notnull())
        # A table's own ``unnest`` joins with each row's list, which takes DuckDB five times as long.
        own = histories.ID, "received_at", *ENDINGS, "concerns_from"
        rows = rows.select(*own, wait=rows.waits.unnest())
        return rows.select(*own, **{part: rows.wait[part] for part in ("since", "until", "again")})

    @property
    def dossiers(self) -> ir.Table:
        """All dossiers, or where that is known those that the period can count."""
        return self.histories if self.summed else self.tables["dossiers"]

    def by_period(self, rows: ir.Table, begins: str) -> ir.Table:
        """The rows, or where several periods are counted together each as often as one may concern it.

        ``begins`` is the column of the moment before which a row is in no period.
        """
        if not self.together:
            return rows
        periods = _together(self)
        meet = [rows[begins] <= periods[SEEN_UNTIL]]
        if "concerns_until" in rows.columns:
            meet.append(rows.concerns_until >= periods[STARTS_AT])
        return rows.inner_join(periods, meet)

    def put(self, given: Input) -> None:
        """See to it that the engine finds the rows of an input."""
        name = given.table.get_name()
        if name not in self._put:
            self._inputs[name] = given
            self._put[name] = put(self._engine, name, given.rows(self))

    def hold(self, rows: Rows, name: str = "") -> ir.Table:
        """A small frame, or what is read of a table, as a table to count and join with."""
        if isinstance(rows, pl.DataFrame):
            types: Types = rows.schema
        else:
            types = PolarsSchema.from_ibis(rows.read(rows.table).schema())
        held = table(name or f"held_{len(self._put)}", types)
        self._put[held.get_name()] = put(self._engine, held.get_name(), rows)
        return held

    def view(self, name: str, rows: Callable[[Evaluation], ir.Table]) -> ir.Table:
        """Rows that much is asked of, to write expressions with: translated once, whatever is asked of them.

        They do not depend on the rules; the name stands for everything else that they depend on.
        """
        if self._engine.name != EMBEDDED:
            return rows(self)
        queries = self._queries("")
        if name not in queries:
            queries[name] = [self._query(rows(self))]
        [query] = queries[name]
        found = ibis.table(query.rows.schema(), name=f"{PREFIX}{name}")
        self._views[found.get_name()] = query
        return found

    def kept(self, given: Input, rows: Callable[[Evaluation], ir.Table]) -> ir.Table:
        """Rows to write expressions with; where the engine is this process they are asked for by ``given``
        and held, since they stay the same from count to count."""
        return given(self) if self._engine.name == EMBEDDED else rows(self)

    def among(self, units: Collection[str]) -> ir.Table:
        """Units to join with, of which alone something is asked."""
        return self.hold(pl.DataFrame({"unit": [*units]}, schema=_OF_UNITS), "among")

    def put_moment(self, name: str, moment: dt.datetime) -> None:
        """Let expressions say ``name()`` for a moment (see ``moment``)."""
        put_moment(self._engine, name, moment)

    def write(self, name: Hashable, rows: Callable[[], ir.Table], path: str) -> None:
        """Write the rows of a table, as ``ask`` asks for it, to a Parquet file as DuckDB works them out,
        without holding them all."""
        [query] = self._asked(name, lambda: [rows()], rows.__module__)
        self._engine.raw_sql(f"COPY ({query.sql}) TO '{path.replace(QUOTE, 2 * QUOTE)}' (FORMAT parquet)")

    def ask(self, name: Hashable, tables: Callable[[], Iterable[ir.Table]]) -> Iterator[pl.DataFrame]:
        """The rows of each table; the tables are built and translated once, for all evaluations.

        ``name`` stands for everything that they depend on beside the inputs and what the rules count; the
        module that asks is part of it, so that two that choose the same name are not given one another's.
        """
        for query in self._asked(name, tables, getattr(tables, "func", tables).__module__):
            yield run(self._engine, query.rows, query.sql)

    def _asked(
        self, name: Hashable, tables: Callable[[], Iterable[ir.Table]], module: str
    ) -> Iterator[Query]:
        """The queries of a name, each once what it reads is there."""
        queries = self._queries(self._counts)
        if (module, name) not in queries:
            queries[module, name] = [self._query(rows) for rows in tables()]
        for query in queries[module, name]:
            for read in query.reads:
                self.put(read)
            yield query

    def _queries(self, counts: str) -> dict[Hashable, list[Query]]:
        return _queries(self._engine.name, counts, self.summed, bool(self.together))

    def ask_once(self, name: str, rows: Callable[[], ir.Table]) -> pl.DataFrame:
        """The rows of one table, asked by ``ask`` for the first time and then remembered."""
        if name not in self._answers:
            [self._answers[name]] = self.ask(name, lambda: [rows()])
        return self._answers[name]

    @cached_property
    def _counts(self) -> str:
        return repr([(indicator.id, indicator.count) for indicator in self.rules.indicators])

    def _query(self, rows: ir.Table) -> Query:
        moments = (v for v in rows.op().find(ops.Literal) if isinstance(v.value, dt.date))
        if stale := [v.value for v in moments]:
            raise ValueError(f"moments of one evaluation would answer for all: {stale}")
        reads = {read.name for read in rows.op().find(ops.UnboundTable)}
        inputs = {name: given for name, given in self._inputs.items() if name in reads}
        sql = translate(self._engine, rows)
        for name in reads & self._views.keys():
            sql = sql.replace(f'"{name}"', f"({self._views[name].sql})")
            inputs |= {given.table.get_name(): given for given in self._views[name].reads}
        return Query(rows, sql, tuple(inputs.values()))

    @cached_property
    def calendar(self) -> Calendar:
        own = self.ask_once("calendar", lambda: self.tables["calendar"].select("date", "working"))
        return Calendar(dict(own.iter_rows()))

    @cached_property
    def tree(self) -> Tree:
        rows = self.ask_once("units", lambda: self.tables["units"])
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


@input_table("workdays", {"day": pl.Date, "worked": pl.Int64})
def _workdays(evaluation: Evaluation) -> pl.DataFrame:
    first, last = evaluation.period.first, max(evaluation.period.first, evaluation.cut_off.date())
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    worked = pl.Series([evaluation.calendar.is_working(day) for day in days], dtype=pl.Int64).cum_sum()
    return pl.DataFrame({"day": pl.Series(days, dtype=pl.Date), "worked": worked})


_TOGETHER: Types = {OF_PERIOD: pl.Int64, STARTS_AT: TIME, SEEN_UNTIL: TIME}


@input_table("together", _TOGETHER)
def _together(evaluation: Evaluation) -> pl.DataFrame:
    rows = [(n, p.starts, p.cut_off(evaluation.cut_off)) for n, p in enumerate(evaluation.together)]
    return pl.DataFrame(rows, schema=dict(_TOGETHER), orient="row")


@input_table("spread", {"unit": pl.String, "home": pl.String, "above": pl.String})
def _spread(evaluation: Evaluation) -> pl.DataFrame:
    return evaluation.tree.spread
