"""Numbers, rates and dates as people read them: 75,45 and 1.234.567 in Vietnamese."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from babel import numbers


def some(texts: Sequence[str], most: int) -> str:
    """The first of several texts, and a sign that there are more.

    >>> some(["a", "b"], 2), some(["a", "b", "c"], 2)
    ('a, b', 'a, b …')
    """
    return ", ".join(texts[:most]) + (" …" if len(texts) > most else "")


def whole(value: int, language: str) -> str:
    """A whole number with its thousands marked.

    >>> whole(1234567, "vi"), whole(1234567, "en")
    ('1.234.567', '1,234,567')
    """
    return _written(value, "#,##0", language)


def points(value: Decimal | float, language: str) -> str:
    """Points with their two decimals, always.

    >>> points(Decimal("75.4"), "vi")
    '75,40'
    """
    return _written(value, "#,##0.00", language)


def decimal(value: Decimal | float, language: str) -> str:
    """A number without idle zeros, up to two decimals.

    >>> decimal(Decimal("6.00"), "vi"), decimal(Decimal("1.5"), "vi")
    ('6', '1,5')
    """
    return _written(value, "#,##0.##", language)


def percent(rate: Fraction | float, language: str) -> str:
    """A share as a percentage without idle zeros.

    >>> percent(Fraction(4, 5), "vi"), percent(0.85843, "vi")
    ('80%', '85,84%')
    """
    return decimal(float(rate) * 100, language) + "%"


def change(value: Decimal | int, language: str) -> str:
    """A change as ▲ or ▼ with its size, of points and percent with their two decimals; «=» for none.

    >>> change(11, "vi"), change(Decimal("-0.5"), "vi")
    ('▲ 11', '▼ 0,50')
    """
    if value == 0:
        return "="
    size = whole(abs(value), language) if isinstance(value, int) else points(abs(value), language)
    return f"{'▲' if value > 0 else '▼'} {size}"


@lru_cache(maxsize=40_000)
def _written(value: Decimal | float, pattern: str, language: str) -> str:
    """Babel takes some 20 µs a number; a page of 150 units has a thousand, many of them alike."""
    return numbers.format_decimal(value, format=pattern, locale=language)


def day(value: dt.date) -> str:
    """A date as Vietnam writes it, dd/mm/yyyy, in both languages.

    >>> day(dt.date(2026, 10, 9))
    '09/10/2026'
    """
    return f"{value:%d/%m/%Y}"


def moment(value: dt.datetime) -> str:
    """A moment to the minute.

    >>> moment(dt.datetime(2026, 10, 9, 14, 5))
    '09/10/2026 14:05'
    """
    return f"{value:%d/%m/%Y %H:%M}"


TIME_UNITS = {
    "hour": {"vi": "giờ", "en": "hours"},
    "day": {"vi": "ngày", "en": "days"},
    "workday": {"vi": "ngày làm việc", "en": "working days"},
    "month": {"vi": "tháng", "en": "months"},
}
"""What the time of a procedure is counted in, as it is said after a number."""
