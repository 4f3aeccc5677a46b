"""Which engine runs the expressions, and how: DuckDB in this process, or a Spark cluster."""

from __future__ import annotations

import datetime as dt
import tempfile
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import polars as pl
from ibis.backends import BaseBackend
from ibis.formats.polars import PolarsData

from phucvu.problems import Fault, UnusableError

EMBEDDED = "duckdb"

MEMORY = "1400MB"
"""What DuckDB may take before it spills to disk: 10 million dossiers are then counted in under 2 GB."""


def connect(address: str = EMBEDDED) -> BaseBackend:
    """A connection for the address: ``duckdb``, or a Spark master such as ``spark://host:7077``.

    ``local[2]`` runs Spark in this process. Raises UnusableError for another address, where PySpark
    is not installed, or where the cluster cannot be reached.
    """
    if address == EMBEDDED:
        spill = tempfile.TemporaryDirectory(prefix="phucvu-")
        con = ibis.duckdb.connect(memory_limit=MEMORY, temp_directory=spill.name)
        weakref.finalize(con, spill.cleanup)
        return con
    if not address.startswith(("spark://", "local")):
        raise UnusableError(Fault("engine_unknown", address=address))
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise UnusableError(Fault("pyspark_missing")) from error
    session = (
        SparkSession.builder.master(address)
        .appName("phucvu")
        .config("spark.sql.session.timeZone", "Asia/Ho_Chi_Minh")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return ibis.pyspark.connect(session)


@dataclass(frozen=True)
class Over:
    """A table of the connection, and what to read of it: a function of any table of its columns."""

    table: ir.Table
    read: Callable[[ir.Table], ir.Table]


Rows = pl.DataFrame | Over


def put(con: BaseBackend, name: str, rows: Rows) -> object:
    """Let SQL on this connection read rows under a name, in place of what it read there before.

    They can be read as long as what is returned is held.
    """
    if con.name == "pyspark":
        table = ibis.memtable(rows) if isinstance(rows, pl.DataFrame) else rows.read(rows.table)
        con.create_view(name, table, overwrite=True)
        return table
    if isinstance(rows, pl.DataFrame):
        con.con.register(name, rows.to_arrow())
    else:
        # Ibis would make a view that stays, and ask for its columns, which takes longer than making it.
        con.raw_sql(f'CREATE OR REPLACE TEMP VIEW "{name}" AS {_sql(con, rows)}')
    return rows


def _sql(con: BaseBackend, over: Over) -> str:
    table = over.table.op()
    if isinstance(table, ops.DatabaseTable):
        space = table.namespace
        parts = (part for part in (space.catalog, space.database, table.name) if part)
        return _sql_over_any(over.read, table.schema).replace(
            f'"{ANY}"', ".".join(f'"{part.replace(QUOTE, 2 * QUOTE)}"' for part in parts)
        )
    rows = over.read(over.table)
    con._register_in_memory_tables(rows)
    sql: str = con.compile(rows)
    return sql


ANY = "phucvu_any_table"
QUOTE = '"'


@lru_cache(maxsize=128)
def _sql_over_any(read: Callable[[ir.Table], ir.Table], schema: ibis.Schema) -> str:
    """The SQL of what is read of a table of these columns; translating it takes longer than running it."""
    return str(ibis.to_sql(read(ibis.table(schema, name=ANY)), dialect=EMBEDDED))


def put_moment(con: BaseBackend, name: str, moment: dt.datetime) -> None:
    """Let SQL on this connection say ``name()`` for a moment."""
    value = f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S.%f}'"
    if con.name == "pyspark":
        con.raw_sql(f"CREATE OR REPLACE TEMPORARY FUNCTION {name}() RETURNS TIMESTAMP RETURN {value}")
    else:
        con.raw_sql(f"CREATE OR REPLACE TEMP MACRO {name}() AS {value}")


def run(con: BaseBackend, rows: ir.Table, sql: str) -> pl.DataFrame:
    """The rows of an expression over names, whose SQL is known."""
    if con.name == "pyspark":
        frame: pl.DataFrame = con.to_polars(rows)
        return frame
    found: pl.DataFrame = PolarsData.convert_table(con.con.sql(sql).pl(), rows.schema())
    return found


def forget(con: BaseBackend, put: Mapping[str, object]) -> None:
    """Let go of what was put under names; it would stay until the connection is closed."""
    for name, rows in put.items():
        if con.name == "pyspark":
            con._session.catalog.dropTempView(name)
        elif isinstance(rows, pl.DataFrame):
            con.con.unregister(name)
        else:
            con.raw_sql(f'DROP VIEW IF EXISTS "{name}"')
