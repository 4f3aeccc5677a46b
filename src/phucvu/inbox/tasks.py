"""Work that takes longer than a request: noted when asked for, told how far it is, stopped when told to.

Whoever does the work says after each step how far it is (``running``); somebody who cancels it (``cancel``)
thereby stops it at its next step.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import F, QuerySet

from phucvu.inbox.clock import now
from phucvu.inbox.models import Task
from phucvu.inbox.trouble import kind as kind_of
from phucvu.problems import Fault, UnusableError

EXPORT, REPLAY, REBUILD, FREEZE, LETTER = "export", "replay", "rebuild", "freeze", "letter"
WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
OPEN = (WAITING, RUNNING)

KEPT = dt.timedelta(days=90)
"""How long a task is remembered."""

Step = Callable[[int], None]
"""Says how much is done; raises ``CancelledError`` once the task is cancelled."""


class CancelledError(UnusableError):
    """The task was cancelled: nothing more is to be done."""

    def __init__(self) -> None:
        super().__init__(Fault("task_cancelled"))


def ask(kind: str, account: str, unit: str, *, total: int = 0, key: str = "", **asked: Any) -> Task:
    """Note that somebody asks for work. ``total`` is how much it is about, ``asked`` what it has to know."""
    moment = now()
    Task.objects.filter(asked_at__lt=moment - KEPT).delete()
    made: Task = Task.objects.create(
        kind=kind, account=account, unit=unit, total=total, key=key, asked=asked, asked_at=moment
    )
    return made


def begin(task: Task) -> None:
    """Note that the work begins, for the first time or once more after whoever did it has died."""
    mine = Task.objects.filter(pk=task.pk).exclude(state=CANCELLED)
    began = {"state": RUNNING, "began_at": now(), "ended_at": None, "error": ""}
    if not mine.update(attempts=F("attempts") + 1, **began):
        raise CancelledError


@contextmanager
def running(task: Task) -> Iterator[Step]:
    """The work of a task that has begun: notes how it ends, and by which kind of error if it fails."""
    mine = Task.objects.filter(pk=task.pk, state=RUNNING)

    def step(done: int) -> None:
        if not mine.update(done=done):
            raise CancelledError

    try:
        yield step
    except CancelledError:
        raise
    except BaseException as error:
        mine.update(state=FAILED, ended_at=now(), error=kind_of(error)[:LONGEST_ERROR])
        raise
    if not mine.update(state=DONE, ended_at=now()):
        raise CancelledError


LONGEST_ERROR = 200


def give_up(task: Task) -> None:
    """Note that whoever did the work died, and that it is not begun once more."""
    Task.objects.filter(pk=task.pk, state=RUNNING).update(state=FAILED, ended_at=now(), error="killed")


def cancel(tasks: QuerySet[Task]) -> int:
    """Cancel those that have not ended; how many."""
    cancelled: int = tasks.filter(state__in=OPEN).update(state=CANCELLED, ended_at=now())
    return cancelled
