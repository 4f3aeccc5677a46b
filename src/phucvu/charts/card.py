"""The card that stands for a page where a link to it is shared."""

from __future__ import annotations

from collections.abc import Sequence

from phucvu.charts.png import canvas, line, lines, png
from phucvu.charts.svg import INK, MUTED, RED, TRACK

WIDTH, HEIGHT = 1200, 630
"""In pixels, as most services show a picture large."""

EDGE = 72
ROOM = WIDTH - 2 * EDGE


def card(site: str, title: str, score: str, place: str, answer: str, notes: Sequence[str]) -> bytes:
    """A PNG with the title of a page, its score and rank where it has them, and its answer.

    ``notes`` stand at the foot, such as the period and the source.
    """
    heading, y = lines(title, EDGE, 190, 46, ROOM, 3, weight="bold")
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
    parts.append(lines(answer, EDGE, y + 8, 32, ROOM, most)[0])
    parts += [
        lines(note, EDGE, foot + 32 * number, 20, ROOM, 1, colour=MUTED)[0]
        for number, note in enumerate(notes)
    ]
    return png(canvas(WIDTH, HEIGHT, "".join(parts)))
