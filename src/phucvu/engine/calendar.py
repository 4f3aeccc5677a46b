"""Working days: Vietnam's public holidays, and an office's own calendar on top of them."""

from __future__ import annotations

import calendar
import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Mapping

import holidays

END_OF_DAY = dt.time(23, 59, 59)


class Calendar:
    """Which days are worked, and limits counted in working days.

    Saturday, Sunday, Vietnam's public holidays and their days in lieu are off, as the library
    ``holidays`` knows them. ``own`` holds the days that differ, such as a Saturday worked in exchange
    for another day off (True) or that other day (False): the table ``calendar`` of the records.

    >>> days = Calendar({dt.date(2026, 8, 22): True})
    >>> days.after(dt.date(2026, 8, 20), 2)
    datetime.date(2026, 8, 22)
    >>> Calendar().after(dt.date(2026, 8, 20), 2)
    datetime.date(2026, 8, 24)
    """

    def __init__(self, own: Mapping[dt.date, bool] | None = None) -> None:
        self._own = dict(own or {})
        self._holidays = holidays.country_holidays("VN")
        self._years = range(0)
        self._worked: list[dt.date] = []

    def is_working(self, day: dt.date) -> bool:
        return self._own.get(day, day.weekday() < 5 and day not in self._holidays)

    def after(self, day: dt.date, count: int) -> dt.date:
        """The day at whose end a limit of ``count`` working days from ``day`` runs out.

        That is the ``count``-th working day after it; ``day`` itself where the count is 0.
        """
        if count <= 0:
            return day
        self._reach(day.year, day.year + 1 + count // 200)
        return self._worked[bisect_right(self._worked, day) + count - 1]

    def before(self, day: dt.date, count: int) -> dt.date:
        """The ``count``-th working day before ``day``; ``day`` itself where the count is 0."""
        if count <= 0:
            return day
        self._reach(day.year - 1 - count // 200, day.year)
        return self._worked[bisect_left(self._worked, day) - count]

    def worked_until(self, start: dt.date, day: dt.date) -> int:
        """How many working days there are after ``start`` up to and including ``day``; 0 if it is earlier."""
        self._reach(start.year, day.year)
        return max(0, bisect_right(self._worked, day) - bisect_right(self._worked, start))

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

    def _reach(self, first: int, last: int) -> None:
        """Have the working days of these years in ``_worked``."""
        if self._years and self._years.start <= first and last < self._years.stop:
            return
        known = self._years or range(first, first)
        self._years = range(min(first, known.start), max(last + 1, known.stop))
        day, end = dt.date(self._years.start, 1, 1), dt.date(self._years.stop - 1, 12, 31)
        every = (day + dt.timedelta(days=n) for n in range((end - day).days + 1))
        self._worked = [d for d in every if self.is_working(d)]


def _months_after(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
