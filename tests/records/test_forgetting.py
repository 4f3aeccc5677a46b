"""Versions of dossiers that were superseded long ago are deleted; everything else is told as before."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import ibis
import polars as pl
import pytest

from phucvu.problems import UnusableError
from phucvu.records.store import Forgotten, Store

BEGAN = dt.datetime(2020, 1, 1)
DOSSIERS = 50


def after(days: int) -> dt.datetime:
    return BEGAN + dt.timedelta(days=days)


def told(store: Store, as_of: dt.datetime | None = None) -> list[dict[str, Any]]:
    con = ibis.duckdb.connect()
    rows = store.table(con, "dossiers", as_of, payload=True).to_polars()
    con.disconnect()
    return rows.drop("arrived", "sequence").sort("code").to_dicts()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Dossiers that were received, worked on and finished, and an earlier version of each that came late."""
    held = Store(tmp_path)
    for status, day in ((2, 0), (4, 10), (9, 20), (5, 30)):
        rows = [
            {"sender": "H21", "code": f"C-{n}", "unit": "H21", "procedure": "1", "status": status}
            | {"payload": f'{{"TrangThaiHoSo":"{status}"}}'}
            for n in range(DOSSIERS)
        ]
        held.append("dossiers", pl.DataFrame(rows), after(day))
    return held


def forget_all(store: Store, before: dt.datetime) -> int:
    """How many versions went."""
    rows = 0
    while (gone := store.forget(before)).rows:
        assert gone.rows <= DOSSIERS, "one file at a turn"
        rows += gone.rows
    return rows


def test_what_was_superseded_goes_and_the_rest_is_told_as_before(store: Store) -> None:
    assert store.forget(after(100)) == Forgotten(0, 0), "not before compaction has taken it in"
    store.compact(whole=True)
    now, then = told(store), told(store, after(15))
    assert [row["status"] for row in then] == [4] * DOSSIERS
    assert forget_all(store, after(15)) == DOSSIERS
    assert (told(store), told(store, after(15))) == (now, then)
    assert [kept.row["status"] for kept in store.history("H21", "C-7")] == [4, 9, 5]
    with pytest.raises(UnusableError, match="only kept since 2020-01-16"):
        told(store, after(14))

    assert forget_all(store, after(40)) == 2 * DOSSIERS, "also the one that came late and never counted"
    assert told(store) == now
    assert [kept.counts for kept in store.history("H21", "C-7")] == [True]


def test_what_arrives_and_is_compacted_afterwards_counts_as_ever(store: Store) -> None:
    store.compact(whole=True)
    forget_all(store, after(100))
    row = {"sender": "H21", "code": "C-7", "unit": "H21", "procedure": "1", "status": 10, "payload": "{}"}
    store.append("dossiers", pl.DataFrame([row]))
    for whole in (False, True):
        store.compact(whole=whole)
        assert [r["status"] for r in told(store) if r["code"] == "C-7"] == [10]
    assert store.sizes()["dossiers"] > 0


def test_another_who_compacts_meanwhile_is_not_disturbed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.compact(whole=True)
    now, chosen = told(store), Store._mostly_gone

    def beside(*given: Any) -> Any:
        Store(store.home).compact(whole=True)
        row = {"sender": "H21", "code": "NEW", "unit": "H21", "procedure": "1", "status": 2, "payload": "{}"}
        Store(store.home).append("dossiers", pl.DataFrame([row]))
        Store(store.home).compact(whole=True)
        return chosen(*given)

    monkeypatch.setattr(Store, "_mostly_gone", beside)
    assert store.forget(after(100)) == Forgotten(0, 0)
    assert [row for row in told(store) if row["code"] != "NEW"] == now
