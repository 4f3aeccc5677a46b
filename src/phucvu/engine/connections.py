"""Which engine runs the expressions: DuckDB in this process, or a Spark cluster."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterable

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

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


def forget(con: BaseBackend, tables: Iterable[ir.Table]) -> None:
    """Let go of tables in memory that expressions were joined with.

    Ibis keeps such tables until the connection is closed, which may be never.
    """
    for table in tables:
        name = table.op().name
        if con.name == "pyspark":
            con._session.catalog.dropTempView(name)
        else:
            con.con.unregister(name)
