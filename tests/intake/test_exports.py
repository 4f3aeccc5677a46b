"""Exports of one-stop systems: three invented vendors, and what goes wrong with their files."""

import datetime as dt
import time

import polars as pl
import pytest
import xlsxwriter

from phucvu.intake import exports, mappings
from phucvu.intake.files import import_file
from phucvu.intake.replay import replay
from phucvu.problems import UnusableError
from phucvu.records import set_aside
from phucvu.tables.reading import ROW, Sheet

AT = dt.datetime(2026, 8, 3, 8, 15)
pytestmark = pytest.mark.usefixtures("in_process")

COLUMNS = ["code", "unit", "procedure", "channel", "status", "received_at", "due_at", "fees", "paid_online"]


def vendor_a(path):
    """Titles merged over the table, a numbering column and row, real dates, a totals row."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Báo cáo")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    sheet.merge_range("A1:J1", "UBND TỈNH THỬ NGHIỆM")
    sheet.merge_range("A2:J2", "BÁO CÁO CHI TIẾT HỒ SƠ")
    sheet.merge_range("A3:J3", "Từ ngày 01/08/2026 đến ngày 31/08/2026")
    headings = ["STT", "Số hồ sơ", "Mã TTHC", "Tên thủ tục", "Đơn vị xử lý", "Hình thức nộp"]
    headings += ["Ngày tiếp nhận", "Ngày hẹn trả", "Trạng thái", "Phí, lệ phí"]
    sheet.write_row("A5", headings)
    sheet.write_row("A6", [f"({n})" for n in range(1, 11)])
    sheet.write_row(
        "A7", [1, "A-001", "1.000001", "Cấp phép thử", "Sở Xây dựng - tỉnh Thử Nghiệm", "Trực tuyến"]
    )
    sheet.write_row("A8", [2, "A-002", "1.000001", "Cấp phép thử", "SỞ Y TẾ - TỈNH THỬ NGHIỆM", "Trực tiếp"])
    for row in (6, 7):
        sheet.write_datetime(row, 6, AT, moment)
        sheet.write_datetime(row, 7, dt.datetime(2026, 8, 17), day)
    sheet.write_row("I7", ["Đã trả kết quả", "50.000 đ"])
    sheet.write_row("I8", ["Yêu cầu bổ sung", 0])
    sheet.write_row("A9", ["Tổng cộng", "2", "", "", "", "", "", "", "", "50.000 đ"])
    sheet.write("H11", "Người lập biểu")
    book.close()


def vendor_b(path):
    """Two heading rows, units merged down over their dossiers, text dates."""
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Bìa").write("A1", "Trang bìa")
    sheet = book.add_worksheet("Dữ liệu")
    sheet.merge_range("A1:H1", "DANH SÁCH HỒ SƠ")
    for column, heading in enumerate(["TT", "Cơ quan giải quyết", "Mã hồ sơ", "Thủ tục"]):
        sheet.merge_range(2, column, 3, column, heading)
    sheet.merge_range("E3:F3", "Ngày")
    sheet.write_row("E4", ["tiếp nhận", "hẹn trả"])
    sheet.merge_range("G3:G4", "Tình trạng hồ sơ")
    sheet.merge_range("H3:H4", "Kênh tiếp nhận")
    sheet.merge_range("B5:B6", "UBND xã Bình Hòa")
    sheet.write("B7", "H99.02")
    rows = [
        ("B-1", "Đang xử lý", "Qua mạng"),
        ("B-2", "Đã có kết quả", "Bưu điện"),
        ("B-3", "Từ chối", "Tại quầy"),
    ]
    for number, (code, status, channel) in enumerate(rows):
        sheet.write(4 + number, 0, number + 1)
        sheet.write_row(
            4 + number, 2, [code, "cấp phép THỬ", "03/08/2026 08:15:00", "17/08/2026", status, channel]
        )
    book.close()


VENDOR_C = """Đơn vị:;UBND tỉnh Thử Nghiệm;;;;;;
;;;;;;;
STT;MÃ HỒ SƠ (*);MÃ THỦ TỤC;Thời gian tiếp nhận;Hạn giải quyết;Ngày trả;Lệ phí;Thanh toán trực tuyến
I. Sở Xây dựng - tỉnh Thử Nghiệm;;;;;;;
1;C-1;1.000001;08:15 03/08/2026;17/08/2026;10/08/2026 09:00;30.000;Có
2;C-2;1.000001;2026-08-03 08:15:00;17/08/2026;;;Không
II. UBND xã Bình Hòa;;;;;;;
3;C-3;1.000001;03/08/2026 08:15;17/08/2026;;1.000.000 VNĐ;
Tổng số: 3 hồ sơ;;;;;;1.030.000;
"""


def taken_from(store, **more):
    columns = more.get("columns", COLUMNS)
    return store.rows("dossiers").sort("code").select(columns).rows()


def test_vendor_a(store, tmp_path):
    vendor_a(tmp_path / "a.xlsx")
    taken = import_file(store, tmp_path / "a.xlsx")
    assert (taken.kind, taken.taken, taken.set_aside, taken.skipped) == ("export", 2, 0, 3)
    due = dt.datetime(2026, 8, 17, 23, 59, 59)
    assert taken_from(store) == [
        ("A-001", "H99.01", "1.000001", 2, 10, AT, due, 50_000, None),
        ("A-002", "H99.02", "1.000001", 1, 5, AT, due, 0, None),
    ]
    assert store.rows("dossiers")["fee_lines"].to_list() == [1, 1]
    assert import_file(store, tmp_path / "a.xlsx").unchanged == 2
    assert any("STT" in note.vi for note in taken.notes)


def test_vendor_b(store, tmp_path):
    vendor_b(tmp_path / "b.xlsx")
    taken = import_file(store, tmp_path / "b.xlsx")
    assert (taken.taken, taken.set_aside, taken.problems) == (3, 0, [])
    due = dt.datetime(2026, 8, 17, 23, 59, 59)
    assert taken_from(store, columns=COLUMNS[:7]) == [
        ("B-1", "H99.201", "1.000001", 2, 4, AT, due),
        ("B-2", "H99.201", "1.000001", 3, 9, AT, due),
        ("B-3", "H99.02", "1.000001", 1, 3, AT, due),
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_vendor_c(store, tmp_path, ending, bom):
    path = tmp_path / "c.csv"
    path.write_bytes((bom + VENDOR_C).replace("\n", ending).encode())
    taken = import_file(store, path)
    assert (taken.taken, taken.set_aside, taken.problems) == (3, 0, [])
    assert taken_from(store, columns=["code", "unit", "status", "received_at", "fees", "paid_online"]) == [
        ("C-1", "H99.01", 10, AT, 30_000, 2),
        ("C-2", "H99.01", 4, AT, 0, 0),
        ("C-3", "H99.201", 4, AT, 1_000_000, None),
    ]
    assert any("trạng thái" in note.vi for note in taken.notes)


def small(path, *rows):
    heading = (
        "Mã hồ sơ,Mã TTHC,Tên thủ tục,Đơn vị xử lý,Ngày tiếp nhận,Ngày hẹn trả,Trạng thái,Hình thức nộp\n"
    )
    path.write_text(heading + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


GOOD = "D-1,1.000001,Cấp phép thử,H99.01,03/08/2026,17/08/2026,Đang xử lý,Trực tuyến"


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ("Đang xử lý", "Đang bay", "Trạng thái", "“Đang bay”"),
        ("Trực tuyến", "Chim câu", "Hình thức nộp", "“Chim câu”"),
        ("H99.01", "Sở Lạ", "Đơn vị xử lý", "“Sở Lạ”"),
        ("17/08/2026", "37/08/2026", "Ngày hẹn trả", "“37/08/2026”"),
        ("03/08/2026", "", "Ngày tiếp nhận", "thiếu"),
        ("D-1,1.000001,Cấp phép thử", "D-1,,Đăng ký thử", "Tên thủ tục", "2 thủ tục"),
        ("D-1,1.000001,Cấp phép thử", "D-1,,Chưa ai biết", "Tên thủ tục", "“Chưa ai biết”"),
        ("D-1", "", "Mã hồ sơ", "thiếu"),
    ],
)
def test_a_row_that_is_not_understood_is_set_aside_under_its_heading(store, tmp_path, old, new, field, words):
    path = small(tmp_path / "d.csv", GOOD.replace("D-1", "D-0"), GOOD.replace(old, new))
    taken = import_file(store, path)
    assert (taken.taken, taken.set_aside) == (1, 1)
    problem = taken.problems[0]
    assert (problem.file, problem.row, problem.field) == ("d.csv", 3, field)
    assert words in problem.vi


def test_a_mapping_is_saved_shown_reused_and_tried_dry(store, tmp_path):
    path = tmp_path / "e.csv"
    path.write_text(
        "Ký hiệu,Việc,Nơi,Nhận lúc,Xong\nE-1,1.000001,PXD,03/08/2026,rồi\nE-2,1.000001,PXD,04/08/2026,chưa\n"
    )
    with pytest.raises(UnusableError):
        import_file(store, path)
    written = mappings.parse(
        "name: he-e\n"
        "columns: {code: Ký hiệu, procedure: Việc, unit: Nơi, received_at: Nhận lúc, status: Xong}\n"
        "words: {unit: {PXD: H99.01}, status: {rồi: 10}}\n"
        "defaults: {channel: 1}\n",
        "he-e.yaml",
    )
    mappings.save(store.home, written)
    assert mappings.names(store.home) == ["he-e", "mot-cua"]
    assert mappings.load(store.home, "he-e") == written
    assert mappings.parse(written.text(), "x") == written
    dry = import_file(store, path, mapping="he-e", dry_run=True)
    assert (dry.taken, dry.set_aside) == (1, 1)
    assert "“chưa”" in dry.problems[0].vi
    assert dry.preview["dossiers"]["unit"].to_list() == ["H99.01"]
    assert store.rows("dossiers").is_empty()

    import_file(store, path, mapping="he-e")
    assert taken_from(store, columns=["code", "channel"]) == [("E-1", 1)]
    written.words["status"]["chưa"] = "4"
    mappings.save(store.home, written)
    again = replay(store)
    assert (again.taken, again.set_aside) == (1, 0)
    assert taken_from(store, columns=["code", "status"]) == [("E-1", 10), ("E-2", 4)]


def test_an_unknown_name_is_mended_once_for_all_rows_like_it(store, tmp_path):
    rows = [GOOD.replace("D-1", f"D-{n}").replace("H99.01", "Sở XD cũ") for n in range(3)]
    named = GOOD.replace("D-1,1.000001", "D-9,").replace("Cấp phép thử", "Thủ tục lạ")
    path = small(tmp_path / "f.csv", *rows, named)
    assert import_file(store, path).set_aside == 4
    assert set_aside.mend(store, "unit", "Sở XD cũ", "H99.01") == 3
    assert set_aside.mend(store, "procedure", "Thủ tục lạ", "1.000002") == 1
    with pytest.raises(UnusableError):
        set_aside.mend(store, "unit", "Sở XD cũ", "H55")
    first = replay(store)
    assert (first.taken, first.set_aside) == (4, 0)
    assert set_aside.pending(store).is_empty()
    again = replay(store)
    assert (again.taken, again.unchanged) == (0, 0)
    assert import_file(store, path).unchanged == 4, "names hold from now on"
    assert taken_from(store, columns=["code", "unit", "procedure"]) == [
        *((f"D-{n}", "H99.01", "1.000001") for n in range(3)),
        ("D-9", "H99.01", "1.000002"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "columns: {code: a}",
        "name: x\ncolumns: {mã: a}",
        "name: x\ncolumns: {code: a}\nthừa: 1",
        "name: ../x\ncolumns: {code: a}",
        "name: [",
        "",
    ],
)
def test_a_wrong_mapping_is_said_to_be_wrong(text):
    with pytest.raises(UnusableError):
        mappings.parse(text, "x.yaml")


def test_every_word_and_heading_that_comes_with_the_package_has_one_meaning():
    own = mappings.built_in()
    headings = [h for listed in own.columns.values() for h in listed]
    assert len({mappings.plain(h) for h in headings}) == len(headings)
    for words in own.words.values():
        assert all(0 <= int(code) <= 10 for code in words.values())


def test_a_large_export_is_read_in_seconds(store, tmp_path):
    path = small(tmp_path / "g.csv", *(GOOD.replace("D-1", f"G-{n}") for n in range(30_000)))
    assert import_file(store, path).taken == 30_000


def shifted(path):
    """A table that begins in the second column, its units merged down, the code under «Hồ sơ»."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write("C1", "DANH SÁCH")
    sheet.merge_range("B3:B4", "Đơn vị xử lý")
    sheet.merge_range("C3:D3", "Hồ sơ")
    sheet.write_row("C4", ["Số", "Mã TTHC"])
    sheet.merge_range("E3:E4", "Ngày tiếp nhận")
    sheet.merge_range("B5:B6", "H99.01")
    sheet.write_row("C5", ["S-1", "1.000001", "03/08/2026 08:15"])
    sheet.write_row("C6", ["S-2", "1.000001", "03/08/2026 08:15"])
    book.close()


def only_merged(path):
    """The code's heading is merged down over both rows; neither row has all that makes a heading."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.merge_range("A1:A2", "Mã hồ sơ")
    sheet.merge_range("B1:C1", "Thủ tục và đơn vị")
    sheet.write_row("B2", ["Mã TTHC", "Đơn vị xử lý"])
    sheet.merge_range("D1:E1", "Ngày")
    sheet.write_row("D2", ["tiếp nhận", "hẹn trả"])
    sheet.write_row("A3", ["S-1", "1.000001", "H99.01", "03/08/2026 08:15", "17/08/2026"])
    sheet.write_row("A4", ["S-2", "1.000001", "H99.01", "03/08/2026 08:15", "17/08/2026"])
    book.close()


@pytest.mark.parametrize("make", [shifted, only_merged])
def test_merged_headings_keep_the_code(store, tmp_path, make):
    make(tmp_path / "a.xlsx")
    taken = import_file(store, tmp_path / "a.xlsx")
    assert (taken.kind, taken.taken, taken.problems) == ("export", 2, [])
    assert taken_from(store, columns=["code", "unit", "procedure", "received_at"]) == [
        ("S-1", "H99.01", "1.000001", AT),
        ("S-2", "H99.01", "1.000001", AT),
    ]


def test_two_rows_of_headings_in_a_text_file(store, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "Mã hồ sơ,Đơn vị xử lý,Ngày,,\n,,tiếp nhận,hẹn trả,Mã TTHC\nS-1,H99.01,03/08/2026,,1.000001\n"
    )
    assert import_file(store, path).taken == 1


def test_thousands_of_merged_cells_are_filled_in_a_moment(tmp_path, monkeypatch):
    number = 60_000
    frame = pl.DataFrame(
        {ROW: range(2, number + 2), "Đơn vị": [f"{n}" if n % 2 == 0 else None for n in range(number)]}
    )
    spans = {0: [(n, n + 1) for n in range(2, number + 2, 2)]}
    monkeypatch.setattr(exports, "_merged_down", lambda *_: spans)
    begun = time.process_time()
    filled = exports._merged_filled(Sheet("m.xlsx", frame), tmp_path / "m.xlsx").frame
    assert time.process_time() - begun < 2
    assert filled["Đơn vị"].to_list() == [f"{n - n % 2}" for n in range(number)]
