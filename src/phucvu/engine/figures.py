"""Figures counted from records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from functools import partial

import polars as pl

from phucvu.engine.counts import COUNTS, columns, tally
from phucvu.engine.evaluation import Evaluation
from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period
from phucvu.figures.table import SCHEMA
from phucvu.rules.model import Indicator, RuleSetFile


def figures(
    tables: Tables,
    rules: RuleSetFile,
    period: Period,
    now: dt.datetime,
    units: Collection[str] | None = None,
    *,
    regroup: bool = False,
) -> pl.DataFrame:
    """Every figure of a period: columns period, unit, indicator, numerator, denominator.

    One row for each unit that existed in the period (or of those given in ``units``) and each indicator
    that has figures for units of its kind, by the rules in force on the period's last day; 0 and 0
    where there is nothing to count. ``now`` is Vietnam's time without a zone; a running period is
    counted up to it. With ``regroup`` the units are those of ``now``, and what others did before them
    counts for their successors.
    """
    in_force = rules.at(period.last)
    with Evaluation.at(tables, in_force, period, now, regroup=regroup) as evaluation:
        rows = _rows(evaluation, units)
        counted = pl.concat(_counted(evaluation))
    whole = rows.join(counted, on=["counted_for", "indicator"], how="left", maintain_order="left")
    return whole.with_columns(pl.col("numerator", "denominator").fill_null(0)).select(*SCHEMA)


def _rows(evaluation: Evaluation, units: Collection[str] | None) -> pl.DataFrame:
    """What there are figures of: each unit with the indicators of its kind, and the unit counted for it."""
    tree = evaluation.tree
    rows = [
        (str(evaluation.period), unit.code, indicator.id, counted_for(evaluation, unit.code, indicator))
        for unit in tree.shown
        if units is None or unit.code in units
        for indicator in evaluation.rules.indicators
        if unit.kind in indicator.applies_to
    ]
    schema = {"period": pl.String, "unit": pl.String, "indicator": pl.String, "counted_for": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def counted_for(evaluation: Evaluation, unit: str, indicator: Indicator) -> str:
    """The unit whose figure a unit shows: itself, or by the scope its province or ministry."""
    if indicator.scope == "province":
        return evaluation.tree.root(unit) or unit
    return unit


def _counted(evaluation: Evaluation) -> Iterator[pl.DataFrame]:
    indicators = [i for i in evaluation.rules.indicators if not i.by_rule]
    tallies = tally(evaluation, indicators)
    for thing, count in COUNTS.items():
        of_thing = [i for i in indicators if i.count.of == thing]
        if of_thing:
            for wide in evaluation.ask(("count", thing), partial(count, evaluation, tallies, of_thing)):
                yield from _long(wide, of_thing)


def _long(wide: pl.DataFrame, indicators: list[Indicator]) -> Iterator[pl.DataFrame]:
    for indicator in indicators:
        numerator, denominator = columns(indicator)
        if numerator in wide.columns:
            yield wide.select(
                pl.col("unit").alias("counted_for"),
                pl.lit(indicator.id).alias("indicator"),
                pl.col(numerator).cast(pl.Int64).alias("numerator"),
                pl.col(denominator).cast(pl.Int64).alias("denominator"),
            )
