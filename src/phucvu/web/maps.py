"""The maps of a page: a tile for each unit, or the true map that the office supplies.

Colours tell apart what is shown, however close together it lies: a fifth of the units has each of five
steps, from the lowest scores (1) to the highest (5). Numbers and the legend say the same.

``map.geojson`` in the home holds the outlines of units (see charts.regions); the units it has are
drawn, the others keep their tiles.
"""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.safestring import mark_safe
from django.utils.translation import ngettext

from phucvu.charts import map_sheets
from phucvu.charts.card import MOST_BESIDE
from phucvu.charts.regions import Region, Ring, drawn, read_regions
from phucvu.figures.units import Unit
from phucvu.formats import points
from phucvu.inbox.home import home
from phucvu.problems import Fault, UnusableError
from phucvu.web.boards import Block, Board, Standing
from phucvu.web.language import _, language
from phucvu.web.page import to
from phucvu.web.sentences import called, kinds

FILE = "map.geojson"

FEWEST = 3
"""From so many units on, a block has tiles: two or three are seen at a glance in their table."""

STEPS = 5
"""Colours of a map."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Step:
    """One of five colours: the scores that have it, and how many units."""

    number: int
    lowest: Decimal
    highest: Decimal
    count: int


@dataclass(frozen=True)
class Tile:
    """A unit on the map, or an archipelago that belongs to it, where the place is fixed.

    ``step`` is its colour, 0 where it has no score.
    """

    unit: Unit
    standing: Standing
    step: int
    row: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class Mapped:
    """What is mapped of some blocks: the units that have an outline, and tiles for the other blocks."""

    outlines: dict[str, list[Ring]]
    regions: list[Standing]
    tiles: list[tuple[str, list[Tile]]]
    steps: dict[str, int]
    fault: str


def mapped(board: Board, blocks: Sequence[Block]) -> Mapped:
    standings = [s for block in blocks for s in block.standings]
    outlines, fault = _outlines()
    regions = [s for s in standings if s.unit.code in outlines]
    steps = steps_of(standings)
    tiles = [
        (block.kind, _tiles(block, steps))
        for block in blocks
        if len(block.standings) > FEWEST and not any(s in regions for s in block.standings)
    ]
    return Mapped(outlines, regions, tiles, steps, fault)


def context(board: Board, blocks: Sequence[Block]) -> dict[str, Any]:
    """What the templates need of the maps of some blocks."""
    found = mapped(board, blocks)
    return {
        "true_map": mark_safe(_true_map(board, found)) if found.regions else None,
        "maps": found.tiles,
        "map_fault": found.fault,
        "legend": legend([s for block in blocks for s in block.standings]),
    }


def sheet(
    board: Board, blocks: Sequence[Block], title: str, placed: Sequence[map_sheets.Tile] = ()
) -> HttpResponse:
    """The maps of some blocks as SVG that stands alone; tiles that are ``placed`` stand for those in rows.

    Raises Http404 where the page has no map.
    """
    found = mapped(board, blocks)
    parts = [map_sheets.of_regions(_true_map(board, found))] if found.regions else []
    if placed and not found.regions:
        parts.append(map_sheets.of_tiles("", placed))
    elif not placed:
        parts += [
            map_sheets.of_tiles(kinds(kind).capitalize(), map_sheets.in_rows([_cell(t) for t in tiles]))
            for kind, tiles in found.tiles
        ]
    if not parts:
        raise Http404(_("Kỳ này trang không có bản đồ."))
    said = [
        (step.number, _of_step(step)) for step in legend([s for block in blocks for s in block.standings])
    ]
    text = map_sheets.drawn(title, _("Mỗi đơn vị tô màu theo khoảng điểm."), said, parts)
    return HttpResponse(text, content_type="image/svg+xml; charset=utf-8")


def small(
    board: Board, blocks: Sequence[Block], placed: Sequence[map_sheets.Tile] = ()
) -> map_sheets.Part | None:
    """The true map of some blocks, or the tiles that have a place, without words; None without either."""
    found = mapped(board, blocks)
    if found.regions:
        return map_sheets.of_regions(_true_map(board, found), MOST_BESIDE)
    return map_sheets.of_squares(placed) if placed else None


def _of_step(step: Step) -> str:
    lowest, highest = points(step.lowest, language()), points(step.highest, language())
    bounds = _("%(lowest)s đến %(highest)s điểm") % {"lowest": lowest, "highest": highest}
    count = ngettext("%(counter)s đơn vị", "%(counter)s đơn vị", step.count) % {"counter": step.count}
    return f"{bounds}: {count}"


def _cell(tile: Tile) -> tuple[str, str, int]:
    score = tile.standing.total.score
    return called(tile.unit), "—" if score is None else points(score, language()), tile.step


def placed(tile: Tile) -> map_sheets.Tile:
    """A tile whose place on the map is fixed, to be drawn."""
    name, score, step = _cell(tile)
    return map_sheets.Tile(name, score, step, tile.row or 1, tile.column or 1)


def steps_of(standings: Sequence[Standing]) -> dict[str, int]:
    """The colour of each unit with a score, by how many score less; equal scores have the same."""
    scores = sorted(s.total.score for s in standings if s.total.score is not None)
    return {
        s.unit.code: 1 + STEPS * bisect_left(scores, s.total.score) // len(scores)
        for s in standings
        if s.total.score is not None
    }


def legend(standings: Sequence[Standing]) -> list[Step]:
    """The colours in use, that of the highest scores first."""
    by_step: dict[int, list[Decimal]] = {}
    steps = steps_of(standings)
    for standing in standings:
        if standing.total.score is not None:
            by_step.setdefault(steps[standing.unit.code], []).append(standing.total.score)
    return [Step(n, min(found), max(found), len(found)) for n, found in sorted(by_step.items(), reverse=True)]


def _tiles(block: Block, steps: dict[str, int]) -> list[Tile]:
    """By name, so that a reader finds home."""
    tiles = (Tile(s.unit, s, steps.get(s.unit.code, 0)) for s in block.standings)
    return sorted(tiles, key=lambda tile: _spelled(called(tile.unit)))


def _spelled(name: str) -> tuple[str, ...]:
    """A key that puts names into the order of the Vietnamese alphabet, numbers by their size."""
    return tuple(word.zfill(6) if word.isdigit() else _order(word) for word in name.casefold().split())


LETTERS = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệfghiìỉĩíịjklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvwxyỳỷỹýỵz"


def _order(word: str) -> str:
    return "".join(chr(0x100 + LETTERS.index(c)) if c in LETTERS else c for c in word)


def _true_map(board: Board, found: Mapped) -> str:
    regions = {
        s.unit.code: Region(
            f"step-{found.steps.get(s.unit.code, 0)}", _said(s), to("unit", s.unit.code, board=board)
        )
        for s in found.regions
    }
    description = _("Mỗi đơn vị tô màu theo khoảng điểm; các số đều có trong bảng xếp hạng.")
    return drawn(found.outlines, regions, _("Bản đồ điểm"), description)


def _said(standing: Standing) -> str:
    name, score = called(standing.unit), standing.total.score
    if score is None or standing.band is None:
        return name
    return f"{name}: {points(score, language())}, {standing.band.name[language()]}"


def _outlines() -> tuple[dict[str, list[Ring]], str]:
    """The outlines of the office's map, and what is wrong with it in words; neither where it has none."""
    path = Path(home()) / FILE
    try:
        known = path.stat()
    except OSError:
        return {}, ""
    outlines, problems = _read(path, known.st_mtime_ns, known.st_size)
    if not problems:
        return outlines, ""
    more = _(" (và %(count)s chỗ khác)") % {"count": len(problems) - 1} if len(problems) > 1 else ""
    return outlines, problems[0].text(language()) + more


@lru_cache(maxsize=2)
def _read(path: Path, _mtime: int, _size: int) -> tuple[dict[str, list[Ring]], list[Fault]]:
    try:
        outlines, problems = read_regions(path)
    except UnusableError as error:
        outlines, problems = {}, error.faults
    for problem in problems:
        log.error("%s", problem)
    return outlines, problems
