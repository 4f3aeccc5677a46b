"""The sending process killed again and again: nothing is lost, and nothing comes more than twice.

PHUCVU_KILLS says how often (a few times, if not said); PHUCVU_SEED which moments.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from phucvu.records.store import Store

from .. import starting
from .mail_server import MailServer, served

pytestmark = pytest.mark.kill

KILLS = int(os.environ.get("PHUCVU_KILLS", "3"))
SEED = int(os.environ.get("PHUCVU_SEED", "766"))

PEOPLE = 12 + 2 * KILLS

STEPS = ("connect", "mail", "data", "content", "taken", "taken")
"""At which a process is killed; the last is when a message was taken and its sender has not heard so."""

SUBSCRIBE = f"""
    from phucvu.inbox.home import open_home
    open_home()
    from phucvu.accounts import audit, managing
    from phucvu.inbox.clock import now
    from phucvu.notices.models import Subscription
    for n in range({PEOPLE}):
        name, who = f"nguoi{{n}}", audit.COMMAND_LINE
        user = managing.create(who, username=name, email=name + "@vidu.vn", role="staff", unit="H99.01")
        Subscription.objects.create(user=user, channel="email", language="vi", chosen_at=now())
"""

SEND = """
    from phucvu.web.serve import run_part
    run_part("notices")
"""

ROWS = """
    SELECT digest.id, person.email, digest.day, digest.state
    FROM notices_digest digest JOIN accounts_user person ON person.id = digest.user_id
"""


class Killer:
    """Kills the sending process at a step of what it says to the server, or after a while."""

    def __init__(self, server: MailServer, moments: random.Random) -> None:
        self._moments, self._armed, self.killed = moments, threading.Event(), threading.Event()
        self.pid, self._step = 0, ""
        server.at = self._at

    def arm(self, pid: int) -> None:
        self.pid, self._step = pid, self._moments.choice(STEPS)
        self.killed.clear()
        self._armed.set()

    def _at(self, step: str) -> None:
        if self._armed.is_set() and step == self._step:
            self._armed.clear()
            time.sleep(self._moments.choice((0, 0, 0.002)))
            os.kill(self.pid, signal.SIGKILL)
            self.killed.set()


@contextmanager
def sending(environment: dict[str, str], log: Path) -> Iterator[starting.Started]:
    with log.open("ab") as file:
        process = starting.start(textwrap.dedent(SEND), environment, file)
    try:
        yield process
    finally:
        if not process.has_ended():
            os.kill(process.pid, signal.SIGKILL)
        assert process.has_ended(60)


def test_killed_while_sending(filled: Store, tmp_path: Path, database: str | None) -> None:
    home, log = tmp_path / "home", tmp_path / "log"
    shutil.copytree(filled.home, home)
    moments = random.Random(SEED)
    with served() as server:
        environment = os.environ | {
            "PHUCVU_HOME": str(home),
            "PHUCVU_HTTPS": "0",
            "PHUCVU_DATABASE_URL": database or "",
            "DJANGO_SETTINGS_MODULE": "phucvu.web.settings",
            "PHUCVU_SITE_ADDRESS": "https://chiso.vidu.vn",
            "PHUCVU_NOTICES_AT": "00:00",
            "PHUCVU_SMTP_HOST": "127.0.0.1",
            "PHUCVU_SMTP_PORT": str(server.port),
            "PHUCVU_SMTP_SECURITY": "none",
            "PHUCVU_SMTP_FROM": "chiso@vidu.vn",
        }
        said = starting.python(textwrap.dedent(SUBSCRIBE), environment)
        assert said.returncode == 0, said.stderr
        killer, kills = Killer(server, moments), 0
        while kills < KILLS and len({to for to, _ in server.taken}) < PEOPLE:
            with sending(environment, log) as process:
                killer.arm(process.pid)
                assert process.has_ended(120), log.read_text()
            assert killer.killed.wait(10), log.read_text()  # told after it was done
            kills += 1
        with sending(environment, log):
            rows = until_settled(home, database, log)
    assert kills == KILLS
    all_sent_at_most_twice(server, rows, kills)


def until_settled(home: Path, database: str | None, log: Path) -> list[tuple[int, str, str, int]]:
    end = time.monotonic() + 120
    while True:
        rows = asked(home, database)
        if rows and all(state for *_, state in rows):
            return rows
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)


def asked(home: Path, database: str | None) -> list[tuple[int, str, str, int]]:
    """The digests that the operational database holds."""
    if database:
        with psycopg.connect(database) as server:
            return [(pk, to, str(day), state) for pk, to, day, state in server.execute(ROWS)]
    with closing(sqlite3.connect(home / "phucvu.sqlite3", timeout=30)) as file:
        return list(file.execute(ROWS))


def all_sent_at_most_twice(server: MailServer, rows: list[tuple[int, str, str, int]], kills: int) -> None:
    came = Counter(message["Message-ID"] for message in server.messages)
    names = {f"<digest.{pk}.{day.replace('-', '')}@vidu.vn>": to for pk, to, day, *_ in rows}
    assert len(rows) == len({(to, day) for _, to, day, *_ in rows})
    assert {to for _, to, *_ in rows} == {f"nguoi{n}@vidu.vn" for n in range(PEOPLE)}
    assert came.keys() == names.keys()
    assert {names[message["Message-ID"]] == message["To"] for message in server.messages} == {True}
    assert max(came.values()) <= 2
    repeats = sum(number - 1 for number in came.values())
    assert repeats <= kills
