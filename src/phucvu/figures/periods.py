"""Periods of the index: a month, a quarter, a year, or any run of days."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from phucvu.problems import Fault, UnusableError

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

PATTERN = re.compile(
    r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?"
    r"|(?P<first>\d{4}-\d\d-\d\d)\.\.(?P<last>\d{4}-\d\d-\d\d)",
    re.ASCII,
)

END_OF_DAY = dt.time(23, 59, 59)
"""The last second of a day; moments are kept no finer in it, so that nothing falls between two days."""

YEARS = range(1900, 2200)
"""Years that dates and periods can have. Arithmetic with all of them is safe."""
LONGEST_SHOWN = 30
"""A text that is no period is quoted up to this many characters."""

ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True, order=True)
class Period:
    """A run of whole days, first and last included, in Vietnam's time.

    >>> Period.parse("2026-Q3").last
    datetime.date(2026, 9, 30)
    >>> str(Period.parse("2026-01").previous())
    '2025-12'
    """

    first: dt.date
    last: dt.date

    @classmethod
    def parse(cls, text: str) -> Period:
        """The period written as 2026-08, 2026-Q3, 2026 or 2026-08-01..2026-08-15.

        Raises UnusableError for anything else, and for years outside ``YEARS``.
        """
        match = PATTERN.fullmatch(text.strip())
        try:
            if match and match["first"]:
                period = cls(dt.date.fromisoformat(match["first"]), dt.date.fromisoformat(match["last"]))
                if period.first <= period.last and _possible(match["first"]) and _possible(match["last"]):
                    return period
            elif match and _possible(match["year"]):
                year, quarter, month = (int(match[g] or 0) for g in ("year", "quarter", "month"))
                if month:
                    return cls.months(year, month, 1)
                return cls.months(year, 3 * quarter - 2, 3) if quarter else cls.months(year, 1, 12)
        except ValueError:
            pass
        quoted = text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
        raise UnusableError(Fault("period_unknown", period=quoted))

    @classmethod
    def months(cls, year: int, month: int, count: int) -> Period:
        """``count`` whole months from the given one; months past 12 or before 1 change the year."""
        start, end = month - 1, month - 1 + count
        first = dt.date(year + start // 12, start % 12 + 1, 1)
        after = dt.date(year + end // 12, end % 12 + 1, 1)
        return cls(first, after - dt.timedelta(days=1))

    @cached_property
    def kind(self) -> Literal["month", "quarter", "year", "days"]:
        if self == Period.months(self.first.year, self.first.month, 1):
            return "month"
        if self.first.month % 3 == 1 and self == Period.months(self.first.year, self.first.month, 3):
            return "quarter"
        return "year" if self == Period.months(self.first.year, 1, 12) else "days"

    @property
    def its_months(self) -> list[Period]:
        """The months of a quarter or year; none of another period."""
        count = {"quarter": 3, "year": 12}.get(self.kind, 0)
        return [Period.months(self.first.year, self.first.month + n, 1) for n in range(count)]

    @property
    def quarter(self) -> int:
        return (self.first.month + 2) // 3

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        match self.kind:
            case "year":
                return f"{self.first.year}"
            case "quarter":
                return f"{self.first.year}-Q{self.quarter}"
            case "month":
                return f"{self.first:%Y-%m}"
            case _:
                return f"{self.first}..{self.last}"

    def title(self, language: str) -> str:
        """The period in words, as a heading says it."""
        first, last = f"{self.first:%d/%m/%Y}", f"{self.last:%d/%m/%Y}"
        words = {
            "year": (f"năm {self.first.year}", f"{self.first.year}"),
            "quarter": (
                f"quý {ROMAN[self.quarter - 1]}/{self.first.year}",
                f"quarter {self.quarter} of {self.first.year}",
            ),
            "month": (f"tháng {self._month}/{self.first.year}", f"{self.first:%B %Y}"),
            "days": (f"từ {first} đến {last}", f"{first} to {last}"),
        }
        vi, en = words[self.kind]
        return vi if language == "vi" else en

    @property
    def _month(self) -> str:
        """The month as in administrative documents: 01 and 02, then 3 to 12 without a leading zero."""
        return f"{self.first.month:02}" if self.first.month <= 2 else str(self.first.month)

    def previous(self) -> Period:
        """The period of the same length just before this one."""
        if self.kind == "days":
            length = dt.timedelta(days=self.days)
            return Period(self.first - length, self.last - length)
        count = {"month": 1, "quarter": 3, "year": 12}[self.kind]
        return Period.months(self.first.year, self.first.month - count, count)

    def last_year(self) -> Period:
        """The same period of the year before; 29 February becomes 28 February."""
        if self.kind == "days":
            return Period(_year_before(self.first), _year_before(self.last))
        count = {"month": 1, "quarter": 3, "year": 12}[self.kind]
        return Period.months(self.first.year - 1, self.first.month, count)

    @property
    def starts(self) -> dt.datetime:
        """Its first moment, in Vietnam's time, without a zone (as records keep their times)."""
        return dt.datetime.combine(self.first, dt.time.min)

    @property
    def ends(self) -> dt.datetime:
        """Its last second, in Vietnam's time, without a zone."""
        return last_second(self.last)

    def cut_off(self, now: dt.datetime) -> dt.datetime:
        """The moment whose state a figure shows: the end of the period, or now if that is earlier."""
        return min(self.ends, now)


def around(day: dt.date) -> list[Period]:
    """The month, quarter and year that a day is in.

    >>> [str(period) for period in around(dt.date(2026, 8, 31))]
    ['2026-08', '2026-Q3', '2026']
    """
    month = Period.months(day.year, day.month, 1)
    return [month, Period.months(day.year, 3 * month.quarter - 2, 3), Period.months(day.year, 1, 12)]


def last_second(day: dt.date) -> dt.datetime:
    """The end of a day, in Vietnam's time, without a zone."""
    return dt.datetime.combine(day, END_OF_DAY)


def now_in_vietnam() -> dt.datetime:
    """The present second in Vietnam's time, without a zone."""
    return dt.datetime.now(VIETNAM).replace(tzinfo=None, microsecond=0)


def _possible(date: str) -> bool:
    return int(date[:4]) in YEARS


def _year_before(day: dt.date) -> dt.date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)
