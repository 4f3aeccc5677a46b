"""What a forecast would have been worth: made anew for each month from what was known as it began.

Each month's open dossiers are forecast on its Mondays by what was learnt before the month; what happened
later tells how good that was. The clerk's rule (``shrunk_rates``) stands beside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from phucvu.figures.periods import Period
from phucvu.steering import lateness
from phucvu.steering.lateness import Lateness, joined, learn, opened, parts, received
from phucvu.steering.odds import Floats, weights
from phucvu.steering.working_time import WorkingTime

FEWEST = 30
"""Dossiers whose deadline is over, with which forecasting begins."""

MOST = 20_000
"""Forecasts of a month that are tried: more would say the same."""

WORTH = 100.0
"""Dossiers that the weights without any knowledge count for."""

COVER = 0.9
"""The share of dossiers whose outcome shall lie in what a forecast does not rule out."""

TELLS = dt.timedelta(days=180)
"""How far back forecasts tell how sure new ones are."""

BEATEN = 3
"""Months in a row in which a forecast must have beaten the clerk's rule to be shown."""


@dataclass(frozen=True)
class Measures:
    """How good forecasts of a month were: of ``forecasts`` of dossiers, of which ``late`` were late.

    ``auc`` is None where all or none were late. ``covered`` is the share whose outcome the forecast did
    not rule out, ``sure`` the share of forecasts that ruled one out. ``flagged`` were said to be at risk,
    ``right`` of them were late.
    """

    month: str
    forecasts: int
    late: int
    auc: float | None
    brier: float
    rule_auc: float | None
    rule_brier: float
    covered: float
    sure: float
    flagged: int
    right: int

    @property
    def better(self) -> bool:
        """Whether the forecast beat the clerk's rule."""
        return self.brier < self.rule_brier

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Bounds:
    """Chances up to which being late is ruled out, and from which being on time is.

    By conformal prediction, for each outcome by itself: of the dossiers that were late, ``COVER`` had a
    chance of ``late`` or more; of those on time, ``COVER`` had one of ``on_time`` or less.
    """

    late: float
    on_time: float

    @classmethod
    def of(cls, chance: Floats, was_late: Floats) -> Bounds:
        happened = was_late > 0
        return cls(_quantile(-chance[happened], -0.0), _quantile(chance[~happened], 1.0))

    def covers(self, chance: Floats, was_late: Floats) -> Floats:
        found: Floats = np.where(was_late > 0, chance >= self.late, chance <= self.on_time).astype(np.float64)
        return found


def _quantile(scores: Floats, widest: float) -> float:
    """The score that ``COVER`` of the next ones stay within (split conformal), as a chance."""
    rank = int(np.ceil((len(scores) + 1) * COVER))
    if rank > len(scores):
        return abs(widest)
    return float(abs(np.sort(scores)[rank - 1]))


def walk(
    past: pl.DataFrame, months: Sequence[dt.datetime], time: WorkingTime, *, at_receipt: bool = False
) -> pl.DataFrame:
    """The forecasts of each month's Mondays, as they would have been made; or of each month's receipts.

    ``past`` is a history by ``in_hours``; ``months`` are first moments of months in order. Columns: those of
    ``opened``, ``month``, ``by_pace``, ``by_rates`` (the clerk's rule), ``whole`` (the rate of all),
    ``chance``, ``bound_late`` and ``bound_on_time`` (``Bounds``), ``late``.
    """
    made: list[pl.DataFrame] = []
    for month in months:
        if past.filter(pl.col("due_at") < month).height < FEWEST:
            continue
        known = learn(past, month, time)
        if at_receipt:
            rows = received(past, month, known.usual_load)
        else:
            rows = pl.concat([opened(past, at, time, known.usual_load) for at in mondays(month)])
        if rows.height > MOST:
            rows = rows.sample(MOST, seed=month.year * 12 + month.month)
        by_pace, by_rates = known.readings(rows)
        before = pl.concat(made) if made else None
        rows = rows.with_columns(
            by_pace=by_pace,
            by_rates=by_rates,
            whole=pl.lit(known.rates.whole),
            late=lateness.late(),
            month=pl.lit(month, lateness.TIME),
        )
        rows = rows.with_columns(chance=joined(by_pace, by_rates, calibrated(before, month)))
        bounds = bounds_at(before, month)
        made.append(rows.with_columns(bound_late=pl.lit(bounds.late), bound_on_time=pl.lit(bounds.on_time)))
    return pl.concat(made) if made else pl.DataFrame()


def mondays(month: dt.datetime) -> Iterator[dt.datetime]:
    """Eight o'clock of each Monday of a month."""
    first = month + dt.timedelta(days=-month.weekday() % 7, hours=8)
    while first.month == month.month:
        yield first
        first += dt.timedelta(days=7)


def calibrated(before: pl.DataFrame | None, moment: dt.datetime) -> tuple[float, ...]:
    """The weights of the two readings, from forecasts whose outcome was known at a moment."""
    told = _told(before, moment)
    usual = np.array(lateness.USUAL)
    if told.is_empty():
        return lateness.USUAL
    # A dossier forecast five times is still one dossier.
    counts = (1 / told["times"]).to_numpy()
    known = parts(told["by_pace"].to_numpy(), told["by_rates"].to_numpy())
    happened = told["late"].cast(pl.Float64).to_numpy()
    return tuple(weights(known, happened, counts, usual, WORTH).round(4).tolist())


def bounds_at(before: pl.DataFrame | None, moment: dt.datetime) -> Bounds:
    """What forecasts rule out, by how they went in the half year before a moment."""
    told = _told(before, moment)
    told = told.filter(pl.col("at") >= moment - TELLS) if told.height else told
    if told.is_empty():
        return Bounds(0.0, 1.0)
    return Bounds.of(told["chance"].to_numpy(), told["late"].cast(pl.Float64).to_numpy())


def _told(before: pl.DataFrame | None, moment: dt.datetime) -> pl.DataFrame:
    """The forecasts whose dossiers' deadlines were over at a moment, with how often each was forecast."""
    if before is None or before.is_empty():
        return pl.DataFrame()
    told = before.filter(pl.col("due_at") <= moment)
    return told.with_columns(times=pl.len().over("unit", "procedure", "received_at", "due_at", "handler"))


def measures(made: pl.DataFrame, until: dt.datetime) -> list[Measures]:
    """How good each month's forecasts were, of dossiers whose deadlines were over at a moment.

    Others that have ended are left out: they would be those that were on time.
    """
    if made.is_empty():
        return []
    known = made.filter(pl.col("due_at") <= until)
    return [
        measured(str(Period.months(month.year, month.month, 1)), rows)
        for (month,), rows in known.sort("month").group_by("month", maintain_order=True)
        if isinstance(month, dt.datetime)
    ]


def measured(name: str, rows: pl.DataFrame) -> Measures:
    """The measures of some forecasts together."""
    chance, rule = rows["chance"].to_numpy(), rows["by_rates"].to_numpy()
    happened = rows["late"].cast(pl.Float64).to_numpy()
    low, high = rows["bound_late"].to_numpy(), rows["bound_on_time"].to_numpy()
    covered = np.where(happened > 0, chance >= low, chance <= high)
    flagged = chance > high
    return Measures(
        name,
        rows.height,
        int(happened.sum()),
        auc(chance, happened),
        brier(chance, happened),
        auc(rule, happened),
        brier(rule, happened),
        round(float(covered.mean()), 4),
        round(float(((chance < low) | flagged).mean()), 4),
        int(flagged.sum()),
        int(happened[flagged].sum()),
    )


def beats(found: Sequence[Measures]) -> bool:
    """Whether the forecast may be shown: it beat the clerk's rule in each of the last months."""
    last = found[-BEATEN:]
    return len(last) == BEATEN and all(month.better for month in last)


def brier(chance: Floats, happened: Floats) -> float:
    """The mean square of what a chance was off by."""
    return round(float(np.mean((chance - happened) ** 2)), 4)


def auc(chance: Floats, happened: Floats) -> float | None:
    """How often one that was late had the higher chance of two; None where all or none were."""
    late = int(happened.sum())
    if late in (0, len(happened)):
        return None
    rank = pl.Series(chance).rank("average").to_numpy()
    above = float(rank[happened > 0].sum()) - late * (late + 1) / 2
    return round(above / (late * (len(happened) - late)), 4)


def forecast_now(
    past: pl.DataFrame, months: Sequence[dt.datetime], moment: dt.datetime, time: WorkingTime
) -> tuple[Lateness, Bounds, list[Measures]]:
    """What to forecast with from a moment on, what it rules out, and how good it was month by month."""
    made = walk(past, months, time)
    known = learn(past, moment, time)
    chosen = replace(known, weights=calibrated(made, moment))
    return chosen, bounds_at(made, moment), measures(made, moment)
