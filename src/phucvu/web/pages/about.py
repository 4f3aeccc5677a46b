"""What the site is, where its numbers come from, and how to take them away."""

from __future__ import annotations

from typing import Any

from phucvu.web import results
from phucvu.web.bands import BANDS
from phucvu.web.page import Page, asked_board, respond


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
    bands = [{"lowest": band.lowest, "name": band.name} for band in BANDS]
    data = {"periods": table, "bands": bands}
    context = {
        "results": [(result, result.rules.name) for result in shown],
        "bands": BANDS,
        "examples": list(board.standings)[:1],
    }
    return respond(request, Page("about.html", context, data, table, board), form)
