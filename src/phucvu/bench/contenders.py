"""Who counts, or works on the records, in a process of its own: one line asks, one line answers.

A process stays through all rounds, so that its peak memory is its own. ``work`` is what runs in it.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import os
import resource
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from phucvu.bench import hand_written_sql, made_records, needed_columns
from phucvu.bench.machine import memory_of
from phucvu.bench.names import (
    APPEND,
    COLUMNS,
    COMPACT,
    DUCKDB,
    ENGINE,
    LOG,
    MAKE,
    PANDAS,
    POLARS,
    POSTGRESQL,
    is_spark,
)
from phucvu.figures.periods import Period
from phucvu.records.store import Store

NOW = dt.datetime(2027, 1, 1)
RULES = "qd766-2022"
KEY = ["unit", "indicator"]
FIGURE = ["period", *KEY, "numerator", "denominator"]

Job = Callable[[str], pl.DataFrame | None]
"""What is done when asked by a line; figures where it counts."""


def lacking(name: str) -> str:
    """Why a comparison cannot be made here; nothing where it can."""
    from phucvu.bench import postgresql_server

    needed = "pyspark" if is_spark(name) else {PANDAS: "pandas", POSTGRESQL: "psycopg"}.get(name)
    if needed and importlib.util.find_spec(needed) is None:
        return f"chưa cài {needed} | {needed} is not installed"
    if is_spark(name) and shutil.which("java") is None:
        return "không có Java | there is no Java"
    if name == POSTGRESQL and postgresql_server.programs() is None:
        return "không có máy chủ PostgreSQL (initdb) | the PostgreSQL server (initdb) is not there"
    return ""


# Each takes the folder: records as Parquet, and ``home``, the same in a store.


def _engine(folder: Path, home: str = "home", address: str = "") -> Job:
    from phucvu.engine.connections import EMBEDDED, connect
    from phucvu.engine.figures import figures_of_several
    from phucvu.rules.loading import load

    store = Store(folder / home)

    def count(line: str) -> pl.DataFrame:
        con = connect(address or EMBEDDED)
        tables = store.tables(con)
        counted = figures_of_several(tables, load(RULES), _periods(line), NOW)
        if not address:  # a session of Spark is kept by the process
            con.disconnect()
        return counted

    return count


def _duckdb(folder: Path) -> Job:
    import duckdb

    from phucvu.engine.connections import MEMORY
    from phucvu.records.schema import TABLES

    days = hand_written_sql.days().to_arrow()
    config: dict[str, Any] = {"memory_limit": MEMORY, "temp_directory": str(folder / "spill")}

    def count(period: Period) -> pl.DataFrame:
        with duckdb.connect(config=config) as con:
            for name in TABLES:
                con.read_parquet(f"{folder}/{name}/*.parquet").create_view(name)
            con.register("days", days)
            counted: pl.DataFrame = con.sql(hand_written_sql.query(period, NOW)).pl()
            return counted

    return _one_by_one(count)


def _polars(folder: Path) -> Job:
    from phucvu.bench import hand_written_polars

    return _one_by_one(lambda period: hand_written_polars.figures(folder, period, NOW))


def _pandas(folder: Path) -> Job:
    from phucvu.bench import hand_written_pandas

    def count(period: Period) -> pl.DataFrame:
        return pl.DataFrame(hand_written_pandas.figures(folder, period, NOW).to_dict("list"))

    return _one_by_one(count)


def _postgresql(folder: Path) -> Job:
    import psycopg

    def count(period: Period) -> pl.DataFrame:
        with psycopg.connect((folder / "postgresql").read_text(encoding="utf-8")) as con:
            rows = con.execute(hand_written_sql.query(period, NOW)).fetchall()
        return pl.DataFrame(rows, [*KEY, "numerator", "denominator"], orient="row")

    return _one_by_one(count)


def _columns(folder: Path) -> Job:
    threads = len(os.sched_getaffinity(0))
    return lambda line: needed_columns.read(folder / "home", _periods(line), NOW, threads)


def _make(folder: Path) -> Job:
    def make(line: str) -> None:
        made_records.write(folder, **json.loads(line), progress=_say_done)

    return make


def _append(folder: Path) -> Job:
    return lambda line: made_records.append(folder, Store(folder / "home"), _say_done)


def _compact(folder: Path) -> Job:
    return lambda line: Store(folder / "home").compact(whole=True)


JOBS: dict[str, Callable[[Path], Job]] = {
    ENGINE: _engine,
    LOG: lambda folder: _engine(folder, "log"),
    DUCKDB: _duckdb,
    POLARS: _polars,
    POSTGRESQL: _postgresql,
    PANDAS: _pandas,
    COLUMNS: _columns,
    MAKE: _make,
    APPEND: _append,
    COMPACT: _compact,
}


def _periods(line: str) -> list[Period]:
    return [Period.parse(said) for said in line.split()]


def _one_by_one(count: Callable[[Period], pl.DataFrame]) -> Job:
    return lambda line: pl.concat(
        count(period).with_columns(period=pl.lit(str(period))) for period in _periods(line)
    )


def _say_done(done: int, total: int) -> None:
    _say({"done": done, "total": total})


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


def work(name: str, folder: Path, memory: int) -> None:
    """Do a job each time that a line on standard input asks, and answer on standard output in JSON.

    The figures go to a file. ``memory`` is what the process may take, in GB.
    """
    # The processes of Java reserve far more addresses than they use.
    if not is_spark(name):
        resource.setrlimit(resource.RLIMIT_AS, (memory << 30, memory << 30))
    job = _engine(folder, address=name) if is_spark(name) else JOBS[name](folder)
    cpu, peak = _meters(name, folder)
    for line in sys.stdin:
        used, start = cpu(), time.perf_counter()
        try:
            counted = job(line.strip())
        except MemoryError:
            _say({"failed": f"out of memory at {memory} GB"})
            return
        seconds = time.perf_counter() - start
        if counted is not None:
            counted.select(FIGURE).sort("period", *KEY).write_parquet(file_of(folder, name))
        _say({"seconds": seconds, "cpu": cpu() - used, "peak_mb": peak()})


def _meters(name: str, folder: Path) -> tuple[Callable[[], float], Callable[[], float]]:
    """What tells processor seconds, and what tells the peak of memory in MB."""
    if name == POSTGRESQL:
        from phucvu.bench.postgresql_server import Watch

        watch = Watch(folder)
        return watch.cpu, lambda: watch.peak
    return time.process_time, lambda: memory_of("self")["VmHWM"]


def file_of(folder: Path, name: str) -> Path:
    """Where the figures are that were counted last."""
    return folder / f"counted {name.replace('/', ' ')}.parquet"


def main(arguments: Sequence[str]) -> None:
    name, folder, memory = arguments
    work(name, Path(folder), int(memory))


if __name__ == "__main__":
    main(sys.argv[1:])
