"""The one writer of spreadsheets: kinds of columns, what a reader's eye and a printer need, the source."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import subprocess
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from phucvu.tables.headings import HEADINGS, of_frame, of_rows, said
from phucvu.tables.workbook import LINE, WIDEST, Cell, Column, Share, Table, write

COLUMNS = [
    Column("Mã"),
    Column("Số hồ sơ", "whole"),
    Column("Điểm", "points"),
    Column("Tỷ lệ", "percent"),
    Column("Từ ngày", "day"),
    Column("Lúc", "moment"),
    Column("Đạt", "yes"),
]
ROW = ["H21", 1234567, Decimal("75.4"), 0.8571, dt.date(2026, 10, 9), dt.datetime(2026, 10, 9, 14, 5), True]
ABOUT = {"Kỳ": "tháng 9/2026", "Số liệu tính đến": "10/10/2026 08:30", "Nguồn": "Cổng A & B"}


def book(*tables: Table, language: str = "vi", about: dict[str, str] = ABOUT) -> Any:
    file = io.BytesIO()
    write(file, "Bảng & tên", tables, about, language)
    return openpyxl.load_workbook(file)


def test_numbers_shares_and_days_are_shown_as_what_they_are() -> None:
    sheet = book(Table("Số liệu", COLUMNS, [ROW])).worksheets[0]
    cells = next(sheet.iter_rows(min_row=2))
    assert [c.number_format for c in cells] == [
        *("General", "#,##0", "0.00", "0.00%", "dd/mm/yyyy", "dd/mm/yyyy hh:mm", "General")
    ]
    assert [c.value for c in cells[:4]] == ["H21", 1234567, 75.4, 0.8571]
    assert cells[4].value.date() == ROW[4]
    assert cells[5].value == ROW[5]
    assert cells[6].value == "có"
    english = book(Table("Data", COLUMNS, [ROW]), language="en").worksheets[0]
    assert english["G2"].value == "yes"


def test_a_cell_may_be_of_another_kind_than_its_column() -> None:
    sheet = book(Table("x", [Column("Tỷ lệ", "percent")], [[0.5], [Cell(Decimal("5.42"), "number")]]))
    assert [c.number_format for c in sheet.worksheets[0]["A"][1:]] == ["0.00%", "#,##0.00"]


def test_every_sheet_scrolls_filters_and_prints() -> None:
    sheet = book(Table("Số liệu", COLUMNS, [ROW] * 3)).worksheets[0]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:G4"
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "9")
    # Excel's own default of one page in width is left out of the file.
    assert sheet.page_setup.fitToWidth in (None, 1)
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert "Bảng && tên" in str(sheet.oddHeader.left.text) or "Bảng & tên" in str(sheet.oddHeader.left.text)
    foot = str(sheet.oddFooter.left.text)
    for words in ("tháng 9/2026", "10/10/2026 08:30", "Cổng A"):
        assert words in foot


SUMMED = Table(
    "Tổng",
    [
        *(Column("Mã"), Column("Đơn vị"), Column("Tổng số", "whole", total="sum")),
        *(Column("Đúng hạn", "whole", total="sum"), Column("Tỷ lệ", "percent", total=Share(3, 2))),
        *(Column("Một", "points"), Column("Hai", "points"), Column("Điểm", "points", adds=(5, 6))),
        Column("Trên Cổng", "points", total=Decimal("75.45")),
    ],
    [
        ["H1", "A", 3, 2, 2 / 3, Decimal("0.10"), Decimal("0.20"), Decimal("0.30"), None],
        ["H2", "B", 1234, 1000, 1000 / 1234, Decimal("0.10"), Decimal("0.20"), Decimal("0.31"), None],
        ["H3", "C", 0, 0, None, None, Decimal("0.20"), Decimal("0.20"), None],
    ],
    total="Tổng cộng",
    frozen=2,
)


def calculated(content: bytes, folder: Path) -> Any:
    """The workbook after LibreOffice has calculated every formula anew."""
    (folder / "in").mkdir()
    (folder / "in" / "a.xlsx").write_bytes(content)
    words = [
        f"-env:UserInstallation=file://{folder}/office",
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
    ]
    subprocess.run(
        ["soffice", *words, "--outdir", str(folder), str(folder / "in" / "a.xlsx")],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return openpyxl.load_workbook(folder / "a.xlsx", data_only=True)


def test_sums_are_formulas_with_their_values_beside() -> None:
    file = io.BytesIO()
    write(file, "Tổng", [SUMMED], ABOUT)
    formulas, values = (openpyxl.load_workbook(file, data_only=only).worksheets[0] for only in (False, True))
    assert [cell.value for cell in formulas[5]] == [
        *(None, "Tổng cộng", "=SUBTOTAL(9,C2:C4)", "=SUBTOTAL(9,D2:D4)", '=IF(C5=0,"",D5/C5)'),
        *(None, None, None, 75.45),
    ]
    assert [cell.value for cell in values[5]][2:5] == [1237, 1002, 1002 / 1237]
    # A row that does not add up, or of which something is not known, keeps what is said of it.
    assert [cell.value for cell in formulas["H"][1:4]] == ["=SUM(F2:G2)", 0.31, 0.2]
    assert values["H2"].value == 0.3
    assert formulas.auto_filter.ref == "A1:I4"
    assert formulas.freeze_panes == "C2"
    assert formulas["E5"].number_format == "0.00%"


def test_upright_headings_leave_columns_narrow() -> None:
    columns = [Column("Mã"), Column("4.2 Hồ sơ được số hóa đầy đủ thành phần", "points", upright=True)]
    sheet = book(Table("x", columns, [["H1", Decimal("1.25")]])).worksheets[0]
    assert sheet["B1"].alignment.text_rotation == 90
    assert sheet.column_dimensions["B"].width < 10
    assert sheet.row_dimensions[1].height == 150


def test_nothing_is_summed_where_there_are_no_rows() -> None:
    sheet = book(replace(SUMMED, rows=[])).worksheets[0]
    assert sheet.max_row == 1


@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")
def test_formulas_give_the_values_beside_them(tmp_path: Path) -> None:
    file = io.BytesIO()
    write(file, "Tổng", [SUMMED], ABOUT)
    anew = calculated(file.getvalue(), tmp_path).worksheets[0]
    said = openpyxl.load_workbook(file, data_only=True).worksheets[0]
    for row, known in zip(anew.iter_rows(values_only=True), said.iter_rows(values_only=True), strict=True):
        assert [pytest.approx(one) if isinstance(one, float) else one for one in known] == list(row)


def test_columns_are_as_wide_as_what_stands_in_them() -> None:
    columns = [Column("Mã"), Column("Tên"), Column("Số", "whole")]
    rows = [["H21.17", "Tên vừa phải", 1], ["H21", "rất dài " * 40, 1234567]]
    sheet = book(Table("x", columns, rows)).worksheets[0]
    narrow, long, number = (sheet.column_dimensions[letter].width for letter in "ABC")
    assert narrow < 12
    assert WIDEST <= long <= WIDEST + 1
    assert number >= len("1.234.567")
    assert sheet["B3"].alignment.wrap_text, "what is longer goes on below"


def test_rows_are_as_high_as_their_texts_are_long() -> None:
    """A program that does not find out itself how high a row must be would print one text over another."""
    columns = [Column("Mã"), Column("Thay đổi điểm so với cùng kỳ năm trước", "points"), Column("Lý do")]
    rows = [["1", 1, "ngắn"], ["2", 1, "không có tệp đính kèm thành phần hồ sơ; không có tệp kết quả"]]
    sheet = book(Table("x", columns, rows)).worksheets[0]
    heights = [sheet.row_dimensions[row].height for row in (1, 2, 3)]
    assert heights[0] >= 3 * LINE
    assert heights[1] in (None, LINE)
    assert heights[2] >= 2 * LINE


def test_the_last_sheet_says_where_it_comes_from() -> None:
    about = book(Table("Số liệu", COLUMNS, [ROW] * 1200)).worksheets[-1]
    assert about.title == "Nguồn"
    assert dict(about.iter_rows(values_only=True)) == ABOUT | {"Số dòng": "1.200"}
    two = book(Table("a", COLUMNS, []), Table("b", COLUMNS, [ROW]), language="en").worksheets
    assert [sheet.title for sheet in two] == ["a", "b", "Source"]
    assert dict(two[-1].iter_rows(values_only=True))["Rows"] == "a 0, b 1"


def test_a_long_source_does_not_break_the_file() -> None:
    made = book(Table("Danh sách: a/b [c]?", COLUMNS, [ROW]), about={"Nguồn": "1 & 2 " * 200})
    assert made.worksheets[0].title == "Danh sách  a b  c"
    assert len(made.worksheets[0].oddFooter.left.text) < 255


def test_texts_stay_texts() -> None:
    texts = ["=1+1", "@a", "http://x.example", "1.000001", "00123"]
    sheet = book(Table("x", [Column("Mã", "whole")], [[text] for text in texts])).worksheets[0]
    assert [(c.value, c.data_type, c.hyperlink) for c in sheet["A"][1:]] == [(t, "s", None) for t in texts]


@pytest.mark.parametrize(
    ("name", "value", "vi", "en"),
    [
        ("state", "by_rule", "theo quy tắc, không có số liệu", "by rule, without a figure"),
        ("kind", "commune", "xã, phường", "commune"),
        ("applies_to", "province commune", "tỉnh, thành phố, xã, phường", "province, commune"),
        ("state", "something else", "something else", "something else"),
        ("name", "commune", "commune", "commune"),
        ("score", None, None, None),
    ],
)
def test_codes_are_said_in_words(name: str, value: Any, vi: Any, en: Any) -> None:
    assert (said(name, value, "vi"), said(name, value, "en")) == (vi, en)


def test_headings_are_words_in_both_languages() -> None:
    rows = [{"unit": "H21", "score": Decimal(1), "online": Decimal(2)}]
    table = of_rows("x", rows, "vi", {"online": "Dịch vụ trực tuyến"})
    assert [c.heading for c in table.columns] == ["Mã đơn vị", "Điểm", "Dịch vụ trực tuyến"]
    assert [c.heading for c in of_frame("x", pl.DataFrame(rows), "en").columns][:2] == ["Unit", "Score"]
    for each in HEADINGS.values():
        assert not re.search("_", each.vi + each.en)
        assert each.vi != each.en
