"""The clerk's rule: what shares of dossiers were late of late, shrunk where there are few of them.

The rate of a handler, of a procedure in a unit, of a unit, of all: each is drawn towards the one above it
as if ``WORTH`` dossiers more had been late as often as there (empirical Bayes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from phucvu.steering.odds import Floats, chances, log_odds

WORTH = 10.0
"""Dossiers that the rate above counts for."""

DAYS = 365
"""Days before a moment within which the deadlines lie of the dossiers that tell."""

LEVELS: dict[str, tuple[str, ...]] = {
    "unit": ("unit",),
    "procedure": ("unit", "procedure"),
    "handler": ("handler",),
}
"""What has a rate, and the columns that name it."""


@dataclass(frozen=True)
class ShrunkRates:
    """The rate of all, and of each level by key (its columns joined by a space)."""

    whole: float
    of: Mapping[str, Mapping[str, float]]

    def late(self, rows: pl.DataFrame) -> Floats:
        """The chance of each dossier to be late: as often as its like were of late.

        What its handler does to the rate of a unit is added to that of the procedure, in log-odds.
        """
        unit = _found(rows, "unit", self.of, np.full(rows.height, self.whole))
        procedure = _found(rows, "procedure", self.of, unit)
        handler = _found(rows, "handler", self.of, unit)
        return chances(log_odds(procedure) + log_odds(handler) - log_odds(unit))


def fit(known: pl.DataFrame) -> ShrunkRates:
    """The rates of dossiers whose deadline is over: columns unit, procedure, handler, ``late``."""
    whole = (float(known["late"].sum()) + 1) / (known.height + 4)
    rates: dict[str, dict[str, float]] = {}
    for level, columns in LEVELS.items():
        rows = known.filter(pl.col(columns[-1]) != "")
        above = _found(rows, "unit", rates, np.full(rows.height, whole)) if level != "unit" else whole
        each = (
            rows.with_columns(key=_key(columns), above=above)
            .group_by("key")
            .agg(pl.len(), pl.col("late").sum(), pl.col("above").first())
        )
        rate = (pl.col("late") + WORTH * pl.col("above")) / (pl.col("len") + WORTH)
        rates[level] = dict(each.select("key", rate.round(5)).iter_rows())
    return ShrunkRates(whole, rates)


def _key(columns: tuple[str, ...]) -> pl.Expr:
    return pl.concat_str(columns, separator=" ")


def _found(rows: pl.DataFrame, level: str, rates: Mapping[str, Mapping[str, float]], above: Floats) -> Floats:
    """The rate of each row at a level; the one above where it has none."""
    known = rates.get(level, {})
    if not known:
        return above
    keys = rows.select(_key(LEVELS[level])).to_series()
    found = keys.replace_strict(dict(known), default=None, return_dtype=pl.Float64)
    return np.where(found.is_null().to_numpy(), above, found.fill_null(0.0).to_numpy())
