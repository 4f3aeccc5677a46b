"""What was searched for."""

from __future__ import annotations

from typing import Any

from phucvu.web import search
from phucvu.web.boards import Board
from phucvu.web.language import _
from phucvu.web.page import Page, asked_board, respond, to
from phucvu.web.search import Entry
from phucvu.web.sentences import kinds

MOST = 50
"""Hits that a page shows; who gets more is asked for another word."""

VIEWS = {"unit": "unit", "indicator": "indicator", "procedure": "procedure"}


def show(request: Any, form: str | None = None) -> Any:
    board = asked_board(request)
    text = request.GET.get("q", "").strip()
    every = search.found(text)
    hits = every[:MOST]
    context = {
        "asked_for": text,
        "count": len(every),
        "more": len(every) > MOST,
        "hits": [
            (hit, _what(hit), to(VIEWS[hit.kind], hit.key, board=board), _score(board, hit)) for hit in hits
        ],
    }
    table = [
        {"kind": hit.sort, "code": hit.key, "name": hit.name, "above": hit.above or None}
        | {"address": to(VIEWS[hit.kind], hit.key, board=board)}
        for hit in hits
    ]
    data = {"q": text, "count": len(every), "found": table}
    return respond(request, Page("search.html", context, data, table, board), form)


def _what(hit: Entry) -> str:
    """What kind of thing a hit is, in words."""
    if hit.kind == "unit":
        return kinds(hit.sort)
    return _("chỉ số") if hit.kind == "indicator" else _("thủ tục")


def _score(board: Board, hit: Entry) -> Any:
    standing = board.standings.get(hit.key) if hit.kind == "unit" else None
    return standing and standing.total.score
