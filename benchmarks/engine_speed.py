"""All figures of all units for a month and for a year, beside the same counts made in other ways.

Run:  .venv/bin/python benchmarks/engine_speed.py [--sizes 100000,1000000,10000000] [--rounds 5]

Beside the engine stand one SQL query written by hand, run by DuckDB on the same Parquet files and by
PostgreSQL on tables with indexes, and a script in pandas. All count rule set qd766-2022 and must give
the same figures, or the benchmark fails.

Each is a process of its own, which stays through all rounds, so that its peak memory is its own. Each
first counts the month once, unmeasured but shown as «first»; then they take turns, and the median of
the rounds is shown; reading is included, starting Python is not. Who took longer than SLOW seconds is
not asked for that period again. Seconds are by the clock, «cpu» those of all processors together (of
PostgreSQL its server's). No process may take more than --memory; a server's memory is its shared
buffers and what its processes hold beside them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

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
SLOW = 20
KEY = ["unit", "indicator"]
FIGURE = [*KEY, "numerator", "denominator"]

Count = Callable[[Period], pl.DataFrame]


# Who counts


def engine(folder: Path) -> Count:
    from phucvu.engine.figures import figures
    from phucvu.rules.loading import load

    def count(period: Period) -> pl.DataFrame:
        con = connect()
        tables = {name: con.read_parquet(f"{folder}/{name}/*.parquet") for name in TABLES}
        counted = figures(tables, load(RULES), period, NOW)
        con.disconnect()
        return counted

    return count


def duckdb_sql(folder: Path) -> Count:
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


def pandas_script(folder: Path) -> Count:
    import engine_by_pandas

    return lambda period: pl.DataFrame(engine_by_pandas.figures(folder, period, NOW).to_dict("list"))


def postgresql(folder: Path) -> Count:
    def count(period: Period) -> pl.DataFrame:
        with psycopg.connect((folder / "postgresql").read_text()) as con:
            rows = con.execute(engine_by_sql.query(period, NOW)).fetchall()
        return pl.DataFrame(rows, FIGURE, orient="row")

    return count


ENGINE, SQL, SERVER, PANDAS = "engine", "SQL on DuckDB", "SQL on PostgreSQL", "pandas"
CONTENDERS: dict[str, Callable[[Path], Count]] = {
    ENGINE: engine,
    SQL: duckdb_sql,
    SERVER: postgresql,
    PANDAS: pandas_script,
}


# PostgreSQL

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
SETTINGS = {
    "shared_buffers": "2GB",
    "work_mem": "512MB",
    "maintenance_work_mem": "1GB",
    "effective_cache_size": "12GB",
    "random_page_cost": "1.1",
    "max_wal_size": "8GB",
    "fsync": "off",
    "autovacuum": "off",
}
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
    """A server of the benchmark's own with the records in it.

    ``folder/postgresql`` says how to connect, ``folder/server`` the number of its process.
    """

    def as_postgres(*command: str) -> None:
        as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run([*as_user, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = Path(tempfile.mkdtemp(prefix="phucvu-bench-"))
    if os.getuid() == 0:
        shutil.chown(data, "postgres")
    as_postgres("initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C")
    options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
    options = f"-p {port} -k {data} -h 127.0.0.1 {options}"
    as_postgres("pg_ctl", "-D", str(data), "-o", options, "-l", str(data / "log"), "-w", "start")
    try:
        where = f"host=127.0.0.1 port={port} user=postgres dbname=postgres"
        (folder / "postgresql").write_text(where)
        (folder / "server").write_text((data / "postmaster.pid").read_text().splitlines()[0])
        with psycopg.connect(where, autocommit=True) as con:
            for name in TABLES:
                _load(con, name, (pl.read_parquet(f) for f in sorted((folder / name).glob("*.parquet"))))
            _load(con, "days", iter([_days()]))
            for index in INDEXES:
                con.execute(index)
            con.execute("vacuum analyze")
        yield
    finally:
        as_postgres("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(data)


def _load(con: psycopg.Connection, name: str, frames: Iterator[pl.DataFrame]) -> None:
    made = False
    for frame in frames:
        if not made:
            columns = [f'"{c}" {POSTGRESQL_TYPES[t.base_type()]}' for c, t in frame.schema.items()]
            con.execute(f"create table {name} ({', '.join(columns)})")
            made = True
        with con.cursor().copy(f"copy {name} from stdin (format csv)") as copy:
            for part in frame.iter_slices(200_000):
                copy.write(part.write_csv(include_header=False, datetime_format="%Y-%m-%d %H:%M:%S%.f"))


class Server:
    """What the processes of the PostgreSQL server use."""

    def __init__(self, folder: Path) -> None:
        self._number = (folder / "server").read_text()
        self.peak = 0.0
        self._idle = len(self._children())
        threading.Thread(target=self._watch, daemon=True).start()

    def cpu(self) -> float:
        """Seconds of processor time of its processes that have ended."""
        while len(self._children()) > self._idle:
            time.sleep(0.01)
        fields = Path(f"/proc/{self._number}/stat").read_text().rsplit(")", 1)[1].split()
        return sum(map(int, fields[13:15])) / os.sysconf("SC_CLK_TCK")

    def _children(self) -> list[str]:
        return Path(f"/proc/{self._number}/task/{self._number}/children").read_text().split()

    def _watch(self) -> None:
        while True:
            time.sleep(0.2)
            held = [_memory(number) for number in self._children()]
            buffers = max((h.get("RssShmem", 0) for h in held), default=0)
            self.peak = max(self.peak, buffers + sum(h.get("RssAnon", 0) for h in held))


def _memory(process: str) -> dict[str, float]:
    """What a process holds, MB."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return {}
    rows = (line.split() for line in status.splitlines())
    return {row[0].rstrip(":"): int(row[1]) / 1024 for row in rows if row[2:] == ["kB"]}


# One contender


def work(name: str, folder: Path, memory: int) -> None:
    """In a process of its own: count each period asked for on stdin and answer in JSON on stdout.

    The figures go to a file.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory << 30, memory << 30))
    count = CONTENDERS[name](folder)
    server = Server(folder) if name == SERVER else None
    cpu = server.cpu if server else time.process_time
    for line in sys.stdin:
        used, start = cpu(), time.perf_counter()
        try:
            counted = count(Period.parse(line.strip()))
        except MemoryError:
            print(json.dumps({"failed": f"out of memory at {memory} GB"}))
            return
        seconds = time.perf_counter() - start
        counted.select(FIGURE).sort(KEY).write_parquet(folder / f"counted {name}.parquet")
        peak = server.peak if server else _memory("self")["VmHWM"]
        print(json.dumps({"seconds": seconds, "cpu": cpu() - used, "peak": peak}), flush=True)


@dataclass
class Contender:
    """A process that counts, and what it took: by period, seconds by the clock and of processors."""

    name: str
    folder: Path
    memory: int

    def __post_init__(self) -> None:
        command = [sys.executable, __file__, "--work", self.name, "--folder", str(self.folder)]
        command += ["--memory", str(self.memory)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self.rounds: dict[str, list[dict[str, float]]] = {period: [] for period in PERIODS}
        self.peak = 0.0
        self.failed = ""

    def count(self, period: str) -> dict[str, float]:
        assert self._process.stdin
        assert self._process.stdout
        try:
            self._process.stdin.write(f"{period}\n")
            self._process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._process.stdout.readline() or "{}")
        except OSError:
            answer = {}
        self.failed = answer.get("failed", "" if answer else self._ended())
        self.peak = max(self.peak, answer.get("peak", 0))
        return answer

    def _ended(self) -> str:
        status = self._process.wait()
        # Libraries that cannot get memory mostly end the process without a word.
        return (
            f"ended by signal {-status} at {self.memory} GB" if status < 0 else f"ended with status {status}"
        )

    def take_turn(self, period: str) -> None:
        if not self.failed and not (self.rounds[period] and self.seconds(period) > SLOW):
            answer = self.count(period)
            if not self.failed:
                self.rounds[period].append(answer)

    def seconds(self, period: str, kind: str = "seconds") -> float:
        return median(r[kind] for r in self.rounds[period])

    def counted(self) -> pl.DataFrame:
        return pl.read_parquet(self.folder / f"counted {self.name}.parquet")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


# All of them

Taken = dict[tuple[int, str, str], float]
"""By size, period and name: median seconds."""


def compare(folder: Path, size: int, rounds: int, memory: int, taken: Taken) -> bool:
    """Everybody counts every period in turns, a row each is printed; whether all figures were equal."""
    equal = True
    with ExitStack() as stack:
        contenders = [Contender(name, folder, memory) for name in CONTENDERS]
        for each in contenders:
            stack.callback(each.stop)
        first = {each.name: each.count(PERIODS[0]).get("seconds", 0.0) for each in contenders}
        for period in PERIODS:
            for _ in range(rounds):
                for each in contenders:
                    each.take_turn(period)
            if contenders[0].failed:
                sys.exit(f"{ENGINE}: {contenders[0].failed}")
            reference, ours = contenders[0].counted(), contenders[0].seconds(period)
            for each in contenders:
                start = f"{size:>12,}  {period:<8} {each.name:<18}"
                if not each.rounds[period]:
                    print(f"{start} {each.failed}", flush=True)
                    continue
                same = each.counted().equals(reference.cast(dict(each.counted().schema)))
                equal &= same
                seconds, cpu = each.seconds(period), each.seconds(period, "cpu")
                taken[size, period, each.name] = seconds
                print(
                    f"{start} {len(each.rounds[period]):>6} {first[each.name]:>8.2f} {seconds:>8.2f} "
                    f"{cpu:>8.2f} {seconds / ours:>8.2f} {each.peak:>8,.0f}  {'yes' if same else 'NO'}",
                    flush=True,
                )
    return equal


def growth(taken: Taken) -> None:
    """How time grows with the dossiers, and how the engine stands beside the others."""
    sizes = sorted({size for size, _, _ in taken})
    print(f"\n{'seconds':<46}" + "".join(f"{size:>13,}" for size in sizes))

    def row(words: str, values: list[float | None], form: str) -> None:
        print(f"{words:<46}" + "".join(f"{format(v, form) if v else '-':>13}" for v in values))

    for period in PERIODS:
        of = {name: [taken.get((size, period, name)) for size in sizes] for name in CONTENDERS}
        for name, seconds in of.items():
            row(f"{period:<8} {name}", seconds, ".2f")
        for name, goal in (
            (SQL, "engine / {}, at most 1.5"),
            (SERVER, "{} / engine, at least 10"),
            (PANDAS, "{} / engine, at least 10"),
        ):
            pairs = [(a, b) if name == SQL else (b, a) for a, b in zip(of[ENGINE], of[name], strict=True)]
            row(f"{period:<8} {goal.format(name)}", [a / b if a and b else None for a, b in pairs], ".2f")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="100000,1000000,10000000", help="numbers of dossiers")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory", type=int, default=16, help="GB that one process may take")
    parser.add_argument("--work", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(given.work, given.folder, given.memory)
        return
    print(
        f"{'dossiers':>12}  {'period':<8} {'counted by':<18} {'rounds':>6} {'first':>8} {'seconds':>8} "
        f"{'cpu':>8} {'× engine':>8} {'MB':>8}  equal"
    )
    taken: Taken = {}
    equal = True
    for size in (int(float(s)) for s in given.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="phucvu-bench-") as scratch:
            folder = Path(scratch)
            engine_records.write(folder, size)
            with postgresql_server(folder):
                equal &= compare(folder, size, given.rounds, given.memory, taken)
    growth(taken)
    if not equal:
        sys.exit("the figures differ")


if __name__ == "__main__":
    main()
