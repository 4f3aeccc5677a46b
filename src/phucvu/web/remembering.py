"""Answers are made once for each state of the data, and then handed out again."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, ClassVar

from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache

from phucvu.web import results
from phucvu.web.page import query_of


class Pages(LocMemCache):
    """A cache in memory that takes ``MAX_BYTES`` at most: the answers not asked for longest go first."""

    # What Django's own keeps in, told of to mypy.
    _cache: OrderedDict[str, bytes]
    _expire_info: dict[str, float | None]
    _lock: AbstractContextManager[Any]

    _taken: ClassVar[dict[str, int]] = {}
    """Bytes held, by the name of the cache: threads share what it holds, each by an object of its own."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(name, params)
        self._name = name
        self._most = int(params["OPTIONS"]["MAX_BYTES"])

    @property
    def taken(self) -> int:
        return self._taken.get(self._name, 0)

    def clear(self) -> None:
        with self._lock:
            self._cache.clear()
            self._expire_info.clear()
            self._taken[self._name] = 0

    def _set(self, key: str, value: bytes, timeout: Any = DEFAULT_TIMEOUT) -> None:
        self._delete(key)
        size = _size(key, value)
        if size > self._most:
            return
        while self._cache and self.taken + size > self._most:
            self._delete(next(reversed(self._cache)))
        self._cache[key] = value
        self._cache.move_to_end(key, last=False)
        self._expire_info[key] = self.get_backend_timeout(timeout)
        self._taken[self._name] = self.taken + size

    def _delete(self, key: str) -> bool:
        value = self._cache.get(key)
        if value is not None:
            self._taken[self._name] = self.taken - _size(key, value)
        return bool(super()._delete(key))  # type: ignore[misc]


def _size(key: str, value: bytes) -> int:
    return len(value) + len(key) + OF_AN_ENTRY


OF_AN_ENTRY = 500
"""Bytes that an entry takes beside its key and value."""


def remembered(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view whose answers are kept until any result changes.

    Answers depend on nothing else but the address: public pages know no accounts, and only known
    parameters are read. The name of the site is part of it, since pages offer their own addresses.
    """

    @wraps(view)
    def answer(request: Any, **parts: Any) -> Any:
        state = (results.state(), request.build_absolute_uri(request.path), query_of(request))
        key = hashlib.sha256(repr(state).encode()).hexdigest()
        response = caches["pages"].get(key)
        if response is None:
            response = view(request, **parts)
            caches["pages"].set(key, response, timeout=None)
        return response

    return answer
