"""What arrives through the synchronisation API is synchronised; an office's own file is not (1.4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from phucvu.intake import wire
from phucvu.intake.files import import_file
from phucvu.intake.known import Known
from phucvu.intake.policy import Policy
from phucvu.records.store import Store

DOSSIER = {
    "MaHoSo": "HS-1",
    "MaTTHC": "1.001",
    "DonViXuLy": "H99.201",
    "TrangThaiHoSo": "4",
    "NgayTiepNhan": "20260803090000",
}
MORE = DOSSIER | {"TrangThaiHoSo": "9", "NgayKetThucXuLy": "20260805090000"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "home")
    units = [("H99", "Tỉnh Thử", "province", None), ("H99.201", "Xã Thử", "commune", "H99")]
    made.append("units", pl.DataFrame(units, schema=["code", "name", "kind", "parent"], orient="row"))
    return made


@pytest.fixture
def file(store: Store, tmp_path: Path) -> Callable[..., Any]:
    def imported(*payloads: dict[str, str], **how: Any) -> Any:
        path = tmp_path / "sent.jsonl"
        path.write_text("\n".join(map(json.dumps, payloads)), encoding="utf-8")
        return import_file(store, path, **how)

    return imported


def over_http(store: Store, *payloads: dict[str, str]) -> None:
    read = wire.dossiers([json.dumps(p).encode() for p in payloads], Known.of(store), sender="H99")
    store.append("dossiers", read.frame.with_columns(synchronised=pl.lit(value=True)))


def held(store: Store) -> tuple[bool | None, int | None]:
    [row] = store.rows("dossiers").iter_rows(named=True)
    return row["synchronised"], row["status"]


def test_a_file_is_the_offices_own_unless_it_is_said(store: Store, file: Callable[..., Any]) -> None:
    file(DOSSIER)
    assert held(store) == (False, 4)
    assert file(DOSSIER).unchanged == 1
    file(DOSSIER, policy=Policy(synchronised=True))
    assert held(store) == (True, 4)
    assert file(DOSSIER).taken == 0
    assert held(store) == (True, 4)


def test_what_was_synchronised_stays_so(store: Store, file: Callable[..., Any]) -> None:
    over_http(store, DOSSIER)
    assert held(store) == (True, 4)
    file(MORE)
    assert held(store) == (True, 9)
    assert file(MORE).taken == 0
    store.compact(whole=True)
    file(MORE | {"GhiChu": "x"})
    assert held(store) == (True, 9)


def test_what_came_as_a_file_is_synchronised_once_it_arrives(store: Store, file: Callable[..., Any]) -> None:
    file(DOSSIER, MORE)
    assert held(store) == (False, 9)
    over_http(store, MORE)
    assert held(store) == (True, 9)
