"""Declared numbers in the forms II.06a/VPCP/KSTT and 07a/BTP, from workbooks as systems export them."""

import pytest
import xlsxwriter

from phucvu.figures.periods import Period
from phucvu.intake.files import import_file, kind_of
from phucvu.problems import UnusableError

pytestmark = pytest.mark.usefixtures("in_process")

NUMBERS = ("received", "online", "in_person", "postal", "carried_over")
NUMBERS += ("finished", "finished_on_time", "finished_late", "open", "open_late")

BUILDING = ("1", "Sở Xây dựng - tỉnh Thử Nghiệm", 120, 90, 25, 5, 110, 60, 45, 5, 10, 8, 2)
HEALTH = ("2", "Sở Y tế - tỉnh Thử Nghiệm", 60, 40, 18, 2, 50, 30, 20, 0, 10, 10, 0)
COMMUNE = ("3", "UBND xã Bình Hòa", 30, 10, 20, 0, 29, 9, 20, 0, 1, 1, 0)
OTHER = ("4", "H99.202", 10, 5, 5, 0, 10, 5, 5, 0, 0, 0, 0)


def total(*rows):
    return ("Tổng cộng", None, *(sum(column) for column in zip(*(row[2:] for row in rows), strict=True)))


def form_06a(path, rows, period="Kỳ báo cáo: Quý III/năm 2026", named="Đơn vị", left=0, unit=""):
    """A workbook of II.06a with its titles, a merged heading of three rows, and the numbers of columns."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("II.06a")
        sheet.write(0, left, "Biểu số II.06a/VPCP/KSTT")
        sheet.merge_range(1, left, 1, left + 12, "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH")
        sheet.write(2, left, period)
        sheet.write(
            2, left + 5, f"- Đơn vị báo cáo: {unit}\n- Đơn vị nhận báo cáo: Cơ quan Ví Dụ" if unit else ""
        )
        sheet.write(3, left + 9, "Đơn vị tính: Số hồ sơ TTHC")
        for column, text in ((0, "TT"), (1, named)):
            sheet.merge_range(4, left + column, 6, left + column, text)
        groups = (
            (2, 5, "Số lượng hồ sơ tiếp nhận"),
            (6, 9, "Số lượng hồ sơ đã giải quyết"),
            (10, 12, "Số lượng hồ sơ đang giải quyết"),
        )
        for first, last, text in groups:
            sheet.merge_range(4, left + first, 4, left + last, text)
        sheet.merge_range(5, left + 2, 6, left + 2, "Tổng số")
        sheet.merge_range(5, left + 3, 5, left + 4, "Trong kỳ")
        sheet.write(6, left + 3, "Trực tuyến")
        sheet.write(6, left + 4, "Trực tiếp, dịch vụ bưu chính")
        sheet.merge_range(5, left + 5, 6, left + 5, "Từ kỳ trước")
        below = ("Tổng số", "Trước hạn", "Đúng hạn", "Quá hạn", "Tổng số", "Trong hạn", "Quá hạn")
        for column, text in enumerate(below, 6):
            sheet.merge_range(5, left + column, 6, left + column, text)
        for column in range(13):
            sums = {2: "(3)=(4)+(5)+(6)", 6: "(7)=(8)+(9)+(10)", 10: "(11)=(12)+(13)"}
            sheet.write(7, left + column, sums.get(column, f"({column + 1})"))
        for number, row in enumerate(rows, 8):
            sheet.write_row(number, left, row)
        sheet.write(9 + len(rows), left + 9, "NGƯỜI LẬP BIỂU")
    return path


def reports(store):
    rows = store.rows("reports").select("unit", "period", *NUMBERS)
    return {(row[0], row[1]): row[2:] for row in rows.iter_rows()}


def test_a_form_by_unit_is_read_with_its_totals_row(store, tmp_path):
    every = (BUILDING, HEALTH, COMMUNE, OTHER)
    path = form_06a(tmp_path / "bieu.xlsx", [*every, total(*every)])
    assert kind_of(path) == "reports"
    taken = import_file(store, path)
    assert (taken.taken, taken.set_aside, taken.because.code) == (5, 0, "told_by_form")
    assert [n.code for n in taken.notes] == ["columns_understood"]
    found = reports(store)
    assert found["H99.01", "2026-Q3"] == (115, 90, 25, None, 5, 110, 105, 5, 10, 2)
    assert found["H99.201", "2026-Q3"] == (30, 10, 20, None, 0, 29, 29, 0, 1, 0)
    assert found["H99", "2026-Q3"] == (213, 145, 68, None, 7, 199, 194, 5, 21, 2)
    assert import_file(store, path, kind="reports").unchanged == 5


def test_a_sum_that_does_not_hold_is_told_with_file_row_and_field(store, tmp_path):
    wrong = (*HEALTH[:2], 61, *HEALTH[3:7], 31, *HEALTH[8:11], 9, 0)
    path = form_06a(tmp_path / "bieu.xlsx", [BUILDING, wrong, total(BUILDING, HEALTH)])
    taken = import_file(store, path)
    said = [(n.row, n.field, n.parameters) for n in taken.notes if n.code == "report_sum"]
    received, finished = "Số lượng hồ sơ tiếp nhận: ", "Số lượng hồ sơ đã giải quyết: "
    going_on = "Số lượng hồ sơ đang giải quyết: "
    channels = f"{received}Trong kỳ: Trực tuyến + {received}Trong kỳ: Trực tiếp, dịch vụ bưu chính"
    assert [(row, field, p["declared"], p["expected"]) for row, field, p in said] == [
        (10, f"{received}Tổng số", 61, 60),
        (10, f"{finished}Tổng số", 50, 51),
        (10, f"{going_on}Tổng số", 10, 9),
        (10, f"{received}Tổng số", 61, 60),
    ]
    assert said[0][2]["parts"] == f"{channels} + {received}Từ kỳ trước"
    rows = [(n.row, n.field, n.parameters["declared"], n.parameters["expected"])
            for n in taken.notes if n.code == "report_rows_sum"]  # fmt: skip
    assert (11, f"{received}Tổng số", 180, 181) in rows
    # The communes are not there, so the totals row is nobody's.
    assert [n.row for n in taken.notes if n.code == "report_total_of_nobody"] == [11]
    assert set(reports(store)) == {("H99.01", "2026-Q3"), ("H99.02", "2026-Q3")}


def test_rows_that_cannot_be_used_are_told_and_the_rest_is_taken(store, tmp_path):
    unknown = ("2", "Sở Không Có", *HEALTH[2:])
    words = ("3", "H99.201", "nhiều", *COMMUNE[3:])
    taken = import_file(store, form_06a(tmp_path / "bieu.xlsx", [BUILDING, unknown, words]))
    said = {(p.code, p.row, p.field) for p in taken.problems}
    assert said == {
        ("unit_unknown", 10, "Đơn vị"),
        ("value_wrong", 11, "Số lượng hồ sơ tiếp nhận: Tổng số"),
    }
    assert (taken.taken, taken.set_aside) == (1, 2)


def test_fields_are_summed_and_never_units(store, tmp_path):
    fields = [
        ("A", "Lĩnh vực thuộc tỉnh", *total(BUILDING, HEALTH)[2:]),
        ("1", "Lĩnh vực Thử", *BUILDING[2:]),
        ("2", "Sở Y tế - tỉnh Thử Nghiệm", *HEALTH[2:]),  # called like a unit: still a field
    ]
    path = form_06a(tmp_path / "a.xlsx", fields, named="Lĩnh vực", unit="Sở Xây dựng - tỉnh Thử Nghiệm")
    taken = import_file(store, path)
    assert "report_by_field" in [n.code for n in taken.notes]
    assert reports(store) == {("H99.01", "2026-Q3"): (173, 130, 43, None, 7, 160, 155, 5, 20, 2)}
    wrong = [*fields, ("Tổng số", None, 181, *total(BUILDING, HEALTH)[3:])]
    path = form_06a(tmp_path / "b.xlsx", wrong, named="Lĩnh vực, công việc giải quyết")
    with pytest.raises(UnusableError) as error:
        import_file(store, path)
    assert error.value.faults[0].code == "report_of_nobody"
    taken = import_file(store, path, sender="H99.02")
    assert [(n.row, n.parameters["declared"], n.parameters["expected"])
            for n in taken.notes if n.code == "report_rows_sum"] == [(12, 181, 180)]  # fmt: skip
    assert reports(store)["H99.02", "2026-Q3"][0] == 174


@pytest.mark.parametrize(
    ("said", "period"),
    [
        ("Từ ngày 01/08/2026 đến ngày 31/08/2026", "2026-08"),
        ("(Từ ngày 15 tháng 6 năm 2026 đến hết ngày 14 tháng 9 năm 2026)", "2026-06-15..2026-09-14"),
        ("Kỳ báo cáo: Tháng 8 năm 2026", "2026-08"),
        ("Kỳ báo cáo: 6 tháng đầu năm 2026", "2026-01-01..2026-06-30"),
        ("Năm 2026", "2026"),
    ],
)
def test_the_period_is_told_above_the_table(store, tmp_path, said, period):
    import_file(store, form_06a(tmp_path / "bieu.xlsx", [BUILDING], said))
    assert set(reports(store)) == {("H99.01", period)}


def test_a_form_without_a_period_needs_one(store, tmp_path):
    path = form_06a(tmp_path / "bieu.xlsx", [BUILDING], "Ví Dụ, ngày 05 tháng 9 năm 2026")
    with pytest.raises(UnusableError) as error:
        import_file(store, path)
    assert error.value.faults[0].code == "report_without_period"
    import_file(store, path, period=Period.parse("2026-08"))
    assert set(reports(store)) == {("H99.01", "2026-08")}


HEADINGS_07A = (
    ("Tiếp nhận", ("Tổng số", "Trực tiếp", "Toàn trình", "Một phần", "Trực tuyến khác",
                   "Bưu chính công ích", "Phi địa giới", "Kỳ trước chuyển qua")),
    ("Đã giải quyết", ("Tổng số", "Trước hạn và đúng hạn", "Trễ hạn có thư xin lỗi",
                       "Trễ hạn không có thư xin lỗi")),
    ("Đang giải quyết", ("Tổng số", "Chưa đến hạn", "Quá hạn")),
    ("Không tiếp nhận", ()),
    ("Chờ tiếp nhận", ("Trong hạn", "Quá hạn")),
    ("Dừng xử lý", ()),
    ("Rút hồ sơ", ()),
    ("Thanh toán", ("Tổng số", "Trực tuyến", "Trực tiếp")),
)  # fmt: skip


def form_07a(path, rows):
    """A workbook of 07a/BTP with an empty first column and a heading of two rows."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 1, 0, 20, "TỔNG HỢP TÌNH HÌNH GIẢI QUYẾT HỒ SƠ (Biểu 07a/BTP)")
        sheet.write(1, 1, "Từ ngày 01/08/2026 đến ngày 31/08/2026")
        for place, text in ((1, "STT"), (2, "Tên đơn vị")):
            sheet.merge_range(3, place, 4, place, text)
        place = 3
        for group, below in HEADINGS_07A:
            if not below:
                sheet.merge_range(3, place, 4, place, group)
            else:
                sheet.merge_range(3, place, 3, place + len(below) - 1, group)
            for text in below:
                sheet.write(4, place, text)
                place += 1
            place += not below
        sheet.write_row(5, 1, range(1, place))
        for number, row in enumerate(rows, 6):
            sheet.write_row(number, 1, row)
    return path


def test_the_form_of_the_ministry_of_justice_is_read(store, tmp_path):
    rows = [
        (1, "Sở Xây dựng - tỉnh Thử Nghiệm", 100, 20, 40, 20, 5, 3, 2, 10, 90, 85, 2, 3, 10, 9, 1,
         4, 6, 1, 1, 1, 50, 45, 5),
        # Those filed regardless of territory are among those filed in person here.
        (2, "H99.02", 10, 4, 3, 1, 0, 1, 2, 1, 8, 8, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    ]  # fmt: skip
    path = form_07a(tmp_path / "xuat.xlsx", rows)
    assert kind_of(path) == "reports"
    taken = import_file(store, path)
    assert [n.code for n in taken.notes] == ["columns_understood"]
    assert reports(store) == {
        ("H99.01", "2026-08"): (90, 65, 22, 3, 10, 90, 85, 5, 10, 1),
        ("H99.02", "2026-08"): (9, 4, 4, 1, 1, 8, 8, 0, 2, 0),
    }


@pytest.mark.parametrize("left", [0, 1])
def test_an_empty_first_column_changes_nothing(store, tmp_path, left):
    taken = import_file(store, form_06a(tmp_path / "bieu.xlsx", [BUILDING, HEALTH], left=left))
    assert (taken.taken, taken.set_aside) == (2, 0)
