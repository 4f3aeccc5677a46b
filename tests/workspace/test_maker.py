"""Lists are made once for each change, and the latest is what pages read."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from django.test import Client

from phucvu.engine.listing import Order, Wish, holds
from phucvu.figures.periods import Period
from phucvu.inbox import lists
from phucvu.inbox.clock import now
from phucvu.inbox.counting import running
from phucvu.inbox.lists import Maker, ask_for, folder, listing_of
from phucvu.records.store import Store

from . import records
from .test_lists import body

EVERY = [code for code, *_ in records.UNITS]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    records.fill(store, now())
    return store


def make_all(maker: Maker) -> int:
    made = 0
    while maker.make_if_changed():
        made += 1
    return made


def codes(store: Store, period: Period) -> set[str]:
    found = listing_of(store.home, period)
    assert found is not None
    return set(found.page(Wish(EVERY, holds()), Order(), 1000)["code"])


def test_the_running_month_quarter_and_year(store: Store) -> None:
    month, quarter, year = running(now().date())
    assert listing_of(store.home, month) is None
    assert make_all(Maker(store)) == 2
    assert codes(store, month) == codes(store, quarter) == codes(store, year)
    assert len(codes(store, month)) == 27
    assert len(list(folder(store.home).iterdir())) == 2


def test_a_home_with_nothing_in_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert make_all(Maker(store)) == 2
    assert codes(store, running(now().date())[0]) == set()


def test_made_again_for_a_change_after_a_rest(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    maker = Maker(store)
    make_all(maker)
    assert not maker.make_if_changed()
    reading = listing_of(store.home, running(now().date())[0])
    new = {"sender": "H99", "code": "NEW", "unit": "H99.01", "procedure": "1.002", "status": 2}
    store.append("dossiers", pl.DataFrame([new | {"received_at": now(), "moment": now()}]))
    assert not maker.make_if_changed(), "it rests"
    soon = now() + dt.timedelta(minutes=4)
    monkeypatch.setattr(lists, "now", lambda: soon)
    assert make_all(maker) == 2
    assert "NEW" in codes(store, running(now().date())[0])
    assert len(list(folder(store.home).iterdir())) == 2, "the older ones are deleted"
    assert reading is not None
    assert reading.number(Wish(EVERY, holds())) == 27, "who reads an older one can go on"


def test_deadlines_pass_without_a_message(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    maker = Maker(store)
    make_all(maker)
    later = now() + dt.timedelta(minutes=6)
    monkeypatch.setattr(lists, "now", lambda: later)
    assert make_all(maker) == 2
    found = listing_of(store.home, running(later.date())[0])
    assert found is not None
    assert found.cut_off == later.replace(microsecond=0)


def test_a_period_over_is_made_when_asked_for(store: Store) -> None:
    before = running(now().date())[0].previous()
    maker = Maker(store)
    make_all(maker)
    assert listing_of(store.home, before) is None
    ask_for(store.home, before)
    assert make_all(maker) == 1
    found = listing_of(store.home, before)
    assert found is not None
    assert found.cut_off == before.ends
    ask_for(store.home, before)
    assert make_all(maker) == 0, "nothing has changed"
    (folder(store.home) / "nothing.asked").touch()
    assert make_all(maker) == 0


def test_what_nobody_asks_for_is_deleted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before = running(now().date())[0].previous()
    maker = Maker(store)
    ask_for(store.home, before)
    make_all(maker)
    killed = folder(store.home) / f"{before} 20260101T000000000000.unfinished.left"
    killed.mkdir()
    (killed / "judged.parquet").touch()
    for path in folder(store.home).iterdir():
        os.utime(path, (0, 0))
    later = now() + dt.timedelta(minutes=6)
    monkeypatch.setattr(lists, "now", lambda: later)
    make_all(maker)
    assert {path.name.split(" ")[0] for path in folder(store.home).iterdir()} == {
        str(period) for period in (running(later.date())[0], running(later.date())[2])
    }


def test_a_list_that_vanishes_while_it_is_opened(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    month = running(now().date())[0]
    make_all(Maker(store))
    [path] = folder(store.home).glob(f"{month} *")
    gone = path.with_name(path.name.replace(f"{month} 2", f"{month} 3"))
    looked = []

    def newest_first(place: Path) -> list[Path]:
        looked.append(place)
        return [gone] if len(looked) == 1 else [path]

    monkeypatch.setattr(lists, "_newest_first", newest_first)
    assert codes(store, month)
    assert len(looked) == 2


def test_records_in_an_object_store_have_lists_on_this_machine() -> None:
    place = folder("s3://bucket/home")
    assert not str(place).startswith("s3:")
    assert place != folder("s3://bucket/other")


def test_the_page_of_a_period_over_waits_for_its_list(
    client_of: Callable[[str, str], Client], home: Store, month: Period
) -> None:
    before = month.previous()
    client = client_of("head", "H99")
    answer = client.get(f"/workspace/H99/dossiers?period={before}")
    assert answer.headers["Refresh"] == "3"
    assert "đang được lập" in answer.content.decode()
    assert make_all(Maker(home)) >= 1
    assert "Danh sách tính đến" in body(client, f"/workspace/H99/dossiers?period={before}")
