"""A home's own rule set is what it is counted, scored, listed and explained by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from phucvu.engine.figures import figures
from phucvu.engine.sources import of_store
from phucvu.inbox import counting
from phucvu.inbox.clock import now
from phucvu.inbox.counting import MonthCounter, running
from phucvu.inbox.lists import Maker, listing_of
from phucvu.records.store import Store
from phucvu.rules.loading import load
from phucvu.web import results

from . import records
from .test_maker import make_all

OWN = """
name: own-rules
based_on: portal-2026
title: {vi: Bộ quy tắc riêng, en: Own rules}
summary: {vi: Thử, en: For tests}
indicators:
  - id: "3.3"
    target: [{from: 2022-06-23, value: 100%, source: qd766}]
    count:
      - from: 2022-06-23
        source: qd766
        value: {of: dossiers, population: received, numerator: [online, result_file]}
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    path = tmp_path / "own.yaml"
    path.write_text(OWN, encoding="utf-8")
    monkeypatch.setenv("PHUCVU_RULES", str(path))
    return str(path)


@pytest.fixture
def undone(home: Store) -> Iterator[None]:
    """What a test publishes is not there for the others."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    store = Store(tmp_path / "home")
    monkeypatch.setenv("PHUCVU_HOME", store.home)
    records.fill(store, now())
    return store


def test_own_rules_reach_the_count_the_site_and_the_lists(
    store: Store, own: str, undone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    month = running(now().date())[0]
    monkeypatch.delenv("PHUCVU_RULES")
    make_all(Maker(store))
    assert listing_of(store.home, month) is not None
    monkeypatch.setenv("PHUCVU_RULES", own)
    # What was judged by other rules does not answer any more, since it may lack a condition.
    assert listing_of(store.home, month) is None
    make_all(Maker(store))
    listing = listing_of(store.home, month)
    assert listing is not None
    assert "result_file" in listing._table().columns

    assert MonthCounter(store).count_if_changed()
    said = counting.latest(month)
    assert said is not None
    with of_store(store) as tables:
        by = {name: figures(tables, load(name), month, said.counted_at) for name in (own, "portal-2026")}
    asked = ["unit", "indicator"]
    assert said.figures.sort(asked).equals(by[own].sort(asked))
    assert not said.figures.sort(asked).equals(by["portal-2026"].sort(asked))

    result = results.Counted().result(month, 1, regroup=False)
    assert result.rules.name == "own-rules"
    assert result.rules["3.3"].target == 1


def test_own_rules_are_shown(site: None, own: str) -> None:
    client = Client(headers={"host": "localhost"})
    found = client.get("/api/v1/rules").json()["items"]
    assert {"own-rules", "portal-2026", "qd766-2022"} == {row["name"] for row in found}
    assert client.get("/rules/own-rules").status_code == 200
    assert client.get("/api/v1/rules/own-rules").json()["name"] == "own-rules"
