"""What was searched for."""

from __future__ import annotations

from typing import Any

from phucvu.web import search
from phucvu.web.boards import Board
from phucvu.web.glossary import terms
from phucvu.web.language import _
from phucvu.web.page import Page, asked_board, respond, to
from phucvu.web.preview import Preview
from phucvu.web.search import Entry
from phucvu.web.sentences import called, kinds

MOST = 50
"""Hits that a page shows; who gets more is asked for another word."""


def show(request: Any, form: str | None = None) -> Any:
    board = asked_board(request)
    text = request.GET.get("q", "").strip()
    found = search.found(text)
    hits = found.hits[:MOST]
    context = {
        "asked_for": text,
        "found": found,
        "count": len(found.hits),
        "more": len(found.hits) > MOST,
        "hits": [(hit, _what(hit), _address(board, hit), _score(board, hit)) for hit in hits],
        "meanings": ", ".join(f"“{meaning}”" for meaning in found.meanings),
        "elsewhere": _(" và ").join(found.elsewhere),
        "held": _held(board),
    }
    table = [
        {"kind": hit.sort, "code": hit.key, "name": hit.name, "above": hit.above or None}
        | {"address": _address(board, hit), "meaning": hit.meaning or None}
        for hit in hits
    ]
    preview = Preview(_("Tìm đơn vị, thủ tục, chỉ số"), "", dated=False, pictured=False)
    data = {"q": text, "count": len(found.hits), "found": table}
    data |= {"alike": found.alike, "meanings": found.meanings, "not_covered": found.elsewhere}
    return respond(request, Page("search.html", context, data, table, board, preview), form)


def _what(hit: Entry) -> str:
    """What kind of thing a hit is, in words."""
    if hit.kind == "unit":
        return kinds(hit.sort)
    return {"indicator": _("chỉ số"), "procedure": _("thủ tục"), "term": _("thuật ngữ")}[hit.kind]


def _address(board: Board, hit: Entry) -> str:
    if hit.kind == "term":
        return f"{to('glossary', board=board)}#{terms()[hit.key].anchor}"
    return to(hit.kind, hit.key, board=board)


def _held(board: Board) -> str:
    """Whose figures the site has, in words."""
    if board.only_root is not None:
        return called(board.only_root.unit)
    return _("%(count)s cơ quan, đơn vị") % {"count": len(board.standings)}


def _score(board: Board, hit: Entry) -> Any:
    standing = board.standings.get(hit.key) if hit.kind == "unit" else None
    return standing and standing.total.score
