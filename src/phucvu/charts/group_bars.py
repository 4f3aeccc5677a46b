"""Points by group for a Word file: what is reached, what can still be mended, what cannot."""

from __future__ import annotations

from collections.abc import Sequence

from phucvu.charts.png import canvas, line
from phucvu.charts.svg import INK, MUTED, RED, TRACK
from phucvu.steering.brief_words import GroupText

WIDTH, STEP, LABEL, VALUE, EDGE = 720, 30, 190, 110, 4
MENDABLE = "#163f54"

LEGEND = ("đã đạt", "còn khắc phục được", "bị trừ, chưa khắc phục được")
"""What the three parts of a bar are called."""


def group_bars(bars: Sequence[GroupText]) -> str:
    """The bars as SVG, under each other, in Vietnamese."""
    room, drawn = WIDTH - LABEL - VALUE, []
    for number, bar in enumerate(bars):
        y, x = number * STEP + EDGE, float(LABEL)
        drawn.append(line(bar.name, EDGE, y + 17, 15))
        parts = ((bar.kept, TRACK), (bar.can_mend, MENDABLE), (bar.gone, RED))
        for part, colour in parts:
            width = part * room / 1000
            drawn.append(f'<rect x="{x:g}" y="{y + 3:g}" width="{width:g}" height="18" fill="{colour}"/>')
            x += width
        drawn.append(line(bar.reached, LABEL + room + 12, y + 17, 15, INK))
    y, x = len(bars) * STEP + EDGE, float(EDGE)
    for words, colour in zip(LEGEND, (TRACK, MENDABLE, RED), strict=True):
        drawn.append(f'<rect x="{x:g}" y="{y + 8:g}" width="12" height="12" fill="{colour}"/>')
        drawn.append(line(words, x + 18, y + 19, 13, MUTED))
        x += 40 + len(words) * 8
    return canvas(WIDTH, y + STEP, "".join(drawn))
