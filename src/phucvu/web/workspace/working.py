"""`python -m phucvu.web.workspace.working NUMBER`: a task's work, in a process that steps back for others."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import django

from phucvu.configuration import environment

NICE = 10


def start(number: int) -> None:
    """Begin the work of a task."""
    command = [sys.executable, "-m", __name__, str(number)]
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


if __name__ == "__main__":
    os.nice(NICE)
    django.setup()
    # What depends on tables of the database can be loaded only now.
    from phucvu.inbox import tasks
    from phucvu.inbox.models import Task
    from phucvu.web.workspace import aside, exports

    task = Task.objects.get(pk=sys.argv[1])
    {tasks.EXPORT: exports.make, tasks.REPLAY: aside.take}[task.kind](task)
