"""The routes of the data API. Everything here is public: published or counted results, no dossiers."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Annotated, Any

import polars as pl
from django.http import Http404, HttpResponse
from ninja import NinjaAPI, Path, Query
from ninja.decorators import decorate_view
from ninja.errors import HttpError, ValidationError

from phucvu.figures.periods import Period, now_in_vietnam
from phucvu.figures.units import NATION, Unit, Units
from phucvu.problems import UnusableError
from phucvu.rules.loading import shown as known_rules
from phucvu.rules.model import RuleSet
from phucvu.tables import plain
from phucvu.web import firmness, results
from phucvu.web.api import shapes
from phucvu.web.api.answers import MOST, PROBLEM, NoAnswerError, conditional, listed, paged, problem
from phucvu.web.boards import Board, board, ranked
from phucvu.web.nothing import AGAIN, SAID
from phucvu.web.ranking import PUBLISHED, as_published


class Api(NinjaAPI):
    """Its OpenAPI document also describes what a problem looks like."""

    def get_openapi_schema(self, **asked: Any) -> Any:
        document = super().get_openapi_schema(**asked)
        document["components"]["schemas"]["Problem"] = shapes.Problem.model_json_schema()
        return document


api = Api(
    title="phucvu",
    version="1",
    description=(
        "Số liệu công khai của bộ chỉ số theo Quyết định 766/QĐ-TTg. | "
        "Public figures of the index of Decision 766/QĐ-TTg."
    ),
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api-1",
)

PeriodName = Annotated[
    str | None,
    Query(
        None,
        description="kỳ: 2026-11, 2026-Q4, 2026; mặc định kỳ mới nhất | the period; the latest if left out",
        example="2026",
        max_length=30,
    ),
]
UnitCode = Annotated[str | None, Query(None, description="một đơn vị | one unit", max_length=50)]
Under = Annotated[
    str | None,
    Query(None, description="đơn vị này và mọi đơn vị bên dưới | this unit and all below it", max_length=50),
]
IndicatorId = Annotated[
    str | None, Query(None, description="một chỉ số, như 2.1 | one indicator", max_length=20)
]
GroupId = Annotated[str | None, Query(None, description="một nhóm, như progress | one group", max_length=40)]
KindOf = Annotated[shapes.KindName | None, Query(None, description="loại đơn vị | the kind of unit")]
Page = Annotated[int, Query(1, ge=1, le=1_000_000, description="trang, từ 1 | the page, from 1")]
Limit = Annotated[int, Query(100, ge=1, le=MOST, description="số dòng một trang | rows of a page")]

PROBLEMS = {
    str(status): {
        "description": description,
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, description in (
        (404, "Không có thứ được hỏi. | There is no such thing."),
        (422, "Tham số sai. | A wrong parameter."),
        (503, "Chưa có hồ sơ, hoặc đang đếm lần đầu. | No dossiers yet, or the first count is running."),
    )
}
MORE = {
    "responses": {
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}},
        304: {"description": "Chưa đổi từ lần trước. | Not changed since."},
        **{int(status): said for status, said in PROBLEMS.items()},
    },
    "parameters": [
        {
            "in": "query",
            "name": "format",
            "required": False,
            "schema": {"type": "string", "enum": ["json", "csv"]},
            "description": "json, hoặc csv có mọi dòng | json, or csv with all rows",
        }
    ],
}


def route(path: str, shape: Any, tag: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A route that answers GET with a shape, in JSON or CSV, with an entity tag."""

    def add(view: Callable[..., Any]) -> Callable[..., Any]:
        operation = api.get(path, response=shape, tags=[tag], openapi_extra=MORE, operation_id=view.__name__)
        return operation(decorate_view(conditional)(view))

    return add


# Finding what is asked for


def asked_board(period: str | None) -> Board:
    """The board of a period; without one, of the latest. Raises NoAnswerError where there is none."""
    known = results.periods()
    if not known:
        if lack := results.lacks():
            reason = SAID[lack].reason
            raise NoAnswerError(503, reason.vi, reason.en)
        raise NoAnswerError(404, "chưa có kết quả của kỳ nào", "there is no result yet", "period")
    if not period:
        return board(known[0])
    try:
        asked = Period.parse(period)
    except UnusableError as error:
        said = error.faults[0]
        raise NoAnswerError(422, said.vi, said.en, "period") from error
    try:
        return board(asked)
    except KeyError as error:
        if results.awaited(asked):
            reason = SAID[results.Lack.COUNT].reason
            raise NoAnswerError(503, reason.vi, reason.en) from error
        there_are = ", ".join(map(str, known))
        raise NoAnswerError(
            404,
            f"không có kết quả của kỳ {period}; hiện có: {there_are}",
            f"no result of the period {period}; there are: {there_are}",
            "period",
        ) from error


def _unit(units: Units, code: str, field: str) -> Unit:
    unit = units.get(code)
    if unit is None:
        raise NoAnswerError(404, f"không có đơn vị {code}", f"there is no unit {code}", field)
    return unit


def _codes(units: Units, unit: str | None, under: str | None) -> list[str] | None:
    """The units asked for; None for all."""
    if unit == NATION.code:
        return [NATION.code]
    if unit:
        return [_unit(units, unit, "unit").code]
    if under:
        return [u.code for u in units.below(_unit(units, under, "under").code)]
    return None


def _chosen(frame: pl.DataFrame, shown: Board, codes: list[str] | None, **wanted: str | None) -> pl.DataFrame:
    """The rows of the board's period, of the units and with the values wanted."""
    rows = frame.filter(period=shown.period)
    if codes is not None:
        rows = rows.filter(pl.col("unit").is_in(codes))
    for column, value in wanted.items():
        if value:
            rows = rows.filter(pl.col(column) == value)
    return rows


def _known(value: str | None, known: list[str], field: str) -> None:
    if value and value not in known:
        there_are = ", ".join(known)
        raise NoAnswerError(
            404,
            f"không có {value}; hiện có: {there_are}",
            f"there is no {value}; there are: {there_are}",
            field,
        )


def _indicators(rules: RuleSet) -> list[str]:
    return [i.id for i in rules.indicators]


def _groups(rules: RuleSet) -> list[str]:
    return [g.id for g in rules.groups]


def _rows(frame: pl.DataFrame, shape: type[Any]) -> list[dict[str, Any]]:
    return frame.select([name for name in shape.model_fields if name in frame.columns]).to_dicts()


def _beside(shown: Board, unit: str, part: str) -> dict[str, Any]:
    """What the portal published of a part of a unit; the nation is no unit of its own there."""
    standing = shown.standings.get(unit)
    return dict.fromkeys(PUBLISHED) if standing is None else as_published(standing, part)


def _interval(shown: Board, unit: str, part: str = "total") -> dict[str, Any]:
    """The places that a unit may have by its total or a group; the nation has none."""
    standing = shown.standings.get(unit)
    return dict.fromkeys(firmness.PLACES) if standing is None else firmness.as_data(shown, standing, part)


# Routes


@route("/periods", shapes.Listed[shapes.Period], "periods")
def periods(request: Any) -> Any:
    """Các kỳ có kết quả, mới nhất trước. | The periods that have a result, the latest first."""
    today = now_in_vietnam().date()
    rows = [
        {
            "period": str(period),
            "kind": period.kind,
            "first": period.first,
            "last": period.last,
            "running": period.last >= today,
            "title": {"vi": period.title("vi"), "en": period.title("en")},
        }
        for period in results.periods()
    ]
    return listed(request, rows, "periods")


@route("/units", shapes.Of[shapes.Unit], "units")
def units(
    request: Any,
    q: Annotated[
        str | None,
        Query(
            None,
            description="một phần tên, có dấu hay không | part of a name, with or without accents",
            max_length=100,
        ),
    ],
    kind: KindOf,
    parent: Annotated[
        str | None, Query(None, description="đơn vị ngay trên | the unit just above", max_length=50)
    ],
    under: Under,
    period: PeriodName,
    page: Page,
    limit: Limit,
) -> Any:
    """Các đơn vị của kỳ, theo mã. | The units of the period, by code."""
    shown = asked_board(period)
    found = sorted((s.unit for s in shown.standings.values()), key=lambda u: u.code)
    if parent:
        _unit(shown.units, parent, "parent")
        found = [u for u in found if u.parent == parent]
    if codes := _codes(shown.units, None, under):
        within = set(codes)
        found = [u for u in found if u.code in within]
    if kind:
        found = [u for u in found if u.kind == kind]
    if q:
        part = plain(q)
        found = [u for u in found if part in plain(u.name) or q.casefold() in u.code.casefold()]
    return paged(request, shown, [_as_unit(u) for u in found], page, limit)


@route("/units/{code}", shapes.UnitInTree, "units")
def unit(
    request: Any,
    code: Annotated[str, Path(description="mã đơn vị | the unit's code", example="H21", max_length=50)],
    period: PeriodName,
) -> Any:
    """Một đơn vị, các đơn vị bên trên và ngay bên dưới. | A unit, those above and just below it."""
    shown = asked_board(period)
    found = _unit(shown.units, code, "code")
    below = sorted((s.unit for b in shown.blocks(code) for s in b.standings), key=lambda u: u.code)
    return _as_unit(found) | {
        "above": [_as_unit(u) for u in shown.units.above(code)[1:]],
        "below": [_as_unit(u) for u in below],
    }


@route("/figures", shapes.Of[shapes.Figure], "figures")
def figures(
    request: Any,
    period: PeriodName,
    unit: UnitCode,
    under: Under,
    indicator: IndicatorId,
    page: Page,
    limit: Limit,
) -> Any:
    """Số liệu: tử số, mẫu số, hai số nguyên. | Figures: numerator and denominator, two whole numbers."""
    shown = asked_board(period)
    _known(indicator, _indicators(shown.rules), "indicator")
    rows = _chosen(
        shown.result.scores.components, shown, _codes(shown.units, unit, under), indicator=indicator
    )
    rows = rows.filter(pl.col("numerator").is_not_null())
    return paged(request, shown, _rows(rows, shapes.Figure), page, limit)


@route("/scores/components", shapes.Of[shapes.Component], "scores")
def components(
    request: Any,
    period: PeriodName,
    unit: UnitCode,
    under: Under,
    indicator: IndicatorId,
    group: GroupId,
    page: Page,
    limit: Limit,
) -> Any:
    """Điểm từng chỉ số. | The scores of each indicator."""
    shown = asked_board(period)
    _known(indicator, _indicators(shown.rules), "indicator")
    _known(group, _groups(shown.rules), "group")
    codes = _codes(shown.units, unit, under)
    rows = _chosen(shown.result.scores.components, shown, codes, indicator=indicator, group=group)
    return paged(request, shown, _rows(rows, shapes.Component), page, limit)


@route("/scores/groups", shapes.Of[shapes.Group], "scores")
def groups(
    request: Any, period: PeriodName, unit: UnitCode, under: Under, group: GroupId, page: Page, limit: Limit
) -> Any:
    """Điểm và hạng từng nhóm. | The scores and ranks of each group."""
    shown = asked_board(period)
    _known(group, _groups(shown.rules), "group")
    rows = _chosen(shown.result.scores.groups, shown, _codes(shown.units, unit, under), group=group)
    found = [
        row | _beside(shown, row["unit"], row["group"]) | _interval(shown, row["unit"], row["group"])
        for row in _rows(rows, shapes.Group)
    ]
    return paged(request, shown, found, page, limit)


@route("/scores/totals", shapes.Of[shapes.Total], "scores")
def totals(
    request: Any, period: PeriodName, unit: UnitCode, under: Under, kind: KindOf, page: Page, limit: Limit
) -> Any:
    """Tổng điểm và hạng. | Total scores and ranks."""
    shown = asked_board(period)
    rows = _chosen(shown.result.scores.totals, shown, _codes(shown.units, unit, under), kind=kind)
    found = [
        row | _beside(shown, row["unit"], "total") | _interval(shown, row["unit"])
        for row in _rows(rows, shapes.Total)
    ]
    return paged(request, shown, found, page, limit)


@route("/published", shapes.Of[shapes.PublishedPart], "published")
def published(
    request: Any, period: PeriodName, unit: UnitCode, under: Under, page: Page, limit: Limit
) -> Any:
    """Kết quả Cổng DVCQG công bố theo ngày. | What the national portal published, by day."""
    shown = asked_board(period)
    conditions = [pl.col("period") == shown.period]
    codes = _codes(shown.units, unit, under)
    if codes is not None:
        conditions.append(pl.col("unit").is_in(codes))
    rows = results.days().rows(*conditions).with_columns(pl.col("ranked").fill_null(0))
    rows = rows.sort("day", "unit", "part", descending=[True, False, False])
    return paged(request, shown, _rows(rows, shapes.PublishedPart), page, limit)


@route("/ranks", shapes.Of[shapes.Rank], "ranks")
def ranks(
    request: Any,
    period: PeriodName,
    parent: Annotated[
        str | None,
        Query(
            None,
            description="trong đơn vị này; mặc định cấp cao nhất | within this unit; the top if left out",
            max_length=50,
        ),
    ],
    kind: KindOf,
    part: Annotated[
        str, Query("total", description="total, hoặc một nhóm | total, or a group", max_length=40)
    ],
    page: Page,
    limit: Limit,
) -> Any:
    """Xếp hạng trong khối cùng loại, cao nhất trước. | Ranks within blocks of like units, the best first."""
    shown = asked_board(period)
    _known(part, ["total", *_groups(shown.rules)], "part")
    if parent:
        _unit(shown.units, parent, "parent")
    rows = []
    for block in shown.blocks(parent or None):
        if kind and block.kind != kind:
            continue
        for standing in ranked(block.standings, part):
            mark = standing.mark(part)
            if mark is not None:
                changes = ("score_change", "rank_change", "block_changed")
                said = ("score", "max", "rank", "ranked", "unranked", *changes)
                beside = as_published(standing, part) | firmness.as_data(shown, standing, part)
                rows.append(_named(standing.unit) | {name: getattr(mark, name) for name in said} | beside)
    return paged(request, shown, rows, page, limit)


@route("/rules", shapes.Listed[shapes.RuleSetName], "rules")
def rules(request: Any) -> Any:
    """Các bộ quy tắc. | The rule sets."""
    known = results.periods()
    used = board(known[0]).rules.name if known else ""
    rows = [
        {"name": name, "title": _words(file.title), "used": name == used}
        for name, file in known_rules().items()
    ]
    return listed(request, rows, "rules")


@route("/rules/{name}", shapes.RuleSet, "rules")
def rule_set(
    request: Any,
    name: Annotated[str, Path(description="tên bộ quy tắc | its name", example="portal-2026", max_length=60)],
    day: Annotated[
        dt.date | None,
        Query(
            None,
            description="hiệu lực vào ngày này; mặc định hôm nay | in force on this day; today if left out",
        ),
    ],
) -> Any:
    """Một bộ quy tắc như có hiệu lực vào một ngày. | A rule set as in force on a day."""
    _known(name, list(known_rules()), "name")
    found = known_rules()[name].at(day or now_in_vietnam().date())
    return {
        "name": found.name,
        "title": _words(found.title),
        "day": found.day,
        "max": found.max_points,
        "groups": [
            {"id": g.id, "number": g.number, "name": _words(g.name), "max": g.max_points}
            for g in found.groups
        ],
        "indicators": [
            {
                "id": i.id,
                "number": i.number,
                "group": i.group,
                "name": _words(i.name),
                "numerator": _words(i.numerator),
                "denominator": _words(i.denominator),
                "max": i.max_points,
                "target": float(i.target) if i.target is not None else None,
                "zero_denominator": i.zero_denominator,
                "scope": i.scope,
                "applies_to": list(i.applies_to),
                "not_applicable": i.not_applicable,
                "sources": i.sources,
            }
            for i in found.indicators
        ],
        "sources": {key: _words(source.title) for key, source in found.sources.items()},
    }


def _as_unit(unit: Unit) -> dict[str, Any]:
    return _named(unit, "code") | {
        "valid_from": unit.valid_from,
        "valid_to": unit.valid_to,
        "successor": unit.successor,
    }


def _named(unit: Unit, code: str = "unit") -> dict[str, Any]:
    return {code: unit.code, "name": unit.name, "kind": unit.kind, "parent": unit.parent}


def _words(words: Any) -> dict[str, str]:
    return {"vi": words.vi, "en": words.en}


# What goes wrong


@api.exception_handler(NoAnswerError)
def _no_answer(request: Any, error: NoAnswerError) -> Any:
    text = json.dumps(problem(error), ensure_ascii=False)
    response = HttpResponse(text, status=error.status, content_type=PROBLEM)
    if error.status == 503:
        response.headers["Retry-After"] = str(AGAIN)
    return response


@api.exception_handler(ValidationError)
def _wrong_parameter(request: Any, error: ValidationError) -> Any:
    wrong = error.errors[0]
    name = str(wrong["loc"][-1])
    limits = wrong.get("ctx", {})
    said = {
        "int_parsing": ("phải là số nguyên", "must be a whole number"),
        "greater_than_equal": (f"phải từ {limits.get('ge')}", f"must be at least {limits.get('ge')}"),
        "less_than_equal": (f"phải đến {limits.get('le')}", f"must be at most {limits.get('le')}"),
        "string_too_long": (
            f"dài quá {limits.get('max_length')} chữ",
            f"is longer than {limits.get('max_length')} letters",
        ),
        "literal_error": (
            f"phải là một trong: {limits.get('expected')}",
            f"must be one of: {limits.get('expected')}",
        ),
        "missing": ("còn thiếu", "is missing"),
    }
    dates = ("phải là ngày dạng 2026-11-21", "must be a date such as 2026-11-21")
    vi, en = said.get(wrong["type"], dates if wrong["type"].startswith("date") else ("sai", "is wrong"))
    return _no_answer(request, NoAnswerError(422, f"tham số {name} {vi}", f"parameter {name} {en}", name))


@api.exception_handler(HttpError)
def _refused(request: Any, error: HttpError) -> Any:
    return _no_answer(request, NoAnswerError(error.status_code, str(error), str(error)))


@api.exception_handler(Http404)
def _nothing(request: Any, error: Http404) -> Any:
    return no_such_route(request)


def no_such_route(request: Any, rest: str = "") -> Any:
    """The answer at an address below the API that it does not have."""
    return _no_answer(
        request,
        NoAnswerError(
            404,
            "API không có địa chỉ này; xem /api/docs",
            "the API has no such address; see /api/docs",
        ),
    )
