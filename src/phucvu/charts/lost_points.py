"""Where points are lost: one bar for each component, the most lost first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import altair as alt

from phucvu.charts.svg import INK, MUTED, RED, TRACK, svg
from phucvu.formats import decimal, points

WIDE, NARROW = 800, 350
"""Widths in pixels: a page on a desk, and on a phone."""

LABEL = 335
"""Room for the names beside the bars of the wide chart."""

VALUE = 84
"""Room for the numbers behind the bars."""


@dataclass(frozen=True)
class Loss:
    """Points lost of ``max`` by what is called ``name``."""

    name: str
    lost: Decimal
    max: Decimal


def lost_points(losses: Sequence[Loss], title: str, description: str, language: str, narrow: bool) -> str:
    """The losses as SVG: lost points in red on a track as long as the points there were to gain.

    On a narrow chart the names stand above their bars.
    """
    step, bar = (50, 12) if narrow else (27, 14)
    bars_width = NARROW - VALUE if narrow else WIDE - LABEL - VALUE
    bar_y = 26 if narrow else (step - bar) / 2
    most = max((float(loss.max) for loss in losses), default=1.0)
    rows = [
        {
            "name": loss.name,
            "lost": float(loss.lost),
            "max": float(loss.max),
            "top": i * step + bar_y,
            "bottom": i * step + bar_y + bar,
            "middle": i * step + bar_y + bar / 2,
            "label_y": i * step + (14 if narrow else step / 2),
            "label": f"{points(loss.lost, language)} / {decimal(loss.max, language)}",
        }
        for i, loss in enumerate(losses)
    ]
    height = max(1, len(rows)) * step
    left = 0 if narrow else LABEL
    x = alt.Scale(domain=[0, most], range=[left, left + bars_width])
    y = alt.Scale(domain=[0, height], range=[0, height])
    base = alt.Chart(alt.InlineData(rows), width=NARROW if narrow else WIDE, height=height)

    def bars(field: str, colour: str) -> Any:
        return base.mark_rect(color=colour, aria=False).encode(
            x=alt.X(f"{field}:Q", scale=x, axis=None),
            x2=alt.datum(0),
            y=alt.Y("top:Q", scale=y, axis=None),
            y2="bottom:Q",
        )

    def texts(field: str, at: alt.X, row: str, colour: str) -> Any:
        dx = 6 if field == "label" else 0
        mark = base.mark_text(align="left", baseline="middle", color=colour, dx=dx, aria=False)
        return mark.encode(x=at, y=alt.Y(f"{row}:Q", scale=y, axis=None), text=f"{field}:N")

    names = texts("name", alt.X(value=0), "label_y", INK)
    values = texts("label", alt.X("max:Q", scale=x, axis=None), "middle", MUTED)
    return svg(bars("max", TRACK) + bars("lost", RED) + names + values, title, description)
