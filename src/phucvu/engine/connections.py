"""Which engine runs the expressions, and how: DuckDB in this process, or a Spark cluster."""

from __future__ import annotations

import datetime as dt
import tempfile
import weakref
from collections.abc import Iterable

import ibis
import ibis.expr.types as ir
import polars as pl
from ibis.backends import BaseBackend
from ibis.formats.polars import PolarsData

from phucvu.problems import Problem, UnusableError

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
        raise UnusableError(
            Problem(
                f"không có máy tính toán {address!r}; dùng duckdb hoặc spark://máy:cổng",
                f"no engine {address!r}; use duckdb or spark://host:port",
            )
        )
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise UnusableError(
            Problem("chưa cài PySpark: make spark", "PySpark is not installed: make spark")
        ) from error
    session = (
        SparkSession.builder.master(address)
        .appName("phucvu")
        .config("spark.sql.session.timeZone", "Asia/Ho_Chi_Minh")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return ibis.pyspark.connect(session)


def put(con: BaseBackend, name: str, rows: pl.DataFrame | ir.Table) -> object:
    """Let SQL on this connection read rows under a name, in place of what it read there before.

    They can be read as long as what is returned is held.
    """
    if con.name == "pyspark":
        table = ibis.memtable(rows) if isinstance(rows, pl.DataFrame) else rows
        con.create_view(name, table, overwrite=True)
        return table
    if isinstance(rows, pl.DataFrame):
        con.con.register(name, rows.to_arrow())
    else:
        # Ibis would make a view that stays, and ask for its columns, which takes longer than making it.
        con._register_in_memory_tables(rows)
        con.raw_sql(f'CREATE OR REPLACE TEMP VIEW "{name}" AS {con.compile(rows)}')
    return rows


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


def forget(con: BaseBackend, names: Iterable[str]) -> None:
    """Let go of what was put under the names; it would stay until the connection is closed."""
    for name in names:
        if con.name == "pyspark":
            con._session.catalog.dropTempView(name)
        else:
            con.con.unregister(name)
            con.raw_sql(f'DROP VIEW IF EXISTS "{name}"')
