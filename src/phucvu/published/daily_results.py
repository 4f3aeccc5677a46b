"""What the national portal published, day by day: one table of scores and ranks, and what was noted of it.

A row is about one part (``total``, a group or an indicator) of one unit on one day.
"""

from __future__ import annotations

import calendar
import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import polars as pl
from deltalake import DeltaTable

from phucvu.figures.periods import Period
from phucvu.rules.model import Words
from phucvu.scoring.formula_watch import FormulaChange, crossed

COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "day": pl.Date,
    "period": pl.String,
    "unit": pl.String,
    "part": pl.String,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "score": pl.Float64,
    "rank": pl.Int64,
    "ranked": pl.Int64,
    "procedure": pl.String,
    "pull": pl.String,
}
"""``score`` is in points as published; ``rank`` is among like units of the same pull, null where there is
none, and ``ranked`` how many of them have a score. ``procedure`` is null but for results of one procedure;
``pull`` names what the row came with, of which the last of a day counts."""

TOTAL = "total"

KEY = ("day", "period", "unit", "part")

TABLE = Path("portal", "results")
NOTED = Path("portal", "formula-changes.json")
"""Where a home keeps the table, and the changes of the portal's formula that were found in it."""


@dataclass(frozen=True)
class NotAlike:
    """A change of the portal's formula: scores of days on both sides of it are not like with like.

    ``words`` say what would explain the new scores.
    """

    period: str
    indicator: str
    since: dt.date
    until: dt.date
    words: Words
    costs: dict[str, str]
    """Points by unit by which its score of the last day differs from the one by the rule set."""


class DailyResults(Protocol):
    """Where daily results are read from."""

    @property
    def source(self) -> Words:
        """Who read them from the portal, and how."""

    def version(self) -> int:
        """A number that changes whenever the results do."""

    def rows(self, *conditions: pl.Expr, procedure: str | None = None) -> pl.DataFrame:
        """The rows that meet all conditions, of each key the one of the last pull; by day.

        Of the whole index, or of one ``procedure`` alone.
        """

    def not_alike(self) -> list[NotAlike]:
        """The changes of the portal's formula."""


FETCHED = Words(
    vi="Cổng Dịch vụ công quốc gia, hệ thống này tải về", en="National portal, fetched by this system"
)


class NoDays:
    """Results of no day."""

    source = FETCHED

    def version(self) -> int:
        return 0

    def rows(self, *conditions: pl.Expr, procedure: str | None = None) -> pl.DataFrame:
        return pl.DataFrame(schema=COLUMNS)

    def not_alike(self) -> list[NotAlike]:
        return []


class HomeDays:
    """The results that a home keeps (see ``portal.daily_table``)."""

    source = FETCHED

    def __init__(self, home: str | Path) -> None:
        self._table, self._noted = Path(home) / TABLE, Path(home) / NOTED

    def version(self) -> int:
        return _changed(self._table / "_delta_log") + _changed(self._noted)

    def rows(self, *conditions: pl.Expr, procedure: str | None = None) -> pl.DataFrame:
        if not (self._table / "_delta_log").is_dir():
            return pl.DataFrame(schema=COLUMNS)
        files = DeltaTable(self._table).file_uris()
        of_procedure = pl.col("procedure").eq_missing(pl.lit(procedure, pl.String))
        found = pl.scan_parquet(files).filter(of_procedure, *conditions).collect()
        # Of one day the last pull counts, but a pull that ranks a unit before one that has it alone.
        began = pl.col("pull").str.extract(r"([^/]+)$")
        return found.sort("day", pl.col("ranked") > 1, began).unique(KEY, keep="last", maintain_order=True)

    def not_alike(self) -> list[NotAlike]:
        if not self._noted.exists():
            return []
        return [_noted(said) for said in json.loads(self._noted.read_text(encoding="utf-8"))]


@dataclass(frozen=True)
class Place:
    """What was published of one part of one unit on one day; points and a place among like units."""

    day: dt.date
    score: Decimal | None
    rank: int | None
    ranked: int


@dataclass(frozen=True)
class Since:
    """How a place changed since an earlier day: points, and places gained.

    ``period`` is that of the earlier results, ``not_alike`` the changes of the formula in between: with any,
    the two are not like with like.
    """

    period: Period
    day: dt.date
    score_change: Decimal | None
    rank_change: int | None
    not_alike: tuple[NotAlike, ...] = ()


Places = dict[tuple[str, str], Place]
"""By unit and part."""


def places(
    days: DailyResults, period: Period, until: dt.date | None = None, *, unit: str | None = None
) -> Places:
    """The last results of each unit (or of one) in a period, or the last up to a day; totals and groups."""
    conditions = [pl.col("period") == str(period), ~pl.col("part").str.contains(r"^\d")]
    if unit is not None:
        conditions.append(pl.col("unit") == unit)
    if until is not None:
        conditions.append(pl.col("day") <= until)
    rows = days.rows(*conditions)
    rows = rows.filter(pl.col("day") == pl.col("day").max().over("unit"))
    return {(row["unit"], row["part"]): _place(row) for row in rows.iter_rows(named=True)}


def earlier(period: Period, day: dt.date, since: str | dt.date) -> tuple[Period, dt.date | None]:
    """What results of a day are compared with: a period of the same kind, and its last day that counts.

    ``since`` is ``month`` or ``year`` before, or a day. Results of a period that was over are compared with
    those of the whole period before, for which the day is None.
    """
    if isinstance(since, dt.date):
        return _around(period, since), since
    if since == "year":
        return period.last_year(), None if day > period.last else _moved(day, -12)
    then = _moved(min(day, period.last), -1)
    if then >= period.first:
        return period, then
    return _around(period, then), None if day > period.last else then


def compared(now: Place, then: Place | None, of: Period, not_alike: Iterable[NotAlike]) -> Since | None:
    """A place beside that of an earlier day; None where that is not known or of no earlier day."""
    if then is None or then.day >= now.day:
        return None
    points = None if now.score is None or then.score is None else now.score - then.score
    moved = None if now.rank is None or then.rank is None else then.rank - now.rank
    return Since(of, then.day, points, moved, tuple(crossed(not_alike, then.day, now.day)))


def note(home: Path, changes: Iterable[tuple[str, FormulaChange]]) -> None:
    """Keep the changes of the portal's formula that were found, each with its period."""
    said = [
        NotAlike(
            period,
            change.indicator,
            change.since,
            change.until,
            change.words,
            {unit: str(points) for unit, points in change.costs.items()},
        )
        for period, change in changes
    ]
    rows = [asdict(one) | {"words": {"vi": one.words.vi, "en": one.words.en}} for one in said]
    path = home / NOTED
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(rows, default=str, ensure_ascii=False, indent=1), encoding="utf-8")
    beside.replace(path)


def _noted(said: dict[str, Any]) -> NotAlike:
    days = {name: dt.date.fromisoformat(said[name]) for name in ("since", "until")}
    return NotAlike(**said | days | {"words": Words(**said["words"])})


def _place(row: dict[str, Any]) -> Place:
    score = None if row["score"] is None else Decimal(f"{row['score']:.2f}")
    return Place(row["day"], score, row["rank"], row["ranked"] or 0)


def _around(period: Period, day: dt.date) -> Period:
    """The period of the same kind that a day is in, or the period itself from its first day on."""
    while day < period.first:
        period = period.previous()
    return period


def _moved(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
