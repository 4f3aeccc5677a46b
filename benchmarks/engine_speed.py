"""All figures of all units for a month and for a year, beside the same counts made in other ways.

Run:  .venv/bin/python benchmarks/engine_speed.py [--sizes 100000,1000000,10000000] [--rounds 3]

Beside the engine stand one SQL query written by hand, run by DuckDB on the same Parquet files and by
PostgreSQL on tables with indexes, and a script in pandas; those two only up to a million dossiers. All
count rule set qd766-2022 and must give the same figures, or the benchmark fails. Each is a process of
its own, so that its peak memory is its own; times are the best of the rounds, reading included, and
without starting Python. Both DuckDB contenders have the same memory limit and all processors.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import engine_by_sql
import engine_records
import polars as pl
import psycopg

from phucvu.engine.connections import MEMORY, connect
from phucvu.figures.periods import Period
from phucvu.records.schema import TABLES

NOW = dt.datetime(2027, 1, 1)
PERIODS = ("2026-08", "2026")
RULES = "qd766-2022"
SMALL = 1_000_000
"""PostgreSQL and pandas are not asked for more dossiers than this."""
KEY = ["unit", "indicator"]
FIGURE = [*KEY, "numerator", "denominator"]

Contender = Callable[[Path], Callable[[Period], pl.DataFrame]]


def engine(folder: Path) -> Callable[[Period], pl.DataFrame]:
    from phucvu.engine.figures import figures
    from phucvu.rules.loading import load

    def count(period: Period) -> pl.DataFrame:
        con = connect()
        tables = {name: con.read_parquet(f"{folder}/{name}/*.parquet") for name in TABLES}
        counted = figures(tables, load(RULES), period, NOW)
        con.disconnect()
        return counted

    return count


def duckdb_sql(folder: Path) -> Callable[[Period], pl.DataFrame]:
    import duckdb

    days = _days().to_arrow()
    config = {"memory_limit": MEMORY, "temp_directory": str(folder / "spill")}

    def count(period: Period) -> pl.DataFrame:
        with duckdb.connect(config=config) as con:
            for name in TABLES:
                con.read_parquet(f"{folder}/{name}/*.parquet").create_view(name)
            con.register("days", days)
            return con.sql(engine_by_sql.query(period, NOW)).pl()

    return count


def _days() -> pl.DataFrame:
    return pl.DataFrame(engine_by_sql.day_rows(), ["day", "working", "upto"], orient="row")


def pandas_script(folder: Path) -> Callable[[Period], pl.DataFrame]:
    import engine_by_pandas

    return lambda period: pl.DataFrame(engine_by_pandas.figures(folder, period, NOW).to_dict("list"))


def postgresql(folder: Path) -> Callable[[Period], pl.DataFrame]:
    def count(period: Period) -> pl.DataFrame:
        with psycopg.connect((folder / "postgresql").read_text()) as con:
            rows = con.execute(engine_by_sql.query(period, NOW)).fetchall()
        return pl.DataFrame(rows, FIGURE, orient="row")

    return count


CONTENDERS: dict[str, Contender] = {
    "engine": engine,
    "SQL on DuckDB": duckdb_sql,
    "SQL on PostgreSQL": postgresql,
    "pandas": pandas_script,
}

INDEXES = (
    "alter table dossiers add primary key (dossier_id)",
    "create index on dossiers (received_at)",
    'create index on steps (dossier_id, "at")',
    'create index on steps (status, "at")',
    "alter table procedures add primary key (code)",
    "alter table units add primary key (code)",
    "create index on petitions (dossier)",
    "create index on ratings (dossier, unit)",
    "create index on days (day)",
    "create index on days (upto)",
)
POSTGRESQL_TYPES = {
    pl.String: "text",
    pl.Boolean: "boolean",
    pl.Int8: "smallint",
    pl.Int32: "integer",
    pl.Int64: "bigint",
    pl.Date: "date",
    pl.Datetime: "timestamp",
}


@contextmanager
def postgresql_server(folder: Path) -> Iterator[None]:
    """A server of the benchmark's own with the records in it; ``folder/postgresql`` says how to connect."""

    def as_postgres(*command: str) -> None:
        as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run([*as_user, *command], check=True, stdout=subprocess.DEVNULL)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = Path(tempfile.mkdtemp(prefix="phucvu-bench-"))
    if os.getuid() == 0:
        shutil.chown(data, "postgres")
    as_postgres("initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C")
    options = (
        f"-p {port} -k {data} -h 127.0.0.1 -c shared_buffers=2GB -c work_mem=512MB -c fsync=off "
        "-c maintenance_work_mem=1GB -c effective_cache_size=8GB -c max_wal_size=8GB"
    )
    as_postgres("pg_ctl", "-D", str(data), "-o", options, "-l", str(data / "log"), "-w", "start")
    try:
        where = f"host=127.0.0.1 port={port} user=postgres dbname=postgres"
        (folder / "postgresql").write_text(where)
        with psycopg.connect(where, autocommit=True) as con:
            for name in TABLES:
                files = sorted((folder / name).glob("*.parquet"))
                _load(con, name, [pl.read_parquet(f) for f in files])
            _load(con, "days", [_days()])
            for index in INDEXES:
                con.execute(index)
            con.execute("vacuum analyze")
        yield
    finally:
        as_postgres("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(data)


def _load(con: psycopg.Connection, name: str, frames: list[pl.DataFrame]) -> None:
    columns = [f'"{c}" {POSTGRESQL_TYPES[t.base_type()]}' for c, t in frames[0].schema.items()]
    con.execute(f"create table {name} ({', '.join(columns)})")
    for frame in frames:
        with con.cursor().copy(f"copy {name} from stdin (format csv)") as copy:
            copy.write(frame.write_csv(include_header=False, datetime_format="%Y-%m-%d %H:%M:%S"))


def run_one(name: str, folder: Path, period: Period, rounds: int) -> None:
    """In a process of its own: count, and print times and peak memory as JSON; figures go to a file."""
    count = CONTENDERS[name](folder)
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        counted = count(period)
        times.append(time.perf_counter() - start)
    counted.select(FIGURE).sort(KEY).write_parquet(folder / "counted.parquet")
    print(json.dumps({"seconds": min(times), "peak": _peak()}))


def _peak() -> float:
    """The most memory this process has held, MB (getrusage would count the parent's too)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def measure(name: str, folder: Path, period: str, rounds: int) -> tuple[dict[str, float], pl.DataFrame]:
    command = [sys.executable, __file__, "--one", name, "--folder", str(folder), "--period", period]
    done = subprocess.run([*command, "--rounds", str(rounds)], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1]), pl.read_parquet(folder / "counted.parquet")


def compare(folder: Path, size: int, rounds: int) -> bool:
    """Run everybody for every period and print a row each; whether all figures were equal."""
    equal = True
    names = [n for n in CONTENDERS if size <= SMALL or n in ("engine", "SQL on DuckDB")]
    for period in PERIODS:
        reference, engine_seconds = None, 0.0
        for name in names:
            result, counted = measure(name, folder, period, rounds if size <= SMALL else 1)
            if reference is None:
                reference, engine_seconds = counted, result["seconds"]
            same = counted.equals(reference.cast(dict(counted.schema)))
            equal &= same
            memory = "server" if name == "SQL on PostgreSQL" else f"{result['peak']:,.0f}"
            print(
                f"{size:>12,}  {period:<8} {name:<18} {result['seconds']:>9.2f} "
                f"{result['seconds'] / engine_seconds:>8.2f} {memory:>9}  {'yes' if same else 'NO'}",
                flush=True,
            )
    return equal


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="100000,1000000,10000000", help="numbers of dossiers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--period", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        run_one(given.one, given.folder, Period.parse(given.period), given.rounds)
        return
    print(
        f"{'dossiers':>12}  {'period':<8} {'counted by':<18} {'seconds':>9} {'× engine':>8} {'MB':>9}  equal"
    )
    equal = True
    for size in (int(float(s)) for s in given.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="phucvu-bench-") as scratch:
            folder = Path(scratch)
            engine_records.write(folder, size)
            if size <= SMALL:
                with postgresql_server(folder):
                    equal &= compare(folder, size, given.rounds)
            else:
                equal &= compare(folder, size, given.rounds)
    if not equal:
        sys.exit("the figures differ")


if __name__ == "__main__":
    main()
