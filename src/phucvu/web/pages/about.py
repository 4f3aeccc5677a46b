"""What the site is, where its numbers come from, and how to take them away."""

from __future__ import annotations

from typing import Any

from phucvu.web import results
from phucvu.web.bands import bands
from phucvu.web.language import _
from phucvu.web.page import Page, asked_board, respond
from phucvu.web.preview import Preview, site_said


def show(request: Any, form: str | None = None) -> Any:
    board = asked_board(request)
    shown = [results.result(period) for period in results.periods()]
    table = [
        {
            "period": str(result.period),
            "cut_off": result.cut_off.isoformat(),
            "rules": result.rules.name,
            "source": result.source.vi,
            "source_en": result.source.en,
        }
        for result in shown
    ]
    known, bounds = bands(board.rules), board.rules.bands
    source = board.rules.sources[bounds.source].title if bounds else None
    told = [{"lowest": band.lowest, "name": band.name} for band in known]
    data = {"periods": table, "bands": told, "bands_source": source}
    context = {
        "results": [(result, result.rules.name) for result in shown],
        "bands": known,
        "bands_source": source,
        "examples": list(board.standings)[:1],
    }
    preview = Preview(_("Giới thiệu"), site_said(), dated=False)
    return respond(request, Page("about.html", context, data, table, board, preview), form)
