"""What is kept is the latest of each key, made once however many ask for it."""

from __future__ import annotations

import threading
import time

import pytest

from phucvu.web.latest import Latest


def test_only_the_latest_version_is_kept() -> None:
    kept: Latest[list[int]] = Latest(10)
    first = kept.get("a", 1, lambda: [1])
    assert kept.get("a", 1, lambda: [2]) is first
    assert kept.get("a", 2, lambda: [3]) == [3]
    assert kept.get("a", 1, lambda: [4]) == [4]
    assert len(kept._kept) == 1


def test_the_least_used_keys_are_dropped() -> None:
    kept: Latest[int] = Latest(2)
    for key in (1, 2, 1, 3):
        kept.get(key, 0, lambda: 0)
    assert list(kept._kept) == [1, 3]
    assert set(kept._making) == {1, 3}


def test_those_who_ask_at_once_have_it_made_once() -> None:
    kept: Latest[int] = Latest(2)
    made = []

    def make() -> int:
        time.sleep(0.05)
        made.append(1)
        return 7

    readers = [threading.Thread(target=lambda: kept.get("a", 1, make)) for _n in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert made == [1]


def test_what_cannot_be_made_is_tried_again() -> None:
    kept: Latest[int] = Latest(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", 1, lambda: 1 // 0)
    assert kept.get("a", 1, lambda: 5) == 5
