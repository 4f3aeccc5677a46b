"""Keeping what is costly to make for as long as it holds, and no longer."""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """Of each key what was made of its latest version; at most ``most`` keys, the least used dropped.

    A running period has a new version every few seconds: a cache by key and version would fill up
    with what nobody can ask for any more. Readers who ask for the same thing at once wait for the
    first of them to have it made.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[Hashable, T]] = OrderedDict()
        self._making: defaultdict[Hashable, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    def get(self, key: Hashable, version: Hashable, make: Callable[[], T]) -> T:
        """What was made of this version of a key; made now where there is none. Raises what ``make`` does."""
        with self._lock:
            making = self._making[key]
        with making:
            with self._lock:
                found = self._kept.get(key)
                if found is not None and found[0] == version:
                    self._kept.move_to_end(key)
                    return found[1]
            made = make()
            with self._lock:
                self._kept[key] = version, made
                self._kept.move_to_end(key)
                while len(self._kept) > self._most:
                    dropped, _value = self._kept.popitem(last=False)
                    self._making.pop(dropped, None)
            return made
