"""What each procedure took: the counts of a period by procedure and unit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import polars as pl

from phucvu.engine.by_procedure import SCHEMA
from phucvu.figures.periods import Period
from phucvu.formats import TIME_UNITS, decimal
from phucvu.web import results


@dataclass(frozen=True)
class Time:
    """An amount of time in a unit: hour, day, workday or month."""

    amount: float | None
    unit: str


@dataclass(frozen=True)
class Counts:
    """Dossiers of one procedure in one unit and those below it.

    ``on_time`` are of those ``handled``; ``average_days`` and ``median_days`` are working days of those
    ``finished``, ``average_time`` and ``median_time`` the same in the procedure's ``time_unit``. A median
    of several units that none stands above is not known.
    """

    unit: str
    procedure: str
    received: int
    handled: int
    on_time: int
    finished: int
    average_days: float | None
    median_days: float | None
    time_unit: str | None = None
    average_time: float | None = None
    median_time: float | None = None

    @property
    def average(self) -> Time | None:
        """In the unit of the procedure's own limit; in working days where that is not known."""
        return self._time(self.average_time, self.average_days)

    @property
    def median(self) -> Time | None:
        return self._time(self.median_time, self.median_days)

    def _time(self, own: float | None, days: float | None) -> Time | None:
        found = Time(days, "workday") if self.time_unit is None else Time(own, self.time_unit)
        return None if found.amount is None else found

    @property
    def on_time_share(self) -> Decimal | None:
        """Of those handled, as a share."""
        return Decimal(self.on_time) / self.handled if self.handled else None


def time(value: Time, language: str) -> str:
    """«4,2 ngày làm việc»: one decimal and the unit."""
    return f"{decimal(round(value.amount or 0, 1), language)} {TIME_UNITS[value.unit][language]}"


COLUMNS = tuple(Counts.__dataclass_fields__)


def counted(period: Period) -> pl.DataFrame | None:
    """The table of ``results.procedures``, kept for as long as it holds; None where nothing is counted."""
    return _counted(results.source(), period, results.versions()[period])


@lru_cache(maxsize=4)
def _counted(of: results.Source, period: Period, _version: int) -> pl.DataFrame | None:
    return of.procedures(period)


def of_unit(table: pl.DataFrame, unit: str) -> list[Counts]:
    """Every procedure of a unit."""
    return _rows(table.filter(pl.col("unit") == unit))


def by_unit(table: pl.DataFrame) -> dict[str, Counts]:
    """The rows of one procedure, by unit."""
    return {row.unit: row for row in _rows(table)}


def over(table: pl.DataFrame, units: Collection[str]) -> list[Counts]:
    """Every procedure over several units of which none stands above another; ``unit`` is empty.

    The average is weighted by the dossiers finished.
    """
    several = pl.col("finished").sum() > 0

    def mean(column: str) -> pl.Expr:
        return pl.when(several).then((pl.col(column) * pl.col("finished")).sum() / pl.col("finished").sum())

    return _rows(
        _with_own_units(table)
        .filter(pl.col("unit").is_in(list(units)))
        .group_by("procedure")
        .agg(
            pl.col("received", "handled", "on_time", "finished").sum(),
            average_days=mean("average_days"),
            median_days=pl.when(pl.len() == 1).then(pl.col("median_days").first()),
            time_unit=pl.col("time_unit").drop_nulls().first(),
            average_time=mean("average_time"),
            median_time=pl.when(pl.len() == 1).then(pl.col("median_time").first()),
            unit=pl.lit(""),
        )
    )


def as_data(counts: Counts, name: str) -> dict[str, Any]:
    share = counts.on_time_share
    return {
        "procedure": counts.procedure,
        "name": name,
        "received": counts.received,
        "handled": counts.handled,
        "on_time": counts.on_time,
        "on_time_share": None if share is None else float(round(share, 4)),
        "finished": counts.finished,
        "average_days": counts.average_days,
        "median_days": counts.median_days,
        "time_unit": counts.time_unit,
        "average_time": counts.average_time,
        "median_time": counts.median_time,
    }


def _rows(frame: pl.DataFrame) -> list[Counts]:
    return [Counts(*row) for row in _with_own_units(frame).select(COLUMNS).iter_rows()]


def _with_own_units(table: pl.DataFrame) -> pl.DataFrame:
    """A table counted before procedures were timed in their own unit lacks its columns; they are empty."""
    absent = {c: t for c, t in SCHEMA.items() if c not in table.columns}
    return table.with_columns(**{c: pl.lit(None, t) for c, t in absent.items()})
