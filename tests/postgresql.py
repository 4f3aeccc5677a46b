"""PostgreSQL's server programs, started by tests as a user who is not root."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

ADMINISTRATOR = "postgres"

DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


def database_of(request: pytest.FixtureRequest) -> str | None:
    """What a fixture with the parameters DATABASES stands for: None is SQLite, in a home."""
    made: str | None = None if request.param == "sqlite" else request.getfixturevalue("new_database")()
    return made


@dataclass
class Server:
    """A server that a test can stop and start; its address, to which the name of a database is added."""

    address: str
    stop: Callable[[], None]
    start: Callable[[], None]

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"phucvu{next(self._numbers)}"
        with psycopg.connect(f"{self.address}/postgres", autocommit=True) as con:
            con.execute(f"CREATE DATABASE {name}")
        return f"{self.address}/{name}"


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """Skips the test where the programs are not installed."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("PostgreSQL's server programs are not here")
    as_user = ["runuser", "-u", ADMINISTRATOR, "--"] if os.geteuid() == 0 else []
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(program: str, *words: str) -> None:
        command = [*as_user, str(programs[-1].with_name(program)), *words]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/")

    # Not in pytest's own folder: that is closed to other users.
    with tempfile.TemporaryDirectory(prefix="phucvu-postgresql-") as data:
        if as_user:
            os.chown(data, pwd.getpwnam(ADMINISTRATOR).pw_uid, -1)
        initdb = ("-U", ADMINISTRATOR, "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync")
        run("initdb", "-D", data, *initdb)
        # Tests kill what uses the server, not the machine: it need not wait for the disk.
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data} -c fsync=off"

        def start() -> None:
            run("pg_ctl", "-D", data, "-o", options, "-l", f"{data}/log", "-w", "start")

        def stop() -> None:
            run("pg_ctl", "-D", data, "-m", "fast", "-w", "stop")

        start()
        try:
            yield Server(f"postgresql://{ADMINISTRATOR}@127.0.0.1:{port}", stop, start)
        finally:
            if Path(data, "postmaster.pid").exists():
                stop()
