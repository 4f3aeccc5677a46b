"""`phucvu report-table`: the form II.06a holds what the records say; cells that do not add up are named."""

from __future__ import annotations

import datetime as dt

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner

from phucvu.cli.program import program
from phucvu.intake.files import import_file
from phucvu.letters.report_table import FIRST_ROW, Line, with_total, wrong_cells
from phucvu.records.store import Store

from ..workspace import records

NOW = "2026-08-20T10:00:00"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("home"))
    records.fill(store, dt.datetime.fromisoformat(NOW))
    return store


def table(store, out, *words):
    said = ["report-table", "--unit", "H99", "--period", "2026-08", "--out", str(out), *words]
    done = CliRunner().invoke(program, [*said, "--home", store.home, "--now", NOW])
    sheet = openpyxl.load_workbook(out)["II.06a"]
    rows = [[cell.value for cell in row[:13]] for row in sheet.iter_rows(FIRST_ROW)]
    return done, [row for row in rows if row[1]]


def test_the_table_counts_each_dossier_once_and_adds_up(store, tmp_path):
    done, rows = table(store, tmp_path / "a.xlsx")
    assert done.exit_code == 0
    each = [9, 4, 5, 0, 3, 2, 0, 1, 6, 5, 1]
    assert [row[1:2] + row[2:] for row in rows[:2]] == [
        ["Sở Thử Một - tỉnh Thử Nghiệm", *each],
        ["UBND xã Thử Hai", *each],
    ]
    assert rows[2][1:] == ["Tổng cộng", *(2 * number for number in each)]
    _, by_field = table(store, tmp_path / "b.xlsx", "--by", "field")
    assert by_field[0][1:] == ["Chưa xác định lĩnh vực", *rows[2][2:]]


def test_what_was_written_is_read_back_by_the_import(store, tmp_path):
    table(store, tmp_path / "a.xlsx")
    other = Store(tmp_path / "other")
    records.fill(other, dt.datetime.fromisoformat(NOW))
    taken = import_file(other, tmp_path / "a.xlsx")
    assert not [note for note in taken.notes if note.code.startswith("report_")]
    kept = other.rows("reports").filter(pl.col("unit") == "H99.01").to_dicts()[0]
    assert (kept["period"], kept["received"], kept["finished"], kept["open_late"]) == ("2026-08", 9, 3, 1)


def test_declared_numbers_that_do_not_add_up_are_named_by_cell(store, tmp_path):
    other = Store(tmp_path / "other")
    records.fill(other, dt.datetime.fromisoformat(NOW))
    row = {
        **{"unit": "H99.01", "period": "2026-08", "received": 10, "online": 6, "in_person": 3, "postal": 0},
        **{"carried_over": 2, "finished": 8, "finished_on_time": 7, "finished_late": 1},
        **{"open": 4, "open_late": 1},
    }
    other.append("reports", pl.DataFrame([row]))
    done, rows = table(other, tmp_path / "a.xlsx", "--declared")
    assert done.exit_code == 1
    assert rows[0][2:] == [12, 6, 3, 2, 8, 0, 7, 1, 4, 3, 1]
    assert "a.xlsx" in done.stderr
    assert "C9" in done.stderr
    assert "D9 + E9 + F9" in done.stderr
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["II.06a"]
    assert sheet["C9"].comment.text == "D9 + E9 + F9 = 11"
    assert sheet["G9"].comment is None


@pytest.mark.parametrize(
    ("column", "cells"), [(0, ["C9", "C9"]), (4, ["G9", "C9"]), (8, ["K9", "C9"]), (9, ["K9"]), (3, ["C9"])]
)
def test_each_identity_is_checked(column, cells):
    right = [12, 6, 4, 2, 8, 5, 2, 1, 4, 3, 1]
    assert wrong_cells([Line("A", tuple(right))]) == []
    right[column] += 1
    assert [wrong.cell for wrong in wrong_cells([Line("A", tuple(right))])] == cells


def test_what_is_not_known_is_neither_summed_nor_judged():
    one, other = Line("A", (1, None, *[0] * 9)), Line("B", (1, 1, *[0] * 9))
    total = with_total([one, other])[-1]
    assert total.numbers[:3] == (2, None, 0)
    assert [wrong.cell for wrong in wrong_cells([one])] == ["C9"], "by the last identity alone"
