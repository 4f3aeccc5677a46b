"""The card that stands for a page where a link to it is shared."""

from __future__ import annotations

from collections.abc import Sequence

from phucvu.charts.map_sheets import Part
from phucvu.charts.png import canvas, line, lines, png
from phucvu.charts.svg import INK, MUTED, RED, TRACK

WIDTH, HEIGHT = 1200, 630
"""In pixels, as most services show a picture large."""

EDGE = 72
ROOM = WIDTH - 2 * EDGE

MOST_BESIDE = 420
"""How high and wide what stands beside the words may be; it begins below ``BESIDE_TOP``."""

BESIDE_TOP = 136


def card(
    site: str,
    title: str,
    score: str,
    place: str,
    answer: str,
    notes: Sequence[str],
    beside: Part | None = None,
) -> bytes:
    """A PNG with the title of a page, its score and rank where it has them, and its answer.

    ``notes`` stand at the foot, such as the period and the source; a small map stands ``beside`` the words.
    """
    room = ROOM - (beside.width + 48 if beside else 0)
    heading, y = lines(title, EDGE, 190, 46, room, 3, weight="bold")
    parts = [
        f'<rect width="12" height="{HEIGHT}" fill="{RED}"/>',
        line(site, EDGE, 92, 26, MUTED),
        f'<rect x="{EDGE}" y="116" width="{ROOM}" height="2" fill="{TRACK}"/>',
        heading,
    ]
    if score:
        parts.append(line(score, EDGE, y + 28, 56, INK, "bold"))
        parts.append(line(place, EDGE + len(score) * 40 + 24, y + 28, 36, MUTED))
        y += 92
    foot = HEIGHT - 40 - 32 * (len(notes) - 1)
    most = max(1, int((foot - 40 - y) // 43) + 1)
    parts.append(lines(answer, EDGE, y + 8, 32, room, most)[0])
    if beside:
        top = BESIDE_TOP + (MOST_BESIDE - beside.height) / 2
        parts.append(f'<g transform="translate({WIDTH - EDGE - beside.width:g} {top:g})">{beside.drawn}</g>')
    parts += [
        lines(note, EDGE, foot + 32 * number, 20, ROOM, 1, colour=MUTED)[0]
        for number, note in enumerate(notes)
    ]
    return png(canvas(WIDTH, HEIGHT, "".join(parts)))
