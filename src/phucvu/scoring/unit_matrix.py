"""Units × indicators: the points of each unit by indicator, its total and rank, as a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from phucvu.figures.periods import Period
from phucvu.figures.units import Unit
from phucvu.rules.model import Words
from phucvu.scoring.scores import Scores
from phucvu.tables.workbook import Column, Table

NAME = Words(vi="Đơn vị theo chỉ số", en="Units by indicator")
CODE = Words(vi="Mã", en="Code")
UNIT = Words(vi="Cơ quan, đơn vị", en="Unit")
TOTAL = Words(vi="Tổng điểm", en="Total")
RANK = Words(vi="Xếp hạng", en="Rank")


def unit_matrix(scores: Scores, period: Period, units: Sequence[Unit], language: str = "vi") -> Table:
    """A row for each unit. Points of units are not added up: a sum of them is the score of nothing."""
    scored = [indicator for indicator in scores.rules[str(period)].indicators if indicator.scored]
    columns = [
        *(Column(CODE[language]), Column(UNIT[language])),
        *(
            Column(f"{indicator.id} {indicator.short[language]}", "points", upright=True)
            for indicator in scored
        ),
        Column(TOTAL[language], "points", adds=(2, len(scored) + 1), upright=True),
        Column(RANK[language], "whole", upright=True),
    ]
    rows = list(_rows(scores, period, units, [indicator.id for indicator in scored]))
    return Table(NAME[language], columns, rows, frozen=2)


def _rows(
    scores: Scores, period: Period, units: Sequence[Unit], indicators: Sequence[str]
) -> Iterator[list[Any]]:
    codes = [unit.code for unit in units]
    mine = (pl.col("period") == str(period)) & pl.col("unit").is_in(codes)
    components = scores.components.filter(mine).select("unit", "indicator", "score")
    points = {(unit, indicator): score for unit, indicator, score in components.iter_rows()}
    totals = scores.totals.filter(mine).select("unit", "score", "rank")
    by_unit = {unit: (score, rank) for unit, score, rank in totals.iter_rows()}
    for unit in units:
        each = [points.get((unit.code, indicator)) for indicator in indicators]
        yield [unit.code, unit.short_name, *each, *by_unit.get(unit.code, (None, None))]
