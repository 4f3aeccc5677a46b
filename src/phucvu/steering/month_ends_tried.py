"""What the expected scores of past months would have been, by what was known then, and how they came out.

The interval of a score is the middle nine tenths of the draws, made wider or narrower by as much as
those of the months before had to be to hold nine in ten scores (conformal).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from phucvu.rules.model import RuleSet
from phucvu.steering.month_ends import Floats, MonthEnds, Points, draw, learn, points_of

COVER = 0.9

LEARNT_FROM = 3
"""Months before the first that is tried."""

TELL = 6
"""Months whose intervals tell how wide the next must be."""

BEATEN = 3
"""Months in a row in which the expected scores must have beaten the plain rule to be shown."""

LEAST = 0.05
"""Points that an interval is on either side at the least, before it is made wider or narrower."""

TOTAL = "total"


@dataclass(frozen=True)
class Month:
    """How the expected scores of a month came out, of one part (an indicator or the total).

    ``error`` is the mean distance of what was expected from what came; ``so_far_error`` and ``last_error``
    that of the plain rules: the score at the moment, and the one of the month before. ``covered`` of
    ``number`` came within their interval.
    """

    part: str
    month: str
    number: int
    covered: int
    width: float
    error: float
    so_far_error: float
    last_error: float

    @property
    def better(self) -> bool:
        return self.error < min(self.so_far_error, self.last_error)


def expected(known: MonthEnds, so_far: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    """What is expected of each figure (``SO_FAR``) and of each unit's sum, in points.

    Columns: unit, part, now (the points so far), low, middle, high (of the draws).
    """
    drawn = points_of(so_far, *draw(known, so_far), rules)
    return _by_part(so_far, drawn, {"now": _scored(so_far, "", rules)})


def _scored(rows: pl.DataFrame, which: str, rules: RuleSet) -> Points:
    numerator, denominator = (rows[which + name].to_numpy()[:, None] for name in ("numerator", "denominator"))
    return points_of(rows, numerator, denominator, rules)[:, 0]


def _by_part(rows: pl.DataFrame, drawn: Points, further: Mapping[str, Points]) -> pl.DataFrame:
    """By unit and indicator, and by unit in all: what the draws say, and further points."""
    of_unit = rows.with_row_index("row").group_by("unit", maintain_order=True).agg("row")
    places = [np.array(found) for found in of_unit["row"]]

    def with_sums(points: Points) -> Floats:
        sums = np.array([points[place].sum(axis=0) for place in places])
        return np.concatenate([points, sums]) / 100

    low, middle, high = np.quantile(with_sums(drawn), [(1 - COVER) / 2, 0.5, (1 + COVER) / 2], axis=1)
    said = {name: with_sums(points) for name, points in further.items()}
    said |= {"low": low, "middle": middle, "high": high}
    parts = pl.concat([rows.select("unit", part="indicator"), of_unit.select("unit", part=pl.lit(TOTAL))])
    return parts.with_columns(**{name: pl.Series(values) for name, values in said.items()})


def walk(past: pl.DataFrame, rules: Mapping[str, RuleSet]) -> pl.DataFrame:
    """What would have been expected in past months (``month_ends.TRIED``), and what came.

    Columns: those of ``expected``; month, at; came, last (the month before); ``from`` and ``to``, the
    interval said. ``rules`` are those of each month.
    """
    made: list[pl.DataFrame] = []
    for month in past["month"].unique().sort().to_list()[LEARNT_FROM:]:
        known = learn(past.filter(pl.col("month") < month))
        wide = wider(pl.concat(made)) if made else {}
        for (at,), rows in past.filter(month=month).group_by("at", maintain_order=True):
            drawn = points_of(rows, *draw(known, rows), rules[month])
            before = rows.with_columns(
                pl.coalesce(f"last_{name}", name).alias(f"last_{name}")
                for name in ("numerator", "denominator")
            )
            further = {
                name: _scored(before, which, rules[month])
                for name, which in (("now", ""), ("came", "end_"), ("last", "last_"))
            }
            found = _by_part(rows, drawn, further)
            made.append(within(found, wide).with_columns(month=pl.lit(month), at=pl.lit(at)))
    return pl.concat(made) if made else pl.DataFrame()


_BELOW = pl.max_horizontal(pl.col("middle") - pl.col("low"), LEAST)
_ABOVE = pl.max_horizontal(pl.col("high") - pl.col("middle"), LEAST)


def wider(made: pl.DataFrame) -> dict[str, float]:
    """By part, how many times as wide intervals must be as the draws say, from those of past months.

    One or two months are too much alike within to say that narrower would do.
    """
    recent = made["month"].unique().sort().tail(TELL)
    told = made.filter(pl.col("month").is_in(recent.implode()))
    off = pl.col("came") - pl.col("middle")
    needed = pl.when(off < 0).then(-off / _BELOW).otherwise(off / _ABOVE)
    rows = told.select("part", needed=needed).group_by("part").agg(pl.col("needed").sort(), pl.len())
    least = 1.0 if len(recent) < BEATEN else 0.0
    return {
        part: max(least, float(values[min(number, math.ceil((number + 1) * COVER)) - 1]))
        for part, values, number in rows.iter_rows()
    }


def within(found: pl.DataFrame, wide: Mapping[str, float]) -> pl.DataFrame:
    """What is expected with the interval said: ``from`` and ``to``, never below 0."""
    times = pl.col("part").replace_strict(dict(wide), default=1.0, return_dtype=pl.Float64)
    return found.with_columns(
        (pl.col("middle") - times * _BELOW).clip(0).alias("from"),
        (pl.col("middle") + times * _ABOVE).alias("to"),
    )


def months(made: pl.DataFrame) -> list[Month]:
    """How each month came out, by part, of what ``walk`` made."""
    if made.is_empty():
        return []

    def error(name: str) -> pl.Expr:
        return (pl.col(name) - pl.col("came")).abs().mean()

    rows = made.group_by("part", "month").agg(
        number=pl.len(),
        covered=pl.col("came").is_between(pl.col("from") - 1e-9, pl.col("to") + 1e-9).sum(),
        width=(pl.col("to") - pl.col("from")).mean(),
        error=error("middle"),
        so_far_error=error("now"),
        last_error=error("last"),
    )
    return [Month(**row) for row in rows.sort("part", "month").iter_rows(named=True)]


def shown(found: Sequence[Month], part: str) -> bool:
    """Whether what is expected of a part may be shown: it beat the plain rules in each of the last months."""
    last = [month for month in found if month.part == part][-BEATEN:]
    return len(last) == BEATEN and all(month.better for month in last)
