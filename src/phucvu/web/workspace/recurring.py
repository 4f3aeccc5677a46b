"""Recurring reports on a page: what is due, sent or not, of a unit and those just below it."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from phucvu.accounts import audit, units
from phucvu.accounts.permissions import Action, may
from phucvu.assignments import reports
from phucvu.inbox.clock import now
from phucvu.web.language import _, language
from phucvu.web.workspace import files
from phucvu.web.workspace.duty_forms import SentForm, WantForm
from phucvu.web.workspace.plain_table import plain_table
from phucvu.web.workspace.shown import rendered


def states() -> dict[str, str]:
    return {
        "sent": _("đã gửi"),
        "sent late": _("gửi chậm"),
        "late": _("quá hạn, chưa gửi"),
        "soon": _("sắp đến hạn"),
        "later": _("chưa đến hạn"),
    }


@require_GET
def show(request: Any, unit: str, form: str = "") -> Any:
    if form:
        name = f"{unit}-reports"
        audit.append(request.user, "list exported", object=f"phucvu-{name}.{form}", unit=unit)
        frame = _frame([*_own(unit), *_below(unit)])
        where = files.place_of(unit, None, None)
        return files.answer(frame, form, name, _("Báo cáo định kỳ"), where)
    return _page(request, unit)


@require_POST
def sent(request: Any, unit: str) -> Any:
    """Record that the unit has sent a report it owes."""
    given = SentForm(request.POST, auto_id="sent_%s")
    if not given.is_valid():
        return _page(request, unit, given)
    said = given.cleaned_data
    for one in _own(unit):
        if (one.report.pk, str(one.period)) == (said["report"], said["period"]):
            words = {name: said[name] for name in ("number", "sent_on")}
            reports.record_sent(request.user, one.report, unit, one.period, **words)
            messages.info(request, _("Đã ghi nhận báo cáo đã gửi."))
            return HttpResponseRedirect(reverse("workspace-reports", args=[unit]))
    raise Http404(_("Đơn vị không phải gửi báo cáo này."))


@require_POST
def want(request: Any, unit: str) -> Any:
    """Say which report is wanted of the units just below."""
    given = WantForm(request.POST, auto_id="want_%s")
    if not given.is_valid():
        return _page(request, unit, want=given)
    reports.want(request.user, unit, **given.cleaned_data)
    messages.info(request, _("Đã đặt báo cáo định kỳ."))
    return HttpResponseRedirect(reverse("workspace-reports", args=[unit]))


def _own(unit: str) -> list[reports.Owed]:
    """What the unit owes the one above it."""
    above = units.every()[unit].parent
    return reports.owed([unit], above, now().date()) if above else []


def _below(unit: str) -> list[reports.Owed]:
    return reports.owed([u.code for u in units.every().children(unit)], unit, now().date())


def _page(request: Any, unit: str, given: SentForm | None = None, want: WantForm | None = None) -> Any:
    own, below, today = _own(unit), _below(unit), now().date()
    waiting = [one for one in own if not one.sent]
    if waiting and given is None:
        first = {"report": waiting[0].report.pk, "period": str(waiting[0].period), "sent_on": today}
        given = SentForm(initial=first, auto_id="sent_%s")
    first_want = {"every": "quarter", "before_day": 16}
    has_below = bool(units.every().children(unit))
    bound = any(one is not None and one.is_bound for one in (given, want))
    context = {
        "unit": units.every().get(unit),
        "code": unit,
        "own": plain_table(_frame(own), _("Báo cáo của đơn vị")) if own else None,
        "below": plain_table(_frame(below), _("Báo cáo của các đơn vị trực thuộc")) if below else None,
        "waiting": waiting[0] if waiting else None,
        "late": waiting[0].state(today) == "late" if waiting else False,
        "missing": len({one.unit for one in below if one.state(today) == "late"}),
        "sent_below": sum(one.sent is not None for one in below),
        "below_number": len(below),
        "all_sent": bool(own) and not waiting,
        "sent": given if waiting and may(request.user, Action.ANSWER, unit) else None,
        "want": (want or WantForm(initial=first_want, auto_id="want_%s"))
        if has_below and may(request.user, Action.ASSIGN, unit)
        else None,
        "files": {kind: reverse("workspace-reports-file", args=[unit, kind]) for kind in ("xlsx", "csv")},
    }
    return rendered(request, "workspace/reports.html", context, 400 if bound else 200)


def _frame(found: list[reports.Owed]) -> pl.DataFrame:
    known, lang, words, today = units.every(), language(), states(), now().date()
    rows = [
        (
            known[one.unit].short_name if one.unit in known else one.unit,
            one.report.name,
            one.period.title(lang),
            one.last_day,
            words[one.state(today)],
            one.sent.number if one.sent else None,
            one.sent.sent_on if one.sent else None,
            one.report.source or None,
        )
        for one in found
    ]
    schema: dict[str, Any] = dict.fromkeys((_("Đơn vị"), _("Báo cáo"), _("Kỳ")), pl.String)
    schema |= {_("Gửi trước hết ngày"): pl.Date, _("Tình trạng"): pl.String}
    schema |= {_("Số văn bản"): pl.String, _("Ngày gửi"): pl.Date, _("Văn bản quy định"): pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")
