"""Maps that stand alone as SVG: tiles or regions in five colours, under their legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from phucvu.charts.png import line, lines, wrapped
from phucvu.charts.svg import INK, MUTED

COLOURS = ("#fbf9f4", "#e4ecef", "#b5d2dd", "#7fb0c4", "#3b748f", "#163f54")
"""What a step is painted with, as in the site's style sheet; 0 is a unit without a score."""

ON_DARK = "#ffffff"
EDGE_OF_NONE = "#a59b89"

TILE_WIDTH, TILE_HEIGHT, GAP = 112, 54, 4
"""In pixels, as all sizes here."""

IN_A_ROW = 7
"""Tiles side by side where they have no place of their own."""

SQUARE = 24
"""The side of a tile without words."""

LARGEST = 900
"""The side of the square that a map of regions fits into, in pixels."""


@dataclass(frozen=True)
class Tile:
    """A unit, or an archipelago that belongs to one (``score`` is empty), at a place counted from 1."""

    name: str
    score: str
    step: int
    row: int
    column: int


@dataclass(frozen=True)
class Part:
    """One map under its heading, which may be empty."""

    heading: str
    drawn: str
    width: float
    height: float


def in_rows(cells: Sequence[tuple[str, str, int]]) -> list[Tile]:
    """Tiles of name, score and step one after the other."""
    return [
        Tile(name, score, step, 1 + n // IN_A_ROW, 1 + n % IN_A_ROW)
        for n, (name, score, step) in enumerate(cells)
    ]


def of_tiles(heading: str, tiles: Sequence[Tile]) -> Part:
    across, down = TILE_WIDTH + GAP, TILE_HEIGHT + GAP
    drawn = "".join(_tile(t, (t.column - 1) * across, (t.row - 1) * down) for t in tiles)
    width = max(t.column for t in tiles) * across - GAP
    return Part(heading, drawn, width, max(t.row for t in tiles) * down - GAP)


def _tile(tile: Tile, x: int, y: int) -> str:
    words = [*wrapped(tile.name, 15, 2), *filter(None, [tile.score])]
    colour = ON_DARK if tile.step > 3 else INK
    size, step = 11, 14
    top = y + (TILE_HEIGHT - step * len(words)) / 2 + size
    texts = (
        _centred(text, x + TILE_WIDTH / 2, top + n * step, size, colour, tile.score and n == len(words) - 1)
        for n, text in enumerate(words)
    )
    return (
        f'<rect x="{x}" y="{y}" width="{TILE_WIDTH}" height="{TILE_HEIGHT}" rx="3" '
        f'fill="{COLOURS[tile.step]}"{_edge(tile)}/>{"".join(texts)}'
    )


def _edge(tile: Tile) -> str:
    return "" if tile.step else f' stroke="{EDGE_OF_NONE}" stroke-dasharray="2 2"'


def _centred(text: str, x: float, y: float, size: int, colour: str, bold: object) -> str:
    drawn = line(text, x, y, size, colour, "bold" if bold else "normal")
    return drawn.replace("<text ", '<text text-anchor="middle" ', 1)


def of_squares(tiles: Sequence[Tile]) -> Part:
    """The same as small squares without words, to stand beside a text."""
    side = SQUARE + GAP
    drawn = "".join(
        f'<rect x="{(t.column - 1) * side}" y="{(t.row - 1) * side}" width="{SQUARE}" height="{SQUARE}" '
        f'rx="2" fill="{COLOURS[t.step]}"{_edge(t)}/>'
        for t in tiles
    )
    width = max(t.column for t in tiles) * side - GAP
    return Part("", drawn, width, max(t.row for t in tiles) * side - GAP)


def of_regions(regions: str, most: int = LARGEST) -> Part:
    """A map of ``regions.drawn`` with its colours in it, at most ``most`` pixels wide and high."""
    left, top, width, height = map(int, regions.split('viewBox="', 1)[1].split('"', 1)[0].split())
    scale = min(1, most / width, most / height)
    style = "".join(f".step-{n}{{fill:{colour}}}" for n, colour in enumerate(COLOURS))
    inside = regions[regions.index(">") + 1 : regions.rindex("</svg>")]
    drawn = (
        f"<style>{style}.step-0{{stroke:{EDGE_OF_NONE}}}</style>"
        f'<g transform="scale({scale:.4f}) translate({-left} {-top})" stroke="{COLOURS[0]}" '
        f'stroke-width="2" stroke-linejoin="round" fill-rule="evenodd">{inside}</g>'
    )
    return Part("", drawn, width * scale, height * scale)


def drawn(title: str, description: str, legend: Sequence[tuple[int, str]], parts: Sequence[Part]) -> str:
    """The parts one below the other under the legend, which has the words of each step in use."""
    room = max(420.0, *(part.width for part in parts))
    inside: list[str] = []
    y = 0.0
    for step, words in legend:
        inside.append(f'<rect x="0" y="{y:g}" width="16" height="16" rx="2" fill="{COLOURS[step]}"/>')
        inside.append(line(words, 26, y + 13, 13, MUTED))
        y += 22
    y += 10
    for part in parts:
        if part.heading:
            heading, bottom = lines(part.heading, 0, y + 16, 15, room, 1, weight="bold")
            inside.append(heading)
            y = bottom - 4
        inside.append(f'<g transform="translate(0 {y:g})">{part.drawn}</g>')
        y += part.height + 18
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{room:g}" height="{y:g}" '
        f'viewBox="0 0 {room:g} {y:g}" role="img" aria-labelledby="title desc">'
        f'<title id="title">{escape(title)}</title><desc id="desc">{escape(description)}</desc>'
        f"{''.join(inside)}</svg>"
    )
