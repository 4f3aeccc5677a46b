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

from django.utils.safestring import mark_safe

from phucvu.charts.regions import Region, Ring, drawn, read_regions
from phucvu.figures.units import Unit
from phucvu.formats import points
from phucvu.inbox.home import home
from phucvu.problems import Problem, UnusableError
from phucvu.web.boards import Block, Board, Standing
from phucvu.web.language import _, language
from phucvu.web.page import to
from phucvu.web.sentences import called

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


def context(board: Board, blocks: Sequence[Block]) -> dict[str, Any]:
    """What the templates need of the maps of some blocks."""
    standings = [s for block in blocks for s in block.standings]
    outlines, fault = _outlines()
    mapped = [s for s in standings if s.unit.code in outlines]
    steps = steps_of(standings)
    return {
        "true_map": _true_map(board, outlines, mapped, steps) if mapped else None,
        "maps": [
            (block.kind, _tiles(block, steps))
            for block in blocks
            if len(block.standings) > FEWEST and not any(s in mapped for s in block.standings)
        ],
        "map_fault": fault,
        "legend": legend(standings),
    }


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


def _true_map(
    board: Board, outlines: dict[str, list[Ring]], mapped: Sequence[Standing], steps: dict[str, int]
) -> Any:
    regions = {
        s.unit.code: Region(
            f"step-{steps.get(s.unit.code, 0)}", _said(s), to("unit", s.unit.code, board=board)
        )
        for s in mapped
    }
    description = _("Mỗi đơn vị tô màu theo khoảng điểm; các số đều có trong bảng xếp hạng.")
    return mark_safe(drawn(outlines, regions, _("Bản đồ điểm"), description))


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
def _read(path: Path, _mtime: int, _size: int) -> tuple[dict[str, list[Ring]], list[Problem]]:
    try:
        outlines, problems = read_regions(path)
    except UnusableError as error:
        outlines, problems = {}, error.problems
    for problem in problems:
        log.error("%s", problem)
    return outlines, problems
