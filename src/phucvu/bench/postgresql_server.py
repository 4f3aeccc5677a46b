"""A PostgreSQL server of the benchmark's own, with the records in it and the indexes that they need."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import psycopg

from phucvu.bench.hand_written_sql import days
from phucvu.bench.machine import memory_of
from phucvu.records.schema import TABLES

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
TYPES = {
    pl.String: "text",
    pl.Boolean: "boolean",
    pl.Int8: "smallint",
    pl.Int32: "integer",
    pl.Int64: "bigint",
    pl.Date: "date",
    pl.Datetime: "timestamp",
    pl.Decimal: "numeric",
}
USER = "postgres"
"""PostgreSQL refuses to run as root: then this user runs it."""


def programs() -> Path | None:
    """Where PostgreSQL's server programs are, the newest first; None where they are not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    on_path = shutil.which("initdb")
    every = [*(p.parent for p in reversed(found)), *([Path(on_path).parent] if on_path else [])]
    return next(iter(every), None)


def release() -> str:
    """The version of the server."""
    said = subprocess.run(
        [f"{programs()}/postgres", "--version"], check=True, stdout=subprocess.PIPE, text=True
    )
    return said.stdout.split()[2]


@contextmanager
def server(folder: Path) -> Iterator[None]:
    """A server with the records of a folder in it.

    ``folder/postgresql`` says how to connect, ``folder/server`` the number of its process.
    """
    bin_, as_root = programs(), os.getuid() == 0

    def run(program: str, *arguments: str) -> None:
        as_user = ["runuser", "-u", USER, "--"] if as_root else []
        command = [*as_user, f"{bin_}/{program}", *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = Path(tempfile.mkdtemp(prefix="phucvu-bench-"))
    try:
        if as_root:
            shutil.chown(data, USER)
        run("initdb", "-D", str(data), "-U", USER, "--auth=trust", "-E", "UTF8", "--locale=C")
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        options = f"-p {port} -k {data} -h 127.0.0.1 {options}"
        run("pg_ctl", "-D", str(data), "-o", options, "-l", str(data / "log"), "-w", "start")
        try:
            where = f"host=127.0.0.1 port={port} user={USER} dbname=postgres"
            (folder / "postgresql").write_text(where)
            (folder / "server").write_text((data / "postmaster.pid").read_text().splitlines()[0])
            with psycopg.connect(where, autocommit=True) as con:
                _fill(con, folder)
            yield
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(data)


def _fill(con: psycopg.Connection, folder: Path) -> None:
    for name in TABLES:
        _load(con, name, (pl.read_parquet(f) for f in sorted((folder / name).glob("*.parquet"))))
    _load(con, "days", iter([days()]))
    for index in INDEXES:
        con.execute(index)
    con.execute("vacuum analyze")


def _load(con: psycopg.Connection, name: str, frames: Iterator[pl.DataFrame]) -> None:
    made = False
    for frame in frames:
        if not made:
            columns = [f'"{c}" {TYPES[t.base_type()]}' for c, t in frame.schema.items()]
            con.execute(f"create table {name} ({', '.join(columns)})")
            made = True
        with con.cursor().copy(f"copy {name} from stdin (format csv)") as copy:
            for part in frame.iter_slices(200_000):
                copy.write(part.write_csv(include_header=False, datetime_format="%Y-%m-%d %H:%M:%S%.f"))


class Watch:
    """What the processes of the server use."""

    def __init__(self, folder: Path) -> None:
        self._number = (folder / "server").read_text()
        self.peak = 0.0
        """Shared buffers and what its processes hold beside them, MB."""
        self._idle = len(self._children())
        threading.Thread(target=self._look, daemon=True).start()

    def cpu(self) -> float:
        """Seconds of processor time of its processes that have ended."""
        while len(self._children()) > self._idle:
            time.sleep(0.01)
        fields = Path(f"/proc/{self._number}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return sum(map(int, fields[13:15])) / os.sysconf("SC_CLK_TCK")

    def _children(self) -> list[str]:
        path = Path(f"/proc/{self._number}/task/{self._number}/children")
        return path.read_text(encoding="ascii").split()

    def _look(self) -> None:
        while True:
            time.sleep(0.2)
            held = [memory_of(number) for number in self._children()]
            buffers = max((h.get("RssShmem", 0) for h in held), default=0)
            self.peak = max(self.peak, buffers + sum(h.get("RssAnon", 0) for h in held))
