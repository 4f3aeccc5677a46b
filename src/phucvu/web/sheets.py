"""A page's table as an Excel workbook: the rows, and a sheet that says where they come from."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter

from phucvu.web.language import _

WIDEST = 60
"""Columns are as wide as what stands in them, up to so many letters."""


def workbook(rows: Sequence[Mapping[str, Any]], about: Mapping[str, str]) -> bytes:
    """An .xlsx of the rows under a heading that stays in view and filters, and of ``about`` as lines.

    Numbers stay numbers; nothing is taken for a formula or a link.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 2})
    sheet = book.add_worksheet(_("Số liệu"))
    names = list(rows[0]) if rows else []
    for column, name in enumerate(names):
        sheet.write_string(0, column, name, bold)
        longest = max((len(str(row[name])) for row in rows if row[name] is not None), default=0)
        sheet.set_column(column, column, min(WIDEST, max(longest, len(name)) + 2))
        for line, row in enumerate(rows, 1):
            _write(sheet, line, column, row[name])
    sheet.freeze_panes(1, 0)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(names) - 1)
    source = book.add_worksheet(_("Nguồn"))
    source.set_column(0, 0, 24)
    source.set_column(1, 1, 90)
    for line, (name, said) in enumerate(about.items()):
        source.write_string(line, 0, name)
        source.write_string(line, 1, said)
    book.close()
    return file.getvalue()


def _write(sheet: Any, line: int, column: int, value: Any) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(line, column, value)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(line, column, float(value))
    elif value is not None:
        sheet.write_string(line, column, str(value))
