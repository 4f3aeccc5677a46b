"""The real days that ship with the project, for the demonstration: results of 2026 as published each morning.

The 34 provinces' groups on 6 to 10 October, and Đắk Lắk's figures and groups from 17 September to 5 October.
Offices of Đắk Lắk read them from the national portal; what they did not read is not there.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl

from phucvu.figures.units import Units
from phucvu.published.daily_results import COLUMNS, NotAlike
from phucvu.rules.model import Words
from phucvu.scoring.ranks import with_ranks

HERE = Path(__file__).parent
PERIOD = "2026"
SOURCE = Words(
    vi="Cổng Dịch vụ công quốc gia, các cơ quan của tỉnh Đắk Lắk đọc mỗi sáng",
    en="National portal, as offices of Đắk Lắk read it each morning",
)


class BundledDays:
    """These days, as a home's are read (see ``daily_results.DailyResults``)."""

    source = SOURCE

    def version(self) -> int:
        return 1

    def rows(self, *conditions: pl.Expr, procedure: str | None = None) -> pl.DataFrame:
        found = _every_row()
        if procedure is not None:
            return found.clear()
        return found.filter(*conditions) if conditions else found

    def not_alike(self) -> list[NotAlike]:
        """None: every score follows from that day's figures by the same rule, which a test holds."""
        return []


@cache
def _every_row() -> pl.DataFrame:
    scores = pl.read_csv(HERE / "portal_days_scores.csv", try_parse_dates=True)
    parts = scores.unpivot(index=["as_of", "unit"], variable_name="part", value_name="score")
    figures = pl.read_csv(HERE / "portal_days_figures.csv", schema_overrides={"indicator": pl.String})
    figures = figures.with_columns(pl.col("as_of").str.to_date())
    rows = pl.concat(
        [
            parts.with_columns(pl.col("score").cast(pl.Float64)),
            figures.rename({"indicator": "part", "official_score": "score"}).with_columns(
                pl.col("score").cast(pl.Float64)
            ),
        ],
        how="diagonal",
    )
    return ranked(rows.rename({"as_of": "day"}).with_columns(period=pl.lit(PERIOD)), Units([])).sort("day")


def ranked(rows: pl.DataFrame, units: Units) -> pl.DataFrame:
    """Rows of results with each unit's rank among the like units of the same day: ``COLUMNS``.

    Units that are not in ``units`` are made from their codes.
    """
    known = units.with_codes(rows["unit"].unique(maintain_order=True))
    kinds = [(unit.code, unit.kind, unit.parent) for unit in known.rows]
    schema = {"unit": pl.String, "kind": pl.String, "parent": pl.String}
    of_unit = pl.DataFrame(kinds, schema=schema, orient="row").unique("unit", keep="last")
    found = with_ranks(rows.join(of_unit, on="unit", how="left", maintain_order="left"), "day", "part")
    absent = [pl.lit(None, t).alias(c) for c, t in COLUMNS.items() if c not in found.columns]
    return found.with_columns(absent).select(pl.col(c).cast(t) for c, t in COLUMNS.items())
