"""How a unit or an indicator fared over the periods of one kind, up to the one shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from phucvu.figures.periods import Period
from phucvu.scoring.result import Result
from phucvu.web import results

MOST = {"month": 13, "quarter": 9, "year": 10, "days": 2}
"""So many periods are shown: with the month or quarter, the same one of the years before it."""


@dataclass(frozen=True)
class Then:
    """A unit in one period: its scores by part (``total`` or a group), and its place among like units."""

    period: Period
    scores: dict[str, Decimal | None]
    rank: int | None
    ranked: int
    block: frozenset[str]
    """The units that it is ranked among, itself with them."""


@dataclass(frozen=True)
class Spread:
    """An indicator in one period over some units: shares, None where no unit has a rate."""

    period: Period
    mean: float | None
    highest: float | None
    lowest: float | None
    units: int


def shown_with(period: Period) -> list[Period]:
    """The periods of a kind that have a result, up to this one, the earliest first."""
    like = [p for p in results.periods() if p.kind == period.kind and p.last <= period.last]
    return sorted(like)[-MOST[period.kind] :]


def of_unit(code: str, period: Period, regroup: bool = False) -> list[Then]:
    """A unit over time; without the periods in which it has no result."""
    found = (_then(results.result(then, regroup), code) for then in shown_with(period))
    return [then for then in found if then is not None]


def _then(result: Result, code: str) -> Then | None:
    period = str(result.period)
    totals = result.scores.totals.filter(pl.col("unit") == code, pl.col("period") == period)
    if totals.is_empty():
        return None
    total = totals.row(0, named=True)
    groups = result.scores.groups.filter(pl.col("unit") == code, pl.col("period") == period)
    scores = dict(groups.select("group", "score").iter_rows())
    block = result.scores.units.blocks(result.period).get((total["kind"], total["parent"]), frozenset())
    return Then(result.period, {"total": total["score"], **scores}, total["rank"], total["ranked"], block)


def of_indicator(
    indicator: str, units: Collection[str], period: Period, regroup: bool = False
) -> list[Spread]:
    """An indicator over time, as far as any of these units has a figure of it."""
    found = (_spread(results.result(then, regroup), indicator, units) for then in shown_with(period))
    return [spread for spread in found if spread.units]


def _spread(result: Result, indicator: str, units: Collection[str]) -> Spread:
    rates = result.scores.components.filter(
        pl.col("indicator") == indicator,
        pl.col("period") == str(result.period),
        pl.col("unit").is_in(list(units)),
        pl.col("rate").is_not_null(),
    )["rate"]
    if rates.is_empty():
        return Spread(result.period, None, None, None, 0)
    known = [float(rate) for rate in rates]
    return Spread(result.period, sum(known) / len(known), max(known), min(known), len(known))


def scores_of(kind: str, period: Period) -> list[Decimal]:
    """The totals known of all units of a kind in a period."""
    totals = results.result(period).scores.totals
    return totals.filter(
        pl.col("kind") == kind, pl.col("period") == str(period), pl.col("score").is_not_null()
    )["score"].to_list()


def rates_of(result: Result, indicator: str) -> dict[str, float]:
    """The rates of an indicator in a result, by unit, where there are any."""
    components = result.scores.components.filter(
        pl.col("indicator") == indicator,
        pl.col("period") == str(result.period),
        pl.col("rate").is_not_null(),
    )
    return dict(components.select("unit", pl.col("rate").cast(pl.Float64)).iter_rows())
