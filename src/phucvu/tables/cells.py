"""Text cells of CSV files that people open: none of them is taken for a formula.

A spreadsheet runs a cell of a CSV file that begins as a formula does, and names come from whoever sent
them. Such a text gets an apostrophe before it, which a spreadsheet shows as text; all other texts, and
all numbers, stand as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import polars as pl

FORMULA = r"^(\s*[=+\-@＝＋－＠]|[\t\r\n])"
"""How a text begins that may be run: the wide signs of East Asian keyboards too."""

MARK = "'"


def harmless(value: Any) -> Any:
    """The value of a cell; a text that would be run, marked as text.

    >>> [harmless(v) for v in ("=1+1", "@a", "Sở Y tế", -5, None)]
    ["'=1+1", "'@a", 'Sở Y tế', -5, None]
    """
    return MARK + value if isinstance(value, str) and re.match(FORMULA, value) else value


def harmless_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: harmless(value) for name, value in row.items()}


def harmless_frame(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(pl.String).str.replace(FORMULA, MARK + "${1}"))
