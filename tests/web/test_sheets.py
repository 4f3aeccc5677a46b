"""Everything a page shows can be had in Excel, with its source."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client

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
    assert list(heading) == list(table[0])
    assert len(rows) == len(table)
    for row, known in zip(rows, table, strict=True):
        for cell, text in zip(row, known.values(), strict=True):
            assert same(cell, text), (cell, text)
    about = dict(book.worksheets[1].iter_rows(values_only=True))
    assert about["Kỳ"] == "tháng 09/2026"
    assert about["Số liệu tính đến"] == "10/10/2026 08:30"


def same(cell: Any, text: str) -> bool:
    if isinstance(cell, bool) or cell is None:
        return str(cell if cell is not None else "") == text
    if isinstance(cell, int | float):
        return float(cell) == pytest.approx(float(text), rel=1e-15)
    return bool(cell == text)


def test_nothing_is_taken_for_a_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([{"a": "=1+1", "b": "http://x.example"}], {})))
    cells = list(book.worksheets[0].iter_rows())[1]
    assert [(c.value, c.data_type) for c in cells] == [("=1+1", "s"), ("http://x.example", "s")]
    assert cells[1].hyperlink is None


def test_nothing_at_all_is_still_a_workbook() -> None:
    assert openpyxl.load_workbook(io.BytesIO(workbook([], {}))).worksheets
