"""Small pages for other offices' sites to include: a unit's score, a ranking, an indicator or all of them,
a comparison, a procedure or those with most dossiers."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import Http404
from django.shortcuts import render

from phucvu.published.daily_results import TOTAL
from phucvu.web import results
from phucvu.web.boards import Board
from phucvu.web.components import Line
from phucvu.web.embedding import framed
from phucvu.web.language import _, language
from phucvu.web.page import asked_board, to
from phucvu.web.pages import compare, indicators, procedures
from phucvu.web.published_figures import beside_counts
from phucvu.web.published_words import beside_own
from phucvu.web.rates import best_order, is_time
from phucvu.web.sentences import called, kinds, of_comparison, of_unit

MOST = 200
"""Rows of an included list; the page behind it has them all."""

MOST_PROCEDURES = 20
"""Of procedures, those with most dossiers."""


@framed
def unit(request: Any, code: str) -> Any:
    board = asked_board(request)
    if code not in board.standings:
        raise Http404(_("Không có kết quả của đơn vị %(code)s trong kỳ này.") % {"code": code[:60]})
    standing = board.standings[code]
    context = {
        "standing": standing,
        "sentence": of_unit(board, standing),
        "published": beside_own(board, standing),
        "full": to("unit", code, board=board),
    }
    return _shown(request, board, "embed_unit.html", called(standing.unit), context)


@framed
def ranking(request: Any, code: str | None = None) -> Any:
    """The units below one, or those below none, in their blocks."""
    board = asked_board(request)
    blocks = board.blocks(code)
    if not blocks:
        raise Http404(_("Không có đơn vị nào dưới %(code)s trong kỳ này.") % {"code": (code or "")[:60]})
    counts = results.source().counts
    title = _("Xếp hạng") if code is None else called(board.units[code])
    context = {
        "blocks": [
            (
                kinds(block.kind),
                block.standings[:MOST],
                counts and any(s.published.get(TOTAL) for s in block.standings),
            )
            for block in blocks
        ],
        "full": to("unit", code, board=board) if code else to("nation", board=board),
    }
    return _shown(request, board, "embed_ranking.html", title, context)


@framed
def indicator(request: Any, identity: str) -> Any:
    board = asked_board(request)
    shown = indicators.asked_indicator(board, identity)
    within = indicators.asked_within(request, board)
    rows = {row["unit"]: row for row in board.across(identity)}
    published = beside_counts(pl.col("part") == identity, period=board.period)
    blocks = [
        (
            kinds(block.kind),
            [
                (
                    board.units[row["unit"]],
                    Line(shown, row, False, board.rules),
                    published.get(row["unit"], {}).get(identity),
                )
                for row in found
            ],
        )
        for block in board.blocks(within)
        if (found := indicators.in_order(block, rows, best_order(shown))[:MOST])
    ]
    query = f"within={within}" if within else ""
    context = {
        "blocks": blocks,
        "published": bool(published),
        "time": is_time(shown),
        "full": to("indicator", identity, board=board, query=query),
    }
    return _shown(request, board, "embed_indicator.html", f"{shown.id} {shown.short[language()]}", context)


@framed
def every_indicator(request: Any) -> Any:
    """The points of each indicator: the mean of the provinces, or those of the only unit."""
    board = asked_board(request)
    context = {
        "groups": indicators.means_of(board),
        "whose": indicators.whose(board),
        "full": to("indicators", board=board),
    }
    return _shown(request, board, "embed_indicators.html", _("Các chỉ số"), context)


@framed
def units_compared(request: Any) -> Any:
    """Some units side by side: their totals and those of their groups."""
    board = asked_board(request)
    codes = compare.asked_units(request, board)
    if not codes:
        raise Http404(_("Chọn những đơn vị cần đặt cạnh nhau."))
    standings = [board.standings[code] for code in codes]
    context = {
        "sentence": of_comparison(standings),
        "units": [s.unit for s in standings],
        "rows": [row for row in compare.rows_of(board, standings) if row.bold],
        "full": to("compare", board=board, query=f"units={','.join(codes)}"),
    }
    return _shown(request, board, "embed_compare.html", _("So sánh các đơn vị"), context)


@framed
def procedure(request: Any, code: str) -> Any:
    """What a procedure took, in the unit under which all others stand or in the one asked for."""
    board = asked_board(request)
    found = procedures.one(request, board, code)
    context = {"sentence": found.said, "full": to("procedure", code, board=board, query=found.query)}
    return _shown(request, board, "embed_procedure.html", found.name or code, context)


@framed
def most_asked(request: Any) -> Any:
    """The procedures that took most dossiers, of all units or of the one asked for."""
    board = asked_board(request)
    unit = procedures.asked_unit(request, board)
    found = procedures.listed(board, unit)
    names = results.procedure_names()
    rows = procedures.in_order(found or [], "received", "desc")[:MOST_PROCEDURES]
    query = f"within={unit.code}" if unit and request.GET.get("within") else ""
    context = {
        "counted": found is not None,
        "sentence": procedures.of_procedures(found or []),
        "rows": [
            (row, names.get(row.procedure, ""), to("procedure", row.procedure, board=board, query=query))
            for row in rows
        ],
        "full": to("procedures", board=board, query=query),
    }
    title = _("Thủ tục hành chính")
    if unit:
        title += f", {called(unit)}"
    return _shown(request, board, "embed_procedures.html", title, context)


def _shown(request: Any, board: Board, template: str, title: str, context: dict[str, Any]) -> Any:
    shared = {"result": board.result, "rules": board.rules, "title": title}
    return render(request, template, shared | context)
