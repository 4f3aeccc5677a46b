"""Numbers and days as sentences of official letters write them."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from phucvu.figures.periods import Period
from phucvu.formats import decimal


def short_day(value: dt.date) -> str:
    """A day in a sentence: days below 10 and the months 1 and 2 have a nought.

    >>> short_day(dt.date(2023, 4, 24)), short_day(dt.date(2024, 4, 9)), short_day(dt.date(2023, 11, 6))
    ('24/4/2023', '09/4/2024', '06/11/2023')
    >>> short_day(dt.date(2023, 2, 10))
    '10/02/2023'
    """
    return f"{value.day:02}/{_month(value.month)}/{value.year}"


def heading_day(value: dt.date | None, now: dt.date) -> str:
    """The day of a heading; day and month are left blank where the letter is not signed yet.

    >>> heading_day(dt.date(2023, 12, 4), dt.date(2024, 1, 1))
    'ngày 04 tháng 12 năm 2023'
    """
    if value is None:
        return f"ngày {BLANK} tháng {BLANK} năm {now.year}"
    return f"ngày {value.day:02} tháng {_month(value.month)} năm {value.year}"


BLANK = "\u00a0" * 4
"""Room for a number written by hand."""


def period_words(period: Period) -> str:
    """A period in a sentence.

    >>> period_words(Period.parse("2023-11")), period_words(Period.parse("2026-Q3"))
    ('tháng 11/2023', 'quý III/2026')
    >>> period_words(Period.parse("2026-03-01..2026-03-15"))
    'từ ngày 01/3/2026 đến ngày 15/3/2026'
    """
    if period.kind == "days":
        return f"từ ngày {short_day(period.first)} đến ngày {short_day(period.last)}"
    return period.title("vi")


def share(value: Fraction) -> str:
    """A share as a percentage with up to two decimals, half to even.

    >>> share(Fraction(408, 1000)), share(Fraction(6061, 10000))
    ('40,8%', '60,61%')
    """
    hundredths = Decimal(round(value * 10_000)) / 100
    return decimal(hundredths.quantize(Decimal("0.01"), ROUND_HALF_EVEN), "vi") + "%"


def _month(month: int) -> str:
    return f"{month:02}" if month <= 2 else str(month)
