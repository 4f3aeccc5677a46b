"""What tests of the intake share: a small province, all invented."""

import importlib
import json

import polars as pl
import pytest

from phucvu.records.store import Store
from phucvu.tables import apart

UNITS = [
    ("H99", "UBND tỉnh Thử Nghiệm", "province", None),
    ("H99.01", "Sở Xây dựng - tỉnh Thử Nghiệm", "department", "H99"),
    ("H99.02", "Sở Y tế - tỉnh Thử Nghiệm", "department", "H99"),
    ("H99.201", "UBND xã Bình Hòa", "commune", "H99"),
    ("H99.202", "UBND xã Bình Hoà Đông", "commune", "H99"),
]

DOSSIER = {
    "MaHoSo": "H99.01-260801-0001",
    "MaTTHC": "1.000001",
    "KenhThucHien": "2",
    "TrangThaiHoSo": "2",
    "NgayNopHoSo": "20260801080000",
    "NgayTiepNhan": "20260801090000",
    "NgayHenTra": "20260815170000",
    "DonViXuLy": "H99.01",
}

STEP = {"MaHoSo": DOSSIER["MaHoSo"], "ThoiDiemXuLy": "20260801090000", "TrangThai": "2"}


@pytest.fixture
def store(tmp_path):
    """A store that knows the units and three procedures, two of them of the same name."""
    held = Store(tmp_path / "home")
    held.append("units", pl.DataFrame(UNITS, schema=["code", "name", "kind", "parent"], orient="row"))
    procedures = [("1.000001", "Cấp phép thử"), ("1.000002", "Đăng ký thử"), ("1.000003", "Đăng ký thử")]
    held.append("procedures", pl.DataFrame(procedures, schema=["code", "name"], orient="row"))
    return held


def read_here(reader, path, what):
    """What ``apart.frames`` does, without a process of its own: for sound files only."""
    module, _, function = reader.partition(":")
    for table in getattr(importlib.import_module(module), function)(str(path)):
        yield pl.from_arrow(table)


@pytest.fixture
def in_process(monkeypatch):
    """Sound workbooks are read by the tests' own process: starting another takes a second."""
    monkeypatch.setattr(apart, "frames", read_here)


@pytest.fixture
def lines(tmp_path):
    """Writes objects as a file of JSON, one a line."""

    def write(name, *objects):
        path = tmp_path / name
        text = "".join(json.dumps(o, ensure_ascii=False) + "\n" for o in objects)
        path.write_text(text, encoding="utf-8")
        return path

    return write
