"""Which engine runs the expressions, and how: DuckDB in this process, or a Spark cluster."""

from __future__ import annotations

import datetime as dt
import tempfile
import weakref
from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import polars as pl
from ibis.backends import BaseBackend

from phucvu.engine import cluster, embedded
from phucvu.engine.cluster import Cluster
from phucvu.engine.embedded import EMBEDDED, Over, Rows
from phucvu.problems import Fault, UnusableError

__all__ = ["EMBEDDED", "MEMORY", "Over", "Rows", "connect", "forget", "put", "put_moment", "run", "translate"]

MEMORY = "1400MB"
"""What DuckDB may take before it spills to disk: 10 million dossiers are then counted in under 2 GB."""

RIGHT_IS_LESS = "build_side_probe_side"
"""What would have DuckDB swap the sides of a join where it takes the left to be less.

What is looked up stands on the right. Of how many dossiers a period concerns DuckDB thinks much too little,
so that it would make all of these ready to be searched.
"""

FEW_PERIODS = 64
"""So many rows may be compared with each row of a table; to sort that for it takes three times as long."""

MASTERS = ("spark://", "local[", "yarn", "k8s://")
"""How the addresses begin by which Spark is told its master."""


def connect(address: str = EMBEDDED) -> BaseBackend:
    """A connection for the address: ``duckdb``, or a Spark master such as ``spark://host:7077``.

    ``local[2]`` runs Spark in this process. Raises UnusableError for another address, where PySpark
    is not installed, or where the cluster cannot be reached.
    """
    if address == EMBEDDED:
        spill = tempfile.TemporaryDirectory(prefix="phucvu-")
        joins = {"disabled_optimizers": RIGHT_IS_LESS, "nested_loop_join_threshold": FEW_PERIODS}
        con = ibis.duckdb.connect(memory_limit=MEMORY, temp_directory=spill.name, **joins)
        weakref.finalize(con, spill.cleanup)
        return con
    if not address.startswith(MASTERS):
        raise UnusableError(Fault("engine_unknown", address=address))
    return cluster.connect(address)


def put(con: BaseBackend, name: str, rows: Rows) -> object:
    """Let SQL on this connection read rows under a name, in place of what it read there before.

    They can be read as long as what is returned is held.
    """
    return Cluster.of(con).put(name, rows) if _is_spark(con) else embedded.put(con, name, rows)


def put_moment(con: BaseBackend, name: str, moment: dt.datetime) -> None:
    """Let SQL on this connection say ``name()`` for a moment."""
    if _is_spark(con):
        Cluster.of(con).put_moment(name, moment)
    else:
        embedded.put_moment(con, name, moment)


def translate(con: BaseBackend, rows: ir.Table) -> str:
    """The SQL of an expression over names, for ``run``; nothing where it depends on what stands there."""
    return "" if _is_spark(con) else str(con.compile(rows))


def run(con: BaseBackend, rows: ir.Table, sql: str) -> pl.DataFrame:
    """The rows of an expression over names, whose SQL is known."""
    return Cluster.of(con).run(rows) if _is_spark(con) else embedded.run(con, rows, sql)


def forget(con: BaseBackend, put: Mapping[str, object]) -> None:
    """Let go of what was put under names; it would stay until the connection is closed."""
    for name, rows in put.items():
        if _is_spark(con):
            Cluster.of(con).forget(name, rows)
        else:
            embedded.forget(con, name, rows)


def _is_spark(con: BaseBackend) -> bool:
    return bool(con.name == "pyspark")
