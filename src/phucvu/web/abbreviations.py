"""Abbreviations are spelled out where a page first uses them.

A page says TTHC, PAKN, DVCTT, DVCQG or BCQG in tables and names of indicators. Its first use in the
text becomes ``<abbr title="thủ tục hành chính">TTHC</abbr>``, which a phone and paper show in full.
The abbreviations and what they stand for are those of the glossary.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from django.utils.html import format_html

from phucvu.web.glossary import terms
from phucvu.web.language import language

NO_TEXT = ("title", "option", "textarea", "pre", "code", "svg", "abbr", "script", "style", "q")
"""Elements in which nothing is marked: what stands there is not read as text, may hold no element, or is what
others said."""

PORTAL = "Cổng "
"""Pages write «Cổng DVCQG»: the word before the abbreviation is no part of it."""

NEAR = 300
"""Characters before an abbreviation in which its words would stand."""


def spelled_out(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Middleware that spells out abbreviations in every page."""

    def answer(request: Any) -> Any:
        response = get_response(request)
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            response.content = marked(response.content.decode(response.charset), language())
        return response

    return answer


@cache
def abbreviations(lang: str) -> dict[str, str]:
    """What each abbreviation of the glossary stands for."""
    return {term.short: term.name[lang].removeprefix(PORTAL) for term in terms().values() if term.short}


def marked(html: str, lang: str) -> str:
    """The page with the first use of each abbreviation marked, unless its words stand just before it.

    >>> marked("<p>Mã TTHC</p><p>TTHC</p>", "vi")
    '<p>Mã <abbr title="thủ tục hành chính">TTHC</abbr></p><p>TTHC</p>'
    >>> marked("<p>thủ tục hành chính (TTHC)</p>", "vi")
    '<p>thủ tục hành chính (TTHC)</p>'
    """
    for short, words in abbreviations(lang).items():
        if short not in html:
            continue
        found = first_use(html, short)
        if found is not None and not _said_before(html, found, words):
            marking = format_html('<abbr title="{}">{}</abbr>', words, short)
            html = html[:found] + marking + html[found + len(short) :]
    return html


def first_use(html: str, short: str) -> int | None:
    """Where an abbreviation first stands in what a reader sees; None where it does not."""
    uses = (match.start() for match in re.finditer(rf"\b{short}\b", html))
    return next((place for place in uses if _is_text(html, place)), None)


def _is_text(html: str, place: int) -> bool:
    opened = html.rfind("<", 0, place)
    closed = html.rfind(">", 0, place)
    if opened > closed or 'class="hidden"' in html[opened:closed]:
        return False
    return not any(html.rfind(f"<{name}", 0, place) > html.rfind(f"</{name}", 0, place) for name in NO_TEXT)


def _said_before(html: str, place: int, words: str) -> bool:
    before = re.sub(r"<[^>]*>", "", html[max(0, place - NEAR) : place])
    return before.casefold().endswith(f"{words.casefold()} (")
