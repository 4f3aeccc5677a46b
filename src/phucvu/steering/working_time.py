"""Working hours between moments, for millions of them at once."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from phucvu.engine.calendar import Calendar

HOURS_A_DAY = 8

CLOCK = (8.0, 12.0, 13.0, 17.0)
"""An office's day by the clock: from 8 to 12 and from 13 to 17 o'clock."""

WORKED = (0.0, 4.0, 4.0, 8.0)
"""The hours that have been worked at each of them."""

DAY = 86_400_000_000
"""Microseconds in a day."""


class WorkingTime:
    """Counts the working hours from a first day on, up to some last day.

    What lies outside these days is as good as their first or last moment.
    """

    def __init__(self, calendar: Calendar, first: dt.date, last: dt.date) -> None:
        days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
        worked = np.array([calendar.is_working(day) for day in days], dtype=np.float64)
        self._first = (first - dt.date(1970, 1, 1)).days
        self._worked = worked
        self._before = np.concatenate(([0.0], np.cumsum(worked)[:-1])) * HOURS_A_DAY

    def hours(self, moments: pl.Series) -> npt.NDArray[np.float64]:
        """The working hours up to each moment; NaN where there is none."""
        known = moments.is_not_null().to_numpy()
        at = moments.dt.epoch("us").fill_null(0).to_numpy()
        day, clock = np.divmod(at, DAY)
        place = np.clip(day - self._first, 0, len(self._worked) - 1)
        within = np.interp(clock * 24 / DAY, CLOCK, WORKED)
        found = self._before[place] + within * self._worked[place]
        return np.where(known, found, np.nan)

    def hour(self, moment: dt.datetime) -> float:
        """The working hours up to a moment."""
        return float(self.hours(pl.Series([moment], dtype=pl.Datetime("us")))[0])
