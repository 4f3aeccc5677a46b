"""Ranks: competition ranking (1, 2, 2, 4) by rounded score inside a block of like units."""

from __future__ import annotations

import polars as pl

BLOCK = ("period", "kind", "parent")
"""Units are alike if they are of one kind and have one parent: provinces, a province's departments."""


def with_ranks(frame: pl.DataFrame, *further: str) -> pl.DataFrame:
    """Adds rank (null without a score) and ranked, how many units of the block have a score.

    ``frame`` has BLOCK, score, and any ``further`` columns that divide the blocks.
    """
    block = [*BLOCK, *further]
    return frame.with_columns(
        rank=pl.col("score").rank("min", descending=True).over(block).cast(pl.Int64),
        ranked=pl.col("score").count().over(block).cast(pl.Int64),
    )
