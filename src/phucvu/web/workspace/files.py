"""A list as a file: CSV in parts, or an Excel workbook written row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl
import xlsxwriter

from phucvu.tables.cells import harmless_frame
from phucvu.web.language import _
from phucvu.web.page import BOM

WIDTH = 20
"""Letters that a column of the sheet shows."""


def csv_parts(frames: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    """The frames as one CSV with a heading, in UTF-8 with a byte order mark, so that Excel reads it."""
    for number, frame in enumerate(frames):
        text = harmless_frame(frame).write_csv(
            include_header=number == 0, datetime_format="%Y-%m-%d %H:%M:%S", line_terminator="\r\n"
        )
        yield ((BOM if number == 0 else "") + text).encode()


def write_xlsx(file: Any, frames: Iterable[pl.DataFrame], about: Mapping[str, str]) -> None:
    """Write the frames as one sheet, and ``about`` with the number of rows as another.

    Memory does not grow with the rows. Texts stay texts: nothing is taken for a formula or a link.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    bold = book.add_format({"bold": True, "bottom": 2})
    moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    sheet = book.add_worksheet(_("Hồ sơ"))
    sheet.freeze_panes(1, 1)
    line = 0
    for number, frame in enumerate(frames):
        if number == 0:
            sheet.set_column(0, frame.width - 1, WIDTH)
            for column, name in enumerate(frame.columns):
                sheet.write_string(0, column, name, bold)
        for row in frame.iter_rows():
            line += 1
            for column, value in enumerate(row):
                _write(sheet, line, column, value, moment)
    source = book.add_worksheet(_("Nguồn"))
    source.set_column(0, 0, 24)
    source.set_column(1, 1, 90)
    for row_number, (name, said) in enumerate({**about, _("Số dòng"): str(line)}.items()):
        source.write_string(row_number, 0, name)
        source.write_string(row_number, 1, said)
    book.close()


def _write(sheet: Any, line: int, column: int, value: Any, moment: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(line, column, value)
    elif isinstance(value, bool):
        sheet.write_boolean(line, column, value)
    elif isinstance(value, int):
        sheet.write_number(line, column, value)
    elif value is not None:
        sheet.write_datetime(line, column, value, moment)
