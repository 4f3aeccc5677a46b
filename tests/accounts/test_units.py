"""All of a process sees the units of a home through one registry."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from phucvu.accounts import units
from phucvu.inbox.watching import registers
from phucvu.records.store import Store


def test_accounts_and_intake_share_the_registry_of_a_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "other"):
        home = str(tmp_path / name)
        rows = [("H99", f"Tỉnh {name}", "province")]
        Store(home).append("units", pl.DataFrame(rows, ["code", "name", "kind"], orient="row"))
        monkeypatch.setenv("PHUCVU_HOME", home)
        assert registers() is registers()
        assert units.every() is registers().known().units
        assert units.every()["H99"].name == f"Tỉnh {name}"
