"""A map of the regions of a GeoJSON file, drawn as SVG."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from phucvu.problems import Fault, UnusableError

Ring = list[tuple[float, float]]
"""A closed line of (longitude, latitude) in degrees."""

WIDTH = 1000
"""Units across; a point more or less than one of them is not seen."""

TALLEST = 1400


@dataclass(frozen=True)
class Region:
    """The region of one unit: the CSS class of its colour, its label, and its link."""

    css: str
    label: str
    link: str


def read_regions(path: Path) -> tuple[dict[str, list[Ring]], list[Fault]]:
    """The outlines by unit code, from a FeatureCollection in degrees of longitude and latitude.

    Each feature names its unit in the property ``code`` (or ``unit``). Features that cannot be used
    are left out, with a problem each. Raises UnusableError where the file as a whole cannot be.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
        features = found["features"] if found["type"] == "FeatureCollection" else None
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnusableError(Fault("map_unreadable", file=path.name, why=reason)) from error
    except (ValueError, KeyError, TypeError, RecursionError):
        features = None
    if not isinstance(features, list):
        raise UnusableError(Fault("not_geojson", file=path.name))
    regions: dict[str, list[Ring]] = {}
    problems: list[Fault] = []
    for number, feature in enumerate(features, 1):
        try:
            code, rings = _code(feature), _rings(feature)
            regions.setdefault(code, []).extend(rings)
        except _UnusableError as error:
            problems.append(error.fault.at(file=path.name, row=number))
    return regions, problems


class _UnusableError(Exception):
    """A feature cannot be used."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.code)


def _code(feature: Any) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    code = (properties.get("code") or properties.get("unit")) if isinstance(properties, dict) else None
    if not isinstance(code, str) or not code.strip():
        raise _UnusableError(Fault("region_without_unit", field="properties.code"))
    return code.strip()


def _rings(feature: Any) -> list[Ring]:
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise _UnusableError(Fault("not_a_polygon", field="geometry.type", kind=kind))
    try:
        polygons = geometry["coordinates"] if kind == "MultiPolygon" else [geometry["coordinates"]]
        rings = [[(float(p[0]), float(p[1])) for p in ring] for polygon in polygons for ring in polygon]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise _UnusableError(Fault("coordinates_unreadable", field="geometry.coordinates")) from error
    if not any(rings):
        raise _UnusableError(Fault("coordinates_missing", field="geometry.coordinates"))
    for x, y in (point for ring in rings for point in ring):
        if not (-180 <= x <= 180 and -90 <= y <= 90):
            raise _UnusableError(Fault("not_longitude_latitude", field="geometry.coordinates", x=x, y=y))
    return rings


def drawn(
    outlines: Mapping[str, Sequence[Ring]], regions: Mapping[str, Region], title: str, description: str
) -> str:
    """The regions as SVG to stand in a page: each a link with a label, coloured by its class.

    ``outlines`` has the lines of every unit in ``regions``.
    """
    shown = {code: outlines[code] for code in regions}
    points = [point for rings in shown.values() for ring in rings for point in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    # Degrees of longitude are shorter than those of latitude, the more so the farther north.
    narrow = math.cos(math.radians((south + north) / 2))
    across, down = max((east - west) * narrow, 1e-9), max(north - south, 1e-9)
    scale = min(WIDTH / across, TALLEST / down)
    width, height = max(1, math.ceil(across * scale)), max(1, math.ceil(down * scale))

    def path(rings: Sequence[Ring]) -> Iterator[str]:
        for ring in rings:
            places = [(round((x - west) * narrow * scale), round((north - y) * scale)) for x, y in ring]
            kept = [p for p, before in zip(places, [None, *places], strict=False) if p != before]
            if len(kept) > 2:
                yield "M" + "L".join(f"{x} {y}" for x, y in kept) + "Z"

    shapes = "".join(
        f'<a href="{escape(region.link)}" class="{region.css}" aria-label="{escape(region.label)}">'
        f'<title>{escape(region.label)}</title><path d="{"".join(path(shown[code]))}"/></a>'
        for code, region in regions.items()
    )
    return (
        f'<svg class="regions" viewBox="-2 -2 {width + 4} {height + 4}" role="group" '
        f'aria-labelledby="map-title" aria-describedby="map-desc">'
        f'<title id="map-title">{escape(title)}</title><desc id="map-desc">{escape(description)}</desc>'
        f"{shapes}</svg>"
    )
