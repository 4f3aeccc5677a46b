"""Working days: Vietnam's public holidays, and an office's own calendar on top of them."""

from __future__ import annotations

import calendar
import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from functools import cache

import holidays

from phucvu.rules.loading import swapped_days


class Calendar:
    """Which days are worked, and limits counted in working days.

    Saturday, Sunday, Vietnam's public holidays and their days in lieu are off; of days that the government
    swaps, the one is off and the Saturday is worked (see ``_worked_in``). ``own`` holds the days that
    differ, worked (True) or off (False): the table ``calendar`` of the records. Threads may share it.

    >>> Calendar().after(dt.date(2026, 8, 20), 2)
    datetime.date(2026, 8, 22)
    >>> Calendar({dt.date(2026, 8, 22): False}).after(dt.date(2026, 8, 20), 2)
    datetime.date(2026, 8, 24)
    """

    def __init__(self, own: Mapping[dt.date, bool] | None = None) -> None:
        self._own = dict(own or {})
        self._known: tuple[range, list[dt.date]] = range(0), []

    def is_working(self, day: dt.date) -> bool:
        own = self._own.get(day)
        return day in _worked_in(day.year) if own is None else own

    def after(self, day: dt.date, count: int) -> dt.date:
        """The day at whose end a limit of ``count`` working days from ``day`` runs out.

        That is the ``count``-th working day after it; ``day`` itself where the count is 0.
        """
        if count <= 0:
            return day
        worked = self._reach(day.year, day.year + 1 + count // 200)
        return worked[bisect_right(worked, day) + count - 1]

    def before(self, day: dt.date, count: int) -> dt.date:
        """The ``count``-th working day before ``day``; ``day`` itself where the count is 0."""
        if count <= 0:
            return day
        worked = self._reach(day.year - 1 - count // 200, day.year)
        return worked[bisect_left(worked, day) - count]

    def worked_until(self, start: dt.date, day: dt.date) -> int:
        """How many working days there are after ``start`` up to and including ``day``; 0 if it is earlier."""
        worked = self._reach(start.year, day.year)
        return max(0, bisect_right(worked, day) - bisect_right(worked, start))

    def last_day(self, received: dt.date, amount: int, unit: str) -> dt.date:
        """The last day of a maximum time of days, workdays or months from the day of receipt.

        A month from the 31st ends on the last day of a shorter month. Raises ValueError for another
        unit; hours run by the clock, not by days.
        """
        match unit:
            case "day":
                return received + dt.timedelta(days=amount)
            case "workday":
                return self.after(received, amount)
            case "month":
                return _months_after(received, amount)
        raise ValueError(f"a maximum time by days is in day, workday or month, not {unit!r}")

    def _reach(self, first: int, last: int) -> list[dt.date]:
        """The working days of these years and perhaps others, in order."""
        years, worked = self._known
        if years and years.start <= first and last < years.stop:
            return worked
        years = years or range(first, first)
        years = range(min(first, years.start), max(last + 1, years.stop))
        day, end = dt.date(years.start, 1, 1), dt.date(years.stop - 1, 12, 31)
        every = (day + dt.timedelta(days=n) for n in range((end - day).days + 1))
        worked = [d for d in every if self.is_working(d)]
        # Both at once and only when filled: another thread may be reading them.
        self._known = years, worked
        return worked


@cache
def _worked_in(year: int) -> frozenset[dt.date]:
    """The days worked in a year, as the library ``holidays`` knows them and the rules' table of swapped days.

    Each call has a library's calendar of its own, since that fills itself while it is read.
    """
    official = holidays.country_holidays("VN", years=year, expand=False)
    day, end = dt.date(year, 1, 1), dt.date(year, 12, 31)
    every = (day + dt.timedelta(days=n) for n in range((end - day).days + 1))
    swapped = swapped_days()
    return frozenset(d for d in every if swapped.get(d, official.is_working_day(d)))


def _months_after(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
