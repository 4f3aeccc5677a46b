"""Files that are no longer part of a table are deleted once they are old enough, whatever is compacted."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from phucvu.records import delta, store
from phucvu.records.store import Store


def unit(number: int) -> pl.DataFrame:
    return pl.DataFrame({"code": [f"H{number}"], "name": ["UBND tỉnh Thử"], "kind": ["province"]})


def files(home: Path) -> int:
    return len(list((home / "records" / "units" / "arrived").rglob("*.parquet")))


def test_packed_files_are_deleted_without_a_rewrite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Store(tmp_path)
    held.append("units", pl.concat(unit(n) for n in range(1000)))
    held.compact("units", whole=True)
    for n in range(1000, 1000 + store.MANY):
        held.append("units", unit(n))
    Store(tmp_path).compact("units")  # packs, and rewrites nothing: a fiftieth has arrived
    before = files(tmp_path)
    assert before > store.MANY  # younger than a day: somebody may still read them
    monkeypatch.setattr(delta, "KEEP_HOURS", 0)
    rewritten: list[object] = []
    monkeypatch.setattr(Store, "_rewrite", lambda *of: rewritten.append(of))
    late = Store(tmp_path)
    late.compact("units")
    assert not rewritten
    assert files(tmp_path) == 2  # of what was rewritten, and of what arrived since
    assert late.rows("units").height == 1000 + store.MANY
    # The same store looks again only after a while: looking lists every file.
    monkeypatch.setattr(delta.DeltaFiles, "sweep", lambda _: pytest.fail("too soon"))
    late.compact("units")
