"""The table of a block of units: sorted by the part that the address asks for, with its ranks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import BadRequest

from phucvu.published.daily_results import Place
from phucvu.rules.model import RuleSet
from phucvu.steering.firm_ranks import FirmRank
from phucvu.web import firmness, results
from phucvu.web.boards import Board, Mark, Standing, ranked
from phucvu.web.language import _, language
from phucvu.web.page import to
from phucvu.web.published_marks import PublishedMark
from phucvu.web.sorting import Heading

ORDERS = ("desc", "asc")

LONG = 20
"""Rows that a phone still shows without being asked."""


@dataclass(frozen=True)
class Sort:
    """By which part, ``total`` or a group, and in which order."""

    part: str = "total"
    order: str = "desc"


@dataclass(frozen=True)
class Column(Heading):
    """A column of points."""

    part: str
    max: Any


@dataclass(frozen=True)
class Row:
    standing: Standing
    place: Mark
    """What the table is sorted by."""
    published: PublishedMark | None
    """What the portal published of the same."""
    cells: list[tuple[Column, Mark | None]]
    firm: FirmRank | None
    """The places that it may have by what the table is sorted by."""


@dataclass(frozen=True)
class Ranking:
    """Rows and columns; ``changed`` says whether changes since the period before are known."""

    columns: list[Column]
    rows: list[Row]
    sort: Sort
    published: bool = False
    """Whether what the portal published stands beside the own count."""

    @property
    def by(self) -> Column:
        return next(c for c in self.columns if c.part == self.sort.part)

    @property
    def by_share(self) -> bool:
        """Whether percent say something else than points: of 100 they are the same number."""
        return bool(self.by.max != 100)

    @property
    def long(self) -> bool:
        """Whether a phone folds it away."""
        return len(self.rows) > LONG

    @property
    def firm(self) -> bool:
        """Whether it is known how firm the ranks are."""
        return any(row.firm for row in self.rows)

    @property
    def changed(self) -> bool:
        return any(row.place.rank_change is not None for row in self.rows)


def asked_sort(request: Any, rules: RuleSet) -> Sort:
    """The order that the address asks for; raises BadRequest for one there is not."""
    parts = ["total", *(group.id for group in rules.groups)]
    sort = Sort(
        request.GET.get("sort", "total"), _one_of(request.GET.get("order", "desc"), "order", list(ORDERS))
    )
    _one_of(sort.part, "sort", parts)
    return sort


def asked_order(request: Any, default: str = "desc") -> str:
    """The order that the address asks for, asc or desc."""
    return _one_of(request.GET.get("order", default), "order", list(ORDERS))


def _one_of(value: str, name: str, allowed: list[str]) -> str:
    if value not in allowed:
        reason = _("Không sắp xếp được theo %(name)s=%(value)s; có thể dùng: %(allowed)s.")
        raise BadRequest(reason % {"name": name, "value": value[:60], "allowed": ", ".join(allowed)})
    return value


def ranking(
    board: Board, standings: list[Standing], sort: Sort, view: str, *args: str, anchor: str
) -> Ranking:
    """A block's table; its headings link to the page ``view`` with ``args``, sorted by them.

    ``anchor`` is the id of the block's heading, where the reader stays.
    """
    columns = list(_columns(board, sort, anchor, view, args))
    rows = []
    for standing in ranked(standings, sort.part, sort.order == "asc"):
        place = standing.mark(sort.part)
        if place is not None:
            cells = [(column, standing.mark(column.part)) for column in columns]
            published, firm = standing.published.get(sort.part), board.firm(standing, sort.part)
            rows.append(Row(standing, place, published, cells, firm))
    beside = results.source().counts and any(row.published for row in rows)
    return Ranking(columns, rows, sort, beside)


def _columns(board: Board, sort: Sort, anchor: str, view: str, args: tuple[str, ...]) -> Iterator[Column]:
    rules = board.rules
    parts = [("total", _("Tổng điểm"), rules.max_points)]
    parts += [(group.id, group.name[language()], group.max_points) for group in rules.groups]
    for part, name, most in parts:
        here = sort.order if part == sort.part else ""
        other = "asc" if here == "desc" else "desc"
        link = to(view, *args, board=board, query=f"sort={part}&order={other}") + f"#{anchor}"
        yield Column(name, link, here, part, most)


PUBLISHED = ("published_day", "published_score", "published_rank", "published_ranked")


def as_published(standing: Standing, part: str) -> dict[str, Any]:
    """What the portal last published of a part, as data; None where nothing is known."""
    mark = standing.published.get(part)
    return place_as_data(mark.place if mark else None)


def place_as_data(place: Place | None) -> dict[str, Any]:
    if place is None:
        return dict.fromkeys(PUBLISHED)
    return dict(zip(PUBLISHED, (place.day, place.score, place.rank, place.ranked), strict=True))


def as_record(standing: Standing, board: Board) -> dict[str, Any]:
    """A standing as data."""
    unit, total = standing.unit, standing.total
    band = standing.band
    return {
        "unit": unit.code,
        "name": unit.name,
        "kind": unit.kind,
        "parent": unit.parent,
        "score": total.score,
        "max": total.max,
        "lost": total.lost,
        "percent": total.percent,
        "rank": total.rank,
        **firmness.as_data(board, standing),
        "ranked": total.ranked,
        "unranked": total.unranked,
        "rank_change": total.rank_change,
        "score_change": total.score_change,
        "block_changed": total.block_changed,
        "rank_change_year": total.rank_change_year,
        "score_change_year": total.score_change_year,
        "block_changed_year": total.block_changed_year,
        **as_published(standing, "total"),
        "band": band.name if band else None,
        "groups": {
            group: {
                "score": mark.score,
                "max": mark.max,
                "lost": mark.lost,
                "percent": mark.percent,
                "rank": mark.rank,
                "ranked": mark.ranked,
                "unranked": mark.unranked,
                "origin": mark.origin,
                "missing": list(mark.missing),
                **as_published(standing, group),
            }
            for group, mark in standing.groups.items()
        },
    }


def as_row(standing: Standing, board: Board) -> dict[str, Any]:
    """A standing as a row of a table, one column for each group."""
    record = as_record(standing, board)
    groups = record.pop("groups")
    band = record.pop("band")
    record |= {"band": band[language()] if band else None}
    return record | {group.id: groups.get(group.id, {}).get("score") for group in board.rules.groups}
