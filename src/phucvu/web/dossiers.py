"""What each procedure took: the counts of a period by procedure and unit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import polars as pl

from phucvu.figures.periods import Period
from phucvu.web import results


@dataclass(frozen=True)
class Counts:
    """Dossiers of one procedure in one unit and those below it.

    ``on_time`` are of those ``handled``; ``average_days`` and ``median_days`` are working days of those
    ``finished``. A median of several units that none stands above is not known.
    """

    unit: str
    procedure: str
    received: int
    handled: int
    on_time: int
    finished: int
    average_days: float | None
    median_days: float | None

    @property
    def on_time_share(self) -> Decimal | None:
        """Of those handled, as a share."""
        return Decimal(self.on_time) / self.handled if self.handled else None


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
    days = (pl.col("average_days") * pl.col("finished")).sum() / pl.col("finished").sum()
    return _rows(
        table.filter(pl.col("unit").is_in(list(units)))
        .group_by("procedure")
        .agg(
            pl.col("received", "handled", "on_time", "finished").sum(),
            average_days=pl.when(pl.col("finished").sum() > 0).then(days),
            median_days=pl.when(pl.len() == 1).then(pl.col("median_days").first()),
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
    }


def _rows(frame: pl.DataFrame) -> list[Counts]:
    return [Counts(*row) for row in frame.select(COLUMNS).iter_rows()]
