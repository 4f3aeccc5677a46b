"""Past months as they were known at moments within them, beside how they ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

import polars as pl

from phucvu.figures.periods import Period
from phucvu.rules.model import RuleSet
from phucvu.steering import lateness, prequential
from phucvu.steering.lateness import Lateness
from phucvu.steering.month_ends import TRIED, steps_of
from phucvu.steering.working_time import WorkingTime

SHARES = (0.25, 0.5, 0.75)
"""Of a month's working hours that are over at the moments that tell."""

Counted = Callable[[Period, dt.datetime], pl.DataFrame]
"""Figures of a month as counted at a moment: unit, kind, indicator, numerator, denominator."""

Spread = Callable[[Period], pl.DataFrame]
"""Each unit and every unit that its dossiers count for: columns unit, above."""


def falling(rules: RuleSet) -> list[str]:
    """The indicators that count an open dossier until it becomes late."""
    return [
        i.id
        for i in rules.indicators
        if not i.by_rule
        and i.count.of == "dossiers"
        and i.count.population == "handled"
        and "on_time" in i.count.numerator
    ]


def drawn_indicators(rules: RuleSet) -> set[str]:
    """The indicators whose end is drawn: those with points from figures, and those that multiply them."""
    scored = [i for i in rules.indicators if i.scored and not i.by_rule]
    return {i.id for i in scored} | {i.count.times for i in scored if i.count.times}


def tried(
    past: pl.DataFrame,
    time: WorkingTime,
    months: Sequence[Period],
    counted: Counted,
    spread: Spread,
    falls: Collection[str],
    *,
    by_rates: bool = False,
) -> pl.DataFrame:
    """The figures of past months at moments within them (``month_ends.TRIED``).

    ``past`` is a history by ``in_hours``. ``by_rates`` takes the clerk's rule for chances.
    """
    made = prequential.walk(past, [month.starts for month in months], time)
    rows: list[pl.DataFrame] = []
    before = pl.DataFrame(schema=_LAST)
    for month in months:
        known = lateness.learn(past, month.starts, time)
        if made.height:
            weights = prequential.calibrated(made.filter(pl.col("month") < month.starts), month.starts)
            known = replace(known, weights=weights)
        ended = counted(month, month.ends)
        for at in moments(month, time):
            risks = _risks(past, at, month, time, known, spread(month), by_rates)
            left = time.hour(month.ends) - time.hour(at)
            found = (
                counted(month, at)
                .join(ended.select(*_KEY, _end("numerator"), _end("denominator")), on=_KEY)
                .join(before, on=_KEY, how="left")
                .join(risks, on="unit", how="left")
            )
            of_it = pl.col("indicator").is_in(list(falls))
            found = found.with_columns(
                left=pl.lit(left),
                risk=pl.when(of_it).then("risk").fill_null([]),
                lost=pl.when(of_it).then("lost").fill_null(0),
                month=pl.lit(str(month)),
                at=pl.lit(at, pl.Datetime("us")),
            )
            rows.append(found.select(TRIED.names()).cast(TRIED))
        before = ended.select(*_KEY, *(pl.col(c).alias(f"last_{c}") for c in ("numerator", "denominator")))
    return pl.concat(rows) if rows else pl.DataFrame(schema=TRIED)


_KEY = ("unit", "indicator")
_LAST = {"unit": pl.String, "indicator": pl.String, "last_numerator": pl.Int64, "last_denominator": pl.Int64}


def _end(name: str) -> pl.Expr:
    return pl.col(name).alias(f"end_{name}")


def moments(month: Period, time: WorkingTime) -> Iterator[dt.datetime]:
    """Eight o'clock of the days on which so much of a month's work is over (``SHARES``)."""
    first, last = time.hour(month.starts), time.hour(month.ends)
    for share in SHARES:
        days = (month.starts + dt.timedelta(days=n, hours=8) for n in range(month.days))
        yield next(day for day in days if time.hour(day) - first >= share * (last - first) or day.day > 27)


def _risks(
    past: pl.DataFrame,
    at: dt.datetime,
    month: Period,
    time: WorkingTime,
    known: Lateness,
    spread: pl.DataFrame,
    by_rates: bool,
) -> pl.DataFrame:
    """By unit, the open dossiers due by the month's end (``risk``, ``lost``); see ``month_ends``."""
    rows = lateness.opened(past, at, time, known.usual_load).filter(pl.col("due_at") <= month.ends)
    chance = known.rates.late(rows) if by_rates else known.late(rows)
    rows = rows.select("unit", chance=pl.Series(chance), late=lateness.late())
    each = rows.join(spread, on="unit").group_by(unit="above").agg("chance", lost=pl.col("late").sum())
    steps = [steps_of(found.to_numpy()) for found in each["chance"]]
    risk = pl.Series(steps, dtype=pl.List(pl.Int64))
    return each.select("unit", "lost").with_columns(risk=risk)
