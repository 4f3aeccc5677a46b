"""The terms, explained."""

from __future__ import annotations

from typing import Any

from phucvu.web.glossary import terms
from phucvu.web.language import _
from phucvu.web.page import Page, asked_board, respond
from phucvu.web.preview import Preview


def show(request: Any, form: str | None = None) -> Any:
    board = asked_board(request)
    every = list(terms().values())
    table = [
        {
            "term": term.name.vi,
            "term_en": term.name.en,
            "short": term.short or None,
            "meaning": term.meaning.vi,
            "meaning_en": term.meaning.en,
            "in_code": term.code,
        }
        for term in every
    ]
    preview = Preview(_("Thuật ngữ"), _("Những chữ dùng trên trang này và nghĩa của chúng."), dated=False)
    return respond(
        request, Page("glossary.html", {"terms": every}, {"terms": table}, table, board, preview), form
    )
