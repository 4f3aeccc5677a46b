"""Abbreviations of the field, spelled out where a page first uses them."""

from __future__ import annotations

import re

SPELLED = {
    "TTHC": "thủ tục hành chính",
    "PAKN": "phản ánh, kiến nghị",
    "DVCTT": "dịch vụ công trực tuyến",
    "DVCQG": "Dịch vụ công quốc gia",
    "BCQG": "Báo cáo quốc gia",
}

PIECES = re.compile(r"(<[^>]*>)")
NUMBER = re.compile(r"\d\.\d[ab]?")
"""The number of an indicator: its name begins behind it."""

KEPT_AS_THEY_ARE = ("title", "script", "style", "option", "textarea", "caption", "q")
"""Elements in which nothing is spelled out: what is not read as the text of the page, cannot be longer, or is
what others said."""

LETTER = '<div class="letter"'
"""An official letter, the last thing on its page: it stands as it will be sent."""


def spelled_out(html: str) -> str:
    """A page, with each abbreviation spelled out at its first use in the text after <main>.

    >>> spelled_out("<title>TTHC</title><main><p title='TTHC'>3 TTHC, mọi TTHC</p></main>")
    "<title>TTHC</title><main><p title='TTHC'>3 thủ tục hành chính (TTHC), mọi TTHC</p></main>"
    """
    head, main, rest = html.partition("<main")
    rest, letter, end = rest.partition(LETTER)
    left = {short for short in SPELLED if short in rest}
    if not left:
        return html
    pieces, within = PIECES.split(main + rest), ""
    for place, piece in enumerate(pieces):
        if piece.startswith("<"):
            name = piece.strip("</>").split(" ")[0]
            within = "" if piece.startswith("</") else name if name in KEPT_AS_THEY_ARE else within
        elif not within:
            for short in [s for s in left if re.search(rf"\b{s}\b", piece)]:
                before, after = re.split(rf"\b{short}\b", pieces[place], maxsplit=1)
                words = SPELLED[short]
                if _begins(pieces, place, before):
                    words = words[0].upper() + words[1:]
                pieces[place] = f"{before}{words} ({short}){after}"
                left.remove(short)
    return head + "".join(pieces) + letter + end


def _begins(pieces: list[str], place: int, before: str) -> bool:
    """Whether what follows ``before``, in the text at a place, is the beginning of what is said."""
    said = before.strip()
    if not said and place > 1:
        if pieces[place - 1].startswith("</"):
            return False
        said = pieces[place - 2].strip()
    return not said or NUMBER.fullmatch(said) is not None
