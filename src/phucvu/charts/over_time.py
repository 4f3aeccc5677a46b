"""Values over time: one small panel for each, all with the same scale and periods."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from phucvu.charts.svg import INK, MUTED, RED, TRACK, svg

WIDE, NARROW = 800, 350
"""Widths in pixels: a page on a desk, and on a phone."""

COLUMNS = {WIDE: 4, NARROW: 2}
GAP = 22
EDGE = 3
"""Room beside the outermost dots."""

HEADING = 42
"""Room above the line for the panel's name and its latest value."""

PLOT = 56
AXIS = 22
PANEL = HEADING + PLOT + AXIS + 14


@dataclass(frozen=True)
class Panel:
    """What is called ``name``; ``values`` are shares of the most there is, None where not known.

    ``latest`` is the latest value in words; ``breaks`` are the places of values that are not like those
    before them, which a broken line across the panel marks. ``limits`` (low, mean, high) of the ordinary
    variation hold from the place ``limits_from`` on; ``signals`` are the places of values outside of it.
    """

    name: str
    latest: str
    values: Sequence[float | None]
    breaks: Sequence[int] = ()
    limits: tuple[float, float, float] | None = None
    limits_from: int = 0
    signals: Collection[int] = ()


def over_time(
    panels: Sequence[Panel],
    periods: Sequence[str],
    title: str,
    description: str,
    narrow: bool,
    marked: Mapping[int, str] | None = None,
) -> str:
    """The panels as SVG, each a line from nothing (the lower rule) to the most there is (the upper).

    ``periods`` are what the values' periods are called, the earliest first. ``marked`` are places where a
    broken line with a short sign beside it crosses every panel.
    """
    width = NARROW if narrow else WIDE
    columns = min(COLUMNS[width], max(1, len(panels)))
    room = (width - 2 * EDGE + GAP) / COLUMNS[width] - GAP
    height = max(1, -(-len(panels) // columns)) * PANEL
    signs = sorted((marked or {}).items())
    rules: list[dict[str, Any]] = []
    dots: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    bounds: list[dict[str, Any]] = []
    signals: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    for number, panel in enumerate(panels):
        left, top = EDGE + (number % columns) * (room + GAP), (number // columns) * PANEL
        low = top + HEADING + PLOT
        rules += [{"x": left, "x2": left + room, "y": low - share * PLOT} for share in (0, 1)]
        step = room / max(1, len(periods) - 1)
        crossed = {*panel.breaks, *dict(signs)}
        marks += [{"x": left + place * step, "y": low - PLOT, "y2": low} for place in sorted(crossed)]
        texts += [_sign(place, sign, left + place * step, low, len(periods)) for place, sign in signs]
        for share in panel.limits or ():
            start = left + panel.limits_from * step
            bounds.append({"x": start, "x2": left + room, "y": low - min(1.0, max(0.0, share)) * PLOT})
        run = 0
        for place, value in enumerate(panel.values):
            run += value is None
            if value is not None:
                dots.append(
                    {
                        "x": left + place * step,
                        "y": low - value * PLOT,
                        "line": f"{number} {run}",
                        "order": place,
                    }
                )
                if place in panel.signals:
                    signals.append(dots[-1])
        texts += [
            {"x": left, "y": top + 10, "text": panel.name, "colour": INK, "align": "left"},
            {"x": left, "y": top + 28, "text": panel.latest, "colour": MUTED, "align": "left"},
            {"x": left, "y": low + 14, "text": periods[0], "colour": MUTED, "align": "left"},
        ]
        if len(periods) > 1:
            texts.append(
                {"x": left + room, "y": low + 14, "text": periods[-1], "colour": MUTED, "align": "right"}
            )
    x, y = alt.Scale(domain=[0, width], range=[0, width]), alt.Scale(domain=[0, height], range=[0, height])

    def layer(rows: list[dict[str, Any]]) -> Any:
        return alt.Chart(alt.InlineData(rows), width=width, height=height)

    def at(chart: Any, **further: Any) -> Any:
        return chart.encode(x=alt.X("x:Q", scale=x, axis=None), y=alt.Y("y:Q", scale=y, axis=None), **further)

    layers = [
        at(layer(rules).mark_rule(color=TRACK, aria=False), x2="x2:Q"),
        at(layer(marks).mark_rule(color=MUTED, strokeDash=[3, 3], aria=False), y2="y2:Q"),
        at(
            layer(dots).mark_line(color=INK, strokeWidth=1.5, strokeJoin="round", aria=False),
            detail="line:N",
            order="order:Q",
        ),
        at(layer(dots).mark_circle(color=INK, size=14, opacity=1, aria=False)),
    ]
    if bounds:
        dashed = layer(bounds).mark_rule(color=MUTED, strokeDash=[2, 3], aria=False)
        layers.insert(1, at(dashed, x2="x2:Q"))
    if signals:
        layers.append(at(layer(signals).mark_circle(color=RED, size=50, opacity=1, aria=False)))
    layers += [
        at(
            layer([t for t in texts if (t["colour"], t["align"]) == (colour, align)]).mark_text(
                limit=room + GAP / 2, color=colour, align=align, fontSize=13, baseline="middle", aria=False
            ),
            text="text:N",
        )
        for colour, align in ((INK, "left"), (MUTED, "left"), (MUTED, "right"))
    ]
    return svg(alt.layer(*layers), title, description)


def _sign(place: int, sign: str, x: float, low: float, periods: int) -> dict[str, Any]:
    """The sign beside a broken line, on its side where the panel has more room."""
    align, aside = ("left", 3) if place < periods / 2 else ("right", -3)
    return {"x": x + aside, "y": low - PLOT + 9, "text": sign, "colour": MUTED, "align": align}
