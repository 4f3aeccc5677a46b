"""The figures that the national portal published of a unit, from the table of days that a home keeps."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from phucvu.figures.periods import Period
from phucvu.figures.table import SCHEMA
from phucvu.published.daily_results import DailyResults


@dataclass(frozen=True)
class Published:
    """Figures of a period as the portal showed them on a day; None and no figures where it showed none."""

    day: dt.date | None
    figures: pl.DataFrame


def published_figures(days: DailyResults, period: Period, unit: str) -> Published:
    """The last figures published of a unit and period, only those with both numbers."""
    indicators = pl.col("part").str.contains(r"^\d")
    rows = days.rows(pl.col("period") == str(period), pl.col("unit") == unit, indicators)
    rows = rows.filter(pl.col("day") == pl.col("day").max())
    figures = rows.rename({"part": "indicator"}).select(SCHEMA.keys()).drop_nulls()
    return Published(rows["day"].max() if rows.height else None, figures)  # type: ignore[arg-type]
