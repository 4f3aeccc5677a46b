"""One value over time, drawn small: a line with its highest and lowest value written beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from phucvu.charts.svg import INK, MUTED, TRACK, svg

WIDTH, HEIGHT = 350, 130
"""In pixels."""

LEFT, RIGHT, TOP, BOTTOM = 50, 8, 12, 26
"""Room around the line, for the values beside it and the periods below."""


def trend(
    values: Sequence[float], labels: Sequence[str], periods: Sequence[str], title: str, description: str
) -> str:
    """The values as SVG, the lowest at the bottom and the highest at the top: a change can be seen.

    ``labels`` are the values in words and ``periods`` what their periods are called, the earliest first.
    Where all values are equal the line runs through the middle.
    """
    low, high = min(values), max(values)
    step = (WIDTH - LEFT - RIGHT) / max(1, len(values) - 1)
    room = HEIGHT - TOP - BOTTOM

    def y_of(value: float) -> float:
        return TOP + room * (0.5 if high == low else (high - value) / (high - low))

    dots = [{"x": LEFT + n * step, "y": y_of(value), "order": n} for n, value in enumerate(values)]
    marks = {y_of(value): text for value, text in zip(values, labels, strict=True) if value in (low, high)}
    rules = [{"x": LEFT, "x2": WIDTH - RIGHT, "y": y} for y in marks]
    texts = [{"x": LEFT - 8, "y": y, "text": text, "align": "right"} for y, text in marks.items()]
    texts.append({"x": LEFT, "y": HEIGHT - 8, "text": periods[0], "align": "left"})
    if len(periods) > 1:
        texts.append({"x": WIDTH - RIGHT, "y": HEIGHT - 8, "text": periods[-1], "align": "right"})
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, WIDTH], range=[0, WIDTH]), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, HEIGHT], range=[0, HEIGHT]), axis=None)

    def layer(rows: list[dict[str, Any]]) -> Any:
        return alt.Chart(alt.InlineData(rows), width=WIDTH, height=HEIGHT).encode(x=x, y=y)

    layers = [
        layer(rules).mark_rule(color=TRACK, aria=False).encode(x2="x2:Q"),
        layer(dots).mark_line(color=INK, strokeWidth=1.5, aria=False).encode(order="order:Q"),
        layer(dots).mark_circle(color=INK, size=18, opacity=1, aria=False),
    ]
    layers += [
        layer([text for text in texts if text["align"] == align])
        .mark_text(color=MUTED, align=align, fontSize=13, baseline="middle", aria=False)
        .encode(text="text:N")
        for align in ("left", "right")
    ]
    return svg(alt.layer(*layers), title, description)
