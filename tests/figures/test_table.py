"""Figures are read from files as people have them, and every row that cannot be used is named."""

import codecs
import datetime as dt

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from phucvu.figures.periods import Period
from phucvu.figures.table import read_figures
from phucvu.problems import UnusableError
from phucvu.rules.loading import load

RULES = load("portal-2026")
HEADING = "period,unit,indicator,numerator,denominator"


def read(path):
    return read_figures(path, RULES)


@pytest.fixture
def csv(tmp_path):
    def write(text, name="so-lieu.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def aside(table):
    return [(p.row, p.field, p.vi) for p in table.set_aside]


@pytest.mark.parametrize(
    ("row", "field", "vi", "en"),
    [
        ("2026,H21,9.9,1,2", "indicator", "chỉ số '9.9' không có", "unknown indicator '9.9'"),
        ("2026,H21,2.1,3,2", "numerator", "tử số 3 lớn hơn mẫu số 2", "numerator 3 is above denominator 2"),
        ("2026,H21,2.1,-3,2", "numerator", "số âm -3", "negative number -3"),
        ("2026,H21,2.1,1,-2", "denominator", "số âm -2", "negative number -2"),
        ("2026,H21,2.1,1.5,2", "numerator", "'1.5' không phải số nguyên", "'1.5' is not a whole number"),
        ("2026,H21,2.1,một,2", "numerator", "'một' không phải số nguyên", "is not a whole number"),
        ("2026,H21,2.1,1,1.234", "denominator", "'1.234' không phải số nguyên", "is not a whole number"),
        ("2026,H21,2.1,1,10000000000000", "denominator", "số quá lớn", "number too large"),
        ("2026,H21,2.1,,2", "numerator", "thiếu tử số", "the numerator is missing"),
        ("2026,H21,2.1,1", "denominator", "thiếu mẫu số", "the denominator is missing"),
        (",H21,2.1,1,2", "period", "thiếu kỳ", "the period is missing"),
        ("2026,,2.1,1,2", "unit", "thiếu mã đơn vị", "the unit is missing"),
        ("2026-13,H21,2.1,1,2", "period", "kỳ '2026-13' không đúng", "unknown period '2026-13'"),
        ("2021,H21,2.1,1,2", "indicator", "không có trong bộ quy tắc", "unknown indicator"),
        ("2026,H21,2.1,1,2,3", "denominator", "có 6 ô", "has 6 cells"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_and_the_rest_is_taken(csv, row, field, vi, en):
    table = read(csv(f"{HEADING}\n2026,H24,2.1,1,2\n{row}\n2026,H26,2.1,1,2\n"))
    assert table.frame["unit"].to_list() == ["H24", "H26"]
    (problem,) = table.set_aside
    assert (problem.file, problem.row, problem.field) == ("so-lieu.csv", 3, field)
    assert vi in problem.vi
    assert en in problem.en


def test_the_same_figure_twice(csv):
    same = "2026,H21,2.1,1,2\n2026,H21,2.1,1,2\n"
    table = read(csv(f"{HEADING}\n{same}"))
    assert table.frame.height == 1
    assert table.set_aside == []
    table = read(csv(f"{HEADING}\n2026,H21,2.1,1,2\n2026,H24,2.1,1,2\n2026,H21,2.1,1,3\n"))
    assert table.frame["unit"].to_list() == ["H24"]
    assert [(row, field) for row, field, _ in aside(table)] == [(2, "numerator"), (4, "numerator")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("above", ["", "BẢNG SỐ LIỆU\n\n"])
def test_every_kind_of_csv_that_spreadsheets_write(csv, encoding, delimiter, end, above):
    text = f"{above}{HEADING},ghi chú\n2026,H21,2.1,1,2,đã kiểm tra\n\n2026,H24,2.1,5,4,\n"
    table = read(csv(text.replace(",", delimiter).replace("\n", end), encoding=encoding))
    assert table.frame.rows() == [("2026", "H21", "2.1", 1, 2, "đã kiểm tra")]
    assert table.frame.columns[-1] == "ghi chú"
    row = 4 + above.count("\n")
    assert aside(table) == [(row, "numerator", "tử số 5 lớn hơn mẫu số 4")]
    assert bool(table.notes) == (delimiter != ",")


def test_a_spreadsheets_decimal_comma_in_indicators(csv):
    table = read(csv("period;unit;indicator;numerator;denominator\n2026;H21;2,1;1;2\n"))
    assert table.frame["indicator"].to_list() == ["2.1"]


def test_excel_with_title_rows_and_numbers(tmp_path):
    path = tmp_path / "so-lieu.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Bìa").write(0, 0, "Báo cáo")
        sheet = book.add_worksheet("Số liệu")
        sheet.merge_range(1, 0, 1, 4, "BẢNG SỐ LIỆU THÁNG 8")
        sheet.write_row(3, 0, ["Period", "Unit", "Indicator", "Numerator", "Denominator", "Ghi chú"])
        sheet.write_row(4, 0, [2026, "H21", 2.1, 1, 2, "x"])
        sheet.write_row(6, 0, [2026, "H24", 2.1, 1.5, 2])
    table = read(path)
    assert table.frame.rows() == [("2026", "H21", "2.1", 1, 2, "x")]
    assert aside(table) == [(7, "numerator", "'1.5' không phải số nguyên viết liền")]


def test_json_lines_and_parquet(tmp_path):
    path = tmp_path / "so-lieu.jsonl"
    path.write_text(
        '{"period":"2026","unit":"H21","indicator":"2.1","numerator":1,"denominator":2}\n'
        "không phải JSON\n"
        '{"period":"2026","unit":"H24","indicator":"2.1","numerator":1.0,"denominator":"2","thêm":[1]}\n',
        encoding="utf-8",
    )
    table = read(path)
    assert table.frame["unit"].to_list() == ["H21", "H24"]
    assert [p.row for p in table.set_aside] == [2]
    parquet = tmp_path / "so-lieu.parquet"
    table.frame.write_parquet(parquet)
    assert read(parquet).frame["numerator"].to_list() == [1, 1]


@pytest.mark.parametrize(
    ("name", "content", "vi"),
    [
        ("a.csv", b"", "tệp rỗng"),
        ("a.csv", HEADING.encode(), "không có dòng số liệu"),
        ("a.csv", b"a,b\n1,2\n", "không thấy dòng tiêu đề"),
        ("a.csv", HEADING.replace(",", "~").encode() + b"\n2026~H21~2.1~1~2\n", "không thấy dòng tiêu đề"),
        ("a.csv", "kỳ,mã\n".encode("utf-16-le"), "UTF-8"),
        ("a.csv", b"period,period,unit,indicator,numerator,denominator\n1,1,1,1,1,1\n", "hai lần"),
        ("a.xlsx", b"not a workbook", "không phải tệp Excel"),
        ("a.parquet", b"not parquet", "không phải tệp Parquet"),
        ("a.docx", b"x", "không nhận loại tệp"),
        ("a.jsonl", b'{"a": 1}\n', "không thấy dòng tiêu đề"),
        ("a.json", b"[1, 2", "không phải JSON"),
    ],
)
def test_a_file_that_cannot_be_used_at_all(tmp_path, name, content, vi):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnusableError) as error:
        read(path)
    (problem,) = error.value.faults
    assert problem.file == name
    assert vi in problem.vi


def test_a_missing_file(tmp_path):
    with pytest.raises(UnusableError, match="không đọc được"):
        read(tmp_path / "nowhere.csv")


def test_a_byte_order_mark_alone_is_no_table(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(codecs.BOM_UTF8)
    with pytest.raises(UnusableError):
        read(path)


@given(st.text(max_size=200))
def test_any_text_gives_figures_or_problems_and_never_a_crash(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "a.csv"
    path.write_bytes(f"{HEADING}\n{text}".encode(errors="replace"))
    try:
        table = read(path)
    except UnusableError:
        return
    assert isinstance(table.frame, pl.DataFrame)


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2199, 12, 31)), st.sampled_from([1, 3, 12]))
def test_periods_are_written_as_they_are_read(day, months):
    start = day.month - (day.month - 1) % months
    period = Period.months(day.year, start, months)
    assert Period.parse(str(period)) == period
    assert period.previous().last < period.first
    assert (period.first - period.previous().last).days == 1
