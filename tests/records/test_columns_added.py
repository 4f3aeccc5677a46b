"""A home made before dossiers had the columns files_digitised, filed_national and synchronised."""

from __future__ import annotations

import datetime as dt
import json
import tarfile
from pathlib import Path
from typing import Any

import ibis
import pytest

from phucvu.engine.figures import figures
from phucvu.engine.sources import of_store
from phucvu.figures.periods import Period
from phucvu.inbox.relevant import Relevant
from phucvu.inbox.watching import Watch
from phucvu.intake import wire
from phucvu.intake.known import Known
from phucvu.records.schema import TABLES
from phucvu.records.store import Store
from phucvu.rules.loading import load

MADE_BEFORE = Path(__file__).parent / "data" / "home-before-three-columns.tar.gz"
"""Three dossiers finished in August 2026, filed at the national portal: two compacted, one not."""

ADDED = ["files_digitised", "filed_national", "synchronised"]
AUGUST = Period.parse("2026-08")
NOW = dt.datetime(2026, 9, 15, 8)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with tarfile.open(MADE_BEFORE) as packed:
        packed.extractall(tmp_path / "home", filter="data")
    return tmp_path / "home"


def sent(number: int) -> bytes:
    """What the dossiers were made from."""
    payload = {
        "MaHoSo": f"HS-{number}",
        "MaTTHC": "1.001",
        "DonViXuLy": "H99.201",
        "TrangThaiHoSo": "9",
        "KenhThucHien": "2",
        "NgayNopHoSo": "20260803080000",
        "NgayTiepNhan": "20260803090000",
        "NgayHenTra": "20260810170000",
        "NgayKetThucXuLy": "20260805090000",
        "NoiNopHoSo": "1",
        "HoSoCoThanhPhanSoHoa": "0",
        "TaiLieuNop": [{"TenTepDinhKem": "a.pdf", "DuocSoHoa": "1"}],
    }
    return json.dumps(payload, ensure_ascii=False).encode()


def send(store: Store, *numbers: int) -> None:
    read = wire.dossiers([sent(n) for n in numbers], Known.of(store), sender="H99")
    assert not read.aside
    store.append("dossiers", read.frame)


def counted(store: Store) -> dict[str, tuple[int, int]]:
    with of_store(store) as tables:
        found = figures(tables, load("portal-2026"), AUGUST, NOW, units=["H99"])
    return {row["indicator"]: (row["numerator"], row["denominator"]) for row in found.iter_rows(named=True)}


def said(store: Store) -> dict[str, list[Any]]:
    rows = store.rows("dossiers").sort("code")
    return {row["code"]: [row[c] for c in ADDED] for row in rows.iter_rows(named=True)}


def test_it_opens_and_counts_as_before(home: Path) -> None:
    store = Store(home)
    assert said(store) == {f"HS-{n}": [None] * 3 for n in (1, 2, 3)}
    assert counted(store)["1.4"] == (3, 3)
    assert counted(store)["2.1"] == (3, 3)
    assert store.versions("dossiers", "H99", "HS-1").height == 1
    relevant = Relevant(store, AUGUST, Watch(store, TABLES)).tables()
    assert relevant["dossiers"].count().to_polars() == 3


def test_what_is_sent_again_fills_the_columns(home: Path) -> None:
    store = Store(home)
    running = Relevant(store, AUGUST, Watch(store, TABLES))
    send(store, 1, 4)
    assert said(store) == {"HS-1": [True, True, None], "HS-2": [None] * 3, "HS-3": [None] * 3} | {
        "HS-4": [True, True, None]
    }
    held = running.tables()["dossiers"]
    assert held.filter(held.filed_national).count().to_polars() == 2
    assert store.versions("dossiers", "H99", "HS-1").height == 2
    send(store, 1)
    assert store.versions("dossiers", "H99", "HS-1").height == 2


@pytest.mark.parametrize("again", [False, True])
def test_compaction_brings_the_columns_in(home: Path, again: bool) -> None:
    store = Store(home)
    if again:
        send(store, 1, 4)
    before = said(store)
    store.compact(whole=True)
    assert said(store) == before
    con = ibis.duckdb.connect()
    assert set(ADDED) <= set(store.table(con, "dossiers").columns)
    con.disconnect()
