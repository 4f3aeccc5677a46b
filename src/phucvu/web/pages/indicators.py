"""The indicators: all of them, and one across like units."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import polars as pl
from django.http import Http404

from phucvu.formats import decimal
from phucvu.rules.model import Group, Indicator
from phucvu.web import timelines
from phucvu.web.boards import Block, Board
from phucvu.web.components import Line
from phucvu.web.embedding import embed
from phucvu.web.explained import explained, where_said
from phucvu.web.history import rates_of
from phucvu.web.language import _, language
from phucvu.web.page import Page, asked_board, respond, to
from phucvu.web.preview import Preview
from phucvu.web.published_figures import PublishedFigures, as_data, beside_counts
from phucvu.web.ranking import asked_order
from phucvu.web.rates import best_order, difference, is_time
from phucvu.web.sentences import called, of_indicator


def every(request: Any, form: str | None = None) -> Any:
    board = asked_board(request)
    means, sentence = means_of(board), of_rules(board)
    table = [
        _as_row(indicator) | {"mean_score_of_provinces": mean and round(mean, 2)}
        for _group, rows in means
        for indicator, mean in rows
    ]
    context = {
        "groups": means,
        "sentence": sentence,
        "whose": whose(board),
        "embed": embed(request, "embed-indicators", title=_("Các chỉ số"), height=640),
    }
    preview = Preview(_("Các chỉ số"), sentence)
    page = Page("indicators.html", context, {"indicators": table}, table, board, preview)
    return respond(request, page, form)


def means_of(board: Board) -> list[tuple[Group, list[tuple[Indicator, Decimal | None]]]]:
    """The indicators by group, each with the mean of the provinces' points, or those of the only unit."""
    standings = board.provinces if board.only_root is None else [board.only_root]
    provinces = {standing.unit.code for standing in standings}

    def mean(indicator: Indicator) -> Decimal | None:
        scores = [row["score"] for row in board.across(indicator.id) if row["unit"] in provinces]
        return sum(scores) / len(scores) if scores and indicator.scored else None

    return [(g, [(one, mean(one)) for one in board.rules.of_group(g.id)]) for g in board.rules.groups]


def whose(board: Board) -> str:
    """Of whom the points of ``means_of`` are."""
    return _("Bình quân các tỉnh") if board.only_root is None else called(board.only_root.unit)


def of_rules(board: Board) -> str:
    """How many indicators there are, in how many groups, and for how many points."""
    return _("%(count)s chỉ số thành phần trong %(groups)s nhóm, tối đa %(max)s điểm.") % {
        "count": len(board.rules.components),
        "groups": len(board.rules.group_numbers),
        "max": decimal(board.rules.max_points, language()),
    }


def show(request: Any, identity: str, form: str | None = None) -> Any:
    board = asked_board(request)
    indicator = asked_indicator(board, identity)
    order = asked_order(request, best_order(indicator))
    within = asked_within(request, board)
    every_row = {row["unit"]: row for row in board.across(identity)}
    blocks = [(block.kind, in_order(block, every_row, order)) for block in board.blocks(within)]
    names = {s.unit.code: called(s.unit) for block in board.blocks(within) for s in block.standings}
    earlier = _earlier(board, identity)
    published = beside_counts(pl.col("part") == identity, period=board.period)
    over_time = timelines.of_indicator(board, identity, within)
    query = f"within={within}" if within else ""
    turned = f"order={'asc' if order == 'desc' else 'desc'}"
    context = {
        "indicator": indicator,
        "group": board.rules.group(indicator.group),
        "parent": board.units.get(within),
        "order": order,
        "time": is_time(indicator),
        "other_order": to("indicator", identity, board=board, query="&".join(filter(None, [turned, query]))),
        "compared": [label for label, _rates in earlier],
        "blocks": [
            (kind, of_indicator(indicator, rows, names), _lines(board, indicator, rows, earlier, published))
            for kind, rows in blocks
        ],
        "explained": list(explained(indicator)),
        "origins": where_said(indicator, board.rules),
        "derived": identity in board.result.derived,
        "over_time": over_time,
        "embed": embed(
            request, "embed-indicator", identity, title=indicator.short[language()], height=480, query=query
        ),
        "group_link": to("nation", board=board, query=f"sort={indicator.group}"),
    }
    table = [
        _as_data(board, row) | as_data(published.get(row["unit"], {}).get(identity))
        for _kind, rows in blocks
        for row in rows
    ]
    data = {"indicator": _as_row(indicator), "within": within, "units": table}
    data |= {"over_time": over_time.data if over_time else [], "annotations": timelines.noted(over_time)}
    title = f"{indicator.id} {indicator.name[language()]}"
    if within:
        title += f", {called(board.units[within])}"
    said = next((of_indicator(indicator, rows, names) for _kind, rows in blocks), "")
    preview = Preview(title, said)
    return respond(request, Page("indicator.html", context, data, table, board, preview), form)


def time_svg(request: Any, identity: str, narrow: str | None = None) -> Any:
    """The picture of an indicator over time."""
    board = asked_board(request)
    indicator = asked_indicator(board, identity)
    within = asked_within(request, board)
    title = f"{indicator.id} {indicator.short[language()]}"
    return timelines.picture(timelines.of_indicator(board, identity, within), title, narrow)


def asked_indicator(board: Board, identity: str) -> Indicator:
    if identity not in board.rules:
        reason = _("Không có chỉ số %(id)s trong bộ quy tắc của kỳ này.")
        raise Http404(reason % {"id": identity[:60]})
    return board.rules[identity]


def asked_within(request: Any, board: Board) -> str | None:
    """The unit whose units below are asked for.

    Without one, the unit under which all others stand; None where there are several. Raises Http404
    where there is no unit below it.
    """
    asked = request.GET.get("within")
    if asked:
        if not board.blocks(asked):
            reason = _("Không có đơn vị nào dưới %(code)s trong kỳ này.")
            raise Http404(reason % {"code": asked[:60]})
        return str(asked)
    only = board.only_root
    return only.unit.code if only is not None and board.blocks(only.unit.code) else None


def in_order(block: Block, every_row: dict[str, dict[str, Any]], order: str) -> list[dict[str, Any]]:
    """The rows of a block by rate, without a rate last."""
    rows = [every_row[s.unit.code] for s in block.standings if s.unit.code in every_row]
    sign = 1 if order == "asc" else -1
    return sorted(rows, key=lambda r: (r["rate"] is None, sign * (r["rate"] or 0), r["unit"]))


def _earlier(board: Board, identity: str) -> list[tuple[str, dict[str, float]]]:
    """The rates of the period before and of a year before, by unit, as far as there are any."""
    unit = _("ngày") if is_time(board.rules[identity]) else _("điểm phần trăm")
    found = [(_("± kỳ trước"), board.before), (_("± năm trước"), board.year_before)]
    return [
        (f"{label} ({unit})", rates_of(result, identity)) for label, result in found if result is not None
    ]


def _lines(
    board: Board,
    indicator: Indicator,
    rows: list[dict[str, Any]],
    earlier: list[tuple[str, dict[str, float]]],
    published: PublishedFigures,
) -> list[tuple[Any, Line, int | None, list[tuple[str, Decimal | None]]]]:
    """Each unit with its line, its rank by rate, and its changes in percentage points (or days)."""
    derived = indicator.id in board.result.derived
    places = ranks_of([row["rate"] for row in rows], best_order(indicator))
    return [
        (
            board.units[row["unit"]],
            Line(
                indicator,
                row,
                derived,
                board.rules,
                published=published.get(row["unit"], {}).get(indicator.id),
            ),
            places.get(row["rate"]),
            [(label, difference(indicator, row["rate"], rates.get(row["unit"]))) for label, rates in earlier],
        )
        for row in rows
    ]


def ranks_of(rates: Iterable[float | None], order: str = "desc") -> dict[float | None, int]:
    """The place of each rate, of the best in the given order first; equal rates share one. None has none."""
    places: dict[float | None, int] = {}
    for place, rate in enumerate(sorted((r for r in rates if r is not None), reverse=order == "desc"), 1):
        places.setdefault(rate, place)
    return places


def _as_row(indicator: Indicator) -> dict[str, Any]:
    return {
        "id": indicator.id,
        "group": indicator.group,
        "name": indicator.name.vi,
        "name_en": indicator.name.en,
        "max": indicator.max_points,
        "target": float(indicator.target) if indicator.target else None,
        "zero_denominator": indicator.zero_denominator,
    }


def _as_data(board: Board, row: dict[str, Any]) -> dict[str, Any]:
    unit = board.units[row["unit"]]
    shown = ("numerator", "denominator", "rate", "score", "max", "lost", "state")
    derived = row["indicator"] in board.result.derived
    about = {"unit": unit.code, "name": unit.name, "kind": unit.kind, "parent": unit.parent}
    return about | {key: row[key] for key in shown} | {"derived": derived}
