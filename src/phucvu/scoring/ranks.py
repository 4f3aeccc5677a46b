"""Ranks: competition ranking (1, 2, 2, 4) by rounded score inside a block of like units."""

from __future__ import annotations

import polars as pl

BLOCK = ("period", "kind", "parent")
"""Units are alike if they are of one kind and have one parent: provinces, a province's departments."""


NO_SCORE, ALONE, NATION = "no_score", "alone", "nation"
"""Why there is no rank (``unranked``): no score; no like unit has one; the nation is ranked with nobody."""


def with_ranks(frame: pl.DataFrame, *further: str) -> pl.DataFrame:
    """Adds rank, ranked (how many units of the block have a score) and unranked, why the rank is null.

    A unit has no rank without a score, nor where no other unit of its block has one. ``frame`` has BLOCK,
    score, and any ``further`` columns that divide the blocks.
    """
    block = [*BLOCK, *further]
    rank = pl.col("score").rank("min", descending=True).over(block).cast(pl.Int64)
    frame = frame.with_columns(rank=rank, ranked=pl.col("score").count().over(block).cast(pl.Int64))
    alone = pl.col("ranked") < 2
    reason = pl.when(pl.col("score").is_null()).then(pl.lit(NO_SCORE)).when(alone).then(pl.lit(ALONE))
    return frame.with_columns(unranked=reason, rank=pl.when(~alone).then("rank"))
