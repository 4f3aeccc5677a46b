"""A unit: where it stands, where its points are lost, and the units below it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse

from phucvu.charts.lost_points import lost_points
from phucvu.web.boards import Board, Mark, Standing
from phucvu.web.components import Part, losses, parts, without_anything
from phucvu.web.language import _, language
from phucvu.web.page import Page, asked_board, kept, respond, to
from phucvu.web.ranking import as_record, asked_sort, ranking
from phucvu.web.sentences import called, of_unit


def show(request: Any, code: str, form: str | None = None) -> Any:
    board = asked_board(request)
    standing = _standing(board, code)
    sort = asked_sort(request, board.rules)
    found = parts(board, standing)
    below = board.blocks(code)
    nothing, lost_for_nothing = without_anything(found)
    context = {
        "standing": standing,
        "unit": standing.unit,
        "sentence": of_unit(board, standing),
        "parts": found,
        "losses": losses(found),
        "nothing": nothing,
        "lost_for_nothing": lost_for_nothing,
        "blocks": [
            (block.kind, ranking(board, block.standings, sort, "unit", code, anchor=block.kind))
            for block in below
        ],
        "trail": [(called(unit), to("unit", unit.code, board=board)) for unit in _above(board, code)],
        "within": "&".join(
            [
                *filter(None, [kept(board).removeprefix("?")]),
                *([f"within={standing.unit.parent}"] if standing.unit.parent else []),
            ]
        ),
        "chart": to("lost-svg", code, board=board),
        "chart_narrow": to("lost-svg", code, "-narrow", board=board),
    }
    everyone = [s for block in below for s in block.standings]
    data = {
        "unit": as_record(standing),
        "components": [_component(row, board) for row in board.components(code)],
        "below": [as_record(s) for s in everyone],
    }
    table = [*_table(board, standing, found), *(row for s in everyone for row in _marks(board, s))]
    return respond(request, Page("unit.html", context, data, table, board), form)


def lost_svg(request: Any, code: str, narrow: str | None = None) -> Any:
    """The picture of a unit's lost points, for a desk or a phone."""
    board = asked_board(request)
    standing = _standing(board, code)
    title = _("Điểm bị mất của %(unit)s") % {"unit": called(standing.unit)}
    found = losses(parts(board, standing))
    text = lost_points(found, title, of_unit(board, standing), language(), bool(narrow))
    return HttpResponse(text, content_type="image/svg+xml; charset=utf-8")


def _standing(board: Board, code: str) -> Standing:
    if code not in board.standings:
        reason = _("Không có kết quả của đơn vị %(code)s trong kỳ này.")
        raise Http404(reason % {"code": code[:60]})
    return board.standings[code]


def _above(board: Board, code: str) -> list[Any]:
    """The units above one that have a page, the highest first."""
    return [unit for unit in reversed(board.units.above(code)[1:]) if unit.code in board.standings]


def _component(row: dict[str, Any], board: Board) -> dict[str, Any]:
    shown = {key: value for key, value in row.items() if key not in ("period", "unit")}
    return shown | {"derived": row["indicator"] in board.result.derived}


def _table(board: Board, standing: Standing, found: list[Part]) -> Iterator[dict[str, Any]]:
    """Everything of one unit as rows of one table: its total, its groups, their indicators."""
    yield from _marks(board, standing)
    for part in found:
        for line in part.lines:
            row = line.row or {"max": line.indicator.max_points, "state": "not_published"}
            yield (
                _row(standing, line.indicator.id, line.indicator.short.vi)
                | {
                    key: row.get(key)
                    for key in ("numerator", "denominator", "rate", "score", "max", "lost", "state")
                }
                | {"derived": line.derived or None}
            )


def _marks(board: Board, standing: Standing) -> Iterator[dict[str, Any]]:
    yield _mark(standing, "total", "Tổng điểm", standing.total)
    for group in board.rules.groups:
        if group.id in standing.groups:
            yield _mark(standing, group.id, group.name.vi, standing.groups[group.id])


def _mark(standing: Standing, part: str, title: str, mark: Mark) -> dict[str, Any]:
    return _row(standing, part, title) | {
        "score": mark.score,
        "max": mark.max,
        "lost": mark.lost,
        "rank": mark.rank,
        "ranked": mark.ranked,
        "state": mark.origin,
    }


EMPTY = dict.fromkeys(
    ("numerator", "denominator", "rate", "score", "max", "lost", "rank", "ranked", "state", "derived")
)


def _row(standing: Standing, part: str, title: str) -> dict[str, Any]:
    unit = standing.unit
    about = {"unit": unit.code, "name": unit.name, "kind": unit.kind, "part": part, "title": title}
    return about | EMPTY
