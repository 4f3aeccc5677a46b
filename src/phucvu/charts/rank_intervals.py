"""How firm ranks are: for each unit a line over the places it may have, and a dot at the one it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from phucvu.charts.svg import INK, MUTED, RED, TRACK, svg

WIDE, NARROW = 800, 350
"""Widths in pixels: a page on a desk, and on a phone."""

LABEL = {WIDE: 220, NARROW: 128}
"""Room for the names on the left."""

STEP = 20
"""The height of a row."""

AXIS = 26
"""Room for the places above the rows."""

EDGE = 12
"""Room beside the first and the last place."""


@dataclass(frozen=True)
class Interval:
    """A unit called ``name`` at ``rank``, which may as well be any from ``low`` to ``high``."""

    name: str
    rank: int
    low: int
    high: int


def rank_intervals(rows: Sequence[Interval], title: str, description: str, narrow: bool) -> str:
    """The intervals as SVG, in the order given, the first place on the left."""
    width = NARROW if narrow else WIDE
    left, last = LABEL[width], max((row.high for row in rows), default=1)
    step = (width - left - 2 * EDGE) / max(1, last - 1)
    height = AXIS + max(1, len(rows)) * STEP

    def x_of(rank: int) -> float:
        return left + EDGE + (rank - 1) * step

    places = sorted({1, *range(5, last - 1, 5 if last <= 50 else 25), last})
    marks = [{"x": x_of(place), "y": AXIS - 8, "y2": height, "text": str(place)} for place in places]
    lines, dots, names = [], [], []
    for number, row in enumerate(rows):
        y = AXIS + (number + 0.5) * STEP
        lines.append({"x": x_of(row.low), "x2": x_of(row.high), "y": y})
        dots.append({"x": x_of(row.rank), "y": y})
        names.append({"x": 0, "y": y, "text": f"{row.rank}. {row.name}"})
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, width], range=[0, width]), axis=None)
    y_scale = alt.Y("y:Q", scale=alt.Scale(domain=[0, height], range=[0, height]), axis=None)

    def layer(values: list[dict[str, Any]]) -> Any:
        return alt.Chart(alt.InlineData(values), width=width, height=height).encode(x=x, y=y_scale)

    layers = [
        layer(marks).mark_rule(color=TRACK, aria=False).encode(y2="y2:Q"),
        layer([mark | {"y": 8} for mark in marks])
        .mark_text(color=MUTED, fontSize=13, aria=False)
        .encode(text="text:N"),
        layer(lines).mark_rule(color=MUTED, strokeWidth=4, aria=False).encode(x2="x2:Q"),
        layer(dots).mark_circle(color=RED, size=60, opacity=1, aria=False),
        layer(names)
        .mark_text(align="left", baseline="middle", color=INK, fontSize=13, limit=left - 4, aria=False)
        .encode(text="text:N"),
    ]
    return svg(alt.layer(*layers), title, description)
