"""A list as a file: CSV in parts, or an Excel workbook written row by row."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from phucvu.tables import workbook
from phucvu.tables.cells import harmless_frame
from phucvu.tables.headings import of_frame
from phucvu.web.language import _, language
from phucvu.web.page import BOM


def csv_parts(frames: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    """The frames as one CSV with a heading, in UTF-8 with a byte order mark, so that Excel reads it."""
    for number, frame in enumerate(frames):
        text = harmless_frame(frame).write_csv(
            include_header=number == 0, datetime_format="%Y-%m-%d %H:%M:%S", line_terminator="\r\n"
        )
        yield ((BOM if number == 0 else "") + text).encode()


def write_xlsx(file: Any, frames: Iterable[pl.DataFrame], about: Mapping[str, str], title: str = "") -> None:
    """Write the frames, of the same columns, as one sheet, and ``about`` with their rows as another."""
    parts = iter(frames)
    first = next(parts)
    columns = of_frame("", first, language()).columns
    rows = (row for frame in itertools.chain([first], parts) for row in frame.iter_rows())
    workbook.write(file, title, [workbook.Table(_("Hồ sơ"), columns, rows)], about, language())
