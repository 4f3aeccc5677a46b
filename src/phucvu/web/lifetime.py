"""Since when a unit exists, and what came before and after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
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
    """``before`` and ``after`` are (name, link): of the units it succeeded, and of its successor.

    ``moves`` are (since or until when, name, link) of the units above it, where it had several.
    """

    rows: Sequence[Unit]
    before: list[tuple[str, str]]
    after: tuple[str, str] | None
    moves: list[tuple[str, str, str]]

    @property
    def said(self) -> str:
        first, last = self.rows[0].valid_from, self.rows[-1].valid_to
        days = {"first": _day(first), "last": _day(last)}
        match (first, last):
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
    before = [link(u) for u in board.units.predecessors(unit.code)]
    rows = board.units.rows_of(unit.code)
    moves = [
        (_under(row), *link(above))
        for row in rows
        if len({row.parent for row in rows}) > 1 and (above := board.units.get(row.parent)) is not None
    ]
    return Existence(rows, before, link(after) if after else None, moves)


def _under(row: Unit) -> str:
    """From when to when a row places a unit, as a sentence that ends with the unit above."""
    days = {"first": _day(row.valid_from), "last": _day(row.valid_to)}
    match (row.valid_from, row.valid_to):
        case (None, None):
            return _("Thuộc")
        case (_first, None):
            return _("Từ ngày %(first)s thuộc") % days
        case (None, _last):
            return _("Đến hết ngày %(last)s thuộc") % days
    return _("Từ ngày %(first)s đến hết ngày %(last)s thuộc") % days


def as_record(unit: Unit, board: Board) -> dict[str, Any]:
    rows = board.units.rows_of(unit.code)
    spans = [{"valid_from": r.valid_from, "valid_to": r.valid_to, "parent": r.parent} for r in rows]
    return {
        "valid_from": rows[0].valid_from,
        "valid_to": rows[-1].valid_to,
        "rows": spans,
        "predecessors": [u.code for u in board.units.predecessors(unit.code)],
        "successor": unit.successor,
    }


def last_period_of(unit: Unit, board: Board) -> Period | None:
    """The latest period in which a unit has a result; None where it has none."""
    rows = board.units.rows_of(unit.code)
    within = (p for p in results.periods() if any(row.exists_in(p) for row in rows))
    return next((p for p in within if unit.code in results.result(p).scores.totals["unit"]), None)


def _day(value: dt.date | None) -> str:
    return day(value) if value else ""
