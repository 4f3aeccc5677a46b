"""The synchronisation format: every spelling taken, every bad dossier named, none sinking its batch."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phucvu.figures.units import Unit, Units
from phucvu.intake import wire
from phucvu.intake.known import Known
from phucvu.records.schema import DOSSIERS, STEPS

KNOWN = Known(
    Units(
        [
            Unit("H99", "UBND tỉnh Thử Nghiệm", "province"),
            Unit("H99.01", "Sở Xây dựng", "department", "H99"),
            Unit("H98", "UBND tỉnh Khác", "province"),
            Unit("H98.01", "Sở Xây dựng", "department", "H98"),
            Unit("H99.301", "UBND xã Tân An", "commune", "H99", valid_to=dt.date(2025, 6, 30)),
            Unit("H99.201", "UBND xã Tân An", "commune", "H99", valid_from=dt.date(2025, 7, 1)),
            Unit("H99.202", "UBND xã Bình Hòa", "commune", "H99"),
            Unit("H99.203", "UBND xã Bình Hoa", "commune", "H99"),
        ]
    ),
    {"1.000001": "Cấp phép"},
    {},
)
NOW = dt.datetime(2026, 9, 30, 12)
GOOD = {
    "MaHoSo": "H99.01-1",
    "MaTTHC": "1.000001",
    "TrangThaiHoSo": "9",
    "NgayTiepNhan": "20260801090000",
    "DonViXuLy": "H99.01",
}


def read(*objects, sender=None):
    items = [o if isinstance(o, bytes) else json.dumps(o).encode() for o in objects]
    return wire.dossiers(items, KNOWN, sender=sender, now=NOW)


def one(**more):
    """The row of a dossier that must be good."""
    found = read(GOOD | more)
    assert not found.aside
    return found.frame.row(0, named=True)


def fault(item, sender=None):
    """What is wrong with a dossier that must not be taken, beside one that must."""
    found = read(GOOD | {"MaHoSo": "tốt"}, item, sender=sender)
    assert found.frame["code"].to_list() == ["tốt"]
    assert list(found.aside) == [1]
    return found.aside[1]


def test_a_dossier_has_the_columns_of_the_records():
    assert dict(read(GOOD).frame.schema) == dict(DOSSIERS.types)
    assert dict(read().frame.schema) == dict(DOSSIERS.types)


@pytest.mark.parametrize(
    "spelled",
    [
        "20260801093000",
        "01/08/2026 09:30:00",
        "1/8/2026 9:30",
        "2026-08-01 09:30:00",
        "2026-08-01T09:30:00",
        "2026-08-01T02:30:00Z",
        20260801093000,
        " 20260801093000 ",
    ],
)
def test_a_moment_may_be_spelled_in_many_ways(spelled):
    assert one(NgayTiepNhan=spelled)["received_at"] == dt.datetime(2026, 8, 1, 9, 30)


def test_parts_of_a_second_are_kept_but_nothing_falls_between_two_days():
    assert one(NgayTiepNhan="2026-08-01T09:30:00.250+07:00")["received_at"].microsecond == 250_000
    last = one(NgayTiepNhan="2026-08-31T16:59:59.9Z")["received_at"]
    assert last == dt.datetime(2026, 8, 31, 23, 59, 59)


@pytest.mark.parametrize("spelled", ["20260815", "15/08/2026", "2026-08-15"])
def test_a_due_date_without_a_time_of_day_runs_to_the_end_of_the_day(spelled):
    assert one(NgayHenTra=spelled)["due_at"] == dt.datetime(2026, 8, 15, 23, 59, 59)
    assert one(NgayTra=spelled)["returned_at"] == dt.datetime(2026, 8, 15)


@pytest.mark.parametrize("unknown", ["", None, "  ", "00010101000000", "0001-01-01T00:00:00"])
def test_an_unknown_moment_is_empty(unknown):
    assert one(NgayTra=unknown)["returned_at"] is None


@pytest.mark.parametrize("yes", ["1", 1, True, "True", "true", 1.0])
@pytest.mark.parametrize("no", ["0", 0, False, "False", "", None])
def test_flags_come_as_text_numbers_and_booleans(yes, no):
    row = one(
        TaiKhoanDuocXacThucVoiVNeID=yes,
        HoSoCoThanhPhanSoHoa=no,
        TaiLieuNop=[{"IsDeleted": no, "DuocTaiSuDung": yes}, {"IsDeleted": yes, "DuocLayTuKhoDMQG": yes}],
    )
    assert row["vneid"] is True
    assert not row["digitised_parts"]
    assert (row["files"], row["files_reused"], row["files_from_store"]) == (1, True, False)


def test_lists_are_counted():
    row = one(
        TaiLieuNop=[{"DuocTaiSuDung": "2"}, {"DuocLayTuKhoDMQG": 1}, {"IsDeleted": "True"}],
        DanhSachLePhi=[{"Gia": "50.000"}, {"Gia": 20000.0}, {"Gia": "1,500 đ"}, {"Gia": ""}],
        DanhSachGiayToKetQua=[{"MaGiayToKetQua": "KQ1"}, {"DuongDanTepTinKetQua": "https://example.vn/1"}],
        DSKetNoiCSDL=[{"MaCSDL": 2}, {"MaCSDL": "1"}],
    )
    assert (row["files"], row["files_reused"], row["files_from_store"]) == (2, True, True)
    assert (row["fee_lines"], row["fees"]) == (4, 71_500)
    assert (row["result_file"], row["result_code"]) == (True, False)
    assert row["population_data"]
    empty = one(TaiLieuNop="", DanhSachLePhi=None, DanhSachGiayToKetQua=[], DSKetNoiCSDL="")
    assert [empty[c] for c in ("files", "fee_lines", "fees", "result_file", "population_data")] == [
        0, 0, 0, False, False,
    ]  # fmt: skip


def test_the_payload_is_kept_as_it_came():
    item = '{ "MaHoSo":"a", "MaTTHC":"1.1","TrangThaiHoSo":1, "DonViXuLy":"H99", "Gì đó":[1, 2] }'.encode()
    assert read(item).frame["payload"][0] == item.decode()


def test_the_moment_of_a_version_is_the_last_thing_that_has_happened():
    assert one()["moment"] == dt.datetime(2026, 8, 1, 9)
    assert one(NgayTra="20260810")["moment"] == dt.datetime(2026, 8, 10)
    assert one(NgayTra="20620810")["moment"] == dt.datetime(2026, 8, 1, 9), "not yet happened"
    assert one(NgayHenTra="20260820")["moment"] == dt.datetime(2026, 8, 1, 9), "only promised"
    supplement = {"NgayBoSung": "20260805100000", "NgayTiepNhanBoSung": "20260806100000"}
    assert one(DanhSachHoSoBoSung=[supplement])["moment"] == dt.datetime(2026, 8, 6, 10)


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("H99.01", "H99.01"),
        ("h99.01", "H99.01"),
        ("  ubnd  XA tan an ", "H99.201"),
        ("UBND xã Bình Hòa", "H99.202"),
        ("UBND xã Bình Hoa", "H99.203"),
        ("UBND tỉnh Thử Nghiệm".encode().decode("utf-8"), "H99"),
    ],
)
def test_a_unit_is_meant_by_its_code_or_name(said, unit):
    row = one(DonViXuLy=said)
    assert (row["unit"], row["sender"]) == (unit, "H99")


def test_a_name_means_the_unit_that_existed_when_the_dossier_was_received():
    assert one(DonViXuLy="UBND xã Tân An", NgayTiepNhan="20250601080000")["unit"] == "H99.301"


def test_a_name_that_several_provinces_have_means_the_senders_own():
    assert read(GOOD | {"DonViXuLy": "Sở Xây dựng"}, sender="H98").frame["unit"].to_list() == ["H98.01"]
    aside = fault(GOOD | {"DonViXuLy": "Sở Xây dựng"})
    assert "H99.01, H98.01" in aside.problem.vi


def test_an_unknown_unit_is_set_aside_under_its_name():
    aside = fault(GOOD | {"DonViXuLy": "Sở Không Có"})
    assert aside.value == "Sở Không Có"
    assert str(aside.problem) == (
        "cột DonViXuLy: hồ sơ H99.01-1: không có đơn vị nào mang mã hoặc tên “Sở Không Có” | "
        "dossier H99.01-1: no unit has the code or name “Sở Không Có”"
    )


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"NgayHenTra": "20261332"}, "NgayHenTra"),
        ({"NgayHenTra": "20261332000000"}, "NgayHenTra"),
        ({"NgayTra": "31/02/2026"}, "NgayTra"),
        ({"NgayTra": "hôm qua"}, "NgayTra"),
        ({"MaHoSo": ""}, "MaHoSo"),
        ({"MaHoSo": None}, "MaHoSo"),
        ({"MaTTHC": " "}, "MaTTHC"),
        ({"DonViXuLy": ""}, "DonViXuLy"),
        ({"NgayTiepNhan": ""}, "NgayTiepNhan"),
        ({"TrangThaiHoSo": ""}, "TrangThaiHoSo"),
        ({"TrangThaiHoSo": "11"}, "TrangThaiHoSo"),
        ({"TrangThaiHoSo": "xong"}, "TrangThaiHoSo"),
        ({"KenhThucHien": 4}, "KenhThucHien"),
        ({"DuocThanhToanTrucTuyen": "-1"}, "DuocThanhToanTrucTuyen"),
        ({"TaiKhoanDuocXacThucVoiVNeID": "2"}, "TaiKhoanDuocXacThucVoiVNeID"),
        ({"MaHoSo": {"a": 1}}, "MaHoSo"),
        ({"MaHoSo": "x" * 200}, "MaHoSo"),
        ({"MaHoSo": "a\nb"}, "MaHoSo"),
        ({"TenTTHC": "x" * 1_000_000}, "TenTTHC"),
        ({"TaiLieuNop": [{"TenTepDinhKem": "x" * 1_000_000}]}, "TaiLieuNop.TenTepDinhKem"),
        ({"TaiLieuNop": {"IsDeleted": 0}}, "TaiLieuNop"),
        ({"TaiLieuNop": "một tệp"}, "TaiLieuNop"),
        ({"TaiLieuNop": [{"IsDeleted": [0]}]}, "TaiLieuNop[0].IsDeleted"),
        ({"TaiLieuNop": [{"IsDeleted": "có lẽ"}]}, "TaiLieuNop.IsDeleted"),
        ({"DanhSachLePhi": [{"Gia": "năm chục"}]}, "DanhSachLePhi.Gia"),
        ({"DanhSachLePhi": [{"Gia": "-50000"}]}, "DanhSachLePhi.Gia"),
        ({"DanhSachHoSoBoSung": [{"NgayBoSung": "20260231"}]}, "DanhSachHoSoBoSung"),
    ],
)
def test_a_bad_dossier_is_named_with_its_field_and_the_others_are_taken(more, field):
    aside = fault(GOOD | more)
    assert aside.problem.field == field
    if "MaHoSo" not in more:
        assert aside.problem.vi.startswith("hồ sơ H99.01-1: ")
        assert aside.problem.en.startswith("dossier H99.01-1: ")


@pytest.mark.parametrize(
    "item",
    [
        b"",
        b"{",
        b"[1]",
        b"null",
        b'"abc"',
        b"\xff\xfe",
        b'{"MaHoSo":"a","TenTTHC":"\xff"}',
        b'{"MaHoSo":"\\ud800"}',
        b'{"MaHoSo":"a","x":' + b"[" * 100_000,
        b'{"MaHoSo":"a","x":' + b"[" * 3000 + b"]" * 3000 + b"}",
        b'{"MaHoSo":"' + b"a" * 5_000_000 + b'"}',
    ],
)
def test_what_is_no_dossier_at_all_is_set_aside(item):
    aside = fault(item)
    assert aside.problem.vi
    assert aside.payload is not None


def test_a_dossier_newly_filed_need_not_have_been_received():
    for status in (1, 3, 7):
        assert one(NgayTiepNhan="", TrangThaiHoSo=status)["received_at"] is None


def test_an_unknown_procedure_is_taken_unless_it_was_said_what_it_means():
    assert one(MaTTHC="9.999999")["procedure"] == "9.999999"
    mended = Known(KNOWN.units, {}, {"H99": {("procedure", "9 999999"): "1.000001"}})
    found = wire.dossiers([json.dumps(GOOD | {"MaTTHC": "9.999999"}).encode()], mended)
    assert found.frame["procedure"].to_list() == ["1.000001"]


def test_steps():
    step = {"MaHoSo": "H99.01-1", "ThoiDiemXuLy": "20260801090000", "TrangThai": 2, "NguoiXuLy": "Cán bộ Thử"}
    bad = [step | {"ThoiDiemXuLy": ""}, step | {"TrangThai": 0}, {"MaHoSo": "H99.01-2"}]
    found = wire.steps([json.dumps(s).encode() for s in (step, *bad)], sender="H99")
    assert dict(found.frame.schema) == dict(STEPS.types)
    assert found.frame.drop("payload").rows() == [("H99", "H99.01-1", dt.datetime(2026, 8, 1, 9), 2)]
    assert {n: a.problem.field for n, a in found.aside.items()} == {
        1: "ThoiDiemXuLy",
        2: "TrangThai",
        3: "ThoiDiemXuLy",
    }


def test_steps_that_nobody_sent_are_set_aside():
    step = {"MaHoSo": "H99.01-1", "ThoiDiemXuLy": "20260801090000", "TrangThai": 2}
    found = wire.steps([json.dumps(step).encode()], sender=None)
    assert found.frame.is_empty()
    assert "đơn vị gửi" in found.aside[0].problem.vi


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from([*wire.DossierSent.__struct_fields__, "TenTTHC"])


@given(st.lists(st.dictionaries(FIELDS, JSON, max_size=8), max_size=4))
def test_whatever_is_sent_each_item_is_either_taken_or_set_aside(objects):
    items = [json.dumps(GOOD | o).encode() for o in objects]
    found = wire.dossiers(items, KNOWN, now=NOW)
    assert sorted([*found.items, *found.aside]) == list(range(len(items)))
    assert found.frame.height == len(found.items)
    for column in ("sender", "code", "unit", "procedure", "status"):
        assert found.frame[column].null_count() == 0
    steps = wire.steps(items, sender="H99")
    assert sorted([*steps.items, *steps.aside]) == list(range(len(items)))
