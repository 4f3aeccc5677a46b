"""Readers of Excel and Parquet; run apart (see ``phucvu.tables.apart``), since files can crash them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import fastexcel
import polars as pl
import pyarrow as pa


def excel(path: str) -> Iterator[pa.Table]:
    """The sheets of a workbook in their order: all cells as text, without a heading."""
    book = fastexcel.read_excel(path)
    for number in range(len(book.sheet_names)):
        yield pa.table(book.load_sheet(number, header_row=None, skip_rows=0, dtypes="string").to_arrow())


def parquet(path: str) -> Iterator[pa.Table]:
    """The one table of a Parquet file, every column as text; lists and structures are JSON."""
    frame = pl.read_parquet(path)
    yield frame.select(_text(column) for column in frame.get_columns()).to_arrow()


def _text(column: pl.Series) -> pl.Series:
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object):
        said = (None if value is None else json.dumps(_plain(value), ensure_ascii=False) for value in column)
        return pl.Series(column.name, said, dtype=pl.String)
    if column.dtype == pl.Boolean:
        column = column.cast(pl.Int8)
    return column.cast(pl.String)


def _plain(value: Any) -> Any:
    """A value as JSON can say it."""
    if isinstance(value, pl.Series):
        value = value.to_list()
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if isinstance(value, str | int | float | bool | None) else str(value)
