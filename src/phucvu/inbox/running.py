"""The inbox's own processes: one moves payloads and counts the running month; one counts everything else,
compacts the records and makes the lists of dossiers, and steps back for others.

The site starts them (``background``), and starts them again if they die. Of each only one runs for a
database at a time; a second waits until the first has gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import django.db
from django.db import connection

from phucvu.inbox.background import PARTS
from phucvu.inbox.counting import MonthCounter
from phucvu.inbox.history import History
from phucvu.inbox.home import home
from phucvu.inbox.lists import Maker
from phucvu.inbox.moving import Mover, try_stuck_again
from phucvu.inbox.reconciling import reconcile
from phucvu.inbox.trouble import report
from phucvu.inbox.watching import Registers
from phucvu.records.store import Store

PAUSE = 0.1
"""Seconds between two looks at whether there is something to do,"""
REST = 0.2
"""but at least a fifth as long as the work took: what arrives meanwhile is done together, which costs less,
and those who answer the senders get their time."""

AFTER_TROUBLE = 2.0
COMPACT_EVERY = 30.0

LOCK = 0x70687563
"""The number of PostgreSQL's advisory lock of the first part; that of the next is one higher."""

NICE = 19
"""By how much the operating system puts the history behind other work."""


def run(part: str, store: Store) -> None:
    """Run one of ``background.PARTS`` until standard input closes, as it does when its parent has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(format="%(asctime)s %(name)s %(levelname)s %(message)s", level=logging.WARNING)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with _alone(part):
        match part:
            case "inbox":
                _beside(MonthCounter(store).count_if_changed)
                try_stuck_again()
                reconcile(store)
                _again_and_again(Mover(Registers(store)).move)
            case "history":
                os.nice(NICE)
                _beside(store.compact, COMPACT_EVERY)
                _beside(Maker(store).make_if_changed)
                _again_and_again(History(store).count_next)


def _beside(work: Callable[[], object], pause: float = PAUSE) -> None:
    threading.Thread(target=_again_and_again, args=[work, pause], daemon=True).start()


def _again_and_again(work: Callable[[], object], pause: float = PAUSE) -> None:
    """Do the work for ever, with a pause in between and a longer one after trouble."""
    while True:
        began = time.monotonic()
        try:
            work()
            time.sleep(max(pause, REST * (time.monotonic() - began)))
        except Exception as error:
            report(error, "trying again")
            if isinstance(error, django.db.Error):
                # With the connection the lock may be lost; a new process begins with a new one.
                os._exit(1)
            time.sleep(AFTER_TROUBLE)


@contextlib.contextmanager
def _alone(part: str) -> Iterator[None]:
    """Wait until no other process runs the part for the same database."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK + PARTS.index(part)])
        yield
        return
    with (Path(home()) / f"{part}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)
