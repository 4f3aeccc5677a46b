"""The front page: the nation and its provinces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from phucvu.figures.units import Unit
from phucvu.rules.model import Group
from phucvu.web.bands import BANDS, Band
from phucvu.web.boards import Board, Standing
from phucvu.web.page import Page, asked_board, respond
from phucvu.web.ranking import as_record, as_row, asked_sort, ranking
from phucvu.web.sentences import called, of_nation
from phucvu.web.tiles import ISLANDS, TILES


@dataclass(frozen=True)
class Tile:
    """A province on the map, or an archipelago that belongs to it."""

    unit: Unit
    standing: Standing
    row: int
    column: int


def show(request: Any, form: str | None = None) -> Any:
    board = asked_board(request)
    sort = asked_sort(request, board.rules)
    table = ranking(board, board.provinces, sort, "nation", anchor="ranking")
    context = {
        "sentence": of_nation(board),
        "tiles": _tiles(board, TILES),
        "islands": _tiles(board, ISLANDS),
        "legend": _legend(board),
        "ranking": table,
        "means": [(column, board.nation_means.get(column.part)) for column in table.columns],
        "published_alone": list(_published_alone(board)),
    }
    standings = [row.standing for row in table.rows]
    data = {
        "nation": board.nation_means,
        "units": [as_record(standing) for standing in standings],
    }
    rows = [as_row(standing, board.rules) for standing in standings]
    return respond(request, Page("nation.html", context, data, rows, board), form)


def _tiles(board: Board, places: dict[str, tuple[int, int]]) -> list[Tile]:
    return [
        Tile(board.units[code], board.standings[code], row, column)
        for code, (row, column) in places.items()
        if code in board.standings
    ]


def _published_alone(board: Board) -> Iterator[tuple[Group, list[str]]]:
    """Groups of which only the score is known, with the provinces of which that is so; none means all."""
    for group in board.rules.groups:
        names = [called(s.unit) for s in board.provinces if s.groups[group.id].origin == "published"]
        if names:
            yield group, names if len(names) < len(board.provinces) else []


def _legend(board: Board) -> list[tuple[Band, Band | None, int]]:
    """Each band, the one above it, and how many provinces are in it."""
    bands = [standing.band for standing in board.provinces]
    return [(b, above, bands.count(b)) for b, above in zip(BANDS, (None, *BANDS), strict=False)]
