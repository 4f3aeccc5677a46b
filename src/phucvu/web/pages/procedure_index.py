"""The index of one procedure unit by unit: points by indicator, and what the portal showed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phucvu.rules.model import Indicator
from phucvu.web import results
from phucvu.web.boards import Board
from phucvu.web.language import _, language
from phucvu.web.page import Page, asked_board, respond, to
from phucvu.web.pages import procedures
from phucvu.web.preview import Preview
from phucvu.web.procedure_scores import Both, ProcedureScores, scores_of

COLUMNS = ("numerator", "denominator", "rate", "score", "max")
PUBLISHED = ("day", "numerator", "denominator", "score", "rank", "ranked")


def show(request: Any, code: str, form: str | None = None) -> Any:
    """The unit asked for and those just below it."""
    board = asked_board(request)
    found = procedures.one(request, board, code)
    scores = scores_of(board, code)
    units = _units(board, found, scores)
    rows = [row for unit in units for row in _rows(board, scores, unit)]
    by_unit = {unit: {line.indicator.id: line for line in scores.lines(board, unit)} for unit in units}
    columns = [i for i in board.rules.indicators if any(i.id in lines for lines in by_unit.values())]
    title = _("Điểm các chỉ số của thủ tục %(code)s") % {"code": code}
    context = {
        "code": code,
        "name": found.name,
        "title": title,
        "columns": columns,
        "rows": [(board.units[unit], _cells(columns, by_unit[unit]), scores.total(unit)) for unit in units],
        "scores": scores,
        "counts": results.source().counts,
        "has_published": any(scores.published.get(unit) for unit in units),
        "back": to("procedure", code, board=board, query=found.query),
    }
    data = {"procedure": code, "name": found.name, **as_data(scores), "rows": rows}
    preview = Preview(title, found.name or title)
    return respond(request, Page("procedure_index.html", context, data, rows, board, preview), form)


def as_data(scores: ProcedureScores) -> dict[str, Any]:
    return {
        "counted_at": scores.counted_at and scores.counted_at.isoformat(),
        "published_day": scores.published_day,
    }


def _units(board: Board, found: procedures.One, scores: ProcedureScores) -> list[str]:
    own = found.unit.code if found.unit else None
    below = [s.unit.code for block in board.blocks(own) for s in block.standings]
    known = [*([own] if own else []), *below]
    return [unit for unit in known if unit in scores.own or unit in scores.published]


def _cells(columns: list[Indicator], lines: dict[str, Both]) -> list[tuple[Indicator, Both | None]]:
    return [(indicator, lines.get(indicator.id)) for indicator in columns]


def _rows(board: Board, scores: ProcedureScores, unit: str) -> Iterator[dict[str, Any]]:
    """A unit's indicators, then the groups and the total that the portal alone shows."""
    lang, published = language(), scores.published.get(unit, {})
    lines = {line.indicator.id: line.own.numbers for line in scores.lines(board, unit)}
    names = {i.id: i.short[lang] for i in board.rules.indicators}
    names |= {group.id: group.name[lang] for group in board.rules.groups} | {"total": _("Tổng điểm")}
    for part, name in names.items():
        if part not in lines and part not in published:
            continue
        own, there = lines.get(part, {}), published.get(part)
        yield (
            {"unit": unit, "unit_name": board.units[unit].name, "part": part, "title": name}
            | {column: own.get(column) for column in COLUMNS}
            | {f"published_{column}": getattr(there, column, None) for column in PUBLISHED}
        )
