"""A page and the data behind it: what every view hands over, and how it becomes an answer."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from phucvu.editions import published
from phucvu.editions.models import Edition
from phucvu.figures.periods import Period
from phucvu.figures.units import Unit
from phucvu.formats import moment
from phucvu.problems import UnusableError
from phucvu.rules.model import Words
from phucvu.scoring.result import Result
from phucvu.scoring.unit_matrix import unit_matrix
from phucvu.tables.cells import harmless_row
from phucvu.tables.workbook import Cell
from phucvu.web import results
from phucvu.web.boards import Board, board
from phucvu.web.language import _, language
from phucvu.web.nothing import NothingYetError
from phucvu.web.period_chooser import chooser
from phucvu.web.preview import OF_SITE, Preview, head, picture
from phucvu.web.rates import is_time, shown
from phucvu.web.sentences import uncompared
from phucvu.web.sheets import workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

EVERY = 60
"""Seconds after which a page that was asked to do so renews itself."""

BOM = "\ufeff"
"""Without it Excel takes the letters of a CSV for another encoding's."""


@dataclass(frozen=True)
class Page:
    """``template`` is shown with ``context``; ``data`` becomes JSON, ``table`` CSV and Excel.

    ``units`` are those whose points by indicator are a sheet of their own in Excel.

    ``preview`` is what stands for the page where a link to it is shared, else what the site says of itself.
    """

    template: str
    context: dict[str, Any]
    data: dict[str, Any]
    table: Iterable[Mapping[str, Any]]
    board: Board
    preview: Preview = OF_SITE
    units: Sequence[Unit] = ()


@dataclass(frozen=True)
class Place:
    """Where a page stands: its address in both languages and those of its data."""

    path: str
    asked: dict[str, str]
    period: str

    @property
    def query(self) -> str:
        return _query(self.asked)

    @property
    def stem(self) -> str:
        return self.path + "index" if self.path.endswith("/") else self.path

    @property
    def json(self) -> str:
        return f"{self.stem}.json{self.query}"

    @property
    def csv(self) -> str:
        return f"{self.stem}.csv{self.query}"

    @property
    def xlsx(self) -> str:
        return f"{self.stem}.xlsx{self.query}"

    @property
    def picture(self) -> str:
        """What stands for the page where a link to it is shared."""
        return f"{self.stem}.png{_query(self._of(self.period))}"

    @property
    def vi(self) -> str:
        return self.path.removeprefix("/en") + self.query

    @property
    def en(self) -> str:
        return "/en" + self.vi

    @property
    def permanent(self) -> str:
        return self.at(self.period)

    def at(self, period: Period | str) -> str:
        """The same page, of another period."""
        return f"{self.path}{_query(self._of(period))}"

    def _of(self, period: Period | str) -> dict[str, str]:
        return self.asked | {"period": str(period), "page": "", "live": ""}

    @property
    def regrouped(self) -> str:
        """The same page, history counted for the units of today."""
        return f"{self.path}{_query(self.asked | {'regroup': '1'})}#time"

    @property
    def as_it_was(self) -> str:
        """The same page, each period counted for its own units."""
        return f"{self.path}{_query(self.asked | {'regroup': ''})}#time"

    @property
    def live(self) -> str:
        """The same page, which renews itself."""
        return f"{self.path}{_query(self.asked | {'live': '1'})}"

    @property
    def still(self) -> str:
        return f"{self.path}{_query(self.asked | {'live': ''})}"


PARAMETERS = ("period", "regroup", "within", "kind", "sort", "order", "units", "q", "page", "since", "live")
"""All that a query may ask for; anything else in it is left aside."""


def query_of(request: Any) -> str:
    """The query of an address, what it knows of and in one order: ?period=2026&sort=online, or nothing."""
    return _query(asked_of(request))


def asked_of(request: Any) -> dict[str, str]:
    return {name: request.GET[name] for name in PARAMETERS if request.GET.get(name)}


def _query(asked: Mapping[str, str]) -> str:
    """``asked`` as a query, in the order of PARAMETERS; what is empty is left out."""
    given = {name: asked[name] for name in PARAMETERS if asked.get(name)}
    return f"?{urlencode(given, safe=',')}" if given else ""


def place_of(request: Any, period: str) -> Place:
    return Place(request.path, asked_of(request), period)


def asked_board(request: Any) -> Board:
    """The board of the period that the address asks for; without one, of the latest.

    Raises Http404 where there is no result of it, and NothingYetError where there is none at all yet or
    the period is being counted for the first time.
    """
    known = results.periods()
    if not known:
        if lack := results.lacks():
            raise NothingYetError(lack)
        raise Http404(_("Chưa có kết quả của kỳ nào."))
    asked, regroup = request.GET.get("period"), request.GET.get("regroup") == "1"
    if not asked:
        return board(known[0], regroup)
    try:
        period = Period.parse(asked)
    except UnusableError as error:
        raise Http404(error.faults[0].text(language())) from error
    try:
        return board(period, regroup)
    except KeyError as error:
        if results.awaited(period):
            raise NothingYetError(results.Lack.COUNT) from error
        there_are = ", ".join(str(period) for period in known)
        reason = _("Chưa có kết quả của kỳ %(period)s; hiện có: %(there_are)s.")
        raise Http404(reason % {"period": asked, "there_are": there_are}) from error


def kept(board: Board) -> str:
    """The query that keeps links in the period shown and under today's units; empty for the latest."""
    period = "" if board.result.period == results.periods()[0] else board.period
    return _query({"period": period, "regroup": "1" if board.regrouped else ""})


def to(name: str, *args: str, board: Board, query: str = "") -> str:
    """The address of a page in the period shown, with a further ``query`` such as sort=online."""
    parts = [part for part in (kept(board).removeprefix("?"), query) if part]
    return str(reverse(name, args=args)) + ("?" + "&".join(parts) if parts else "")


def respond(request: Any, page: Page, form: str | None) -> Any:
    """The answer in the form asked for: the page, its data as json, csv or xlsx, or its picture as png.

    ?live=1 asks for a page that renews itself each minute while its period runs. It does so only
    when asked: a page that changes under a reader's eyes, or starts over under a screen reader's
    voice, is for the screen on a wall.
    """
    match form:
        case "json":
            return _json(page)
        case "csv":
            return _csv(page, request.path)
        case "xlsx":
            return _xlsx(page, request.path)
        case "png":
            return HttpResponse(picture(page.preview, page.board.result), content_type="image/png")
    result = page.board.result
    running = result.cut_off < result.period.ends
    counted = settings.SHOWS == "counted"
    renewed = running and counted
    live = renewed and bool(request.GET.get("live"))
    place = place_of(request, page.board.period)
    shared = {
        "place": place,
        "preview": _shared(request, page, place),
        "result": result,
        "keep": kept(page.board),
        "period_kept": kept(page.board) and page.board.period,
        "regrouped": page.board.regrouped,
        "may_regroup": bool(results.regrouped()) and "over_time" in page.context,
        "chooser": chooser(results.periods(), result.period),
        "rules": page.board.rules,
        "home": page.board.only_root,
        "nation": page.board.of_nation,
        "running": running,
        "renewed": renewed,
        "uncompared": uncompared(page.board),
        "edition": edition_shown(result),
        "live": live,
        "works": counted,
        "has_procedures": bool(results.procedure_names()),
    }
    response = render(request, page.template, shared | page.context)
    if live:
        response["Refresh"] = str(EVERY)
    return response


def edition_shown(result: Result) -> tuple[Edition | None, bool] | None:
    """The latest edition of a result's period, and whether the result is still what it published.

    None where no editions are made of what is shown.
    """
    if not results.source().publishes:
        return None
    return published.shown(result.period, result.scores)


def _shared(request: Any, page: Page, place: Place) -> dict[str, str]:
    preview, period = page.preview, page.board.result.period
    title = f"{preview.title}, {period.title(language())}" if preview.dated else preview.title
    picture = place.picture if preview.pictured else ""
    return head(request, title, preview.answer, place.permanent, picture)


def _json(page: Page) -> Any:
    result = page.board.result
    about = {
        "period": page.board.period,
        "cut_off": result.cut_off.isoformat(),
        "source": result.source,
        "rules": page.board.rules.name,
    }
    text = json.dumps(about | page.data, ensure_ascii=False, indent=1, default=_plain)
    return HttpResponse(text, content_type="application/json; charset=utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Words):
        return {"vi": value.vi, "en": value.en}
    return str(value)


def _csv(page: Page, path: str) -> Any:
    rows = list(page.table)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(map(harmless_row, rows))
    return _file(BOM + text.getvalue(), "text/csv; charset=utf-8", page, path)


def _xlsx(page: Page, path: str) -> Any:
    board, lang = page.board, language()
    result = board.result
    about = {
        _("Kỳ"): result.period.title(lang),
        _("Số liệu tính đến"): moment(result.cut_off),
        _("Nguồn"): result.source[lang],
        _("Quy tắc"): board.rules.title[lang],
    }
    over_time = page.context.get("over_time")
    if over_time is not None and over_time.notes:
        about[_("Ghi chú qua các kỳ")] = " ".join(over_time.notes)
    names = {group.id: group.name[lang] for group in board.rules.groups}
    names |= {code: standing.unit.short_name for code, standing in board.standings.items()}
    parts = names | {"total": _("Tổng điểm")}
    rows = [
        {**row, **{c: parts.get(row[c], row[c]) for c in ("part", "group") if c in row}}
        for row in with_times(page)
    ]
    site = _("Bộ chỉ số phục vụ người dân, doanh nghiệp")
    title = f"{site}, {result.period.title(lang)}"
    matrix = [unit_matrix(result.scores, result.period, page.units, lang)] if page.units else []
    return _file(workbook(rows, about, title, names, matrix), XLSX, page, path)


def with_times(page: Page) -> list[Mapping[str, Any]]:
    """The rows, in which the rate of 2.2 is a time in working days and no share."""
    times = {indicator.id: indicator for indicator in page.board.rules.indicators if is_time(indicator)}
    of_page = page.data.get("indicator")
    whole = of_page.get("id") if isinstance(of_page, Mapping) else None
    rows = []
    for row in page.table:
        indicator = times.get(row.get("part", whole))
        if indicator and row.get("rate") is not None:
            row = {**row, "rate": Cell(shown(indicator, row["rate"]), "number")}
        rows.append(row)
    return rows


def _file(content: str | bytes, content_type: str, page: Page, path: str) -> Any:
    name = path.removeprefix("/en").strip("/").replace("/", "-")
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="phucvu-{page.board.period}-{name}"'},
    )
