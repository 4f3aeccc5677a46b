"""The score that a unit's month will end with, shown where such forecasts have beaten the plain rules."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path

import polars as pl
from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

from phucvu.engine.listing import Listing, Wish
from phucvu.figures.periods import Period
from phucvu.formats import percent, points
from phucvu.inbox.home import home as home_folder
from phucvu.inbox.lists import forecasts_folder
from phucvu.steering import kept_month_ends
from phucvu.steering.due_lists import due_by
from phucvu.steering.kept_month_ends import KeptMonthEnds
from phucvu.steering.month_ends import LEVELS, SO_FAR
from phucvu.steering.month_ends_tried import TOTAL, expected, within
from phucvu.steering.past_month_ends import drawn_indicators, falling
from phucvu.steering.working_time import WorkingTime
from phucvu.web import results
from phucvu.web.boards import Board, Standing, board
from phucvu.web.language import _, language
from phucvu.web.latest import Latest
from phucvu.web.workspace import home

_KEPT: Latest[list[Expected]] = Latest(64)


@dataclass(frozen=True)
class Expected:
    """What an indicator or the total (``part``) has now, and where it is expected to end, in points."""

    part: str
    now: float
    middle: float
    low: float
    high: float


def kept() -> KeptMonthEnds | None:
    """What this home expects scores with; None where nothing was learnt yet."""
    path = forecasts_folder(home_folder()) / "scores.json"
    try:
        return _kept(path, path.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=2)
def _kept(path: Path, _changed: int) -> KeptMonthEnds | None:
    return kept_month_ends.read(path)


def of_unit(unit: str, period: Period, found: Listing) -> list[Expected]:
    """The indicators whose forecasts may be shown, then the total; empty where its forecast may not.

    Only a month that runs has an end to forecast.
    """
    known = kept()
    if period.kind != "month" or found.cut_off >= period.ends or known is None or not known.shown():
        return []
    try:
        standings = board(period)
    except KeyError:
        return []
    standing = standings.standings.get(unit)
    if standing is None or standing.total.score is None:
        return []
    version = known.at, found.path, results.versions().get(period)
    make = partial(_made, known, standings, standing, found, period)
    return _KEPT.get((home_folder(), unit, period), version, make)


def _made(
    known: KeptMonthEnds, of: Board, standing: Standing, found: Listing, period: Period
) -> list[Expected]:
    so_far = _so_far(of, standing, found, period)
    said = within(expected(known.known, so_far, of.rules), known.wider)
    most = {i.id: float(i.max_points) for i in of.rules.indicators}
    rows = {
        row["part"]: Expected(row["part"], *(row[name] for name in ("now", "middle", "from", "to")))
        for row in said.iter_rows(named=True)
        if known.shown(row["part"])
    }
    # What the rules give without figures is in the total alone.
    rest = float(standing.total.score or 0) - rows[TOTAL].now
    return [
        Expected(part, *(_held(value + (rest if part == TOTAL else 0), limit) for value in values))
        for part, limit in (most | {TOTAL: float(standing.total.max)}).items()
        if part in rows
        for values in [(rows[part].now, rows[part].middle, rows[part].low, rows[part].high)]
    ]


def _held(value: float, most: float) -> float:
    return round(min(max(value, 0.0), most), 2)


def _so_far(of: Board, standing: Standing, found: Listing, period: Period) -> pl.DataFrame:
    """The figures of a unit so far, as ``month_ends.SO_FAR``."""
    unit = standing.unit
    wanted, falls = drawn_indicators(of.rules), falling(of.rules)
    rows = [
        row for row in of.components(unit.code) if row["indicator"] in wanted and row["state"] != "by_rule"
    ]
    time = WorkingTime(home.calendar(), found.cut_off.date(), period.last)
    risk = _at_risk(found, period, unit.code)
    return pl.DataFrame(
        [
            {
                **{name: row[name] for name in ("unit", "indicator", "numerator", "denominator")},
                "kind": unit.kind,
                "left": time.hour(period.ends) - time.hour(found.cut_off),
                "risk": risk if row["indicator"] in falls else [],
            }
            for row in rows
        ],
        schema=SO_FAR,
    )


def _at_risk(found: Listing, period: Period, unit: str) -> list[int]:
    """The open dossiers due by the month's end, by step of their chance to be late."""
    chance = ColumnExpression("chance")
    step = FunctionExpression("floor", chance * ConstantExpression(LEVELS)).cast("INTEGER")
    wish = Wish(home.below(period, unit), due_by(period.last) & chance.isnotnull())
    steps = [0] * LEVELS
    for row in found.combinations(wish, {"step": step}):
        steps[min(row["step"], LEVELS - 1)] += row["number"]
    return steps


def sentence(found: list[Expected], period: Period) -> str:
    """Where the total is expected to end, how sure that is, and how often it came so; empty without any."""
    total = next((one for one in found if one.part == TOTAL), None)
    known = kept()
    if total is None or known is None:
        return ""
    words = _(
        "Dự kiến hết %(month)s đạt %(middle)s điểm, từ %(low)s đến %(high)s (hiện nay %(now)s). "
        "Các tháng trước, điểm cuối tháng nằm trong khoảng đã dự kiến: %(hits)s."
    )
    numbers = {name: _points(getattr(total, name)) for name in ("middle", "low", "high", "now")}
    hits = ", ".join(
        f"{Period.parse(m.month).title(language())} {percent(round(m.covered / m.number, 2), language())}"
        for m in known.last_months()
    )
    return words % {**numbers, "month": period.title(language()), "hits": hits}


def lines(found: list[Expected], of: Board) -> list[dict[str, str]]:
    """The rows of the table: each indicator's name and points as people read them, the total last."""
    names = {i.id: f"{i.id} {i.short[language()]}" for i in of.rules.indicators}
    return [
        {"name": names.get(one.part, _("Tổng điểm"))}
        | {name: _points(getattr(one, name)) for name in ("now", "middle", "low", "high")}
        for one in found
    ]


def _points(value: float) -> str:
    return points(Decimal(str(value)), language())
