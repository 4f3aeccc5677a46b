"""Results for tests to show."""

from __future__ import annotations

import datetime as dt

import polars as pl

from phucvu.figures.periods import Period
from phucvu.figures.units import Unit, Units
from phucvu.published import portal_2026
from phucvu.rules.loading import load
from phucvu.scoring.results import Result
from phucvu.scoring.scores import score


def result_of(figures: pl.DataFrame, units: Units, period: str, groups: pl.DataFrame | None = None) -> Result:
    """A result of the published rules, from figures of one period."""
    scores = score(figures, load("portal-2026"), units, groups)
    return Result(Period.parse(period), dt.datetime(2026, 10, 10, 8, 30), portal_2026().source, scores)


def with_communes(count: int) -> Result:
    """Gia Lai as published, with so many communes, of invented names and figures."""
    published = portal_2026()
    like = published.figures.filter(unit="H21.227")
    groups_like = published.groups.filter(unit="H21.227")
    codes = [f"H21.{500 + i}" for i in range(count)]
    numerator = pl.col("numerator")
    figures = [
        like.with_columns(
            unit=pl.lit(code), numerator=numerator - (numerator * i // (2 * count))
        ).with_columns(pl.col("numerator").cast(pl.Int64))
        for i, code in enumerate(codes)
    ]
    groups = [groups_like.with_columns(unit=pl.lit(code)) for code in codes]
    units = [Unit(code, f"UBND xã Thử Nghiệm Số {i}", "commune", "H21") for i, code in enumerate(codes)]
    return result_of(
        pl.concat([published.figures, *figures]),
        Units([*published.units, *units]),
        "2026",
        pl.concat([published.groups, *groups]),
    )
