"""`phucvu report-table`: the forms hold what the records say; cells that do not add up are named."""

from __future__ import annotations

import datetime as dt

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner

from phucvu.cli.program import program
from phucvu.intake.files import import_file
from phucvu.letters.form_07a import FORM_07A
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


SERVICES = [
    {"code": "a", "procedure": "1.002", "unit": "H99.01", "level": "full", "status": "public"},
    {"code": "b", "procedure": "1.001", "unit": "H99.01", "level": "partial", "status": "public"},
]
SERVICES_BELOW = [{**SERVICES[0], "code": "c", "unit": "H99.201"}]


@pytest.fixture(scope="module")
def with_services(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("home"))
    records.fill(store, dt.datetime.fromisoformat(NOW))
    store.append("services", pl.DataFrame(SERVICES + SERVICES_BELOW))
    return store


def table_07a(store, out, *words):
    said = [
        "report-table",
        "--form",
        "07a",
        "--unit",
        "H99",
        "--period",
        "2026-08",
        "--out",
        str(out),
        *words,
    ]
    done = CliRunner().invoke(program, [*said, "--home", store.home, "--now", NOW])
    rows = [list(row) for row in openpyxl.load_workbook(out)["07a"].iter_rows(FIRST_ROW, values_only=True)]
    return done, [row[1:25] for row in rows if row[1]], [row[0] for row in rows if not row[1] and row[0]]


NOT_TOLD = None


def test_07a_splits_what_is_filed_online_by_the_level_of_the_service(with_services, tmp_path):
    done, rows, notes = table_07a(with_services, tmp_path / "a.xlsx")
    assert done.exit_code == 0, done.output
    # 9 received: 5 in person, 3 online of 1.002 (offered in full), 1 of 1.001. 3 finished, one of them late.
    rest = [0, NOT_TOLD, 0, 3, 2, NOT_TOLD, NOT_TOLD, 6, 5, 1, 0, NOT_TOLD, NOT_TOLD, 0, 0]
    payments = [NOT_TOLD, 0, NOT_TOLD]
    assert rows[0] == ["Sở Thử Một - tỉnh Thử Nghiệm", 9, 5, 3, 1, 0, *rest, *payments]
    assert rows[1] == ["UBND xã Thử Hai", 9, 5, 3, 0, 1, *rest, *payments]
    double = [n if n is None else 2 * n for n in (*rest, *payments)]
    assert rows[2] == ["Tổng cộng", 18, 10, 6, 1, 1, *double]
    assert notes[0].startswith("Nguồn: số liệu tự thống kê từ hồ sơ")
    for column in ("(9)", "(13), (14)", "(19), (20)", "(23), (25)"):
        assert any(f"Cột {column} để trống" in note for note in notes), column
    _, by_field, _ = table_07a(with_services, tmp_path / "b.xlsx", "--by", "field")
    assert by_field[0][1:] == rows[2][1:]


def test_07a_says_of_which_units_no_service_is_known(tmp_path):
    store = Store(tmp_path / "home")
    records.fill(store, dt.datetime.fromisoformat(NOW))
    store.append("services", pl.DataFrame(SERVICES))
    done, rows, notes = table_07a(store, tmp_path / "a.xlsx")
    assert done.exit_code == 0
    assert [row[3:6] for row in rows] == [[3, 1, 0], [None] * 3, [None] * 3]
    assert [row[1] for row in rows] == [9, 9, 18]
    assert notes[1].endswith("chưa có dịch vụ công trực tuyến nào: UBND xã Thử Hai.")


def test_07a_is_read_back_by_the_import(with_services, tmp_path):
    table_07a(with_services, tmp_path / "a.xlsx")
    other = Store(tmp_path / "other")
    records.fill(other, dt.datetime.fromisoformat(NOW))
    taken = import_file(other, tmp_path / "a.xlsx")
    assert taken.set_aside == 0
    assert not [note for note in taken.notes if note.code.startswith("report_")]
    [kept] = other.rows("reports").filter(pl.col("unit") == "H99.01").to_dicts()
    assert {name: kept[name] for name in ("period", "received", "online", "in_person", "postal")} == {
        **{"period": "2026-08", "received": 9, "online": 4, "in_person": 5, "postal": 0}
    }
    assert [kept[name] for name in ("carried_over", "finished", "finished_on_time", "finished_late")] == [
        *(0, 3, 2, None)
    ], "how many late ones had a letter of apology is not known"
    assert (kept["open"], kept["open_late"]) == (6, 1)


def test_07a_of_declared_numbers_names_what_does_not_add_up(tmp_path):
    store = Store(tmp_path / "home")
    records.fill(store, dt.datetime.fromisoformat(NOW))
    row = {
        **{"unit": "H99.01", "period": "2026-08", "received": 10, "online": 6, "in_person": 3, "postal": 1},
        **{"carried_over": 2, "finished": 8, "finished_on_time": 7, "finished_late": 0},
        **{"open": 4, "open_late": 1},
    }
    store.append("reports", pl.DataFrame([row]))
    done, rows, notes = table_07a(store, tmp_path / "a.xlsx", "--declared")
    assert done.exit_code == 1
    assert rows[0][1:17] == [12, 3, None, None, None, 1, None, 2, 8, 7, 0, 0, 4, 3, 1, None]
    assert "L9 + M9 + N9" in done.stderr
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["07a"]
    assert sheet["K9"].comment.text == "L9 + M9 + N9 = 7"
    assert sheet["O9"].comment is None
    assert any("(5), (6), (7)" in note for note in notes)


RIGHT_07A = (
    *(30, 10, 5, 4, 3, 2, None, 6),
    *(20, 15, 3, 2),
    *(10, 8, 2),
    *[None] * 8,
)


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        *((0, ["C9", "C9"]), (8, ["K9", "C9"]), (12, ["O9", "C9"])),
        *((n, ["C9"]) for n in (1, 2, 3, 4, 5, 7)),
        *((n, ["K9"]) for n in (9, 10, 11)),
        *((n, ["O9"]) for n in (13, 14)),
    ],
)
def test_each_identity_of_07a_is_checked(column, cells):
    assert wrong_cells([Line("A", RIGHT_07A)], FORM_07A) == []
    numbers = list(RIGHT_07A)
    numbers[column] += 1
    assert [wrong.cell for wrong in wrong_cells([Line("A", tuple(numbers))], FORM_07A)] == cells
