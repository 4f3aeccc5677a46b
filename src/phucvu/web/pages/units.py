"""A unit: where it stands, where its points are lost, and the units below it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse

from phucvu.charts.lost_points import lost_points
from phucvu.figures.units import Unit
from phucvu.web import firmness, maps, other_rules, results, timelines
from phucvu.web.boards import Board, Mark, Standing
from phucvu.web.components import Part, biggest_changes, losses, parts, without_anything
from phucvu.web.embedding import embed
from phucvu.web.language import _, language
from phucvu.web.lifetime import as_record as existing
from phucvu.web.lifetime import existence, last_period_of
from phucvu.web.neighbours import neighbours
from phucvu.web.page import Page, asked_board, kept, respond, to
from phucvu.web.preview import Preview, of_standing
from phucvu.web.published_table import published_table
from phucvu.web.ranking import PUBLISHED, as_published, as_record, asked_sort, place_as_data, ranking
from phucvu.web.sentences import called, kinds, of_all, of_unit, since
from phucvu.web.timelines import Timeline


def show(request: Any, code: str, form: str | None = None) -> Any:
    board = asked_board(request)
    if code not in board.standings and code in board.units:
        return _absent(request, board, board.units[code], form)
    standing = _standing(board, code)
    sort = asked_sort(request, board.rules)
    found = parts(board, standing)
    below = board.blocks(code)
    over_time = timelines.of_unit(board, code)
    otherwise = other_rules.of_unit(board, standing)
    changes = list(since(board, standing))
    if changes and over_time is not None and over_time.ordinary(board.result.period):
        changes.append(
            _("Tổng điểm còn trong mức dao động thường qua các kỳ: chưa phải là tăng hay giảm thật.")
        )
    nothing, lost_for_nothing = without_anything(found)
    rises, falls = biggest_changes(found)
    around = neighbours(board, standing)
    context = {
        "standing": standing,
        "unit": standing.unit,
        "sentence": of_unit(board, standing),
        "since": changes,
        "by_other_rules": other_rules.in_words(otherwise),
        "firm_rank": firmness.of_unit(board, standing),
        "firm_around": firmness.of_neighbours(board, standing, around.rows) if around else "",
        "existence": existence(board, standing.unit),
        "published": published_table(board, standing, results.source().counts),
        "over_time": over_time,
        "compare": to("compare", board=board, query=f"units={code}"),
        "embed": embed(request, "embed-unit", code, title=standing.unit.short_name, height=180),
        "parts": found,
        "trend": to("unit-trend", code, board=board) if _has_trend(over_time) else "",
        "trend_png": to("unit-trend-png", code, board=board),
        "changed": [
            (_("Tăng nhiều nhất"), rises),
            (_("Giảm nhiều nhất"), falls),
        ],
        "around": around,
        "compared": board.before.period if board.before else None,
        "columns": 6 if board.before is None else 7,
        "unscored_columns": 3 if board.before is None else 4,
        "losses": losses(found),
        "nothing": nothing,
        "lost_for_nothing": lost_for_nothing,
        "blocks": [
            (
                block.kind,
                ranking(board, block.standings, sort, "unit", code, anchor=block.kind),
                firmness.shown(board, block.standings, "unit-ranks", code, query=f"kind={block.kind}"),
            )
            for block in below
        ],
        "trail": _trail(board, code),
        "within": "&".join(
            [
                *filter(None, [kept(board).removeprefix("?")]),
                *([f"within={standing.unit.parent}"] if standing.unit.parent else []),
            ]
        ),
        "chart": to("lost-svg", code, board=board),
        "chart_narrow": to("lost-svg", code, "-narrow", board=board),
        "map_png": to("unit-map-png", code, board=board),
        "chart_png": to("lost-svg-png", code, board=board),
    }
    context |= maps.context(board, below)
    everyone = [s for block in below for s in block.standings]
    data = {
        "unit": as_record(standing, board) | existing(standing.unit, board),
        "by_other_rules": other_rules.as_data(otherwise),
        "components": [_component(row, board) for row in board.components(code)],
        "below": [as_record(s, board) for s in everyone],
        "over_time": over_time.data if over_time else [],
        "annotations": timelines.noted(over_time),
    }
    preview = of_standing(
        board, standing.unit.short_name, of_unit(board, standing), standing, lambda: maps.small(board, below)
    )
    table = [*_table(board, standing, found), *(row for s in everyone for row in _marks(board, s))]
    page = Page("unit.html", context, data, table, board, preview, [s.unit for s in everyone])
    return respond(request, page, form)


def lost_svg(request: Any, code: str, narrow: str | None = None) -> Any:
    """The picture of a unit's lost points, for a desk or a phone."""
    board = asked_board(request)
    standing = _standing(board, code)
    title = _("Các chỉ số bị trừ điểm của %(unit)s") % {"unit": called(standing.unit)}
    found = losses(parts(board, standing))
    text = lost_points(found, title, of_unit(board, standing), language(), bool(narrow))
    return HttpResponse(text, content_type="image/svg+xml; charset=utf-8")


def ranks_svg(request: Any, code: str, narrow: str | None = None) -> Any:
    """The picture of how firm the ranks of the units below one are; ``?kind=`` says of which kind."""
    board = asked_board(request)
    standing = _standing(board, code)
    kind = request.GET.get("kind", "")
    block = next((b.standings for b in board.blocks(code) if b.kind == kind), None)
    if block is None:
        raise Http404(_("Không có đơn vị trực thuộc loại này."))
    title = f"{_('Hạng chắc đến đâu')}: {kinds(kind)}, {called(standing.unit)}"
    return firmness.picture(board, block, title, narrow)


def map_svg(request: Any, code: str) -> Any:
    """The map of the units below one, which stands alone."""
    board = asked_board(request)
    standing = _standing(board, code)
    title = f"{_('Bản đồ điểm')}: {called(standing.unit)}"
    return maps.sheet(board, board.blocks(code), title)


def time_svg(request: Any, code: str, narrow: str | None = None) -> Any:
    """The picture of a unit's scores over time."""
    board = asked_board(request)
    standing = _standing(board, code)
    title = _("Điểm của %(unit)s qua các kỳ") % {"unit": called(standing.unit)}
    return timelines.picture(timelines.of_unit(board, code), title, narrow)


def trend_svg(request: Any, code: str) -> Any:
    """The small picture of a unit's total over time; raises Http404 where there is nothing to compare."""
    board = asked_board(request)
    standing = _standing(board, code)
    timeline = timelines.of_unit(board, code)
    if timeline is None or not _has_trend(timeline):
        raise Http404(_("Chưa có đủ kỳ để vẽ."))
    return timelines.trend_of(
        timeline, _("Tổng điểm của %(unit)s qua các kỳ") % {"unit": called(standing.unit)}
    )


def _has_trend(timeline: Timeline | None) -> bool:
    """Whether the total is known in two periods or more."""
    return timeline is not None and sum(v is not None for v in timeline.series[0].values.values()) > 1


def _absent(request: Any, board: Board, unit: Unit, form: str | None) -> Any:
    """A unit that has no result in the period: since when it exists, and where its results are."""
    last = last_period_of(unit, board)
    about = {"unit": unit.code, "name": unit.name, "kind": unit.kind, "parent": unit.parent}
    about |= existing(unit, board) | {"last_period": last and str(last)}
    context = {"unit": unit, "existence": existence(board, unit), "last": last}
    said = _("%(unit)s không có kết quả trong %(period)s.") % {
        "unit": called(unit),
        "period": board.result.period.title(language()),
    }
    preview = Preview(unit.short_name, said)
    page = Page("unit_absent.html", context, {"unit": about}, [about], board, preview)
    return respond(request, page, form)


def _standing(board: Board, code: str) -> Standing:
    if code not in board.standings:
        reason = _("Không có kết quả của đơn vị %(code)s trong kỳ này.")
        raise Http404(reason % {"code": code[:60]})
    return board.standings[code]


def _trail(board: Board, code: str) -> list[tuple[str, str]]:
    """The pages above a unit's, the highest first: the front page, then the units that have one."""
    above = [unit for unit in reversed(board.units.above(code)[1:]) if unit.code in board.standings]
    trail = [(called(unit), to("unit", unit.code, board=board)) for unit in above]
    return trail if board.only_root else [(of_all(board), to("nation", board=board)), *trail]


def _component(row: dict[str, Any], board: Board) -> dict[str, Any]:
    shown = {key: value for key, value in row.items() if key not in ("period", "unit")}
    return shown | {"derived": row["indicator"] in board.result.derived}


def _table(board: Board, standing: Standing, found: list[Part]) -> Iterator[dict[str, Any]]:
    """Everything of one unit as rows of one table: its total, its groups, their indicators."""
    yield from _marks(board, standing)
    for part in found:
        for line in part.lines:
            row = line.row or {"max": line.indicator.max_points, "state": "not_published"}
            yield (
                _row(standing, line.indicator.id, line.indicator.short[language()])
                | {
                    key: row.get(key)
                    for key in ("numerator", "denominator", "rate", "score", "max", "lost", "state")
                }
                | {"derived": line.derived or None, **place_as_data(line.published)}
            )


def _marks(board: Board, standing: Standing) -> Iterator[dict[str, Any]]:
    yield _mark(board, standing, "total", _("Tổng điểm"), standing.total)
    for group in board.rules.groups:
        if group.id in standing.groups:
            yield _mark(board, standing, group.id, group.name[language()], standing.groups[group.id])


def _mark(board: Board, standing: Standing, part: str, title: str, mark: Mark) -> dict[str, Any]:
    return _row(standing, part, title) | {
        "score": mark.score,
        "max": mark.max,
        "lost": mark.lost,
        "rank": mark.rank,
        **firmness.as_data(board, standing, part),
        "ranked": mark.ranked,
        "unranked": mark.unranked,
        "state": mark.origin,
        **as_published(standing, part),
    }


EMPTY = dict.fromkeys(
    (
        "numerator",
        "denominator",
        "rate",
        "score",
        "max",
        "lost",
        "rank",
        *firmness.PLACES,
        "ranked",
        "unranked",
        "state",
        "derived",
        *PUBLISHED,
    )
)


def _row(standing: Standing, part: str, title: str) -> dict[str, Any]:
    unit = standing.unit
    about = {"unit": unit.code, "name": unit.name, "kind": unit.kind, "part": part, "title": title}
    return about | EMPTY
