"""From an Altair chart to an SVG that stands alone: titled, described, right in light and dark."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Any

import vl_convert

INK = "#1d1b18"
MUTED = "#635d54"
TRACK = "#e4ddcf"
RED = "#9b1c1c"

IN_THE_DARK = {INK: "#ece6da", MUTED: "#b0a798", TRACK: "#3a352d", RED: "#e5645a"}

FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"

CONFIG: dict[str, Any] = {
    "background": "transparent",
    "font": FONT,
    "padding": 0,
    "view": {"stroke": None},
    "bar": {"color": RED},
    "text": {"color": INK, "fontSize": 14, "font": FONT},
}


def svg(chart: Any, title: str, description: str) -> str:
    """The SVG text of an Altair chart in the house's colours.

    ``title`` and ``description`` are what a screen reader says of it. Where the reader's screen is
    dark, each colour gives way to its match in IN_THE_DARK.
    """
    head, rest = _drawn(chart.configure(**CONFIG).to_json(indent=None)).split(">", 1)
    dark = "".join(
        f'[{paint}="{light}"]{{{paint}:{dark}}}'
        for light, dark in IN_THE_DARK.items()
        for paint in ("fill", "stroke")
    )
    return (
        f'{head} role="img" aria-labelledby="title desc">'
        f'<title id="title">{escape(title)}</title><desc id="desc">{escape(description)}</desc>'
        f"<style>@media (prefers-color-scheme:dark){{{dark}}}</style>{rest}"
    )


@lru_cache(maxsize=64)
def _drawn(chart: str) -> str:
    """Drawing takes a tenth of a second, and a picture to take away (PNG) is of a chart that was shown."""
    drawn: str = vl_convert.vegalite_to_svg(chart)
    return drawn
