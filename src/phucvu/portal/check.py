"""Comparing our scores of the portal's figures with the portal's own scores."""

from __future__ import annotations

import polars as pl

from phucvu.portal.published_results import Pulled
from phucvu.rules.model import RuleSetFile
from phucvu.scoring.scores import score

WITHIN = 0.01
"""Points. The portal has been seen to round a group's sum once rather than its parts."""


def differences(pulled: Pulled, rules: RuleSetFile) -> pl.DataFrame:
    """Where our score differs from the published one by more than a hundredth of a point.

    Columns: period, unit, what (component, group or total), part (indicator or group; null for a
    total), published, ours (points), difference (ours less published). A score that one side does
    not have is not compared.
    """
    published = pulled.published
    ours = score(published.figures, rules, published.units, published.groups)
    counted = ours.groups.filter(pl.col("origin") == "counted")
    totals = published.totals.with_columns(part=pl.lit(None, pl.String))
    pairs = [
        ("component", pulled.components.rename({"indicator": "part"}), ours.components, "indicator"),
        ("group", published.groups.rename({"group": "part"}), counted, "group"),
        ("total", totals, ours.totals.with_columns(total=pl.lit(None, pl.String)), "total"),
    ]
    compared = [
        theirs.select("period", "unit", what=pl.lit(what), part="part", published="score").join(
            own.select("period", "unit", part=name, ours=pl.col("score").cast(pl.Float64)),
            on=["period", "unit", "part"],
            nulls_equal=True,
            maintain_order="left",
        )
        for what, theirs, own, name in pairs
    ]
    difference = (pl.col("ours") - pl.col("published")).round(4)
    return pl.concat(compared).with_columns(difference=difference).filter(difference.abs() > WITHIN + 1e-9)
