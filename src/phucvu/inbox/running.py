"""The inbox's own processes: one moves payloads and counts the running month; one counts everything else,
compacts the records and makes the lists of dossiers, and steps back for others; one passes on what came to
the portal, where that is set.

The site starts them (``background``), and starts them again if they die. Of each only one runs for a
database at a time; a second waits until the first has gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import django.db
from django.db import connection

from phucvu import configuration
from phucvu.inbox import jobs
from phucvu.inbox.background import PARTS
from phucvu.inbox.clock import now
from phucvu.inbox.counting import MonthCounter
from phucvu.inbox.forecasting import Forecaster
from phucvu.inbox.history import History
from phucvu.inbox.home import home
from phucvu.inbox.lists import Maker, forecasts_folder
from phucvu.inbox.moving import Mover, try_stuck_again
from phucvu.inbox.pulling import Puller
from phucvu.inbox.reconciling import reconcile
from phucvu.inbox.relay.passing_on import Relay
from phucvu.inbox.retention import Sweeper
from phucvu.inbox.trouble import report
from phucvu.inbox.watching import Registers
from phucvu.portal import client
from phucvu.records import set_aside
from phucvu.records.store import Store

PAUSE = 0.5
"""Seconds between two looks at whether there is something to do: an idle process takes a hundredth of one
processor. Counting the running month is woken by the moving, and need not wait so long;"""
LOOK_FOR_PAYLOADS = 0.05
"""of the moving, which a change waits for first;"""
REST = 0.2
"""but at least a fifth as long as the work took: what arrives meanwhile is done together, which costs less,
and those who answer the senders get their time."""

AFTER_TROUBLE = 2.0
COMPACT_EVERY = 30.0
SWEEP_EVERY = 2.0

LOOK_FOR_RESULTS = 30.0
"""Seconds between two looks at whether the portal's results of the day are due."""

LOOK_FOR_DUTIES = 60.0
"""Seconds between two looks at whether units are to be asked for something by rule."""

NOTHING: Mapping[str, Callable[[], object]] = MappingProxyType({})

LOOK_FOR_A_MONTH = 5.0
"""Seconds between two looks at whether forecasts are to be learnt anew."""

LOOK_AGAIN = 1.0
"""Seconds after which a second process looks again whether the first has gone."""

LOCK = 0x70687563
"""The number of PostgreSQL's advisory lock of the first part; that of the next is one higher."""

NICE = 19
"""By how much the operating system puts the history behind other work."""


def run(part: str, store: Store, further: Mapping[str, Callable[[], object]] = NOTHING) -> None:
    """Run one of ``background.PARTS`` until this process ends (see ``forking``).

    ``further`` is what else the history does now and then, by name: work of packages above this one.
    """
    with alone(part):
        match part:
            case "inbox":
                counter, mover = MonthCounter(store), Mover(Registers(store))
                try_stuck_again()
                set_aside.name_kinds(store)
                jobs.begin(["moving", "counting"])
                moved = threading.Event()
                beside("counting", counter.count_if_changed, wake=moved)
                reconcile(store)
                again_and_again("moving", mover.move, LOOK_FOR_PAYLOADS, then=moved)
            case "history":
                step_back()
                chosen = configuration.current()
                store = Store(store.home, keep_hours=24 * chosen.keep_files)
                history, maker, sweeper = History(store), Maker(store), Sweeper(store, chosen)
                forecaster = Forecaster(store, forecasts_folder(store.home))
                jobs.begin(["history", "compacting", "lists", "sweeping", "forecasting", *further])
                beside("compacting", store.compact, COMPACT_EVERY)
                beside("sweeping", sweeper.sweep, SWEEP_EVERY)
                beside("lists", maker.make_if_changed)
                beside("forecasting", forecaster.learn_if_due, LOOK_FOR_A_MONTH)
                for name, work in further.items():
                    beside(name, work, LOOK_FOR_DUTIES)
                if chosen.portal_daily:
                    beside("pulling", Puller(chosen, now, client.PAUSE).pull_if_due, LOOK_FOR_RESULTS)
                again_and_again("history", history.count_next)
            case "relay":
                jobs.begin(["relay"])
                again_and_again("relay", Relay(store, configuration.current()).work)


def beside(
    name: str, work: Callable[[], object], pause: float = PAUSE, *, wake: threading.Event | None = None
) -> None:
    threading.Thread(
        target=again_and_again, args=[name, work, pause], kwargs={"wake": wake}, daemon=True
    ).start()


def again_and_again(
    name: str,
    work: Callable[[], object],
    pause: float = PAUSE,
    *,
    wake: threading.Event | None = None,
    then: threading.Event | None = None,
) -> None:
    """Do the work for ever, with a pause in between and a longer one after trouble.

    ``wake`` ends a pause, but for the rest; ``then`` is set after work that found something to do.
    """
    course = jobs.Course(name)
    wake = wake or threading.Event()
    while True:
        began = time.monotonic()
        wake.clear()
        try:
            found = work()
            course.went_well()
            if found and then:
                then.set()
            rest = REST * (time.monotonic() - began)
            time.sleep(rest)
            wake.wait(max(0.0, pause - rest))
        except Exception as error:
            report(error, f"{name}: trying again")
            course.failed(error)
            if isinstance(error, django.db.Error):
                # With the connection the lock may be lost; a new process begins with a new one.
                os._exit(1)
            time.sleep(AFTER_TROUBLE)


def step_back() -> None:
    """Let everything else go first, and leave it one processor where there is more than one.

    Its long work, as compacting after a flood, would else keep all of them and their memory busy; a process
    that comes first gets its turn then, but half as fast.
    """
    os.nice(NICE)
    if hasattr(os, "sched_setaffinity"):
        _first, *others = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, others or [_first])


@contextlib.contextmanager
def alone(part: str) -> Iterator[None]:
    """Begin one of ``background.PARTS``: wait until no other process runs it for the same database."""
    logging.basicConfig(format="%(asctime)s %(name)s %(levelname)s %(message)s", level=logging.WARNING)
    if connection.vendor == "postgresql":
        while not _locked(LOCK + PARTS.index(part)):
            time.sleep(LOOK_AGAIN)
        yield
        return
    with (Path(home()) / f"{part}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _locked(number: int) -> bool:
    """Whether PostgreSQL's advisory lock is ours now; waiting for it would exceed a statement's limit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        return bool(cursor.fetchone()[0])
