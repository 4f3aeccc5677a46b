"""The published component scores of many days, from a table of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from phucvu.figures.periods import Period
from phucvu.problems import Fault
from phucvu.scoring.formula_watch import PUBLISHED
from phucvu.tables.reading import ROW, heading_with, read_table

SCORE = "official_score"
"""The heading of the published score in a table of days."""


def read_days(path: Path, period: Period) -> tuple[pl.DataFrame, list[Fault]]:
    """A table of days: as_of, unit, indicator, numerator, denominator, official_score (points).

    Returns the columns of ``formula_watch.PUBLISHED``, and a problem for each row left out. Raises
    UnusableError where the file cannot be read or lacks a column.
    """
    needed = ("as_of", *PUBLISHED[2:-1], SCORE)
    sheet = read_table(path, heading_with(*needed), ", ".join(needed))
    rows: list[tuple[object, ...]] = []
    problems = list(sheet.set_aside)
    for row in sheet.frame.iter_rows(named=True):
        try:
            numbers = [None if row[c] is None else int(row[c]) for c in ("numerator", "denominator")]
            score = None if row[SCORE] is None else float(row[SCORE].replace(",", "."))
            day = dt.date.fromisoformat(row["as_of"] or "")
        except ValueError as error:
            problems.append(Fault("published_row_unreadable", file=path.name, row=row[ROW], said=str(error)))
            continue
        rows.append((day, str(period), row["unit"], row["indicator"], *numbers, score))
    return _frame(rows), problems


def _frame(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    types = (pl.Date, pl.String, pl.String, pl.String, pl.Int64, pl.Int64, pl.Float64)
    return pl.DataFrame(rows, schema=dict(zip(PUBLISHED, types, strict=True)), orient="row")
