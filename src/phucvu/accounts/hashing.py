"""Hashing of passwords, of which only so many go on at once: each takes 100 MB and a fifth of a second."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.shortcuts import render

AT_ONCE = 2
"""Hashes made at a time by a process that answers; so they take no more than 200 MB of it."""

WAITING = 2
"""Requests that may wait for one; together with those that hash, half of the threads of a process.

More are told to come again, so that however many sign in, the other pages are answered.
"""

hashing = threading.BoundedSemaphore(AT_ONCE)
places = threading.BoundedSemaphore(AT_ONCE + WAITING)


class Argon2(Argon2PasswordHasher):
    """Django's, one after another."""

    def encode(self, password: str, salt: str) -> str:
        with _turn():
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        with _turn():
            return bool(super().verify(password, encoded))


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for a turn to hash; who asks by a page and finds no place to wait is told so (status 503)."""
    request: Any = context.request
    if not places.acquire(blocking=request is None):
        answer = render(request, "account/busy.html", status=503)
        answer.headers["Retry-After"] = "5"
        raise ImmediateHttpResponse(answer)
    try:
        with hashing:
            yield
    finally:
        places.release()
