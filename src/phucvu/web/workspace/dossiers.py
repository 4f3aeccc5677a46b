"""A list of dossiers: the page, and the same as Excel or CSV."""

from __future__ import annotations

import datetime as dt
import math
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import polars as pl
from django.http import FileResponse, Http404, StreamingHttpResponse
from django.urls import reverse

from phucvu.accounts.permissions import Action, may
from phucvu.engine import dossiers as behind
from phucvu.engine.listing import Listing, Wish, late, reasons, verdict_of
from phucvu.engine.origin import NOTHING_SAID
from phucvu.figures.periods import Period
from phucvu.inbox.clock import now
from phucvu.problems import NotFoundError
from phucvu.records.codes import Channel
from phucvu.rules.loading import rules_in_use
from phucvu.rules.model import Indicator
from phucvu.steering.due_lists import Moment
from phucvu.steering.losses import asked_of
from phucvu.steering.losses_asked import LossAsked, lost_things
from phucvu.tables.workbook import MOST_ROWS
from phucvu.web import results
from phucvu.web.language import _, language
from phucvu.web.page import XLSX
from phucvu.web.sorting import Heading
from phucvu.web.workspace import exports, files, forecasts, groups, home
from phucvu.web.workspace.dossier_words import at_portal, channels, dated, days_left, origins, statuses
from phucvu.web.workspace.list_query import FILTERS, PER_PAGE, ListQuery
from phucvu.web.workspace.shown import rendered

OF_LOST = ("lost", "fate", "who", "lacks")
"""What narrows a list to what is lost."""

MOST_THINGS = 20_000
"""Procedures, services, decisions or petitions that are listed."""

MOST_PROCEDURES = 100
"""Procedures offered to choose from; any other can be typed."""

SOON = 3
"""Seconds after which a page looks again for a list that is being made."""


def show(request: Any, unit: str, form: str | None = None) -> Any:
    asked = ListQuery.of(request, unit)
    if not asked.of_dossiers:
        return _things(request, asked, form)
    found = home.listing(asked.period)
    if found is None:
        return being_made(request, unit, asked.period)
    at = forecasts.moment(asked.period, found.cut_off)
    wish = asked.wish(at)
    if asked.by:
        return _grouped(request, asked, groups.of_dossiers(found, asked, at), form, found.cut_off)
    match form:
        case "csv":
            _note_export(request, asked, form)
            return _csv(files.frames(found, asked, at, None), asked)
        case "xlsx" if (number := found.number(wish)) > exports.BIG:
            return exports.ask(request, asked, found, min(number, MOST_ROWS))
        case "xlsx":
            _note_export(request, asked, form)
            return _xlsx(files.frames(found, asked, at, MOST_ROWS), asked, at)
    number = found.number(wish)
    pages = max(1, math.ceil(number / PER_PAGE))
    page = min(asked.page, pages)
    rows = found.page(wish, asked.order, PER_PAGE, PER_PAGE * (page - 1))
    occurring = found.occurring(asked.wish(at, narrowed=False), "procedure")
    context = _context(asked, number, page, pages) | {
        "title": asked.title(at),
        "said": asked.ready.said() if asked.ready else asked.of_loss,
        "cut_off": found.cut_off,
        "rows": _rows(rows, asked, at, page),
        "headings": _headings(asked),
        "procedures": [
            (code, home.procedure_names().get(code) or "", n) for code, n in occurring[:MOST_PROCEDURES]
        ],
        "units": _units(asked),
        "statuses": [(str(code), name) for code, name in statuses().items()],
        "channels": [(str(code), name) for code, name in channels().items()],
        "times": _times_taken_off(found, wish, asked, number),
        # That it is late is said already.
        "with_origin": asked.of_synchronisation,
        "forecast": forecasts.heading() if asked.forecast else "",
        "forecast_said": forecasts.sentence() if asked.forecast else "",
        "with_reasons": "reason" in _ways(asked),
        "too_many": number > MOST_ROWS,
        "most_rows": MOST_ROWS,
        "views": groups.choices(asked, _ways(asked)),
        "may_save": may(request.user, Action.ANSWER, unit),
        "query": asked.query(period=None),
    }
    return rendered(request, "workspace/dossiers.html", context)


def _ways(asked: ListQuery) -> list[str]:
    """The ways to see a list of dossiers: by reason only where there can be several."""
    reasons = asked.indicator is not None and asked.indicator.count.numerator != ("on_time",)
    return ["procedure", "unit", *(["reason"] if reasons else [])]


def _grouped(
    request: Any, asked: ListQuery, found: list[groups.Group], form: str | None, cut_off: dt.datetime
) -> Any:
    """The list by procedure, unit or reason, as a page or a file."""
    at = forecasts.moment(asked.period, cut_off)
    _note_export(request, asked, form)
    if form is not None:
        rows = iter([groups.frame(found, asked)])
        return _csv(rows, asked) if form == "csv" else _xlsx(rows, asked, at)
    pages = max(1, math.ceil(len(found) / PER_PAGE))
    page = min(asked.page, pages)
    context = _context(asked, len(found), page, pages) | {
        "title": asked.title(at),
        "by": groups.titles()[asked.by],
        "groups": found[PER_PAGE * (page - 1) : PER_PAGE * page],
        "several": asked.by == "reason",
        "cut_off": cut_off,
        "views": groups.choices(asked, _ways(asked)),
    }
    return rendered(request, "workspace/groups.html", context)


def being_made(request: Any, unit: str, period: Period) -> Any:
    """What is shown while a listing is being made: a page that looks again by itself."""
    context = _place(unit, period)
    response = rendered(request, "workspace/being_made.html", context)
    response["Refresh"] = str(SOON)
    return response


def _times_taken_off(found: Listing, wish: Wish, asked: ListQuery, number: int) -> int | None:
    """How many times the dossiers of a list are taken off a figure, where that is not once each."""
    if asked.indicator is None or not asked.lost_only or not number:
        return None
    times = found.total(wish, verdict_of(asked.indicator, asked.period).taken_off("BIGINT"))
    return times if times != number else None


def _place(unit: str, period: Period) -> dict[str, Any]:
    known = home.tree(period).units
    return {"unit": known.get(unit), "code": unit, "period": period, "periods": home.periods(period)}


def _context(asked: ListQuery, number: int, page: int, pages: int) -> dict[str, Any]:
    path = reverse("workspace-dossiers", args=[asked.unit])
    hidden = [(n, v) for n, v in asked.said.items() if n not in (*FILTERS, "page")]
    return _place(asked.unit, asked.period) | {
        "asked": asked,
        "number": number,
        "page": page,
        "pages": pages,
        "before": path + asked.query(page=page - 1) if page > 1 else "",
        "after": path + asked.query(page=page + 1) if page < pages else "",
        "first": path + asked.query() if page > 2 else "",
        "last": path + asked.query(page=pages) if page < pages - 1 else "",
        "hidden": hidden,
        "hidden_of_period": [(n, v) for n, v in asked.said.items() if n not in ("period", "page")],
        "narrowed": any(name in asked.said for name in FILTERS),
        "hidden_of_picks": [(n, v) for n, v in asked.said.items() if n not in ("pick", "page")],
        "unpicked": path + asked.query(pick=None) if asked.picked else "",
        "whole": path + asked.query(**dict.fromkeys(FILTERS)),
        "all_of_it": path + asked.query(**dict.fromkeys(OF_LOST)) if asked.lost_only else "",
        "only_lost": path + asked.query(lost=1) if asked.indicator and not asked.lost_only else "",
        "xlsx": reverse("workspace-dossiers-file", args=[asked.unit, "xlsx"]) + asked.query(),
        "csv": reverse("workspace-dossiers-file", args=[asked.unit, "csv"]) + asked.query(),
    }


def _headings(asked: ListQuery) -> list[Heading]:
    names = {
        "code": _("Mã hồ sơ"),
        "unit": _("Đơn vị"),
        "procedure": _("Thủ tục"),
        "received": _("Ngày tiếp nhận"),
        "due": _("Ngày hẹn trả"),
        "ended": _("Ngày kết thúc xử lý"),
        "late": _("Quá hạn"),
        "status": _("Trạng thái"),
    }
    if asked.forecast:
        names["chance"] = forecasts.heading()
    path = reverse("workspace-dossiers", args=[asked.unit])
    found = []
    for by, name in names.items():
        here = ("desc" if asked.order.descending else "asc") if asked.order.by == by else ""
        link = path + asked.query(sort=by, order="desc" if here == "asc" else "asc")
        found.append(Heading(name, link + "#list", here))
    return found


def _units(asked: ListQuery) -> list[tuple[str, str]]:
    """The units below to choose from, by code and name."""
    shown = home.tree(asked.period)
    mine = set(home.below(asked.period, asked.unit))
    return [(u.code, u.short_name) for u in shown.shown if u.code in mine and u.code != asked.unit]


def _rows(rows: pl.DataFrame, asked: ListQuery, at: Moment, page: int) -> list[dict[str, Any]]:
    """The rows as the page of this number shows them; their links know the way back to it."""
    known, names = home.tree(asked.period).units, home.procedure_names()
    said_status, said_channel = statuses(), channels()
    said_origin, said_at_portal = origins(), at_portal()
    why = reasons(rows, asked.indicator, language()) if asked.indicator else [""] * rows.height
    return [
        row
        | {
            "unit_name": known[row["unit"]].short_name if row["unit"] in known else row["unit"],
            "procedure_name": names.get(row["procedure"]) or "",
            "status_name": said_status.get(row["status"], ""),
            "channel_name": said_channel.get(row["channel"] or Channel.IN_PERSON, ""),
            "lateness": days_late or days_left(row, at.calendar, at.today),
            "is_late": not row["on_time"],
            "origin_name": said_origin[row["origin"]],
            "portal_name": said_at_portal.get(row["at_portal"], NOTHING_SAID[language()]),
            "why": said or "",
            "pick": f"{row['sender']}/{row['code']}",
            "left": left,
            "chance_said": forecasts.chance_said(row["chance"]),
            "received_text": dated(row["received_at"]),
            "due_text": dated(row["must_by"]),
            "ended_text": dated(row["ended"]),
            "link": reverse("workspace-dossier", args=[asked.unit, row["sender"], row["code"]])
            + asked.query(period=asked.period, page=page),
        }
        for row, said, days_late, left in zip(
            rows.iter_rows(named=True),
            why,
            late(rows, language()),
            forecasts.hours_left(rows, at) if asked.forecast else [None] * rows.height,
            strict=True,
        )
    ]


# Files


def _note_export(request: Any, asked: ListQuery, form: str | None) -> None:
    """Who takes a list away as a file stands in the audit log before they have it."""
    if form is not None:
        exports.note(request.user, asked, form)


def _csv(frames: Iterator[pl.DataFrame], asked: ListQuery) -> Any:
    return StreamingHttpResponse(
        files.csv_parts(frames),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{files.name_of(asked, "csv")}"'},
    )


def _xlsx(frames: Iterator[pl.DataFrame], asked: ListQuery, at: Moment) -> Any:
    """A workbook in a temporary file, which goes with the answer."""
    file = tempfile.NamedTemporaryFile(prefix="phucvu-", suffix=".xlsx")  # noqa: SIM115
    files.write_xlsx(file, frames, files.about(asked, at), asked.title(at))
    file.seek(0)
    return FileResponse(file, content_type=XLSX, as_attachment=True, filename=files.name_of(asked, "xlsx"))


# What is counted by procedures, services, decisions or petitions


def _things(request: Any, asked: ListQuery, form: str | None) -> Any:
    """The list behind an indicator that counts other records: asked of the engine, once for each result."""
    assert asked.indicator is not None
    judged = home.listing(asked.period) if asked.loss else None
    if asked.loss and judged is None:
        return being_made(request, asked.unit, asked.period)
    version = results.versions().get(asked.period)
    try:
        frame = _records_behind(
            results.source(), asked.period, version, asked.unit, asked.indicator.id, asked.lost_only
        )
    except NotFoundError as error:
        raise Http404(error.faults[0].text(language())) from error
    if asked.loss and judged:
        frame = frame.join(
            _of_loss(asked, asked.indicator, asked.loss, judged), on=THING, how="semi", nulls_equal=True
        )
    if chosen := asked.said.get("procedure"):
        frame = frame.filter(pl.col("procedure") == chosen)
    if like := asked.said.get("q"):
        frame = frame.filter(pl.col("code").str.to_lowercase().str.contains(like.lower(), literal=True))
    if reason := asked.said.get("reason"):
        frame = frame.filter(pl.col("reasons").list.contains(reason))
    if inside := asked.said.get("in"):
        frame = frame.filter(pl.col("unit") == inside)
    if asked.by:
        found = groups.of_others(frame, asked)
        return _grouped(request, asked, found, form, asked.period.cut_off(now()))
    _note_export(request, asked, form)
    if form is not None:
        columns = {
            _("Mã"): "code",
            _("Mã đơn vị"): "unit",
            _("Mã thủ tục hành chính"): "procedure",
            _("Từ"): "began",
            _("Hạn"): "due",
            _("Ngày kết thúc xử lý"): "ended",
            _("Đạt"): "counted",
            _("Lý do chưa đạt"): f"reason_{language()}",
        }
        whole = iter([frame.select(**{name: pl.col(c) for name, c in columns.items()})])
        if form == "csv":
            return _csv(whole, asked)
        at = forecasts.moment(asked.period, asked.period.cut_off(now()))
        return _xlsx(whole, asked, at)
    pages = max(1, math.ceil(frame.height / PER_PAGE))
    page = min(asked.page, pages)
    known, names = home.tree(asked.period).units, home.procedure_names()
    rows = [
        row
        | {
            "why": row[f"reason_{language()}"],
            **{f"{column}_text": dated(row[column]) for column in ("began", "due", "ended")},
            "unit_name": known[row["unit"]].short_name if row["unit"] in known else row["unit"] or "",
            "name": names.get(row["code"]) or names.get(row["procedure"]) or _unit_name(known, row["code"]),
        }
        for row in frame.slice(PER_PAGE * (page - 1), PER_PAGE).iter_rows(named=True)
    ]
    number = frame.height
    context = _context(asked, number, page, pages) | {
        "title": asked.title(forecasts.moment(asked.period, now())),
        "things": rows,
        "said": asked.of_loss,
        "procedures": frame["procedure"].n_unique() if asked.indicator.count.of == "decisions" else None,
        "named": any(row["name"] for row in rows),
        "views": groups.choices(asked, groups.ways_of(frame, f"reason_{language()}")),
        "too_many": number == MOST_THINGS,
        "most_rows": MOST_THINGS,
    }
    return rendered(request, "workspace/things.html", context)


THING = ("code", "unit", "procedure")
"""What tells such a record from all others of its indicator."""


def _of_loss(asked: ListQuery, indicator: Indicator, loss: LossAsked, found: Listing) -> pl.DataFrame:
    """The records that an indicator lacks with the fate, by whom and for the reasons asked for."""
    of = asked_of(found, home.tree(asked.period), asked.period, asked.unit, indicator)
    rows = [{name: row[name] for name in THING} for row in lost_things(of, indicator, loss)]
    return pl.DataFrame(rows, schema=dict.fromkeys(THING, pl.String))


def _unit_name(known: Any, code: str | None) -> str:
    unit = known.get(code)
    return unit.short_name if unit else ""


@lru_cache(maxsize=64)
def _records_behind(
    _source: results.Source, period: Period, _version: int | None, unit: str, indicator: str, lost_only: bool
) -> pl.DataFrame:
    with home.tables() as tables:
        return behind.dossiers(
            tables,
            rules_in_use(),
            period,
            now().replace(microsecond=0),
            unit,
            indicator,
            lost_only=lost_only,
            limit=MOST_THINGS,
        )
