"""Beginning a task's work in a process of its own, and whether that process still lives."""

from __future__ import annotations

import contextlib
import fcntl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from phucvu.configuration import environment

RUNNER = "phucvu.web.workspace.run_task"


def start(number: int) -> None:
    """Begin the work of a task."""
    command = [sys.executable, "-m", RUNNER, str(number)]
    told = environment(DJANGO_SETTINGS_MODULE="phucvu.web.settings")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=told)
    threading.Thread(target=process.wait, daemon=True).start()  # so that it leaves nothing behind


@contextlib.contextmanager
def held(path: Path) -> Iterator[bool]:
    """Whether the lock is ours now; it goes with the process, however that ends."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def is_held(path: Path) -> bool:
    with held(path) as mine:
        return not mine
