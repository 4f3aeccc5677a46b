"""A copy of the operational database as one moment left it, in a file; and a database made from it."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from phucvu.configuration import environment
from phucvu.inbox.home import database
from phucvu.problems import Fault, UnusableError

FILES = {"sqlite": "phucvu.sqlite3", "postgresql": "phucvu.pgdump"}

TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}


@dataclass(frozen=True)
class Held:
    """What a database holds: rows by table, and the last number and hash of its audit log."""

    rows: dict[str, int]
    audit: str

    @property
    def payloads(self) -> int:
        return self.rows.get("inbox_payload", 0)


def kind() -> str:
    """Which database the settings name: ``sqlite`` or ``postgresql``."""
    return str(database()["ENGINE"]).rpartition(".")[2].replace("sqlite3", "sqlite")


def dump(to: Path) -> Held:
    """Write the database to a file; others may write to it meanwhile. What the copy holds."""
    if kind() == "sqlite":
        return _dump_sqlite(to)
    with _connected() as con:
        con.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        [snapshot] = con.execute("SELECT pg_export_snapshot()").fetchone() or [""]
        _run("pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--snapshot={snapshot}", f"--file={to}")
        return _held(con)


def load(file: Path) -> Held:
    """Make the database, which is empty, from a file that ``dump`` wrote; what it holds then."""
    if kind() == "sqlite":
        with _opened(file) as copy, _opened(Path(database()["NAME"])) as con:
            copy.backup(con)
            return _held(con)
    words = ("--no-owner", "--no-acl", "--exit-on-error", "--single-transaction")
    _run("pg_restore", *words, f"--dbname={database()['NAME']}", str(file))
    with _connected() as con:
        return _held(con)


def is_empty() -> bool:
    """Whether there is no table in the database, or no database."""
    if kind() == "sqlite":
        return not Path(database()["NAME"]).exists()
    with _connected() as con:
        return not con.execute(TABLES["postgresql"]).fetchall()


def check_programs() -> None:
    """Raises UnusableError where PostgreSQL's own programs, which copy its databases, are not there."""
    if kind() == "postgresql":
        for program in ("pg_dump", "pg_restore"):
            _found(program)


def _dump_sqlite(to: Path) -> Held:
    place = Path(database()["NAME"])
    with _opened(place) as con, _opened(to) as copy:
        con.backup(copy)  # in one step, so that writers do not make it begin anew
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without others beside it
        return _held(copy)


def _held(con: Any) -> Held:
    """Asked of the connection of either database."""
    query = TABLES["sqlite" if isinstance(con, sqlite3.Connection) else "postgresql"]
    tables = sorted(name for (name,) in con.execute(query).fetchall())
    rows = {
        name: con.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        for name in tables
    }
    head = None
    if "accounts_audithead" in tables:
        head = con.execute("SELECT count, hash FROM accounts_audithead").fetchone()
    return Held(rows, f"{head[0]}:{head[1]}" if head else "")


@contextlib.contextmanager
def _opened(place: Path) -> Iterator[sqlite3.Connection]:
    try:
        with contextlib.closing(sqlite3.connect(place, timeout=30)) as con:
            yield con
    except sqlite3.Error as error:
        raise _unusable(error, str(place)) from error


@contextlib.contextmanager
def _connected() -> Iterator[psycopg.Connection[Any]]:
    try:
        with psycopg.connect(**_connection()) as con:
            yield con
    except psycopg.Error as error:
        raise _unusable(error, "PostgreSQL") from error


def _unusable(error: Exception, place: str) -> UnusableError:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return UnusableError(Fault("database_unusable", file=place, reason=reason))


def _connection() -> dict[str, Any]:
    said = database()
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return {name: said[key] for name, key in names.items() if said[key]}


def _run(program: str, *words: str) -> None:
    """Run one of PostgreSQL's programs; it is told where to connect where no other process can look."""
    said = {"dbname": "PGDATABASE"}
    where = {said.get(name, f"PG{name.upper()}"): value for name, value in _connection().items()}
    command = [_found(program), "--no-password", *words]
    done = subprocess.run(command, env=environment(**where), capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        raise UnusableError(Fault("program_failed", file=program, reason=reason))


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise UnusableError(Fault("program_missing", program=program))
    return path
