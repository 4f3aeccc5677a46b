"""Figures and points of single indicators as the portal published them, by unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from phucvu.formats import whole
from phucvu.published.daily_results import Place
from phucvu.web import results
from phucvu.web.language import language


@dataclass(frozen=True)
class PublishedFigure(Place):
    """What the portal showed of a part on a day, with its figure where it has one."""

    numerator: int | None = None
    denominator: int | None = None

    @property
    def figure(self) -> str:
        if self.numerator is None or self.denominator is None:
            return "—"
        return f"{whole(self.numerator, language())}/{whole(self.denominator, language())}"


PublishedFigures = Mapping[str, Mapping[str, PublishedFigure]]
"""By unit and part."""


def beside_counts(*conditions: pl.Expr, period: str) -> PublishedFigures:
    """What was published of indicators; nothing where what the site shows is itself what was published."""
    if not results.source().counts:
        return {}
    of_indicators = pl.col("part").str.contains(r"^\d")
    return last_figures(results.days().rows(pl.col("period") == period, of_indicators, *conditions))


def last_figures(rows: pl.DataFrame) -> PublishedFigures:
    """The last day of each unit."""
    rows = rows.filter(pl.col("day") == pl.col("day").max().over("unit"))
    found: dict[str, dict[str, PublishedFigure]] = {}
    for row in rows.iter_rows(named=True):
        points = None if row["score"] is None else Decimal(f"{row['score']:.2f}")
        found.setdefault(row["unit"], {})[row["part"]] = PublishedFigure(
            row["day"], points, row["rank"], row["ranked"] or 0, row["numerator"], row["denominator"]
        )
    return found


def as_data(found: PublishedFigure | None) -> dict[str, object]:
    """The columns of a table; None where nothing is known."""
    names = ("day", "numerator", "denominator", "score")
    return {f"published_{name}": getattr(found, name, None) for name in names}
