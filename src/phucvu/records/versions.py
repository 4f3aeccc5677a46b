"""Which versions of the rows count, as tables of a connection, read from the files of the store.

What counts is said once, over parts of a table by name (``_counting``, ``_with_sums``). DuckDB is given the
SQL of that with files in place of the names, so that it is translated once for all homes; Spark the files
as tables.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir
import polars as pl
from ibis.backends import BaseBackend
from ibis.backends.sql.datatypes import DuckDBType
from ibis.formats.polars import PolarsSchema
from ibis.formats.pyarrow import PyArrowSchema

from phucvu.problems import Fault, NotFoundError, UnusableError
from phucvu.records import histories
from phucvu.records.delta import File, Snapshot
from phucvu.records.places import is_remote
from phucvu.records.schema import DOSSIERS, INNER, STEPS, TABLES, Table

EVERY = TABLES | INNER

GROWING = ("dossiers", "steps", "ratings", "petitions")
"""The tables that a cluster reads; it would take longer to ask it for the others than to read them."""

FIRST_DAY, LAST_DAY = dt.date.min, dt.date.max
"""What an empty first and last day of a span stand for."""

Types = dict[str, pl.DataType | type[pl.DataType]]

Parts = Mapping[str, ir.Table]
"""Rows of the files of a table, by the name of the part that the files are."""

CURRENT, TAIL, COVERED, LOG = "current", "tail", "covered", "log"
"""Parts: what was compacted, what arrived since, the versions that compaction took in, every version."""

SUMMED, STEPS_CURRENT, STEPS_TAIL, LATER_STEPS = "summed", "steps_current", "steps_tail", "later_steps"
"""Parts beside those of dossiers: ``CURRENT`` with sums, and of steps; the last those not summed up yet."""


def key_of(table: Table) -> list[str]:
    """The key as compared: the number of a dossier in place of its two texts."""
    if "dossier_id" not in table.kept:
        return list(table.key)
    return ["dossier_id", *(c for c in table.key if c not in ("sender", "code"))]


def read_types(table: Table) -> Types:
    """The columns that are read of what counts."""
    return {c: t for c, t in table.types.items() if c != "payload"} | table.kept


def log_types(table: Table) -> Types:
    """The columns of the log."""
    versions: Types = {} if table.facts else {"digest": pl.Int64, "late": pl.Boolean}
    return table.types | table.kept | versions


class TablesOfHome(Mapping[str, ir.Table]):
    """Tables by name, each made when it is asked for; all of the state in which the home was."""

    def __init__(self, made_by: Mapping[str, Callable[[], ir.Table]]) -> None:
        self._made_by = made_by
        self._made: dict[str, ir.Table] = {}

    def __getitem__(self, name: str) -> ir.Table:
        if name not in self._made:
            self._made[name] = self._made_by[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made_by)

    def __len__(self) -> int:
        return len(self._made_by)

    def __contains__(self, name: object) -> bool:
        return name in self._made_by


def check_kept(snapshot: Snapshot | None, as_of: dt.datetime | None) -> None:
    """Refuse a moment before which versions were deleted."""
    if snapshot is None or as_of is None or all(f.last_arrived <= as_of for f in snapshot.files):
        return
    if snapshot.forgotten is not None and as_of < snapshot.forgotten:
        said = f"{snapshot.forgotten:%Y-%m-%d %H:%M:%S}"
        raise NotFoundError(Fault("versions_kept_since", since=said))


def rows_that_count(
    con: BaseBackend, table: Table, snapshot: Snapshot | None, as_of: dt.datetime | None = None
) -> ir.Table:
    """The rows of a table that count, or counted at a moment; the columns are ``read_types``."""
    if snapshot is None or not snapshot.files:
        return _empty(con, pl.DataFrame(schema=read_types(table)))
    check_kept(snapshot, as_of)
    if as_of is not None and all(f.last_arrived <= as_of for f in snapshot.files):
        as_of = None
    files = {
        CURRENT: snapshot.current,
        TAIL: snapshot.tail,
        COVERED: [f for f in snapshot.log if f.last <= snapshot.covered],
        LOG: snapshot.log,
    }
    parts = {name: _Part(table, snapshot, files[name], as_of=as_of) for name in _parts_of(table, as_of)}
    return _over(con, ("counting", table.name), _with_files(parts))


def _parts_of(table: Table, as_of: dt.datetime | None) -> tuple[str, ...]:
    """The parts of a table that tell what counts."""
    if table.spans:
        return (LOG,)
    return (CURRENT, TAIL) if table.facts or as_of is None else (CURRENT, TAIL, COVERED)


def given_sql(rows: ir.Table) -> str:
    """The SQL that DuckDB was given for rows of this module; Ibis would read and write it anew."""
    return str(rows.op().query)


def with_payload(con: BaseBackend, table: Table, snapshot: Snapshot | None, rows: ir.Table) -> ir.Table:
    """Rows that count with their payload."""
    theirs = None
    if snapshot is not None and snapshot.files:
        theirs = _Part(table, snapshot, snapshot.log, ("sequence", "payload")).read(con)
    if con.name == "pyspark":
        return rows.mutate(payload=ibis.null("string")) if theirs is None else rows.join(theirs, "sequence")
    sql = f"SELECT *, CAST(NULL AS VARCHAR) AS payload FROM ({given_sql(rows)})"  # noqa: S608
    if theirs is not None:
        sql = f"SELECT * FROM ({given_sql(rows)}) JOIN ({given_sql(theirs)}) USING (sequence)"  # noqa: S608
    found: ir.Table = con.sql(sql, schema=ibis.schema({**rows.schema(), "payload": "string"}))
    return found


def versions(con: BaseBackend, table: Table, snapshot: Snapshot, files: list[File]) -> ir.Table:
    """All rows of files of the log."""
    return _Part(table, snapshot, files, tuple(log_types(table))).read(con)


def mark_of_sums(steps: Snapshot) -> str:
    """Under what the dossiers' table notes the last step summed up, of these steps and in this meaning."""
    return f"{histories.NAME} {histories.MEANING} {steps.delta.metadata().id}"


def is_summed(dossiers: Snapshot, steps: Snapshot) -> bool:
    """Whether compaction has summed up steps with the dossiers."""
    place = dossiers.marked(mark_of_sums(steps))
    if not place or place > steps.last or not dossiers.current:
        return False
    return set(histories.TYPES) <= dossiers.columns(dossiers.current)  # else rewritten by an older program


def with_sums(con: BaseBackend, dossiers: Snapshot, steps: Snapshot) -> ir.Table:
    """Where ``is_summed``, the dossiers that count with what their steps say.

    What was summed up is taken as it is but for dossiers of which something arrived since.
    """
    place = dossiers.marked(mark_of_sums(steps))
    columns = (*read_types(DOSSIERS), *histories.TYPES)
    later = [f for f in steps.log if f.last > place]
    parts = {SUMMED: _Part(DOSSIERS, dossiers, dossiers.current, columns)}
    if dossiers.tail or later:
        parts |= {
            CURRENT: _Part(DOSSIERS, dossiers, dossiers.current),
            TAIL: _Part(DOSSIERS, dossiers, dossiers.tail),
            STEPS_CURRENT: _Part(STEPS, steps, steps.current),
            STEPS_TAIL: _Part(STEPS, steps, steps.tail),
            LATER_STEPS: _Part(STEPS, steps, later, ("dossier_id", "sequence"), after=place),
        }
    return _over(con, ("with_sums",), _with_files(parts))


def summed(con: BaseBackend, dossiers: Snapshot, steps: Snapshot | None, nth: int, parts: int) -> ir.Table:
    """The dossiers that count with what their steps say: the nth of so many parts, a power of two."""
    current, tail = (steps.current, steps.tail) if steps else ([], [])
    of = {
        CURRENT: _Part(DOSSIERS, dossiers, dossiers.current),
        TAIL: _Part(DOSSIERS, dossiers, dossiers.tail),
        STEPS_CURRENT: _Part(STEPS, steps or dossiers, current),
    }
    theirs = {STEPS_TAIL: _Part(STEPS, steps or dossiers, tail)}  # there need be none
    return _over(con, ("summed", nth, parts), _with_files(of) | theirs)


class _Part:
    """Files of a table, and which of their rows and columns are read."""

    def __init__(
        self,
        table: Table,
        snapshot: Snapshot,
        files: list[File],
        columns: tuple[str, ...] = (),
        *,
        as_of: dt.datetime | None = None,
        after: int | None = None,
    ) -> None:
        self._table, self._snapshot, self.files = table, snapshot, files
        self._as_of, self._after = as_of, after
        of_log = [c for c in log_types(table) if c != "payload"]
        self._types = _types(table, columns or tuple(of_log))

    @property
    def schema(self) -> ibis.Schema:
        return _ibis_schema(tuple(self._types.items()))

    def read(self, con: BaseBackend) -> ir.Table:
        """The rows as a table of the connection."""
        if con.name != "pyspark":
            return con.sql(self.in_sql(con), schema=self.schema)
        rows = self._on_spark(con)
        absent = {c: t for c, t in self.schema.items() if c not in rows.columns}
        rows = rows.mutate(**{c: ibis.null(t) for c, t in absent.items()})
        if self._as_of is not None:
            rows = rows.filter(rows.arrived <= ibis.literal(self._as_of))
        if self._after is not None:
            rows = rows.filter(rows.sequence > self._after)
        return rows.select(*self._types)

    def _on_spark(self, con: BaseBackend) -> ir.Table:
        uris = self._snapshot.uris(self.files)
        if self._table.name not in GROWING:
            return ibis.memtable(log_rows(self._table.name, uris).collect())
        from ibis.backends.pyspark.datatypes import PySparkSchema

        # Merging schemas itself would take Spark a question for each table.
        view = ibis.util.gen_name("records")
        schema = PySparkSchema.from_ibis(PyArrowSchema.to_ibis(self._snapshot.schema(self.files)))
        try:
            con._session.read.schema(schema).parquet(*uris).createOrReplaceTempView(view)
        except Exception as error:  # of Java by way of Py4J: a library is absent, say
            said = str(getattr(error, "java_exception", error)).partition("\n")[0]
            raise UnusableError(
                Fault("cluster_reads_no_home", place=self._snapshot.place, why=said)
            ) from error
        found: ir.Table = con.table(view)
        return found

    def in_sql(self, con: BaseBackend) -> str:
        """The rows as DuckDB reads them."""
        if not self.files:
            return _no_rows_in_sql(self.schema)
        held = self._snapshot.columns(self.files)
        said = ", ".join(
            f'"{c}"' if c in held else f'CAST(NULL AS {_in_duckdb(t)}) AS "{c}"'
            for c, t in self.schema.items()
        )
        conditions = []
        if self._as_of is not None:
            conditions.append(f"arrived <= TIMESTAMP '{self._as_of:%Y-%m-%d %H:%M:%S.%f}'")
        if self._after is not None:
            conditions.append(f"sequence > {self._after}")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"SELECT {said} FROM {self._files_in_sql(con)}{where}"  # noqa: S608

    def _files_in_sql(self, con: BaseBackend) -> str:
        if is_remote(self._snapshot.place):
            view = ibis.util.gen_name("records")
            con.con.register(view, self._snapshot.dataset(self.files))
            return f'"{view}"'
        uris = ", ".join("'" + uri.replace("'", "''") + "'" for uri in self._snapshot.uris(self.files))
        by_name = "" if self._snapshot.are_alike(self.files) else ", union_by_name = true"
        return f"read_parquet([{uris}], hive_partitioning = false{by_name})"


def _types(table: Table, columns: tuple[str, ...]) -> Types:
    """The types of columns; those that a text is not enough for are said by their table."""
    every = log_types(table) | histories.TYPES
    return {column: every[column] for column in columns}


@lru_cache(maxsize=128)
def _ibis_schema(types: tuple[tuple[str, pl.DataType | type[pl.DataType]], ...]) -> ibis.Schema:
    return PolarsSchema.to_ibis(dict(types))


@lru_cache(maxsize=128)
def _in_duckdb(of: dtypes.DataType) -> str:
    return str(DuckDBType.to_string(of))


What = tuple[str | int, ...]
"""What is said over parts: its kind, and which table or which of its rows it is about."""


def _with_files(parts: Mapping[str, _Part]) -> dict[str, _Part]:
    return {name: part for name, part in parts.items() if part.files}


def _over(con: BaseBackend, what: What, parts: Mapping[str, _Part]) -> ir.Table:
    """What is said over parts by name, as a table of the connection."""
    if con.name == "pyspark":
        return _said(what, {name: part.read(con) for name, part in parts.items()})
    sql, schema = _translated(what, tuple((name, part.schema) for name, part in parts.items()))
    for name, part in parts.items():
        sql = sql.replace(f'"{_PREFIX}{name}"', f"({part.in_sql(con)})")
    found: ir.Table = con.sql(sql, schema=schema)
    return found


_PREFIX = "phucvu_part_"


@lru_cache(maxsize=256)
def _translated(what: What, parts: tuple[tuple[str, ibis.Schema], ...]) -> tuple[str, ibis.Schema]:
    """The SQL over names, and its columns; translating it takes longer than counting few dossiers."""
    rows = _said(what, {name: ibis.table(schema, name=f"{_PREFIX}{name}") for name, schema in parts})
    return str(ibis.to_sql(rows, dialect="duckdb")), rows.schema()


def _said(what: What, parts: Parts) -> ir.Table:
    match what:
        case ("counting", str(name)):
            return _counting(EVERY[name], parts)
        case ("summed", int(nth), int(of)):
            those = {
                name: rows.filter((rows[histories.ID] & (of - 1)) == nth) for name, rows in parts.items()
            }
            return _summed(those if of > 1 else parts)
        case _:
            return _with_sums(parts)


def _counting(table: Table, parts: Parts) -> ir.Table:
    """The rows that count: those of ``CURRENT``, replaced and added to by what arrived since."""
    columns = list(read_types(table))
    if table.spans:
        # Few rows; and what older programs compacted had one row of each code alone.
        return _standing(parts[LOG]).select(columns)
    current, tail = parts.get(CURRENT), parts.get(TAIL)
    if table.facts:
        found = [part.select(columns) for part in (current, tail) if part is not None]
        return ibis.union(*found) if len(found) > 1 else found[0]
    key = key_of(table)
    rows = current.select(columns) if current is not None else None
    if tail is not None:
        newest = _latest(tail, key).select(columns)
        rows = newest if rows is None else ibis.union(newest, rows.anti_join(newest, key))
    assert rows is not None
    if COVERED in parts and current is not None:
        # What has been replaced since then counted at that time.
        rows = ibis.union(rows, _latest(parts[COVERED].anti_join(rows, key), key).select(columns))
    return rows


def _with_sums(parts: Parts) -> ir.Table:
    current = parts[SUMMED]
    arrived = [parts[name].select(histories.ID) for name in (TAIL, LATER_STEPS) if name in parts]
    if not arrived:
        return current
    changed = ibis.union(*arrived, arrived[0], distinct=True)
    anew = _summed(parts, among=changed).select(current.columns).cast(dict(current.schema().items()))
    return ibis.union(current.anti_join(changed, histories.ID), anew)


def _summed(parts: Parts, among: ir.Table | None = None) -> ir.Table:
    """The dossiers that count with what their steps say: all, or those among these numbers."""
    dossiers = {name: parts[name] for name in (CURRENT, TAIL) if name in parts}
    steps = {name: parts[of] for name, of in ((CURRENT, STEPS_CURRENT), (TAIL, STEPS_TAIL)) if of in parts}
    theirs = [_counting(table, of) for table, of in ((DOSSIERS, dossiers), (STEPS, steps))]
    if among is not None:
        theirs = [rows.semi_join(among, histories.ID) for rows in theirs]
    return histories.summed(*theirs)


def _empty(con: BaseBackend, frame: pl.DataFrame) -> ir.Table:
    """A table without rows that belongs to the connection.

    A table in memory belongs to none, and Ibis asks all of these on one connection that it keeps, which
    refuses to serve two threads at once.
    """
    if con.name == "pyspark":
        return ibis.memtable(frame)
    schema = _ibis_schema(tuple(frame.schema.items()))
    found: ir.Table = con.sql(_no_rows_in_sql(schema), schema=schema)
    return found


def _no_rows_in_sql(schema: ibis.Schema) -> str:
    nothing = ", ".join(f'CAST(NULL AS {_in_duckdb(t)}) AS "{c}"' for c, t in schema.items())
    return f"SELECT {nothing} WHERE FALSE"


def log_rows(name: str, uris: Iterable[str]) -> pl.LazyFrame:
    """Files of a table's log to read with Polars; columns that came after a file was written are empty."""
    types = log_types(EVERY[name])
    return pl.scan_parquet(
        list(uris), schema=types, missing_columns="insert", extra_columns="ignore", glob=False
    )


def _latest(log: ir.Table, key: list[str]) -> ir.Table:
    """Of each key the last version to arrive, those left out that came late."""
    window = ibis.window(group_by=key, order_by=ibis.desc("sequence"))
    ranked = log.filter(~log.late).mutate(_place=ibis.row_number().over(window))
    return ranked.filter(ranked._place == 0).drop("_place")


def _standing(log: ir.Table) -> ir.Table:
    """The rows with spans of days that no later row of the same code has a day in common with."""
    later = log.view()
    return log.anti_join(
        later,
        [
            later.code == log.code,
            later.sequence > log.sequence,
            later.valid_from.fill_null(FIRST_DAY) <= log.valid_to.fill_null(LAST_DAY),
            log.valid_from.fill_null(FIRST_DAY) <= later.valid_to.fill_null(LAST_DAY),
        ],
    )


def standing_spans(rows: pl.DataFrame, order: str) -> pl.DataFrame:
    """The same of a frame, in its order, whose column ``order`` tells which is later."""
    spans = rows.select("code", order, first=pl.col("valid_from"), last=pl.col("valid_to")).with_columns(
        pl.col("first").fill_null(FIRST_DAY), pl.col("last").fill_null(LAST_DAY)
    )
    both = spans.join(spans, on="code", suffix="_later").filter(
        pl.col(f"{order}_later") > pl.col(order),
        pl.col("first_later") <= pl.col("last"),
        pl.col("first") <= pl.col("last_later"),
    )
    return rows.join(both, on=["code", order], how="anti", maintain_order="left")
