"""The indicators: all of them, and one across like units."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from phucvu.rules.model import Indicator
from phucvu.web.boards import Block, Board
from phucvu.web.components import Line
from phucvu.web.explained import explained, origins
from phucvu.web.language import _
from phucvu.web.page import Page, asked_board, respond, to
from phucvu.web.ranking import asked_order
from phucvu.web.sentences import called, of_indicator


def every(request: Any, form: str | None = None) -> Any:
    board = asked_board(request)
    provinces = {standing.unit.code for standing in board.provinces}
    groups = []
    table = []
    for group in board.rules.groups:
        rows = []
        for indicator in board.rules.of_group(group.id):
            scores = [row["score"] for row in board.across(indicator.id) if row["unit"] in provinces]
            mean = sum(scores) / len(scores) if scores and indicator.scored else None
            rows.append((indicator, mean))
            table.append(_as_row(indicator) | {"mean_score_of_provinces": mean and round(mean, 2)})
        groups.append((group, rows))
    context = {"groups": groups, "max_points": board.rules.max_points}
    page = Page("indicators.html", context, {"indicators": table}, table, board)
    return respond(request, page, form)


def show(request: Any, identity: str, form: str | None = None) -> Any:
    board = asked_board(request)
    if identity not in board.rules:
        reason = _("Không có chỉ số %(id)s trong bộ quy tắc của kỳ này.")
        raise Http404(reason % {"id": identity[:60]})
    indicator = board.rules[identity]
    order = asked_order(request)
    within = request.GET.get("within") or None
    if within is not None and not board.blocks(within):
        reason = _("Không có đơn vị nào dưới %(code)s trong kỳ này.")
        raise Http404(reason % {"code": within[:60]})
    every_row = {row["unit"]: row for row in board.across(identity)}
    blocks = [(block.kind, _rows(block, every_row, order)) for block in board.blocks(within)]
    names = {s.unit.code: called(s.unit) for block in board.blocks(within) for s in block.standings}
    parent = board.units.get(within)
    context = {
        "indicator": indicator,
        "group": board.rules.group(indicator.group),
        "parent": parent,
        "order": order,
        "other_order": to(
            "indicator",
            identity,
            board=board,
            query="&".join(
                [f"order={'asc' if order == 'desc' else 'desc'}", *([f"within={within}"] if within else [])]
            ),
        ),
        "blocks": [
            (kind, of_indicator(indicator, rows, names), _lines(board, indicator, rows))
            for kind, rows in blocks
        ],
        "explained": list(explained(indicator)),
        "origins": origins(indicator, board.rules),
        "derived": identity in board.result.derived,
        "group_link": to("nation", board=board, query=f"sort={indicator.group}"),
    }
    table = [_as_data(board, row) for _kind, rows in blocks for row in rows]
    data = {"indicator": _as_row(indicator), "within": within, "units": table}
    return respond(request, Page("indicator.html", context, data, table, board), form)


def _rows(block: Block, every_row: dict[str, dict[str, Any]], order: str) -> list[dict[str, Any]]:
    """The rows of a block by rate, without a rate last."""
    rows = [every_row[s.unit.code] for s in block.standings if s.unit.code in every_row]
    sign = 1 if order == "asc" else -1
    return sorted(rows, key=lambda r: (r["rate"] is None, sign * (r["rate"] or 0), r["unit"]))


def _lines(
    board: Board, indicator: Indicator, rows: list[dict[str, Any]]
) -> list[tuple[Any, Line, int | None]]:
    """Each unit with its line and its rank by rate."""
    derived = indicator.id in board.result.derived
    rates = [row["rate"] for row in rows if row["rate"] is not None]
    return [
        (
            board.units[row["unit"]],
            Line(indicator, row, derived, board.rules),
            None if row["rate"] is None else 1 + sum(rate > row["rate"] for rate in rates),
        )
        for row in rows
    ]


def _as_row(indicator: Indicator) -> dict[str, Any]:
    return {
        "id": indicator.id,
        "group": indicator.group,
        "name": indicator.name.vi,
        "name_en": indicator.name.en,
        "max": indicator.max_points,
        "target": float(indicator.target) if indicator.target else None,
        "zero_denominator": indicator.zero_denominator,
    }


def _as_data(board: Board, row: dict[str, Any]) -> dict[str, Any]:
    unit = board.units[row["unit"]]
    shown = ("numerator", "denominator", "rate", "score", "max", "lost", "state")
    derived = row["indicator"] in board.result.derived
    about = {"unit": unit.code, "name": unit.name, "kind": unit.kind, "parent": unit.parent}
    return about | {key: row[key] for key in shown} | {"derived": derived}
