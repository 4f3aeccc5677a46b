"""A frame as the table of a page: the first column heads its row and may lead somewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from phucvu.formats import day, moment, points, whole
from phucvu.web.language import language


@dataclass(frozen=True)
class Cell:
    """A text below its heading; ``link`` is where it leads, ``lost`` says that it needs attention."""

    heading: str
    text: str
    number: bool
    link: str = ""
    lost: bool = False


@dataclass(frozen=True)
class PlainTable:
    caption: str
    headings: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[Cell]]


def plain_table(
    frame: pl.DataFrame, caption: str, links: Sequence[str] = (), lost: Sequence[bool] = ()
) -> PlainTable:
    """The frame, its columns named as their headings; ``links`` and ``lost`` are of its rows."""
    numbers = [kind.is_numeric() for kind in frame.dtypes]
    rows = [
        [
            Cell(
                heading,
                said(value),
                number,
                links[place] if links and column == 0 else "",
                bool(lost and lost[place] and column == 0),
            )
            for column, (heading, value, number) in enumerate(zip(frame.columns, row, numbers, strict=True))
        ]
        for place, row in enumerate(frame.iter_rows())
    ]
    return PlainTable(caption, list(zip(frame.columns, numbers, strict=True)), rows)


def said(value: Any) -> str:
    """A value as people read it."""
    match value:
        case None | "":
            return "—"
        case dt.datetime():
            return moment(value)
        case dt.date():
            return day(value)
        case Decimal():
            return points(value, language())
        case int():
            return whole(value, language())
    return str(value)
