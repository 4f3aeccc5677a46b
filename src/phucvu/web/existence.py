"""Since when a unit exists, and what came before and after it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from phucvu.figures.periods import Period
from phucvu.figures.units import Unit
from phucvu.formats import day
from phucvu.web import results
from phucvu.web.boards import Board
from phucvu.web.language import _
from phucvu.web.page import to
from phucvu.web.sentences import called


@dataclass(frozen=True)
class Existence:
    """``before`` and ``after`` are (name, link): of the units it succeeded, and of its successor."""

    unit: Unit
    before: list[tuple[str, str]]
    after: tuple[str, str] | None

    @property
    def said(self) -> str:
        days = {"first": _day(self.unit.valid_from), "last": _day(self.unit.valid_to)}
        match (self.unit.valid_from, self.unit.valid_to):
            case (None, None):
                return _("Đơn vị sau sắp xếp.") if self.before else ""
            case (_first, None):
                return _("Đơn vị hoạt động từ ngày %(first)s.") % days
            case (None, _last):
                return _("Đơn vị hoạt động đến hết ngày %(last)s.") % days
        return _("Đơn vị hoạt động từ ngày %(first)s đến hết ngày %(last)s.") % days


def existence(board: Board, unit: Unit) -> Existence:
    def link(other: Unit) -> tuple[str, str]:
        return called(other), to("unit", other.code, board=board)

    after = board.units.get(unit.successor)
    before = [link(u) for u in board.units if u.successor == unit.code]
    return Existence(unit, before, link(after) if after else None)


def as_record(unit: Unit, board: Board) -> dict[str, Any]:
    return {
        "valid_from": unit.valid_from,
        "valid_to": unit.valid_to,
        "predecessors": [u.code for u in board.units if u.successor == unit.code],
        "successor": unit.successor,
    }


def last_period_of(unit: Unit) -> Period | None:
    """The latest period in which a unit has a result; None where it has none."""
    within = (p for p in results.periods() if p.first <= (unit.valid_to or dt.date.max))
    within = (p for p in within if p.last >= (unit.valid_from or dt.date.min))
    return next((p for p in within if unit.code in results.result(p).scores.totals["unit"]), None)


def _day(value: dt.date | None) -> str:
    return day(value) if value else ""
