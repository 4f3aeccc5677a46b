"""How firm a rank is: the places that a unit may have, and the units that cannot be told apart from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from phucvu.figures.units import NATION
from phucvu.scoring.scores import Scores
from phucvu.steering.rank_sets import Numbers, rank_set_alone, rank_sets
from phucvu.steering.score_errors import score_errors

TOTAL = "total"

MOST_UNITS = 500
"""Of larger blocks no sets are made: the work grows with the square of the units."""


@dataclass(frozen=True)
class FirmRank:
    """The first and last place that chance leaves open, at 95% confidence for all units of the block.

    ``error`` is the standard error of the score, in points; ``alike`` are the units that are neither surely
    better nor surely worse, best first.
    """

    low: int
    high: int
    error: float
    alike: tuple[str, ...]


Block = tuple[str, str | None]
"""Kind and parent."""


@dataclass(frozen=True)
class RankedUnits:
    """The units of a block that have a score, best first, with their scores and standard errors."""

    codes: list[str]
    points: Numbers
    errors: Numbers

    @cached_property
    def firm(self) -> dict[str, FirmRank]:
        if not self.codes:
            return {}
        sets = rank_sets(self.points, self.errors)
        open_pairs = ~(sets.better | sets.better.T)
        return {
            code: FirmRank(
                int(sets.low[unit]),
                int(sets.high[unit]),
                float(self.errors[unit]),
                tuple(other for j, other in enumerate(self.codes) if open_pairs[unit, j] and j != unit),
            )
            for unit, code in enumerate(self.codes)
        }

    def alone(self, unit: str) -> tuple[int, int] | None:
        """The first and last place of one unit for who looks at it alone; None where there is none."""
        if unit not in self.codes:
            return None
        return rank_set_alone(self.points, self.errors, self.codes.index(unit))


def firm_ranks(scores: Scores, period: str, block: Block, part: str = TOTAL) -> dict[str, FirmRank]:
    """By unit of a block, for its total or the score of a group.

    Empty where fewer than two units have a score, or more than ``MOST_UNITS``.
    """
    return ranked_units(scores, period, block, part).firm


def ranked_units(scores: Scores, period: str, block: Block, part: str = TOTAL) -> RankedUnits:
    """By a block's totals or the scores of a group."""
    kind, parent = block
    frame = scores.totals if part == TOTAL else scores.groups.filter(group=part)
    ranked = frame.filter(
        pl.col("period") == period,
        pl.col("kind") == kind,
        pl.col("parent").eq_missing(pl.lit(parent, pl.String)),
        pl.col("score").is_not_null(),
    ).sort("rank", "unit")
    if kind == NATION.kind or not 2 <= ranked.height <= MOST_UNITS:
        ranked = ranked.clear()
    codes = ranked["unit"].to_list()
    of_part = pl.lit(True) if part == TOTAL else pl.col("group") == part
    components = scores.components.filter(pl.col("period") == period, pl.col("unit").is_in(codes), of_part)
    errors = score_errors(components, codes, scores.rules[period], kind)
    return RankedUnits(codes, ranked["score"].cast(pl.Float64).to_numpy(), errors)


def with_firm_ranks(ranked: pl.DataFrame, scores: Scores) -> pl.DataFrame:
    """Totals or groups with rank_from and rank_to beside rank; null where there are none.

    ``scores`` are those of every unit that is ranked with these.
    """
    further = ["group"] if "group" in ranked.columns else []
    blocks = ranked.select("period", "kind", "parent", *further).unique(maintain_order=True)
    rows = [
        (period, *part, unit, firm.low, firm.high)
        for period, kind, parent, *part in blocks.iter_rows()
        for unit, firm in firm_ranks(scores, period, (kind, parent), *part).items()
    ]
    on = ["period", *further, "unit"]
    schema = dict.fromkeys(on, pl.String) | dict.fromkeys(("rank_from", "rank_to"), pl.Int64)
    known = pl.DataFrame(rows, schema=schema, orient="row")
    return ranked.join(known, on=on, how="left", maintain_order="left")
