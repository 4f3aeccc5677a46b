"""Asking a Spark cluster: it reads what grows with the dossiers, and DuckDB in this process all the rest.

A question takes Spark a second at least, however few rows it is over. So only those that read a table of
the cluster's are put to it; and what else they read is sent along.
"""

from __future__ import annotations

import datetime as dt
import os
import shlex
import socket
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import polars as pl
from ibis.backends import BaseBackend
from ibis.formats.polars import PolarsData, PolarsSchema

from phucvu.engine import embedded
from phucvu.engine.embedded import Over, Rows, moment_in_sql
from phucvu.problems import Fault, UnusableError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ANSWERS_WITHIN = 5.0
"""Seconds that a master has to take a connection."""

WORKER_WITHIN = 60.0
"""Seconds within which a worker must have taken up the work."""

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}

PARTITIONS = 16
"""Parts of what is sorted by dossier, at least; where there are many cores, four for each."""

COMPILED_QUICKLY = "-XX:TieredStopAtLevel=1"
"""For a Java that lives as long as one command: over three million dossiers, half of what a worker did was
to compile its code thoroughly. ``spark.executor.extraJavaOptions`` come after, and count."""

LOADED_CLASSES = "phucvu-classes.jsa"
"""In the folder of PySpark, the classes that a count loads as Java shares them (``make spark`` writes it):
to load them one by one from 280 files is a third of what counting few dossiers takes."""

READ_AT_ONCE = "16m"
"""Bytes of a file that one task reads: files are of 64 MB at most, so every worker has its share."""


def connect(address: str) -> BaseBackend:
    """A connection to a Spark master, or with ``local[2]`` to Spark in this process.

    Raises UnusableError where PySpark is not installed, no master answers, or it has no worker to give.
    """
    host = _own_address(address)
    with _errors_aside() as said:
        try:
            session = _session(address, {"spark.driver.host": host} if host else {})
        except ImportError as error:
            raise UnusableError(Fault("pyspark_missing")) from error
        except Exception as error:  # of Py4J, or of Java by way of it
            lines = [line for line in said() if line.strip()] or [str(error)]
            raise UnusableError(Fault("cluster_fails", address=address, why=lines[-1].strip())) from error
        session.sparkContext.setLogLevel("ERROR")
        if host:
            _wait_for_worker(session, address)
        _set_unless_set(session)
        con = ibis.pyspark.connect(session)
    # That it is not made for pandas 3 yet: what Ibis reads of small tables and counts goes through pandas.
    warnings.filterwarnings("ignore", module=r"pyspark\.")
    con.phucvu_cluster = Cluster(con)
    return con


def _session(address: str, settings: dict[str, str]) -> SparkSession:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(address).appName("phucvu")
    for name, value in (SETTINGS | settings).items():
        builder = builder.config(name, value)
    for part in ("driver", "executor") if address.startswith("spark://") else ("driver",):
        builder = builder.config(f"spark.{part}.defaultJavaOptions", java_options())
    return builder.getOrCreate()


def java_options() -> str:
    """For the driver, and for workers where Spark stands in the same folder as here.

    Where there is no such file, or Java or Spark is another than what wrote it, Java loads each class.
    """
    options, classes = [COMPILED_QUICKLY], loaded_classes()
    if classes.exists():
        # What Java says of a file that does not fit it would stand among the figures.
        options += [f"-XX:SharedArchiveFile={classes}", "-Xlog:disable", "-Xlog:all=warning:stderr"]
    return shlex.join(options)


def loaded_classes() -> Path:
    """Where ``LOADED_CLASSES`` is; raises ImportError where PySpark is not installed."""
    import pyspark

    return Path(pyspark.__path__[0]) / LOADED_CLASSES


def _set_unless_set(session: SparkSession) -> None:
    """What an administrator may set otherwise, in spark-defaults.conf or PYSPARK_SUBMIT_ARGS."""
    context = session.sparkContext
    partitions = max(PARTITIONS, 4 * context.defaultParallelism)
    for name, value in {
        "spark.sql.shuffle.partitions": str(partitions),
        "spark.sql.files.maxPartitionBytes": READ_AT_ONCE,
    }.items():
        if not context.getConf().contains(name):
            session.conf.set(name, value)


def _own_address(address: str) -> str:
    """The address of this machine by which a master, and so its workers, reach it."""
    if not address.startswith("spark://"):
        return ""
    why: object = ""
    for each in address.removeprefix("spark://").split(","):  # one of several may be standing by
        host, _, port = each.rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), ANSWERS_WITHIN) as connection:
                own: str = connection.getsockname()[0]
                return own
        except (OSError, ValueError, OverflowError) as error:
            why = error
    raise UnusableError(Fault("cluster_fails", address=address, why=why))


def _wait_for_worker(session: SparkSession, address: str) -> None:
    """Without a worker questions would wait for ever."""
    context = session.sparkContext
    if context.getConf().get("spark.dynamicAllocation.enabled", "false") == "true":
        return
    until = time.monotonic() + WORKER_WITHIN
    known: Any = context._jsc
    while known.sc().getExecutorMemoryStatus().size() < 2:  # the driver is one of them
        if time.monotonic() > until:
            raise UnusableError(Fault("cluster_without_worker", address=address, seconds=int(WORKER_WITHIN)))
        time.sleep(0.1)


@contextmanager
def _errors_aside() -> Iterator[Any]:
    """Keep what Java and PySpark write on standard error off the screen; yields what tells its lines.

    They greet, and warn of what does not concern us.
    """
    sys.stderr.flush()
    try:
        screen = os.dup(2)
    except OSError:  # there is none
        yield list
        return
    with tempfile.TemporaryFile("w+", errors="replace") as aside:
        os.dup2(aside.fileno(), 2)

        def said() -> list[str]:
            aside.seek(0)
            return aside.read().splitlines()

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield said
        finally:
            os.dup2(screen, 2)
            os.close(screen)


class Cluster:
    """What was put under names, and where it is: at the cluster, or in DuckDB in this process."""

    def __init__(self, con: BaseBackend) -> None:
        self._con = con
        self._near = ibis.duckdb.connect()
        self._put: dict[str, Rows] = {}
        self._sent: set[str] = set()
        self._sql: dict[tuple[ops.Node, bool], str] = {}

    @classmethod
    def of(cls, con: BaseBackend) -> Cluster:
        """The one of a connection to Spark, whoever made that."""
        if not hasattr(con, "phucvu_cluster"):
            con.phucvu_cluster = cls(con)
        found: Cluster = con.phucvu_cluster
        return found

    def put(self, name: str, rows: Rows) -> object:
        self._sent.discard(name)
        self._put[name] = rows
        return rows if _is_far(rows) else embedded.put(self._near, name, rows)

    def put_moment(self, name: str, moment: dt.datetime) -> None:
        embedded.put_moment(self._near, name, moment)
        said = moment_in_sql(moment).replace("TIMESTAMP", "TIMESTAMP_NTZ", 1)
        self._con.raw_sql(
            f"CREATE OR REPLACE TEMPORARY FUNCTION {name}() RETURNS TIMESTAMP_NTZ RETURN {said}"
        )

    def run(self, rows: ir.Table) -> pl.DataFrame:
        """The rows of an expression over names."""
        names = {table.name for table in rows.op().find(ops.UnboundTable)}
        far = any(_is_far(self._put[name]) for name in names)
        key = rows.op(), far
        if key not in self._sql:
            self._sql[key] = (self._con if far else self._near).compile(rows)
        if not far:
            return embedded.run(self._near, rows, self._sql[key])
        for name in names - self._sent:
            self._send(name)
        found = pl.DataFrame(self._con._session.sql(self._sql[key]).toArrow())
        answer: pl.DataFrame = PolarsData.convert_table(found, rows.schema())
        return answer

    def _send(self, name: str) -> None:
        rows, session = self._put[name], self._con._session
        if isinstance(rows, Over) and _is_far(rows):
            read = rows.read(rows.table)
            self._con._run_pre_execute_hooks(read)
            frame = session.sql(self._con.compile(read))
        else:
            near = self._near.con.sql(f'FROM "{name}"').pl()
            table = near.to_arrow(compat_level=pl.CompatLevel.oldest())
            frame = session.createDataFrame(table, schema=_spark_types(near))
        frame.createOrReplaceTempView(name)
        self._sent.add(name)

    def forget(self, name: str, rows: object) -> None:
        if not _is_far(self._put.pop(name)):
            embedded.forget(self._near, name, rows)
        if name in self._sent:
            self._con._session.catalog.dropTempView(name)
            self._sent.discard(name)


def _is_far(rows: Rows) -> bool:
    """Whether the cluster is to read rows."""
    return isinstance(rows, Over) and any(con.name == "pyspark" for con in rows.table._find_backends()[0])


def _spark_types(frame: pl.DataFrame) -> Any:
    from ibis.backends.pyspark.datatypes import PySparkSchema

    return PySparkSchema.from_ibis(PolarsSchema.to_ibis(dict(frame.schema)))
