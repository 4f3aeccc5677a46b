"""The nation and its provinces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phucvu.charts import map_sheets
from phucvu.rules.model import Group
from phucvu.web import firmness, maps, timelines
from phucvu.web.boards import Block, Board
from phucvu.web.embedding import embed
from phucvu.web.language import _
from phucvu.web.maps import Tile
from phucvu.web.page import Page, asked_board, respond, to
from phucvu.web.preview import Preview, of_standing
from phucvu.web.ranking import as_record, as_row, asked_sort, ranking
from phucvu.web.sentences import called, kinds, of_all, of_nation
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
        "islands": _archipelagos(board),
        "map_png": to("nation-map-png", board=board),
        "ranking": table,
        "firm": firmness.shown(board, board.provinces, "nation-ranks"),
        "means": [(column, board.nation_means.get(column.part)) for column in table.columns],
        "others": others,
        "published_alone": list(_published_alone(board)),
        "over_time": over_time,
        "embed": embed(request, "embed-ranking", title=_("Xếp hạng các tỉnh, thành phố"), height=640),
    }
    context |= maps.context(board, _provinces(board))
    standings = [row.standing for of_kind in (table, *(r for _kind, r in others)) for row in of_kind.rows]
    data = {
        "nation": board.nation_means,
        "units": [as_record(standing, board) for standing in standings],
        "over_time": over_time.data if over_time else [],
        "annotations": timelines.noted(over_time),
    }
    with_nation = [*filter(None, [board.of_nation]), *standings]
    rows = [as_row(standing, board) for standing in with_nation]
    title = of_all(board)
    preview = Preview(title, of_nation(board))
    if board.of_nation is not None:
        preview = of_standing(
            board,
            title,
            of_nation(board),
            board.of_nation,
            lambda: maps.small(board, _provinces(board), _placed(board)),
        )
    units = [standing.unit for standing in standings]
    return respond(request, Page("nation.html", context, data, rows, board, preview, units), form)


def time_svg(request: Any, narrow: str | None = None) -> Any:
    """The picture of the nation's score over time."""
    timeline = timelines.of_nation(asked_board(request))
    return timelines.picture(timeline, _("Điểm của cả nước qua các kỳ"), narrow)


def ranks_svg(request: Any, narrow: str | None = None) -> Any:
    """The picture of how firm the provinces' ranks are."""
    board = asked_board(request)
    title = f"{_('Hạng chắc đến đâu')}: {kinds('province')}"
    return firmness.picture(board, board.provinces, title, narrow)


def map_svg(request: Any) -> Any:
    """The map of the provinces, which stands alone."""
    board = asked_board(request)
    return maps.sheet(board, _provinces(board), _map_title(board), _placed(board))


def _map_title(board: Board) -> str:
    return f"{_('Bản đồ điểm')}: {of_all(board)}"


def _provinces(board: Board) -> list[Block]:
    return [block for block in board.blocks(None) if block.kind == "province"]


def _placed(board: Board) -> list[map_sheets.Tile]:
    archipelagos = [
        map_sheets.Tile(f"{name} ({called(tile.unit)})", "", 0, tile.row or 1, tile.column or 1)
        for name, tile in _archipelagos(board)
    ]
    return [*(maps.placed(tile) for tile in _tiles(board, TILES)), *archipelagos]


def _archipelagos(board: Board) -> list[tuple[str, Tile]]:
    names = {"H17": _("QĐ. Hoàng Sa"), "H32": _("QĐ. Trường Sa")}
    return [(names[tile.unit.code], tile) for tile in _tiles(board, ISLANDS)]


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
