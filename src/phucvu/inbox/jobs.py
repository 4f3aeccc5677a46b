"""What the inbox's own processes do again and again, and how it goes: for ``health`` to tell.

A process says every few seconds that it lives (``begin``). Each of its jobs notes when it begins to fail,
and that it is well again once it has gone well for a while.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence

from django.db import Error, connection

from phucvu.inbox.clock import now
from phucvu.inbox.models import Job
from phucvu.inbox.trouble import kind, report

BEATS_EVERY = 5.0
"""Seconds between two signs of life of a process."""

STEADY = 10.0
"""Seconds without an error after which a job that failed is well: one of several things that it does may
go well in between."""


class Course:
    """How one job goes, as this process sees it."""

    def __init__(self, name: str) -> None:
        self.name = name
        # What an earlier process noted stands until this one has seen better.
        self._may_be_noted = True
        self._failed_at = float("-inf")

    def failed(self, error: Exception) -> None:
        """Note that the job fails, and since when."""
        self._may_be_noted, self._failed_at = True, time.monotonic()
        if isinstance(error, Error):
            connection.close()
        with contextlib.suppress(Error):
            rows = Job.objects.filter(name=self.name)
            rows.filter(failing_since=None).update(failing_since=now())
            rows.update(error=kind(error)[:ERROR_LENGTH])

    def went_well(self) -> None:
        if self._may_be_noted and time.monotonic() - self._failed_at >= STEADY:
            Job.objects.filter(name=self.name).update(failing_since=None, error="")
            self._may_be_noted = False


ERROR_LENGTH = 200


def begin(names: Sequence[str]) -> None:
    """Say that this process does these jobs, and go on saying so as long as it lives."""
    _beat(names)
    threading.Thread(target=_go_on, args=[names], name="beat", daemon=True).start()


def _beat(names: Sequence[str]) -> None:
    for name in names:
        Job.objects.update_or_create(name=name, defaults={"alive_at": now()})


def _go_on(names: Sequence[str]) -> None:
    while True:
        time.sleep(BEATS_EVERY)
        try:
            _beat(names)
        except Error as error:
            report(error, "this process could not say that it lives; trying again")
            connection.close()
