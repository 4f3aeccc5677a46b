"""Values as they are spelled: moments, flags, codes and amounts, read from columns of text.

Every reader takes a text column without blank cells (see ``texts``) and returns the values beside
what could not be understood; nothing is guessed and nothing raises. Digits are 0 to 9: those of other
scripts, and the wide ones (１２), are not understood.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from phucvu.figures.periods import END_OF_DAY, VIETNAM, YEARS
from phucvu.records.schema import AMOUNT, LARGEST, TIME

FORMATS = ("%Y%m%d%H%M%S", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")

VIETNAMESE = re.compile(
    r"(?:(?P<hour1>\d{1,2})(?:[:hg]| giờ )(?P<minute1>\d\d)(?::(?P<second1>\d\d))?,? +(?:ngày )?)?"
    r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})"
    r"(?:,? +(?P<hour>\d{1,2})(?:[:hg]| giờ )(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
    r"(?: ?(?P<half>SA|CH|AM|PM))?)?",
    re.IGNORECASE,
)

FLAGS = dict.fromkeys(("1", "true", "có", "co", "yes", "x"), True)
FLAGS |= dict.fromkeys(("0", "false", "không", "khong", "no"), False)

GROUPED = re.compile(r"\d{1,3}([.,  ]\d{3})+")
LONGEST_NUMBER = len(str(LARGEST))


@dataclass(frozen=True)
class Moments:
    """``at`` in Vietnam's time; ``bare`` where only a day was given; ``bad`` where not read."""

    at: pl.Series
    bare: pl.Series
    bad: pl.Series

    @property
    def ends(self) -> pl.Series:
        """As deadlines: a bare day runs to its end."""
        end = pl.duration(hours=23, minutes=59, seconds=59)
        frame = pl.DataFrame({"at": self.at, "bare": self.bare})
        return frame.select(pl.when("bare").then(pl.col("at") + end).otherwise("at"))["at"]


def texts(values: Iterable[Any]) -> pl.Series:
    """Values of JSON as text: true is «1», 2.0 is «2»; stripped, empty is null."""
    listed = list(values)
    try:
        series = pl.Series(listed, dtype=pl.String, strict=True)
    except (TypeError, OverflowError):
        series = pl.Series([as_text(v) for v in listed], dtype=pl.String)
    return stripped(series)


def stripped(series: pl.Series) -> pl.Series:
    bare = series.str.strip_chars()
    return bare.set(bare == "", None)


def as_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None else str(value)


def moments(text: pl.Series) -> Moments:
    """Moments in any spelling in use: 14 digits, day/month/year, ISO 8601 with or without a zone.

    >>> moments(pl.Series(["20260815093000", "15/8/2026", "2026-08-15T02:30:00Z", "20261332"])).at.to_list()
    ... # doctest: +NORMALIZE_WHITESPACE
    [datetime.datetime(2026, 8, 15, 9, 30), datetime.datetime(2026, 8, 15, 0, 0),
     datetime.datetime(2026, 8, 15, 9, 30), None]
    """
    at = pl.Series([None], dtype=TIME).new_from_index(0, len(text))
    for form in FORMATS:
        open_ = text.is_not_null() & at.is_null()
        if not open_.any():
            break
        at = at.fill_null(text.set(~open_, None).str.strptime(TIME, form, strict=False))
    within = at.dt.year().is_between(YEARS.start, YEARS.stop - 1)
    # A second 60 would be read as the next minute, and at the end of a day as the next day.
    at = at.set(~within | text.str.ends_with("60"), None)
    bare = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(text))
    unread = text.is_not_null() & at.is_null()
    if unread.any():
        rest = text.filter(unread).unique()
        read = [_moment(t) for t in rest]
        found = pl.DataFrame(
            {"text": rest, "at": [r and r[0] for r in read], "bare": [r is not None and r[1] for r in read]},
            schema={"text": pl.String, "at": TIME, "bare": pl.Boolean},
        )
        unknown = pl.Series([t for t, r in zip(rest, read, strict=True) if r == UNKNOWN], dtype=pl.String)
        joined = pl.DataFrame({"text": text}).join(found, on="text", how="left", maintain_order="left")
        at = at.fill_null(joined["at"])
        bare = joined["bare"].fill_null(False)
        unread = text.is_not_null() & at.is_null() & ~text.is_in(unknown.implode())
    return Moments(at, bare, unread)


UNKNOWN = (None, False)
"""How some senders spell «not known»: the first day of year 1."""


def _moment(text: str) -> tuple[dt.datetime | None, bool] | None:
    """The moment, and whether it is a bare day; None where it is not a possible one."""
    if _foreign(text):
        return None
    try:
        if match := VIETNAMESE.fullmatch(text):
            part = {name: int(n) for name, n in match.groupdict().items() if n and n.isdigit()}
            hour = part.get("hour", part.get("hour1"))
            if match["half"]:
                late = match["half"].upper() in ("CH", "PM")
                hour = (hour or 0) % 12 + 12 * late
            minute = part.get("minute", part.get("minute1", 0))
            second = part.get("second", part.get("second1", 0))
            at = dt.datetime(part["year"], part["month"], part["day"], hour or 0, minute, second)
            bare = hour is None
        elif text.isdigit() and len(text) == 12:
            at, bare = dt.datetime.strptime(text, "%Y%m%d%H%M"), False
        elif not text.isdigit() or len(text) == 8:
            at, bare = dt.datetime.fromisoformat(text), ":" not in text and "T" not in text
        else:
            return UNKNOWN if text.startswith("00010101") else None
        if at.year == 1:
            return UNKNOWN
        if at.tzinfo is not None:
            at = at.astimezone(VIETNAM).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    if at.time() > END_OF_DAY:
        at = at.replace(microsecond=0)
    return (at, bare) if at.year in YEARS else None


def flags(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Yes and no, and where neither was said."""
    return _by_value(text, lambda t: FLAGS.get(unicodedata.normalize("NFC", t.casefold())), pl.Boolean)


def whole(text: pl.Series, kind: type[pl.DataType] = pl.Int64) -> tuple[pl.Series, pl.Series]:
    """Whole numbers (also as «12.0»), and where there was something else."""
    value = text.cast(kind, strict=False)
    rest = text.is_not_null() & value.is_null()
    if rest.any():
        trimmed = text.set(~rest, None).str.replace(r"\.0+$", "")
        value = value.fill_null(trimmed.cast(kind, strict=False))
    return value, text.is_not_null() & value.is_null()


def counts(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Numbers of things, also with their thousands apart («1.234»), and where there was something else."""
    value = text.cast(pl.Int64, strict=False)
    if (text.is_not_null() & ~value.is_between(0, LARGEST).fill_null(False)).any():
        return _by_value(text, _count, pl.Int64)
    return value, value.is_null() & text.is_not_null()


def decimals(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Numbers with at most two decimals («75,45», «70.5», «70%»), and where there was something else."""
    return _by_value(text, _decimal, AMOUNT)


def _decimal(text: str) -> Decimal | None:
    match = re.fullmatch(r"(\d{1,9})(?:[.,](\d{1,2})0*)? ?%?", text, re.ASCII)
    return Decimal(f"{match[1]}.{match[2] or 0}") if match else None


def _foreign(text: str) -> bool:
    """Whether there are digits other than 0 to 9, which Python takes for numbers too."""
    return any(c.isdigit() and not c.isascii() for c in text)


def _count(text: str) -> int | None:
    if _foreign(text):
        return None
    if GROUPED.fullmatch(text):
        text = re.sub(r"\D", "", text)
    bare = re.sub(r"\.0+$", "", text)
    return int(bare) if bare.isdecimal() and len(bare) <= LONGEST_NUMBER else None


def amounts(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Amounts in đồng, and where there was none: «50.000 đ», «1,000», «50000.0»."""
    value = text.cast(pl.Int64, strict=False)
    if (text.is_not_null() & ~value.is_between(0, LARGEST).fill_null(False)).any():
        return _by_value(text, amount, pl.Int64)
    return value, value.is_null() & text.is_not_null()


def amount(text: str) -> int | None:
    """An amount in đồng; None where the text is not one.

    >>> [amount(t) for t in ("50.000 đ", "1.000.000", "1,000", "50000.0", "12.5", "-3", "miễn phí")]
    [50000, 1000000, 1000, 50000, 13, None, 0]
    """
    if _foreign(text):
        return None
    bare = text.casefold().strip()
    for word in ("vnđ", "vnd", "đồng", "đ", "₫"):
        bare = bare.removesuffix(word).strip()
    if bare in ("miễn phí", "không", "không thu phí", "-"):
        return 0
    decimals = ""
    if GROUPED.fullmatch(bare):
        bare = re.sub(r"\D", "", bare)
    elif match := re.fullmatch(r"(.*\d)[.,](\d{1,2}|0+)", bare):
        bare, decimals = match[1], match[2]
        if GROUPED.fullmatch(bare):
            bare = re.sub(r"\D", "", bare)
    if not bare.isdecimal() or len(bare) > LONGEST_NUMBER:
        return None
    return int(bare) + (decimals[:1] >= "5")


def _by_value(
    text: pl.Series, read: Callable[[str], Any], kind: pl.DataType | type[pl.DataType]
) -> tuple[pl.Series, pl.Series]:
    """Each different text read once."""
    different = text.drop_nulls().unique()
    found = pl.Series([read(t) for t in different], dtype=kind)
    value = text.replace_strict(different, found, default=None, return_dtype=kind)
    return value, text.is_not_null() & value.is_null()
