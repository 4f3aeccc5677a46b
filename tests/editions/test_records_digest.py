"""The digest of records: of many rows in little memory, and of nothing but what they say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import ibis
import polars as pl

from phucvu.editions.records_digest import digests
from phucvu.records.store import Store

LATER = dt.datetime(2100, 1, 1)


def test_many_rows_need_little_memory(tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    rows = 400_000
    codes = [f"H21-{number}" for number in range(rows)]
    store.append("ratings", pl.DataFrame({"dossier": codes, "unit": "H21", "value": 1}))
    limits = {"memory_limit": "80MB", "temp_directory": str(tmp_path / "spill")}
    assert digests(store, ibis.duckdb.connect(**limits), LATER)["ratings"].rows == rows


def test_it_tells_values_order_and_columns_apart(tmp_path: Path) -> None:
    def digest(name: str, *rows: tuple[str, str | None]) -> str:
        store = Store(tmp_path / name)
        for code, unit in rows:
            store.append("units", pl.DataFrame({"code": [code], "name": [unit], "kind": ["branch"]}))
        return digests(store, ibis.duckdb.connect(), LATER)["units"].sha256

    first = digest("a", ("H1", "x"), ("H2", "y"))
    assert digest("b", ("H1", "x"), ("H2", "y")) == first
    others = [
        digest("c", ("H2", "y"), ("H1", "x")),
        digest("d", ("H1", "y"), ("H2", "x")),
        digest("e", ("H1", "x"), ("H2", "y"), ("H3", "z")),
        digest("f", ("H1", ""), ("H2", "y")),
        digest("g", ("H1", None), ("H2", "y")),
    ]
    assert len({first, *others}) == 6
