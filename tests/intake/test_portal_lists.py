"""Lists of dossiers from the national portal: kept apart from the own records, row by row as they come."""

import json

import openpyxl
import polars as pl
import pytest

from phucvu.intake.files import import_file
from phucvu.intake.portal_lists import KIND
from phucvu.problems import UnusableError
from phucvu.records.store import Store

pytestmark = pytest.mark.usefixtures("in_process")

UNITS = pl.DataFrame(
    {
        "code": ["H99", "H99.01", "H99.02"],
        "name": ["UBND tỉnh Thử", "Sở Một", "Sở Hai"],
        "kind": ["province", "department", "department"],
        "parent": [None, "H99", "H99"],
    }
)


@pytest.fixture
def home(tmp_path):
    store = Store(tmp_path / "home")
    store.append("units", UNITS)
    return store


def wire(code, unit, **more):
    return {
        "MaHoSo": code,
        "MaTTHC": "1.000001",
        "TrangThaiHoSo": "4",
        "DonViXuLy": unit,
        "NgayTiepNhan": "20260803081500",
        **more,
    }


def test_a_list_in_the_synchronisation_format_is_no_record_of_ones_own(home, tmp_path):
    rows = [wire("A1", "H99.01"), wire("A1", "H99.01"), wire("A1", "Sở Hai"), wire("A2", "H99.02")]
    step = {"MaHoSo": "A2", "ThoiDiemXuLy": "20260804100000", "TrangThai": "9"}
    path = tmp_path / "danh-sach.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in [*rows, step]), encoding="utf-8")
    taken = import_file(home, path, kind=KIND)
    assert (taken.kind, taken.taken, taken.problems) == (KIND, 4, [])
    again = import_file(home, path, kind=KIND)
    assert (again.taken, again.unchanged) == (0, 4)
    assert home.rows("dossiers").is_empty()
    assert home.rows("steps").is_empty()
    held = home.rows("portal_dossiers").sort("code", "unit", "copy")
    assert held.select("list_of", "code", "unit", "copy").rows() == [
        ("H99", "A1", "H99.01", 1),
        ("H99", "A1", "H99.01", 2),
        ("H99", "A1", "H99.02", 1),
        ("H99", "A2", "H99.02", 1),
    ]
    assert "files_from_store" in held["tells"][0].split()


def test_of_an_excel_list_only_what_its_columns_tell_is_told(home, tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["DANH SÁCH HỒ SƠ"],
        ["STT", "Mã hồ sơ", "Mã TTHC", "Đơn vị xử lý", "Ngày tiếp nhận", "Trạng thái", "Phí, lệ phí"],
        [1, "A1", "1.000001", "Sở Một", "03/08/2026 08:15", "Đang xử lý", 0],
        [2, "A2", "1.000001", "Sở Không Có", "03/08/2026 08:15", "Đang xử lý", 0],
    ):
        book.active.append(row)
    book.save(tmp_path / "cong.xlsx")
    taken = import_file(home, tmp_path / "cong.xlsx", kind=KIND, sender="H99.01")
    assert (taken.taken, taken.set_aside) == (1, 1)
    assert [(p.code, p.row) for p in taken.problems] == [("unit_unknown", 4)]
    held = home.rows("portal_dossiers").row(0, named=True)
    assert (held["list_of"], held["code"], held["unit"]) == ("H99.01", "A1", "H99.01")
    told = {"code", "procedure", "unit", "received_at", "status", "fee_lines", "fees"}
    assert set(held["tells"].split()) == told
    assert home.rows("set_aside").is_empty()


def test_whose_list_it_is_must_be_known(home, tmp_path):
    home.append("units", UNITS.with_columns(code=pl.lit("H98"), parent=None).head(1))
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(wire("A1", "H99.01")), encoding="utf-8")
    for sender in (None, "H11"):
        with pytest.raises(UnusableError) as error:
            import_file(home, path, kind=KIND, sender=sender)
        assert error.value.faults[0].code == "portal_list_of_nobody"
