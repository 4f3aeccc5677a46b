"""What was reached day by day beside what is needed until the last day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from phucvu.charts.svg import INK, MUTED, RED, TRACK, svg

WIDTH, HEIGHT = 350, 170
"""In pixels: a phone shows it whole, and a desk beside its sentence."""

LEFT, RIGHT, TOP, BOTTOM = 8, 8, 26, 26


def target_line(
    values: Sequence[float | None],
    needed: Sequence[float],
    labels: tuple[str, str],
    ends: tuple[str, str],
    title: str,
    description: str,
) -> str:
    """The line so far and, broken, the line needed; ``needed`` has a value for each day of the whole.

    ``labels`` say what is reached now and what is needed at the end; ``ends`` are the first and last day.
    """
    most = max([*needed, *(v for v in values if v is not None), 1.0])
    step = (WIDTH - LEFT - RIGHT) / max(1, len(needed) - 1)
    room = HEIGHT - TOP - BOTTOM

    def dot(place: int, value: float) -> dict[str, Any]:
        return {"x": LEFT + place * step, "y": TOP + room * (1 - value / most), "order": place}

    reached = [dot(place, value) for place, value in enumerate(values) if value is not None]
    wanted = [dot(place, value) for place, value in enumerate(needed)]
    texts = [
        {"x": LEFT, "y": 8, "text": labels[0], "colour": INK, "align": "left"},
        {"x": WIDTH - RIGHT, "y": 8, "text": labels[1], "colour": RED, "align": "right"},
        {"x": LEFT, "y": HEIGHT - 8, "text": ends[0], "colour": MUTED, "align": "left"},
        {"x": WIDTH - RIGHT, "y": HEIGHT - 8, "text": ends[1], "colour": MUTED, "align": "right"},
    ]
    floor = [{"x": LEFT, "x2": WIDTH - RIGHT, "y": TOP + room}]
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, WIDTH], range=[0, WIDTH]), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, HEIGHT], range=[0, HEIGHT]), axis=None)

    def layer(rows: list[dict[str, Any]]) -> Any:
        return alt.Chart(alt.InlineData(rows), width=WIDTH, height=HEIGHT).encode(x=x, y=y)

    layers = [
        layer(floor).mark_rule(color=TRACK, aria=False).encode(x2="x2:Q"),
        layer(wanted)
        .mark_line(color=RED, strokeDash=[5, 4], strokeWidth=1.5, aria=False)
        .encode(order="order:Q"),
        layer(reached).mark_line(color=INK, strokeWidth=2, aria=False).encode(order="order:Q"),
        layer(reached[-1:]).mark_circle(color=INK, size=30, opacity=1, aria=False),
    ]
    layers += [
        layer([text])
        .mark_text(color=text["colour"], align=text["align"], fontSize=13, baseline="middle", aria=False)
        .encode(text="text:N")
        for text in texts
    ]
    return svg(alt.layer(*layers), title, description)
