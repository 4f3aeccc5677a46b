"""What the portal published of a unit day by day: its total and groups, their ranks, and how they changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import polars as pl
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse

from phucvu.charts.over_time import Panel
from phucvu.charts.over_time import over_time as drawn
from phucvu.figures.periods import Period
from phucvu.formats import day as said_day
from phucvu.formats import decimal, points
from phucvu.published.daily_results import TOTAL, NotAlike
from phucvu.scoring.formula_watch import crossed
from phucvu.web import results
from phucvu.web.boards import Board, Standing
from phucvu.web.daily_increments import added_by_day
from phucvu.web.daily_increments import in_words as in_words_of_days
from phucvu.web.drawing import noting
from phucvu.web.language import _, language
from phucvu.web.page import Page, asked_board, respond, to
from phucvu.web.preview import Preview
from phucvu.web.published_marks import marks_of
from phucvu.web.published_table import published_table
from phucvu.web.published_words import in_words, of_published
from phucvu.web.sentences import called

MOST_DRAWN = 92
"""Days that a picture shows, the last ones: a quarter of a year."""


@dataclass(frozen=True)
class Day:
    """One day: what each part had (score, rank, ranked), and what the portal changed in its formula then."""

    day: dt.date
    parts: dict[str, tuple[Decimal | None, int | None, int]]
    changed: list[str]

    @property
    def total(self) -> tuple[Decimal | None, int | None, int]:
        return self.parts.get(TOTAL, (None, None, 0))


def show(request: Any, code: str, form: str | None = None) -> Any:
    board, standing = _asked(request, code)
    chosen = _chosen(request)
    if chosen is not None:
        period = board.result.period
        marks = marks_of(results.days(), period, board.rules, chosen, code).get(code, {})
        standing = replace(standing, published=marks)
    rows, noted = _rows(board, code), _noted(board)
    days = list(_days(rows, noted))
    names = _names(board)
    title = _("%(unit)s trên Cổng Dịch vụ công quốc gia, từng ngày") % {"unit": called(standing.unit)}
    sentence = of_published(board, standing)
    _added_days, added = added_by_day(rows, board.rules)
    context = {
        "added": in_words_of_days(added),
        "added_chart": to("unit-added", code, board=board),
        "added_narrow": to("unit-added", code, "-narrow", board=board),
        "added_png": to("unit-added-png", code, board=board),
        "unit": standing.unit,
        "title": title,
        "sentence": sentence,
        "published": published_table(board, standing, results.source().counts),
        "days": days,
        "groups": list(board.rules.groups),
        "table": [_cells(one, board) for one in days],
        "since": chosen,
        "days_source": results.days().source,
        "first": days[-1].day if days else None,
        "last": days[0].day if days else None,
        "others": _other_periods(board, code),
        "breaks": _breaks_in_words(board) if len(days) > 1 else "",
        "chart": to("unit-by-day", code, board=board) if len(days) > 1 else "",
        "chart_narrow": to("unit-by-day", code, "-narrow", board=board),
        "chart_png": to("unit-by-day-png", code, board=board),
    }
    known = results.days().not_alike()
    data = {
        "unit": standing.unit.code,
        "days_source": results.days().source,
        "days": [row | {"not_alike": _marked(row, known)} for row in rows],
        "formula_changes": [
            {
                "period": one.period,
                "indicator": one.indicator,
                "since": one.since,
                "until": one.until,
                "words": one.words,
                "cost": one.costs.get(code),
            }
            for one in noted
        ],
    }
    table = [
        {"day": row["day"], "unit": code, "part": row["part"], "title": names.get(row["part"], row["part"])}
        | {name: row[name] for name in ("numerator", "denominator", "score", "rank", "ranked")}
        | {"percent": _percent(row, board), "not_alike": "; ".join(_marked(row, known))}
        for row in rows
    ]
    preview = Preview(title, sentence or _("Chưa có kết quả công bố."))
    return respond(request, Page("days.html", context, data, table, board, preview), form)


def by_day_svg(request: Any, code: str, narrow: str | None = None) -> Any:
    """The picture of a unit's total and groups by day; a day without results is a gap."""
    board, standing = _asked(request, code)
    found = {one.day: one for one in _days(_rows(board, code), [])}
    if len(found) < 2:
        raise Http404(_("Chưa có đủ ngày để vẽ."))
    last = max(found)
    first = max(min(found), last - dt.timedelta(days=MOST_DRAWN - 1))
    shown = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    breaks = _breaks(board, shown)
    panels = [
        replace(_panel(part, name, most, found, shown), breaks=breaks.get(part, []))
        for part, name, most in _parts(board)
    ]
    title = _("Kết quả của %(unit)s trên Cổng DVCQG theo ngày") % {"unit": called(standing.unit)}
    text = drawn(
        panels,
        [said_day(one) for one in shown],
        title,
        " ".join(filter(None, (of_published(board, standing), _breaks_in_words(board)))),
        bool(narrow),
    )
    breaks_in_words = _breaks_in_words(board)
    picture = HttpResponse(text, content_type="image/svg+xml; charset=utf-8")
    return noting(picture, [breaks_in_words] if breaks_in_words else [])


def added_svg(request: Any, code: str, narrow: str | None = None) -> Any:
    """The picture of the rates among what each day added, with the limits of ordinary variation."""
    board, standing = _asked(request, code)
    shown, added = added_by_day(_rows(board, code), board.rules)
    if not added:
        raise Http404(_("Chưa có đủ ngày để vẽ."))
    title = _("Phần tăng thêm từng ngày của %(unit)s") % {"unit": called(standing.unit)}
    panels, labels = [one.panel for one in added], [said_day(day) for day in shown]
    text = drawn(panels, labels, title, " ".join(in_words_of_days(added)), bool(narrow))
    return HttpResponse(text, content_type="image/svg+xml; charset=utf-8")


def _asked(request: Any, code: str) -> tuple[Board, Standing]:
    board = asked_board(request)
    if code not in board.standings:
        raise Http404(_("Không có kết quả của đơn vị %(code)s trong kỳ này.") % {"code": code[:60]})
    return board, board.standings[code]


def _chosen(request: Any) -> dt.date | None:
    text = request.GET.get("since", "")
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError as error:
        reason = _("“%(day)s” không phải ngày; viết như 2026-10-05.")
        raise BadRequest(reason % {"day": text[:60]}) from error


def _rows(board: Board, code: str) -> list[dict[str, Any]]:
    rows = results.days().rows(pl.col("period") == board.period, pl.col("unit") == code)
    columns = ("day", "part", "numerator", "denominator", "score", "rank", "ranked")
    return rows.select(columns).sort("day", "part", descending=[True, False]).to_dicts()


def _noted(board: Board) -> list[NotAlike]:
    return [one for one in results.days().not_alike() if one.period == board.period]


def _days(rows: list[dict[str, Any]], noted: list[NotAlike]) -> Iterator[Day]:
    """The days, the latest first."""
    found: dict[dt.date, dict[str, tuple[Decimal | None, int | None, int]]] = {}
    for row in rows:
        score = None if row["score"] is None else Decimal(f"{row['score']:.2f}")
        found.setdefault(row["day"], {})[row["part"]] = (score, row["rank"], row["ranked"] or 0)
    for day, parts in found.items():
        if not all(part[:1].isdigit() for part in parts):
            yield Day(day, parts, [in_words(one) for one in noted if one.since == day])


def _cells(one: Day, board: Board) -> tuple[Day, list[tuple[str, Decimal | None]]]:
    lang = language()
    parts = [(group.id, group.short[lang]) for group in board.rules.groups]
    return one, [(name, one.parts.get(part, (None, None, 0))[0]) for part, name in parts]


def _marked(row: dict[str, Any], known: list[NotAlike]) -> list[str]:
    """Why a day's scores are not like those before: the changes of the formula that held on it."""
    return [in_words(one) for one in known if one.since <= row["day"] <= one.until]


def _names(board: Board) -> dict[str, str]:
    lang = language()
    names = {TOTAL: _("Tổng điểm")} | {group.id: group.name[lang] for group in board.rules.groups}
    return names | {indicator.id: indicator.short[lang] for indicator in board.rules.indicators}


def _parts(board: Board) -> list[tuple[str, str, Decimal]]:
    lang = language()
    parts = [(TOTAL, _("Tổng điểm"), board.rules.max_points)]
    return parts + [(group.id, group.short[lang], group.max_points) for group in board.rules.groups]


def _percent(row: dict[str, Any], board: Board) -> Decimal | None:
    most = {part: most for part, _name, most in _parts(board)}.get(row["part"])
    if not most or row["score"] is None:
        return None
    return (Decimal(f"{row['score']:.2f}") * 100 / most).quantize(Decimal("0.01"))


def _breaks(board: Board, shown: list[dt.date]) -> dict[str, list[int]]:
    """By part, the places of days whose scores are not like those of the day before.

    A change of an indicator's formula is one of its group and of the total too.
    """
    found: dict[str, list[int]] = {}
    noted = [one for one in _noted(board) if one.indicator in board.rules]
    for place, (before, day) in enumerate(pairwise(shown), 1):
        groups = {board.rules[one.indicator].group for one in crossed(noted, before, day)}
        for part in (TOTAL, *groups) if groups else ():
            found.setdefault(part, []).append(place)
    return found


def _breaks_in_words(board: Board) -> str:
    """What the broken lines of the picture stand for."""
    noted = [in_words(one) for one in _noted(board) if one.indicator in board.rules]
    return _("Vạch đứt: %(changes)s.") % {"changes": "; ".join(noted)} if noted else ""


def _panel(part: str, name: str, most: Decimal, found: dict[dt.date, Day], shown: list[dt.date]) -> Panel:
    scores = [found[day].parts.get(part, (None,))[0] if day in found else None for day in shown]
    last = next((score for score in reversed(scores) if score is not None), None)
    lang = language()
    said = "—" if last is None else f"{points(last, lang)} / {decimal(most, lang)}"
    return Panel(name, said, [None if s is None else min(1.0, float(s) / float(most)) for s in scores])


def _other_periods(board: Board, code: str) -> list[Period]:
    """Other periods with published results of the unit that the site can show."""
    published = set(results.days().rows(pl.col("unit") == code, pl.col("part") == TOTAL)["period"])
    return [p for p in results.periods() if str(p) in published and str(p) != board.period]
