"""Whatever begins as a formula does stays text, in every file that the program writes for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import polars as pl
import pytest

from phucvu.cli.output import echo_csv, write_excel
from phucvu.web import page
from phucvu.web.api.answers import as_csv
from phucvu.web.sheets import workbook
from phucvu.web.workspace.files import csv_parts, write_xlsx

FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1")
TEXTS = ("Sở Y tế", "H21.17", "1.000001", "a=b", "", None)
ROWS = [{"name": text, "points": -1.5} for text in (*FORMULAS, *TEXTS)]


def of_page(_capsys: Any) -> str:
    shown: Any = SimpleNamespace(table=ROWS, board=SimpleNamespace(period="2026"))
    return str(page._csv(shown, "/units.csv").content.decode())


def of_api(_capsys: Any) -> str:
    return str(as_csv(ROWS, "units").content.decode())


def of_workspace(_capsys: Any) -> str:
    return b"".join(csv_parts([pl.DataFrame(ROWS)])).decode()


def of_command(capsys: pytest.CaptureFixture[str]) -> str:
    echo_csv(pl.DataFrame(ROWS))
    return capsys.readouterr().out


@pytest.mark.parametrize("written", [of_page, of_api, of_workspace, of_command])
def test_csv(written: Callable[[Any], str], capsys: pytest.CaptureFixture[str]) -> None:
    text = written(capsys).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["name"] for row in rows] == [*(f"'{text}" for text in FORMULAS), *(t or "" for t in TEXTS)]
    assert {row["points"] for row in rows} == {"-1.5"}


def as_workbook(tmp_path: Path) -> Path:
    (tmp_path / "book.xlsx").write_bytes(workbook(ROWS, {"Nguồn": "=1+1"}))
    return tmp_path / "book.xlsx"


def as_list(tmp_path: Path) -> Path:
    with (tmp_path / "list.xlsx").open("wb") as file:
        write_xlsx(file, [pl.DataFrame(ROWS, schema_overrides={"points": pl.Int64}, strict=False)], {})
    return tmp_path / "list.xlsx"


def as_command(tmp_path: Path) -> Path:
    write_excel(tmp_path / "scores.xlsx", {"scores": pl.DataFrame(ROWS)})
    return tmp_path / "scores.xlsx"


@pytest.mark.parametrize("written", [as_workbook, as_list, as_command])
def test_excel(written: Callable[[Path], Path], tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert {"=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)"} <= {cell.value for cell in cells}
    assert sum(cell.data_type == "n" and cell.value is not None for cell in cells) >= len(ROWS)
