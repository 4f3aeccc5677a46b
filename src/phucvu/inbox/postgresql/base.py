"""Connections to a PostgreSQL that may go away: nobody waits long for a server that does not answer.

A server that takes connections and says nothing would hold up every thread of the site. So connecting,
the look whether a kept connection still works, and each statement have limits of time on our side; and
once the server has not answered, one thread asks it again each second, and the others are refused at once.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Generator, Iterator
from types import SimpleNamespace
from typing import Any

import psycopg
from django.db.backends.postgresql import base

CONNECT = 2
"""Seconds to connect, the least that libpq takes,"""
LOOK = 2.0
"""to look whether a connection still works,"""
STATEMENT = 30
"""and for a statement, after which the server itself gives up;"""
ANSWER = 35.0
"""if it does not even do that, we do."""

ASK_AGAIN = 1.0
"""Seconds between two tries to connect to a server that did not answer."""


class Connection(psycopg.Connection[Any]):
    """A connection that is closed where the server does not answer within ``limit`` seconds."""

    limit: float | None = ANSWER

    def wait(self, gen: Generator[Any, Any, Any], *args: Any, **options: Any) -> Any:
        """Wait for an answer. Raises OperationalError where there is none in time."""
        return super().wait(_limited(self, gen), *args, **options)


def _limited(connection: Connection, answers: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """What psycopg waits for, given up after the limit: it looks in ten times a second."""
    began = time.monotonic()
    try:
        wanted = next(answers)
        while True:
            ready = yield wanted
            limit = connection.limit
            if not ready and limit is not None and time.monotonic() - began > limit:
                connection.pgconn.finish()
                raise psycopg.OperationalError(f"the server has not answered for {limit:.0f} seconds")
            wanted = answers.send(ready)
    except StopIteration as ended:
        return ended.value


class Silence:
    """Whether the server did not answer when it was last tried."""

    def __init__(self) -> None:
        self._trying = threading.Lock()
        self._until = 0.0
        self._is_silent = False

    @contextlib.contextmanager
    def tried(self) -> Iterator[None]:
        """Around a try to connect. Raises OperationalError at once where another is to be waited for."""
        alone = self._is_silent
        if alone and (time.monotonic() < self._until or not self._trying.acquire(blocking=False)):
            raise psycopg.OperationalError("the server did not answer a moment ago")
        began = time.monotonic()
        try:
            yield
            self._is_silent = False
        except psycopg.OperationalError:
            # One that refuses says so at once, and can be asked at once again.
            self._is_silent = time.monotonic() - began > ASK_AGAIN
            self._until = time.monotonic() + ASK_AGAIN
            raise
        finally:
            if alone:
                self._trying.release()


SILENCE = Silence()


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, which connects with limits."""

    Database: Any = SimpleNamespace(**vars(psycopg) | {"connect": Connection.connect})

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        with SILENCE.tried():
            return super().get_new_connection(conn_params)

    def is_usable(self) -> bool:
        with self.limited(LOOK):
            usable: bool = super().is_usable()
        return usable

    @contextlib.contextmanager
    def limited(self, limit: float | None) -> Iterator[None]:
        """Within, a connection that is there has another limit of time; None for none."""
        connection = self.connection
        if connection is None:
            yield
            return
        connection.limit = limit
        try:
            yield
        finally:
            connection.limit = ANSWER

    @contextlib.contextmanager
    def unlimited(self) -> Iterator[None]:
        """Within, statements may take any time: changes of the tables of a large database do."""
        with self.cursor() as cursor, self.limited(None):
            cursor.execute("SET statement_timeout = 0")
            yield
        self.close()
