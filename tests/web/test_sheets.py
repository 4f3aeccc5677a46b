"""Everything a page shows can be had in Excel, with its source."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.test import Client

from phucvu.rules.loading import load
from phucvu.tables.headings import HEADINGS, said
from phucvu.tables.workbook import Cell
from phucvu.web.page import Page, with_times
from phucvu.web.preview import Preview
from phucvu.web.sheets import workbook

from .showing import over_time, procedures
from .test_data import csv_of

PAGES = ["/index", "/units/H21", "/indicators", "/indicators/2.1", "/procedures", "/procedures/1.000001"]
PAGES += ["/compare", "/search", "/rules", "/rules/portal-2026", "/glossary", "/about"]


@pytest.mark.parametrize("page", PAGES)
def test_the_same_rows_as_the_csv(client: Client, show: Callable[..., None], page: str) -> None:
    show(*over_time("2026-08", "2026-09"), table=procedures())
    query = {"/compare": "?units=H21,H26", "/search": "?q=gia+lai"}.get(page, "")
    response = client.get(f"{page}.xlsx{query}")
    assert response["Content-Disposition"].endswith('.xlsx"')
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    heading, *rows = book.worksheets[0].iter_rows(values_only=True)
    table = csv_of(client, f"{page}.csv{query}")
    groups = {group.id: group.name.vi for group in load("portal-2026").groups}
    units = {"H21": "Tỉnh Gia Lai", "H26": "Thành phố Hà Nội"}
    expected = [HEADINGS[n].vi if n in HEADINGS else {**groups, **units}.get(n) for n in table[0]]
    assert list(heading) == expected, "each in words"
    assert len(rows) == len(table)
    for row, known in zip(rows, table, strict=True):
        for cell, (name, text) in zip(row, known.items(), strict=True):
            if name in ("part", "group"):
                text = {**groups, "total": "Tổng điểm"}.get(text, text)
            assert same(cell, text, name), (name, cell, text)
    about = dict(book.worksheets[-1].iter_rows(values_only=True))
    assert about["Kỳ"] == "tháng 9/2026"
    assert about["Số liệu tính đến"] == "10/10/2026 08:30"


@pytest.mark.parametrize(
    ("address", "name", "first"),
    [("/units/H21.xlsx", "Đơn vị theo chỉ số", "H21.1"), ("/en/index.xlsx", "Units by indicator", "H")],
)
def test_units_by_indicator_are_a_sheet_of_their_own(
    client: Client, show: Callable[..., None], address: str, name: str, first: str
) -> None:
    """The total is a formula where the points of the indicators are known and add up to it."""
    show(*over_time("2026-09"))
    formulas, values = (
        openpyxl.load_workbook(io.BytesIO(client.get(address).content), data_only=only)[name]
        for only in (False, True)
    )
    assert formulas.freeze_panes == "C2"
    assert formulas["A2"].value.startswith(first)
    column = next(cell.column for cell in formulas[1] if cell.value in ("Tổng điểm", "Total"))
    scored = [i for i in load("portal-2026").at(dt.date(2026, 9, 30)).indicators if i.scored]
    assert column == len(scored) + 3
    last = openpyxl.utils.get_column_letter(column - 1)
    for row, (text, known) in enumerate(zip(formulas.iter_rows(2), values.iter_rows(2), strict=True), 2):
        total, points = known[column - 1].value, [cell.value for cell in known[2 : column - 1]]
        adds_up = None not in points and total == pytest.approx(sum(points), abs=0.001)
        assert text[column - 1].value == (f"=SUM(C{row}:{last}{row})" if adds_up else total)
    assert formulas.max_row > 10


def test_titles_are_in_the_language_of_the_page(client: Client) -> None:
    for address, (total, group, indicator, band) in {
        "/units/H21.csv": ("Tổng điểm", "Công khai, minh bạch", "TTHC công bố đúng hạn", "Trung bình"),
        "/en/units/H21.csv": ("Total", "Transparency", "Published in time", "Average"),
    }.items():
        titles = {row["part"]: row["title"] for row in csv_of(client, address)}
        assert (titles["total"], titles["transparency"], titles["1.1"]) == (total, group, indicator)
        bands = {row["band"] for row in csv_of(client, address.replace("units/H21", "index"))}
        assert band in bands


def same(cell: Any, text: str, name: str) -> bool:
    if cell is None:
        return text == ""
    if isinstance(cell, dt.datetime):
        return cell == dt.datetime.fromisoformat(text)
    if HEADINGS.get(name) and HEADINGS[name].kind == "yes":
        return (cell, text) in {("có", "True"), ("không", "False")}
    if isinstance(cell, int | float):
        return float(cell) == pytest.approx(float(text), rel=1e-15)
    return bool(cell == said(name, text, "vi"))


def test_english_pages_have_english_workbooks(client: Client) -> None:
    response = client.get("/en/units/H21.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    heading = [cell.value for cell in book.worksheets[0][1]]
    assert heading[:3] == ["Unit", "Name", "Kind"]
    assert book.worksheets[0]["C2"].value == "province"
    assert book.worksheets[-1].title == "Source"


def test_the_time_of_handling_is_no_percentage() -> None:
    """2.2 is counted in working hours for each dossier, and said in days of eight."""
    rows = [{"part": "2.1", "rate": 0.5}, {"part": "2.2", "rate": 43.36}, {"part": "2.2", "rate": None}]
    board: Any = SimpleNamespace(rules=load("portal-2026").at(dt.date(2026, 9, 30)))
    of_unit = Page("", {}, {}, rows, board, Preview("", ""))
    assert [row["rate"] for row in with_times(of_unit)] == [0.5, Cell(Decimal("5.42"), "number"), None]
    alone = Page("", {}, {"indicator": {"id": "2.2"}}, [{"unit": "H21", "rate": 8.0}], board, Preview("", ""))
    assert [row["rate"] for row in with_times(alone)] == [Cell(Decimal("1.00"), "number")]


def test_nothing_is_taken_for_a_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([{"a": "=1+1", "b": "http://x.example"}], {})))
    cells = list(book.worksheets[0].iter_rows())[1]
    assert [(c.value, c.data_type) for c in cells] == [("=1+1", "s"), ("http://x.example", "s")]
    assert cells[1].hyperlink is None


def test_nothing_at_all_is_still_a_workbook() -> None:
    assert openpyxl.load_workbook(io.BytesIO(workbook([], {}))).worksheets
