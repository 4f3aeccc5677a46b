"""Any units side by side: their totals, groups and indicators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404

from phucvu.rules.model import Indicator
from phucvu.web import search, timelines
from phucvu.web.boards import Board, Standing
from phucvu.web.embedding import Embed, embed
from phucvu.web.language import _, language
from phucvu.web.page import Page, asked_board, respond, to
from phucvu.web.preview import Preview
from phucvu.web.published_words import of_published
from phucvu.web.sentences import called, of_comparison

MOST = 8
"""Units that still stand side by side."""

FRAMED = 4
"""Units up to which a comparison is offered for other sites: their frames are narrow."""

OFFERED = 8
"""Units offered for what is typed."""


@dataclass(frozen=True)
class Column:
    """A unit compared, and the address of the comparison without it."""

    standing: Standing
    name: str
    without: str
    published: str
    """What the portal published of it, in a sentence."""


@dataclass(frozen=True)
class Row:
    """A part of the score with its points of each unit; ``bold`` for the total and the groups."""

    id: str
    name: str
    max: Decimal
    cells: list[tuple[str, Decimal | None, bool]]
    """By unit: its name, the points, and whether none has more."""
    bold: bool


def show(request: Any, form: str | None = None) -> Any:
    board = asked_board(request)
    codes = asked_units(request, board)
    standings = [board.standings[code] for code in codes]
    rows = list(rows_of(board, standings)) if standings else []
    text = request.GET.get("q", "")
    over_time = timelines.of_several(board, codes)
    context = {
        "columns": [
            Column(
                s,
                called(s.unit),
                _to(board, [c for c in codes if c != s.unit.code]),
                of_published(board, s),
            )
            for s in standings
        ],
        "sentence": of_comparison(standings),
        "rows": rows,
        "units": ",".join(codes),
        "text": text,
        "full": len(codes) >= MOST,
        "offered": [
            (called(s.unit), _above(board, s), _to(board, [*codes, s.unit.code]))
            for s in _offered(board, codes, text)
        ],
        "over_time": over_time,
        "embed": _embed(request, codes),
    }
    table = [
        {"part": row.id, "title": row.name, "max": row.max}
        | {s.unit.code: cell[1] for s, cell in zip(standings, row.cells, strict=True)}
        for row in rows
    ]
    title = ", ".join(called(s.unit) for s in standings) or _("So sánh các đơn vị")
    preview = Preview(title, of_comparison(standings) or _("Chọn những đơn vị cần đặt cạnh nhau."))
    units = [{"unit": s.unit.code, "name": s.unit.name, "kind": s.unit.kind} for s in standings]
    return respond(
        request,
        Page(
            "compare.html",
            context,
            {
                "units": units,
                "parts": table,
                "over_time": over_time.data if over_time else [],
                "annotations": timelines.noted(over_time),
            },
            table,
            board,
            preview,
        ),
        form,
    )


def time_svg(request: Any, narrow: str | None = None) -> Any:
    """The picture of the units' totals over time."""
    board = asked_board(request)
    timeline = timelines.of_several(board, asked_units(request, board))
    return timelines.picture(timeline, _("Tổng điểm qua các kỳ"), narrow)


def _embed(request: Any, codes: Sequence[str]) -> Embed | None:
    if not 0 < len(codes) <= FRAMED:
        return None
    query = f"units={','.join(codes)}"
    return embed(request, "embed-compare", title=_("So sánh các đơn vị"), height=420, query=query)


def asked_units(request: Any, board: Board) -> list[str]:
    """The codes asked for, each once, as the address has them; raises Http404 for one without a result."""
    codes = list(dict.fromkeys(filter(None, (c.strip() for c in request.GET.get("units", "").split(",")))))
    unknown = next((code for code in codes if code not in board.standings), None)
    if unknown is not None:
        reason = _("Không có kết quả của đơn vị %(code)s trong kỳ này.")
        raise Http404(reason % {"code": unknown[:60]})
    if len(codes) > MOST:
        raise Http404(_("So sánh được nhiều nhất %(most)s đơn vị.") % {"most": MOST})
    return codes


def _offered(board: Board, codes: Sequence[str], text: str) -> list[Standing]:
    """Units to add: those found by what was typed, or the neighbours in rank of the first one."""
    if len(codes) >= MOST:
        return []
    if text:
        found = (hit.key for hit in search.found(text, kinds=("unit",)).hits)
        return [board.standings[c] for c in found if c in board.standings and c not in codes][:OFFERED]
    if not codes:
        return []
    first = board.standings[codes[0]]
    block = next((b.standings for b in board.blocks(_parent(board, first)) if b.kind == first.unit.kind), [])
    place = block.index(first)
    near = sorted(block, key=lambda s: abs(block.index(s) - place))
    return [s for s in near[: OFFERED + 1] if s.unit.code not in codes]


def _parent(board: Board, standing: Standing) -> str | None:
    parent = standing.unit.parent
    return parent if parent in board.standings else None


def _above(board: Board, standing: Standing) -> str:
    parent = board.units.get(standing.unit.parent)
    return called(parent) if parent else ""


def _to(board: Board, codes: Sequence[str]) -> str:
    return to("compare", board=board, query=f"units={','.join(codes)}" if codes else "")


def rows_of(board: Board, standings: Sequence[Standing]) -> Iterator[Row]:
    """The total, the groups and their indicators, each with the points of every unit."""
    lang = language()
    names = [called(s.unit) for s in standings]
    scores = {
        s.unit.code: {row["indicator"]: row["score"] for row in board.components(s.unit.code)}
        for s in standings
    }
    totals = [s.total.score for s in standings]
    yield Row("total", _("Tổng điểm"), board.rules.max_points, _cells(names, totals), bold=True)
    for group in board.rules.groups:
        marks = [s.groups.get(group.id) for s in standings]
        points = [mark.score if mark else None for mark in marks]
        yield Row(group.id, group.name[lang], group.max_points, _cells(names, points), bold=True)
        for indicator in _scored(board, group.id):
            points = [scores[s.unit.code].get(indicator.id) for s in standings]
            name = f"{indicator.id} {indicator.short[lang]}"
            yield Row(indicator.id, name, indicator.max_points, _cells(names, points), bold=False)


def _scored(board: Board, group: str) -> list[Indicator]:
    return [indicator for indicator in board.rules.of_group(group) if indicator.scored]


def _cells(names: Sequence[str], points: Sequence[Decimal | None]) -> list[tuple[str, Decimal | None, bool]]:
    known = {p for p in points if p is not None}
    most = max(known) if len(known) > 1 else None
    return [(name, p, p is not None and p == most) for name, p in zip(names, points, strict=True)]
