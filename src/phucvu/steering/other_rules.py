"""The same figures scored by another rule set: which rank a unit would have by it."""

from __future__ import annotations

import polars as pl

from phucvu.figures.periods import Period
from phucvu.figures.table import COLUMNS
from phucvu.rules.model import RuleSet, RuleSetFile
from phucvu.scoring.scores import Scores, score


def scored_by(scores: Scores, period: str, rules: RuleSetFile) -> Scores:
    """The scores of a period's figures by other rules; of units that have records.

    A group of which only the score was published keeps it.
    """
    known = pl.col("period") == period, pl.col("numerator").is_not_null()
    figures = scores.components.filter(*known).select(COLUMNS)
    figures = figures.join(scores.unrecorded, on=["period", "unit"], how="anti", maintain_order="left")
    published = scores.groups.filter(pl.col("period") == period, pl.col("origin") == "published")
    groups = published.select("period", "unit", "group", pl.col("score").cast(pl.Float64))
    return score(figures, rules, scores.units, groups if groups.height else None)


def counted_otherwise(scores: Scores, period: str, rules: RuleSetFile) -> list[str]:
    """The indicators with figures of a period that the other rules count in another way.

    Their figures by the other rules are not known from these.
    """
    ours, others = scores.rules[period], rules.at(Period.parse(period).last)
    there = set(scores.components.filter(period=period).drop_nulls("numerator")["indicator"])
    return [i.id for i in others.indicators if i.id in there and i.scored and _differs(ours, others, i.id)]


def _differs(ours: RuleSet, others: RuleSet, indicator: str) -> bool:
    if indicator not in ours:
        return True
    mine, other = ours[indicator].count, others[indicator].count
    return (mine.of, mine.population, mine.numerator, mine.denominator, mine.groups) != (
        *(other.of, other.population, other.numerator, other.denominator, other.groups),
    )
