"""The real server on a free port of this machine, over a home of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import textwrap
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import polars as pl

from phucvu.records.store import Store

from .. import starting

HERE = Path(__file__).parent / "site"

WORKER, PARTS = "phucvu:site", "phucvu:(inbox|history|relay|notices)"
"""How the processes that the server starts are named."""

UNITS = [
    ("H21", "UBND tỉnh Gia Lai", "province", None),
    ("H21.17", "Sở Y tế", "department", "H21"),
    ("H21.18", "Sở Xây dựng", "department", "H21"),
    ("H21.227", "UBND xã Thử Nghiệm", "commune", "H21"),
    ("H22", "UBND tỉnh Khác", "province", None),
    ("H22.01", "Sở Y tế", "department", "H22"),
]
PROCEDURES = [(f"1.00000{n}", f"Thủ tục thử số {n}", "Y tế", "H21", n % 2 == 0) for n in range(1, 10)]


def make_home(folder: Path) -> Store:
    """A home with the units and procedures above."""
    store = Store(folder)
    store.append("units", pl.DataFrame(UNITS, schema=["code", "name", "kind", "parent"], orient="row"))
    procedures = pl.DataFrame(PROCEDURES, schema=["code", "name", "field", "owner", "fee"], orient="row")
    store.append("procedures", procedures.with_columns(status=pl.lit("public")))
    return store


def inside(home: Path, code: str, database: str | None = None) -> Any:
    """What a piece of Python says (``say(...)``, as JSON) where the home is open: ``store`` is at hand."""
    script = (
        "import json\nfrom phucvu.inbox.home import open_home\nstore = open_home()\n"
        "say = lambda value: print(json.dumps(value, default=str))\n" + textwrap.dedent(code)
    )
    environment = _environment(home, database) | {"DJANGO_SETTINGS_MODULE": "phucvu.inbox.settings"}
    done = starting.python(script, environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout else None


def make_senders(home: Path, database: str | None = None, **units: str) -> dict[str, str]:
    """Accounts by name; their secrets."""
    made = f"{{n: senders.create(store, n, u) for n, u in {units!r}.items()}}"
    code = f"from phucvu.inbox import senders\nsay({made})"
    secrets: dict[str, str] = inside(home, code, database)
    return secrets


class Site:
    """The server, with its workers and the inbox's processes, as one group of processes."""

    def __init__(
        self, home: Path, database: str | None = None, *, workers: int = 2, counts: str = "everything"
    ) -> None:
        """What is counted, as ``site/inbox_site.py`` says, which takes most of the time."""
        self.counts = counts
        self.home = home
        self.database = database
        self.workers = workers
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: starting.Started | None = None

    def start(self) -> None:
        with (self.home / "site.log").open("ab") as log:
            code = f"import inbox_site; inbox_site.main({self.port}, {self.workers}, {self.counts!r})"
            self._process = starting.start(code, _environment(self.home, self.database), log)
        for _ in range(1200):
            assert not self.has_ended, self.log
            with contextlib.suppress(OSError):
                self.get("/healthz")
                return
            time.sleep(0.05)
        raise AssertionError(f"the server does not answer\n{self.log}")

    @property
    def log(self) -> str:
        return (self.home / "site.log").read_text(encoding="utf-8")

    @property
    def has_ended(self) -> bool:
        return self._process is None or self._process.has_ended()

    def started(self, name: str) -> list[int]:
        """The processes that the server started under this name: WORKER, or one or all of PARTS."""
        assert self._process is not None
        command = ["pgrep", "-P", str(self._process.pid), name]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        return [int(pid) for pid in found.stdout.split()]

    def kill(self) -> None:
        """SIGKILL to the server and everything it started, at once."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        assert self._process.has_ended(60)

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        try:
            assert self._process.has_ended(120)
        finally:
            self.kill()

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, name: str) -> dict[str, float]:
        """The values of a metric by its labels as they are written."""
        lines = (line for line in self.get("/metrics")[1].splitlines() if line.startswith(name))
        return {
            key.removeprefix(name): float(value) for key, value in (line.rsplit(" ", 1) for line in lines)
        }

    def wait_until_moved(self) -> None:
        """Until everything that was acknowledged is in the records."""
        self._wait_until_none("phucvu_inbox_waiting_messages")

    def wait_until_counted(self) -> None:
        self._wait_until_none("phucvu_inbox_oldest_uncounted_seconds")

    def _wait_until_none(self, metric: str) -> None:
        end = time.monotonic() + 120
        while self.metric(metric)[""] > 0:
            assert time.monotonic() < end, self.log
            time.sleep(0.1)


def _environment(home: Path, database: str | None) -> dict[str, str]:
    chosen = {"PHUCVU_DATABASE_URL": database} if database else {}
    path = f"{HERE}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    return os.environ | {"PHUCVU_HOME": str(home), "PYTHONPATH": path} | chosen
