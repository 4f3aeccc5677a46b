"""The nation and its provinces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phucvu.rules.model import Group
from phucvu.web import maps, timelines
from phucvu.web.boards import Board
from phucvu.web.embedding import embed
from phucvu.web.language import _
from phucvu.web.maps import Tile
from phucvu.web.page import Page, asked_board, respond
from phucvu.web.preview import Preview, of_standing
from phucvu.web.ranking import as_record, as_row, asked_sort, ranking
from phucvu.web.sentences import called, of_all, of_nation
from phucvu.web.tiles import ISLANDS, TILES


def show(request: Any, form: str | None = None) -> Any:
    board = asked_board(request)
    sort = asked_sort(request, board.rules)
    table = ranking(board, board.provinces, sort, "nation", anchor="ranking")
    blocks = board.blocks(None)
    others = [
        (block.kind, ranking(board, block.standings, sort, "nation", anchor=block.kind))
        for block in blocks
        if block.kind != "province"
    ]
    over_time = timelines.of_nation(board)
    context = {
        "sentence": of_nation(board),
        "title": of_all(board),
        "tiles": _tiles(board, TILES),
        "islands": _tiles(board, ISLANDS),
        "ranking": table,
        "means": [(column, board.nation_means.get(column.part)) for column in table.columns],
        "others": others,
        "published_alone": list(_published_alone(board)),
        "over_time": over_time,
        "embed": embed(request, "embed-ranking", title=_("Xếp hạng các tỉnh, thành phố"), height=640),
    }
    context |= maps.context(board, [block for block in blocks if block.kind == "province"])
    standings = [row.standing for of_kind in (table, *(r for _kind, r in others)) for row in of_kind.rows]
    data = {
        "nation": board.nation_means,
        "units": [as_record(standing) for standing in standings],
        "over_time": over_time.data if over_time else [],
    }
    with_nation = [*filter(None, [board.of_nation]), *standings]
    rows = [as_row(standing, board.rules) for standing in with_nation]
    title = of_all(board)
    preview = Preview(title, of_nation(board))
    if board.of_nation is not None:
        preview = of_standing(title, of_nation(board), board.of_nation)
    return respond(request, Page("nation.html", context, data, rows, board, preview), form)


def time_svg(request: Any, narrow: str | None = None) -> Any:
    """The picture of the nation's score over time."""
    timeline = timelines.of_nation(asked_board(request))
    return timelines.picture(timeline, _("Điểm của cả nước qua các kỳ"), narrow)


def _tiles(board: Board, places: dict[str, tuple[int, int]]) -> list[Tile]:
    steps = maps.steps_of(board.provinces)
    return [
        Tile(board.units[code], board.standings[code], steps.get(code, 0), row, column)
        for code, (row, column) in places.items()
        if code in board.standings
    ]


def _published_alone(board: Board) -> Iterator[tuple[Group, list[str]]]:
    """Groups of which only the score is known, with the provinces of which that is so; none means all."""
    for group in board.rules.groups:
        names = [called(s.unit) for s in board.provinces if s.groups[group.id].origin == "published"]
        if names:
            yield group, names if len(names) < len(board.provinces) else []
