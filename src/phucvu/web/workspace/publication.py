"""The watch over publication: what is still to be decided or made public, by whom, in how many days."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from django.http import Http404
from django.urls import reverse
from django.views.decorators.http import require_GET

from phucvu import configuration
from phucvu.accounts import audit, units
from phucvu.engine.table_findings import WORDS as FINDINGS
from phucvu.engine.table_findings import table_findings
from phucvu.figures.periods import Period
from phucvu.formats import day
from phucvu.inbox.clock import now
from phucvu.inbox.home import home as home_folder
from phucvu.rules.loading import rules_in_use
from phucvu.steering.publication_watch import (
    SOURCE,
    STAGES,
    Limits,
    Stage,
    Watched,
    broken_words,
    watch,
)
from phucvu.web.language import _, language
from phucvu.web.latest import Latest
from phucvu.web.workspace import files, home
from phucvu.web.workspace.plain_table import plain_table
from phucvu.web.workspace.shown import rendered

SHOWN = 200
"""Rows of a table on the page; a file has all."""

OF_CATALOGUE = (
    *("shown_not_decided", "shown_abolished", "decided_not_shown"),
    *("shown_otherwise", "taken_down_late"),
)
"""The findings that tell the catalogue from the decisions."""

_KEPT: Latest[tuple[list[Watched], list[dict[str, str]]]] = Latest(8)


def _found(unit: str, period: Period) -> tuple[list[Watched], list[dict[str, str]]]:
    """The decisions that a unit has to do with, and what its catalogue has otherwise than was decided.

    What was found within the same minute is shown again.
    """
    minute = now().replace(second=0, microsecond=0)
    return _KEPT.get((home_folder(), unit, period), minute, lambda: _made(unit, period))


def _made(unit: str, period: Period) -> tuple[list[Watched], list[dict[str, str]]]:
    below, today = units.below(unit), now().date()
    with home.tables() as held:
        rules = rules_in_use().at(period.last)
        doubts = table_findings(held, units.every(), rules, period, today, below)
    every = every_watched(home.tree(period).root(unit) or unit, period)
    mine = [one for one in every if {one.unit, one.advising_unit} & below]
    return mine, doubts.filter(pl.col("finding").is_in(OF_CATALOGUE)).to_dicts()


def every_watched(root: str, period: Period) -> list[Watched]:
    """The decisions that a province or ministry answers for, as of now."""
    known, today = home.tree(period), now().date()
    with home.tables() as held:
        rows = held["decisions"].to_polars().to_dicts()
    own = units.below(root)
    others = {u.code for u in known.units if u.kind != "ministry"} - own
    return watch(rows, root, known.units[root].kind, own, limits(period), home.calendar(), today, others)


def limits(period: Period) -> Limits:
    return Limits.of(rules_in_use().at(period.last), configuration.current().publication_days)


@require_GET
def show(request: Any, unit: str, form: str = "") -> Any:
    period = home.asked_period(request.GET.get("period", ""))
    if not home.below(period, unit):
        raise Http404
    every, catalogue = _found(unit, period)
    if form:
        name = f"{period}-{unit}-publication"
        audit.append(request.user, "list exported", object=f"phucvu-{name}.{form}", unit=unit)
        where = files.place_of(unit, period, now())
        where[_("Quy định của cơ quan")] = _own_rule()
        frame = _frame(every, limits(period))
        return files.answer(frame, form, name, _("Theo dõi công bố, công khai"), where)
    waiting = [one for one in every if one.stage is not Stage.DONE]
    overdue = [one for one in every if one.broken and (one in waiting or _within(one.broken_on, period))]
    urgent = [one for one in waiting if not one.own_decided_on and one.own_days in (0, 1)]
    context = {
        "unit": home.tree(period).units.get(unit),
        "code": unit,
        "period": period,
        "periods": home.periods(period),
        "any": bool(every),
        "number": len(waiting),
        "late": sum(bool(one.broken) for one in waiting),
        "urgent": len(urgent),
        "waiting": _waiting_table(waiting[:SHOWN]),
        "overdue": _overdue_rows(overdue[:SHOWN], limits(period)),
        "catalogue": _catalogue(catalogue),
        "catalogue_number": len(catalogue),
        "own_rule": _own_rule(),
        "files": {
            kind: reverse("workspace-publication-file", args=[unit, kind]) + f"?period={period}"
            for kind in ("xlsx", "csv")
        },
        "moment": now(),
    }
    return rendered(request, "workspace/publication.html", context)


def _within(since: dt.date | None, period: Period) -> bool:
    return since is not None and period.first <= since <= period.last


def _own_rule() -> str:
    days = configuration.current().publication_days
    rule = _("%(days)s ngày làm việc, theo quy định của cơ quan") % {"days": days}
    return f"{rule} ({SOURCE[language()]})" if days == 3 else rule


def _name(code: str | None) -> str:
    unit = units.every().get(code)
    return unit.short_name if unit else code or ""


def _waiting_table(found: list[Watched]) -> Any:
    """Who has how many working days left."""
    lang = language()
    rows = [
        (
            _titled(one),
            _name(one.by),
            STAGES[one.stage][lang],
            one.own_limit if not one.own_decided_on else None,
            one.own_days if not one.own_decided_on else None,
            one.decide_by if not one.own_decided_on else None,
            one.publish_by,
        )
        for one in found
    ]
    texts = (_("Quyết định"), _("Đơn vị thực hiện"), _("Tình trạng"))
    schema: dict[str, Any] = dict.fromkeys(texts, pl.String)
    schema |= {_("Công bố trước hết ngày"): pl.Date, _("Ngày làm việc còn lại"): pl.Int64}
    schema |= {_("Hạn theo chỉ số 1.1"): pl.Date, _("Hạn công khai (chỉ số 1.2)"): pl.Date}
    late = [bool(one.broken) for one in found]
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return plain_table(frame, _("Quyết định chưa công bố, công khai xong"), lost=late) if found else None


def _titled(one: Watched) -> str:
    """A decision as the table of a notice names it."""
    said = _("Quyết định số %(number)s") % {"number": one.decision}
    if one.decided_on:
        said += " " + _("ngày %(day)s") % {"day": day(one.decided_on)}
    return f"{said} {one.title}".strip()


def _submitted(one: Watched) -> str:
    said = _name(one.advising_unit or one.unit)
    if one.submission_number:
        said += ". " + _("Tờ trình số %(number)s") % {"number": one.submission_number}
        if one.submission_on:
            said += " " + _("ngày %(day)s") % {"day": day(one.submission_on)}
    return said


def _overdue_rows(found: list[Watched], allowed: Limits) -> list[tuple[str, str, str]]:
    """The rows of the table of overdue decisions: decision, who submits, the rule that was broken."""
    lang = language()
    return [
        (_titled(one), _submitted(one), ". ".join(filter(None, [broken_words(one, allowed, lang), one.note])))
        for one in found
    ]


def _catalogue(found: list[dict[str, str]]) -> list[tuple[str, int, list[str]]]:
    """By finding: what it is called, how many, and the first of them."""
    lang = language()
    return [
        (FINDINGS[name][lang], len(rows), [f"{row['dossier']} ({_name(row['unit'])})" for row in rows[:20]])
        for name in OF_CATALOGUE
        if (rows := [row for row in found if row["finding"] == name])
    ]


def _frame(found: list[Watched], allowed: Limits) -> pl.DataFrame:
    lang = language()
    rows = [
        (
            number,
            one.decision,
            one.decided_on,
            one.title or None,
            len(one.procedures),
            _name(one.advising_unit) or None,
            one.submission_number or None,
            one.submission_on,
            one.start,
            one.own_limit,
            one.own_days,
            one.own_number or None,
            one.own_decided_on,
            one.decide_by,
            one.publish_by,
            one.published_on,
            STAGES[one.stage][lang],
            _name(one.by) or None,
            broken_words(one, allowed, lang) or None,
        )
        for number, one in enumerate(found, 1)
    ]
    schema: dict[str, Any] = {_("Stt"): pl.Int64, _("Quyết định của bộ, ngành"): pl.String}
    schema |= {_("Ngày quyết định"): pl.Date, _("Trích yếu"): pl.String, _("Số TTHC"): pl.Int64}
    schema |= {
        _("Đơn vị tham mưu trình"): pl.String,
        _("Số tờ trình"): pl.String,
        _("Ngày tờ trình"): pl.Date,
    }
    schema |= dict.fromkeys((_("Tính từ ngày"), _("Công bố trước hết ngày")), pl.Date)
    schema |= {_("Ngày làm việc còn lại"): pl.Int64, _("Quyết định công bố"): pl.String}
    dates = (_("Ngày công bố"), _("Hạn theo chỉ số 1.1"), _("Hạn công khai (chỉ số 1.2)"))
    schema |= dict.fromkeys((*dates, _("Ngày công khai")), pl.Date)
    schema |= dict.fromkeys((_("Tình trạng"), _("Đơn vị thực hiện"), _("Ghi chú")), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")
