"""The memory of pages is bounded in bytes; what was asked for last stays."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest
from django.core.cache import caches

from phucvu.web.remembering import Pages

MOST = 100_000


@pytest.fixture
def pages() -> Iterator[Pages]:
    made = Pages("test-of-pages", {"OPTIONS": {"MAX_BYTES": MOST}})
    yield made
    made.clear()


def test_pages_take_no_more_than_they_may(pages: Pages) -> None:
    for number in range(100):
        pages.set(f"page-{number}", "x" * 5_000, timeout=None)
        assert pages.taken <= MOST
    held = [n for n in range(100) if pages.get(f"page-{n}") is not None]
    assert held == list(range(100 - len(held), 100))
    assert 10 < len(held) < 20


def test_what_is_asked_for_stays_and_bytes_are_given_back(pages: Pages) -> None:
    for number in range(100):
        pages.set(f"page-{number}", "x" * 5_000, timeout=None)
        assert number == 0 or pages.get("page-0")
    other = Pages("test-of-pages", {"OPTIONS": {"MAX_BYTES": MOST}})
    assert other.taken == pages.taken, "another thread's object tells of the same pages"
    for number in range(100):
        other.delete(f"page-{number}")
    assert pages.taken == 0
    pages.set("page-1", "x" * 5_000)
    pages.set("page-1", "y")
    assert pages.taken < 1_000


def test_a_page_larger_than_all_is_not_kept(pages: Pages) -> None:
    pages.set("small", "x", timeout=None)
    pages.set("large", "x" * (MOST + 1), timeout=None)
    assert (pages.get("small"), pages.get("large")) == ("x", None)
    assert len(pickle.dumps("x")) < pages.taken


def test_the_site_uses_it() -> None:
    assert isinstance(caches["pages"], Pages)
