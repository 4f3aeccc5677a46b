"""Processes forked from one that has loaded the program and used none of it.

Loading takes seconds of processor time and 200 MB, which a forked process shares. What has been used is
another matter: threads, locks and connections (of Polars, DuckDB, an object store, the database) do not
outlive a fork. So a process that forks others only looks after them; work of its own it has done ``apart``.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from pathlib import Path

from phucvu.problems import FaultError

FORK = multiprocessing.get_context("fork")

LOOK_FOR_PARENT = 1.0
"""Seconds between two looks at whether the parent still lives."""


def forked(name: str, work: Callable[[], None]) -> ForkProcess:
    """A process that does the work, and ends when this one does; the system's tools show it by the name."""
    process = FORK.Process(target=_begin, args=(name, work, os.getpid()))
    process.start()
    return process


def _begin(name: str, work: Callable[[], None], parent: int) -> None:
    be_child(name, parent)
    work()


def be_child(name: str, parent: int) -> None:
    """What a forked process does first: it takes SIGTERM as its own, and leaves Ctrl-C to its parent."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(name)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    _end_with(parent)


def _end_with(parent: int) -> None:
    """End this process should its parent be killed: nobody would look after it any more."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_FOR_PARENT)
        os._exit(1)

    threading.Thread(target=look, daemon=True).start()


def apart(work: Callable[[], None]) -> None:
    """Do the work in a process forked for it, and raise here what it raises of faults and of the system."""
    heard, told = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_tell, args=(work, told, os.getpid()))
    process.start()
    told.close()
    raised = _heard(heard, process)
    process.join()
    if raised:
        raise raised


def _tell(work: Callable[[], None], told: Connection, parent: int) -> None:
    _end_with(parent)
    raised: BaseException | None = None
    try:
        work()
        sys.stdout.flush()
    except (FaultError, OSError, KeyboardInterrupt) as error:
        raised = error
    # Nobody may listen any more.
    with contextlib.suppress(OSError):
        told.send(raised)


def _heard(heard: Connection, process: ForkProcess) -> BaseException | None:
    """What the process says that it raised; where this one is told to stop, so is that."""
    while True:
        try:
            heard.poll(None)  # a signal ends this, where Polars has reading begin again after one
            said: BaseException | None = heard.recv()
        except EOFError:
            return RuntimeError("what was done apart has failed")
        except KeyboardInterrupt:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid or 0, signal.SIGINT)
        else:
            return said
