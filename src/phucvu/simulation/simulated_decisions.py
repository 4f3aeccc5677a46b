"""Publication decisions and the procedures a province or ministry owns (1.1 to 1.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from phucvu.engine.calendar import Calendar
from phucvu.figures.periods import Period, last_second
from phucvu.figures.units import Unit, Units
from phucvu.problems import Fault, UnusableError
from phucvu.records.codes import ProcedureState
from phucvu.rules.model import RuleSet
from phucvu.simulation.targets import Figures, contradiction

DECIDED, PUBLISHED, COMPLETE = "1.1", "1.2", "1.3"


@dataclass(frozen=True)
class Transparency:
    """The figures 1.1 to 1.3 of one province or ministry: (numerator, denominator) each."""

    home: Unit
    decided: tuple[int, int]
    published: tuple[int, int]
    complete: tuple[int, int]


def read_transparency(figures: Figures, units: Units) -> list[Transparency]:
    """The figures 1.1 to 1.3 of each province or ministry, which every unit of it shows.

    Raises UnusableError where units of one province show different figures, or where more procedures
    are judged by their publication than were decided on.
    """
    problems: list[Fault] = []
    asked: dict[str, dict[str, tuple[int, int]]] = {}
    for (unit, indicator), figure in figures.items():
        if indicator not in (DECIDED, PUBLISHED, COMPLETE):
            continue
        home = _home(units, unit)
        expected = asked.setdefault(home, {}).setdefault(indicator, figure)
        if figure != expected:
            problems.append(
                contradiction(
                    unit,
                    indicator,
                    f"phải là {expected[0]}/{expected[1]} như các đơn vị khác của {home}",
                    f"must be {expected[0]}/{expected[1]}, as other units of {home} show",
                )
            )
    found = []
    for home, of in asked.items():
        published = of.get(PUBLISHED, (0, 0))
        decided = of.get(DECIDED, (published[1], published[1]))
        if published[1] > decided[1]:
            problems.append(
                contradiction(
                    home,
                    PUBLISHED,
                    f"{published[1]} thủ tục, nhưng quyết định trong kỳ chỉ có {decided[1]} thủ tục (1.1)",
                    f"{published[1]} procedures, but decisions of the period name only {decided[1]} (1.1)",
                )
            )
        found.append(Transparency(units[home], decided, published, of.get(COMPLETE, (0, 0))))
    if problems:
        raise UnusableError(problems)
    return found


def _home(units: Units, code: str) -> str:
    """The province or ministry that a unit belongs to."""
    above = units.above(code)
    return next((u.code for u in above if u.kind in ("province", "ministry")), above[-1].code)


def owned_procedures(asked: Iterable[Transparency]) -> list[dict[str, Any]]:
    """Rows of the table ``procedures`` for those decided on: 1.3 says how many are public, not abolished."""
    return [
        {
            "code": _code(one.home, number),
            "name": f"Thủ tục mô phỏng do {one.home.code} công bố {number + 1:04}",
            "field": "Công bố thủ tục hành chính",
            "owner": one.home.code,
            "for_citizens": False,
            "fee": False,
            "paper_result": True,
            "max_time": 5,
            "max_time_unit": "workday",
            "status": ProcedureState.PUBLIC if number < one.complete[1] else ProcedureState.ABOLISHED,
            "parts_complete": number < one.complete[0],
        }
        for one in asked
        for number in range(max(one.decided[1], one.complete[1]))
    ]


def _code(home: Unit, number: int) -> str:
    return f"9.{home.code}.{number + 1:04}"


def decisions(
    rng: np.random.Generator,
    asked: Iterable[Transparency],
    calendar: Calendar,
    period: Period,
    cut_off: dt.datetime,
    rules: RuleSet,
) -> list[dict[str, Any]]:
    """Rows of the table ``decisions``, one for each procedure of a decision."""
    return [row for one in asked for row in _rows(rng, one, calendar, period, cut_off, rules)]


def _rows(
    rng: np.random.Generator,
    one: Transparency,
    calendar: Calendar,
    period: Period,
    cut_off: dt.datetime,
    rules: RuleSet,
) -> Iterator[dict[str, Any]]:
    kind = "ministry" if one.home.kind == "ministry" else "province"
    before = rules[DECIDED].count.working_days[kind]
    after = rules[PUBLISHED].count.working_days[kind]
    (in_time, total), (public_in_time, judged) = one.decided, one.published
    last = cut_off.date()
    every = [period.first + dt.timedelta(days=n) for n in range((last - period.first).days + 1)]
    days = [day for day in every if calendar.is_working(day)] or every
    run_out = {day: last_second(calendar.after(day, after)) <= cut_off for day in days}
    overdue = [day for day in days if run_out[day]]
    open_ = [day for day in days if not run_out[day]]
    wanted = ((judged - public_in_time, overdue), (total - judged, open_))
    for count, possible in wanted:
        if count and not possible:
            raise UnusableError(
                contradiction(
                    one.home.code,
                    PUBLISHED,
                    "các ngày của kỳ không cho phép kết quả này",
                    "the days of the period do not allow this result",
                )
            )
    # A late decision of 1.1 may be public in time and the other way round.
    decided_late = set(rng.permutation(total)[: total - in_time].tolist())
    for number in range(total):
        published: dt.date | None = None
        if number < public_in_time:
            decided = _one(rng, days)
            possible = [d for d in every if decided <= d <= calendar.after(decided, after)]
            published = _one(rng, possible)
        elif number < judged:
            decided = _one(rng, overdue)
            late = [d for d in every if d > calendar.after(decided, after)]
            published = _one(rng, late) if late and rng.random() < 0.7 else None
        else:
            decided = _one(rng, open_)
        latest = calendar.after(decided, before)
        if number in decided_late:
            soon = [decided + dt.timedelta(days=n) for n in range((latest - decided).days)]
            effective = _one(rng, [day for day in soon if calendar.before(day, before) < decided])
        else:
            effective = latest + dt.timedelta(days=int(rng.integers(1, 30)))
        yield {
            "number": f"{number // 8 + 1}/QĐ-MP-{one.home.code}-{decided:%Y%m%d}",
            "unit": one.home.code,
            "kind": str(rng.choice(["new", "amended", "abolished"], p=[0.3, 0.6, 0.1])),
            "decided_on": decided,
            "effective_on": effective,
            "procedure": _code(one.home, number),
            "published_on": published,
        }


def _one(rng: np.random.Generator, days: list[dt.date]) -> dt.date:
    return days[int(rng.integers(len(days)))]
