"""The nation's row beside the provinces: its scores are the means of theirs."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import polars as pl

from phucvu.figures.units import NATION
from phucvu.scoring import ranks

CENT = Decimal("0.01")

MEAN = "mean"
"""The ``origin`` of a group score that is a mean."""


def with_nation(groups: pl.DataFrame, totals: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Groups and totals with the nation's rows, for each period in which there are two or more provinces.

    A score is the mean of the provinces' scores that are known, with two decimals, half to even; null
    where none is. The nation has no rank, and is in no block.
    """
    of_groups, of_totals = [], []
    for period in totals["period"].unique(maintain_order=True):
        provinces = totals.filter(period=period, kind="province")
        if provinces.height < 2:
            continue
        here = groups.filter(period=period, kind="province")
        rows = [_row(of, origin=MEAN) for of in here.partition_by("group", maintain_order=True)]
        of_groups += rows
        of_totals.append(_row(provinces))
    return _added(groups, of_groups), _added(totals, of_totals)


def _row(provinces: pl.DataFrame, **further: Any) -> dict[str, Any]:
    first = provinces.row(0, named=True)
    score = _mean(provinces["score"].drop_nulls().to_list())
    lost = None if score is None else first["max"] - score
    lacking = provinces["missing"].explode().drop_nulls().unique().sort().to_list()
    own = {"unit": NATION.code, "kind": NATION.kind, "parent": None, "score": score, "lost": lost}
    own |= {"missing": lacking if score is None else [], "rank": None, "ranked": 0}
    own["unranked"] = ranks.NATION
    return first | own | further


def _mean(scores: list[Decimal]) -> Decimal | None:
    if not scores:
        return None
    return (sum(scores, Decimal(0)) / len(scores)).quantize(CENT, rounding=ROUND_HALF_EVEN)


def _added(frame: pl.DataFrame, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.concat([frame, pl.DataFrame(rows, schema=frame.schema)]) if rows else frame
