"""Pictures as PNG, for where no SVG can be shown: letters, messages, previews of links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

import vl_convert

from phucvu.charts.svg import INK, MUTED

PAPER = "#fbf9f4"

FONT = "DejaVu Sans, Liberation Sans, sans-serif"
"""Fonts with every Vietnamese letter; the second comes with vl-convert, for machines that have none."""

FONTS = re.compile('font-family="[^"]*"')

WIDEST = {"normal": 0.54, "bold": 0.62}
"""How wide a letter is on average, of the size of its font, in the widest of these fonts."""


def png(svg: str, scale: float = 1.0) -> bytes:
    """An SVG text as PNG; with a ``scale`` of 2 a picture has twice as many pixels each way."""
    drawn: bytes = vl_convert.svg_to_png(svg, scale=scale)
    return drawn


def canvas(width: int, height: int, inside: str) -> str:
    """An SVG of paper with something on it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>{inside}</svg>'
    )


def line(text: str, x: float, y: float, size: int, colour: str = INK, weight: str = "normal") -> str:
    """One line of text as SVG; y is its base."""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" font-family="{FONT}" '
        f'fill="{colour}">{escape(text)}</text>'
    )


def lines(
    text: str,
    x: float,
    y: float,
    size: int,
    width: float,
    most: int,
    colour: str = INK,
    weight: str = "normal",
) -> tuple[str, float]:
    """A text on ``most`` lines at most, as SVG, and the base of the next line."""
    step = round(size * 1.35)
    texts = list(wrapped(text, int(width / (size * WIDEST[weight])), most))
    drawn = (line(one, x, y + number * step, size, colour, weight) for number, one in enumerate(texts))
    return "".join(drawn), y + len(texts) * step


def wrapped(text: str, letters: int, most: int) -> Iterator[str]:
    """A text in lines of limited length, in letters; what does not fit on ``most`` lines becomes “…”.

    >>> list(wrapped("một hai ba bốn năm", 7, 2))
    ['một hai', 'ba …']
    """
    words = [word[:letters] for word in text.split()]
    for number in range(most):
        if not words:
            return
        taken = words[:1]
        while len(taken) < len(words) and len(" ".join(words[: len(taken) + 1])) <= letters:
            taken = words[: len(taken) + 1]
        words = words[len(taken) :]
        if words and number == most - 1:
            taken = taken if len(" ".join(taken)) + 2 <= letters else taken[:-1]
            taken = [*taken, "…"]
        yield " ".join(taken)


def sheet(picture: str, title: str, notes: list[str]) -> bytes:
    """A picture of the site (an SVG text) on paper, under its title and above its notes, as PNG."""
    width, height = size_of(picture)
    edge, room = 24, max(width, 560)
    heading, top = lines(title, edge, edge + 20, 20, room, 3, weight="bold")
    bottom = top + height + 34
    foot = []
    for note in notes:
        drawn, bottom = lines(note, edge, bottom, 13, room, 3, colour=MUTED)
        foot.append(drawn)
    placed = FONTS.sub(f'font-family="{FONT}"', picture).replace("<svg ", f'<svg x="{edge}" y="{top:g}" ', 1)
    return png(canvas(room + 2 * edge, round(bottom + edge - 12), heading + placed + "".join(foot)), scale=2)


def size_of(picture: str) -> tuple[int, int]:
    """The width and height of an SVG text, in pixels."""
    head = picture[: picture.index(">")]
    width, height = (float(head.split(f' {name}="', 1)[1].split('"', 1)[0]) for name in ("width", "height"))
    return round(width), round(height)
