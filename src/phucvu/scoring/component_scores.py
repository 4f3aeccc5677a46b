"""Component scores: max points × min(1, rate / target), exact until the one rounding.

Points are counted in whole hundredths. With n/d the rate and p/q the target, the points are
max·n·q / (d·p); the division is done once, in whole numbers, and rounded half to even, as the
national portal does it.
"""

from __future__ import annotations

import polars as pl

from phucvu.figures.units import NATION
from phucvu.rules.model import RuleSet

POINTS = pl.Decimal(9, 2)

WIDE = pl.Int128
"""Wide enough for two figures of up to 10¹² each, times points and target (see figures.LARGEST)."""


def rules_frame(rules: dict[str, RuleSet], kinds: list[str]) -> pl.DataFrame:
    """The rules of every indicator, for each period and each of these kinds of unit.

    Columns: period, kind, indicator, group, applies, scored, max (hundredths), target_part,
    target_whole, zero, otherwise (points in hundredths where it does not apply), times.
    """
    rows = [
        (
            period,
            kind,
            i.id,
            i.group,
            kind in i.applies_to or kind == NATION.kind,
            i.scored,
            int(i.max_points * 100),
            i.target.numerator if i.target else 1,
            i.target.denominator if i.target else 1,
            i.zero_denominator,
            int(i.max_points * 100) if i.not_applicable == "full" else 0,
            i.count.times,
        )
        for period, in_force in rules.items()
        for kind in kinds
        for i in in_force.indicators
    ]
    schema = {
        "period": pl.String,
        "kind": pl.String,
        "indicator": pl.String,
        "group": pl.String,
        "applies": pl.Boolean,
        "scored": pl.Boolean,
        "max": pl.Int64,
        "target_part": pl.Int64,
        "target_whole": pl.Int64,
        "zero": pl.String,
        "otherwise": pl.Int64,
        "times": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def component_scores(figures: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """Figures with their points, one row for each figure and for each score given by rule alone.

    ``figures`` has the columns of figures.table and ``kind``; ``rules`` comes from ``rules_frame``.
    Adds group, rate (a share, or null), score and max (hundredths of a point) and state:
    counted; none, full or zero (no denominator, and what the rule gives for it); by_rule (points
    that the rule gives to a unit it does not apply to).
    """
    scored = figures.join(rules, on=["period", "kind", "indicator"], how="inner", maintain_order="left")
    scored = _with_other_rate(scored)
    exact = _exact_hundredths()
    empty = pl.col("denominator") == 0
    score = (
        pl.when(~pl.col("applies"))
        .then("otherwise")
        .when(empty & (pl.col("zero") == "full"))
        .then("max")
        .when(empty | (pl.col("times_denominator") == 0))
        .then(0)
        .otherwise(exact)
    )
    state = (
        pl.when(~pl.col("applies"))
        .then(pl.lit("by_rule"))
        .when(empty)
        .then("zero")
        .otherwise(pl.lit("counted"))
    )
    rate = (
        pl.when(~empty & (pl.col("times_denominator") != 0))
        .then(
            pl.col("numerator")
            / pl.col("denominator")
            * (pl.col("times_numerator") / pl.col("times_denominator"))
        )
        .when(empty & (pl.col("zero") == "zero"))
        .then(0.0)
    )
    return scored.with_columns(score=score.cast(pl.Int64), state=state, rate=rate)


def given_by_rule(units: pl.DataFrame, figures: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """Scores of indicators that do not apply to a unit's kind and have no figure of it.

    ``units`` has period, unit and kind, one row each.
    """
    not_applying = rules.filter(~pl.col("applies") & pl.col("scored"))
    rows = units.join(not_applying, on=["period", "kind"], how="inner", maintain_order="left")
    rows = rows.join(figures, on=["period", "unit", "indicator"], how="anti", maintain_order="left")
    return rows.with_columns(
        score=pl.col("otherwise"), state=pl.lit("by_rule"), rate=pl.lit(None, pl.Float64)
    )


def _with_other_rate(scored: pl.DataFrame) -> pl.DataFrame:
    """Adds the figure of the indicator whose rate multiplies this one's; 1/1 where there is none."""
    if scored["times"].null_count() == scored.height:
        return scored.with_columns(times_numerator=1, times_denominator=1)
    others = scored.select(
        "period",
        "unit",
        times="indicator",
        times_numerator="numerator",
        times_denominator="denominator",
    )
    joined = scored.join(others, on=["period", "unit", "times"], how="left", maintain_order="left")
    # Without the other figure the rate is not known: the row is left out and the score is missing,
    # unless there is no denominator and the points are given whatever the rate.
    given = pl.col("times").is_null() | (pl.col("denominator") == 0)
    return joined.with_columns(
        times_numerator=pl.when(given).then(1).otherwise("times_numerator"),
        times_denominator=pl.when(given).then(1).otherwise("times_denominator"),
    ).filter(pl.col("times_denominator").is_not_null())


def _exact_hundredths() -> pl.Expr:
    points = (
        pl.col("max").cast(WIDE)
        * pl.col("target_whole").cast(WIDE)
        * pl.col("numerator").cast(WIDE)
        * pl.col("times_numerator").cast(WIDE)
    )
    of = (
        pl.col("target_part").cast(WIDE)
        * pl.col("denominator").cast(WIDE)
        * pl.col("times_denominator").cast(WIDE)
    )
    whole = points // of
    rest = (points - whole * of) * 2
    up = (rest > of) | ((rest == of) & (whole % 2 == 1))
    return pl.min_horizontal((whole + up.cast(WIDE)).cast(pl.Int64), "max")


def as_points(*columns: str) -> list[pl.Expr]:
    """Columns of whole hundredths as decimal points with two places."""
    return [(pl.col(c) / 100).cast(POINTS).alias(c) for c in columns]
