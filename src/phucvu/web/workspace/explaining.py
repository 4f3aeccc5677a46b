"""Explanations of lateness: what a unit is asked, what it answers, and who of those below has not."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import polars as pl
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from phucvu.accounts import audit, units
from phucvu.accounts.permissions import Action, may
from phucvu.assignments import explanations
from phucvu.assignments.asking import LastMonth
from phucvu.assignments.causes import CAUSES
from phucvu.assignments.models import Apology, ExplanationRequest, LateDossier
from phucvu.figures.periods import Period
from phucvu.inbox.clock import now
from phucvu.problems import UnusableError
from phucvu.steering.due_lists import late_dossiers
from phucvu.web.language import _, language
from phucvu.web.workspace import files, home
from phucvu.web.workspace.duty_forms import ApologyForm, AskForm, ExplainForm
from phucvu.web.workspace.plain_table import plain_table
from phucvu.web.workspace.shown import rendered

SHOWN = 200
"""Requests on a page, and dossiers of one; a file has all."""


def states() -> dict[str, str]:
    return {
        "answered": _("đã giải trình"),
        "partly": _("giải trình một phần"),
        "waiting": _("chưa giải trình"),
        "late": _("quá hạn giải trình"),
    }


@require_GET
def show(request: Any, unit: str, form: str = "") -> Any:
    """Requests to a unit and by it; or one of them (?request=), on a page or as a file."""
    LastMonth().ask_if_due()
    number = request.GET.get("request", "")
    if number:
        return _one(request, unit, _request(unit, number), form)
    if form:
        name = f"{unit}-explanations"
        audit.append(request.user, "list exported", object=f"phucvu-{name}.{form}", unit=unit)
        frame = _requests_frame(_asked(unit))
        return files.answer(
            frame, form, name, _("Giải trình hồ sơ quá hạn"), files.place_of(unit, None, None)
        )
    return _every(request, unit)


@require_POST
def ask(request: Any, unit: str) -> Any:
    """A unit asks one below it about its late dossiers of a period, all or some."""
    period = home.asked_period(request.POST.get("period", ""))
    given = AskForm(_below(unit), request.POST, auto_id="ask_%s")
    if not given.is_valid():
        return _every(request, unit, period, given)
    found = home.listing(period)
    if found is None:
        messages.error(request, _("Danh sách đang được lập, xin tải lại trang sau ít giây."))
        return HttpResponseRedirect(reverse("workspace-explanations", args=[unit]))
    said = given.cleaned_data
    codes = set(said["codes"].split()) or None
    try:
        late = late_dossiers(found, period, home.below(period, said["unit"]), codes)
        made = explanations.ask(
            request.user,
            asked_by=unit,
            unit=said["unit"],
            period=period,
            due_on=said["due_on"],
            late=late,
            note=said["note"],
        )
    except UnusableError as error:
        given.tell(error)
        return _every(request, unit, period, given)
    messages.info(request, _("Đã yêu cầu giải trình %(number)s hồ sơ.") % {"number": made.dossiers.count()})
    return HttpResponseRedirect(reverse("workspace-explanations", args=[unit]))


@sensitive_post_parameters("text", "remedy")
@require_POST
def answer(request: Any, unit: str) -> Any:
    """A unit explains the dossiers chosen, or all that wait."""
    given = ExplainForm(request.POST, auto_id="explain_%s")
    asked = _request(unit, request.POST.get("request", ""), own=True)
    if given.is_valid():
        said = given.cleaned_data
        chosen = [int(key) for key in request.POST.getlist("dossier") if key.isdecimal() and len(key) < 18]
        words = {name: said[name] for name in ("cause", "text", "remedy", "done_by")}
        try:
            explanations.explain(request.user, asked, **words, dossiers=chosen or None)
        except UnusableError as error:
            given.tell(error)
    if given.errors:
        return _one(request, unit, asked, explain=given)
    messages.info(request, _("Đã ghi nhận giải trình."))
    return HttpResponseRedirect(_place(unit, asked))


@require_POST
def apologise(request: Any, unit: str) -> Any:
    """Record the letter of apology of a dossier that a request is about."""
    given = ApologyForm(request.POST, auto_id="apology_%s")
    asked = _request(unit, request.POST.get("request", ""), own=True)
    if given.is_valid():
        said = given.cleaned_data
        dossier = asked.dossiers.filter(code=said["code"]).first()
        if dossier is None:
            given.add_error("code", _("Hồ sơ này không có trong yêu cầu giải trình."))
        else:
            words = {name: said[name] for name in ("number", "signed_on", "new_due_on")}
            try:
                explanations.record_apology(request.user, dossier, **words)
            except UnusableError as error:
                given.tell(error)
    if given.errors:
        return _one(request, unit, asked, apology=given)
    messages.info(request, _("Đã ghi nhận văn bản xin lỗi."))
    return HttpResponseRedirect(_place(unit, asked))


def _request(unit: str, number: str, *, own: bool = False) -> ExplanationRequest:
    """The request of this number, to the unit or one below it, or asked by it; with ``own`` not the last."""
    key = int(number) if number.isdecimal() and len(number) < 18 else 0
    of_unit = Q(unit__in=units.below(unit))
    found = ExplanationRequest.objects.filter(of_unit if own else of_unit | Q(asked_by=unit), pk=key).first()
    if found is None:
        raise Http404(_("Không có yêu cầu giải trình này."))
    return found


def _place(unit: str, asked: ExplanationRequest) -> str:
    return f"{reverse('workspace-explanations', args=[unit])}?request={asked.pk}"


def _asked(unit: str) -> list[explanations.Asked]:
    """The requests to a unit and to those below it; what waits longest first, then the latest."""
    found = ExplanationRequest.objects.filter(Q(unit__in=units.below(unit)) | Q(asked_by=unit))
    every = explanations.asked(found.order_by("-opened_at")[:2000])
    return sorted(every, key=lambda one: (one.unanswered == 0, one.request.due_on))


def _below(unit: str) -> list[tuple[str, str]]:
    known = units.every()
    return sorted((code, known[code].short_name) for code in units.below(unit) - {unit} if code in known)


def _every(request: Any, unit: str, period: Period | None = None, ask: AskForm | None = None) -> Any:
    period = period or home.asked_period(request.GET.get("period", ""))
    every, today = _asked(unit), now().date()
    own = [one for one in every if one.request.unit == unit]
    below = [one for one in every if one.request.unit != unit]
    offered = _below(unit)
    if ask is None:
        ask = AskForm(offered, initial={"due_on": today + dt.timedelta(days=7)}, auto_id="ask_%s")
    causes = sum((one.causes for one in every), Counter[str]())
    context = {
        "unit": units.every().get(unit),
        "code": unit,
        "period": period,
        "periods": home.periods(period),
        "own": _table(own, unit, _("Yêu cầu đơn vị giải trình")),
        "below": _table(below, unit, _("Yêu cầu đơn vị trực thuộc giải trình")),
        "waiting": sum(one.unanswered for one in own),
        "silent": len({one.request.unit for one in below if one.state(today) in ("late", "waiting")}),
        "late": sum(one.state(today) == "late" for one in below),
        "causes": [(CAUSES[c][language()] if c in CAUSES else c, n) for c, n in causes.most_common()],
        "most": max(causes.values(), default=1),
        "ask": ask if offered and may(request.user, Action.ASSIGN, unit) else None,
        "files": {
            kind: reverse("workspace-explanations-file", args=[unit, kind]) for kind in ("xlsx", "csv")
        },
        "moment": now(),
    }
    status = 400 if ask.is_bound and ask.errors else 200
    return rendered(request, "workspace/explanations.html", context, status)


def _requests_frame(found: list[explanations.Asked]) -> pl.DataFrame:
    today, known, lang, words = now().date(), units.every(), language(), states()
    rows = [
        (
            known[one.request.unit].short_name if one.request.unit in known else one.request.unit,
            Period.parse(one.request.period).title(lang),
            one.dossiers,
            one.unanswered,
            one.request.due_on,
            words[one.state(today)],
            ", ".join(CAUSES[c][lang] for c, _n in one.causes.most_common() if c in CAUSES),
            one.apologies,
        )
        for one in found
    ]
    schema: dict[str, Any] = {_("Đơn vị"): pl.String, _("Kỳ"): pl.String}
    schema |= dict.fromkeys((_("Hồ sơ quá hạn"), _("Chưa giải trình")), pl.Int64)
    schema |= {_("Giải trình trước hết ngày"): pl.Date, _("Tình trạng"): pl.String}
    schema |= {_("Nguyên nhân"): pl.String, _("Văn bản xin lỗi"): pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _table(found: list[explanations.Asked], unit: str, caption: str) -> Any:
    found, today = found[:SHOWN], now().date()
    links = [_place(unit, one.request) for one in found]
    late = [one.state(today) == "late" for one in found]
    return plain_table(_requests_frame(found), caption, links, late) if found else None


def _one(
    request: Any,
    unit: str,
    asked: ExplanationRequest,
    form: str = "",
    explain: ExplainForm | None = None,
    apology: ApologyForm | None = None,
) -> Any:
    dossiers = list(asked.dossiers.select_related("explanation").order_by("-seconds_late", "code"))
    letters = _letters(dossiers)
    period = Period.parse(asked.period)
    if form:
        name = f"{asked.unit}-explanation-{asked.pk}"
        audit.append(request.user, "list exported", object=f"phucvu-{name}.{form}", unit=unit)
        where = files.place_of(asked.unit, period, now())
        title = _("Giải trình hồ sơ quá hạn")
        return files.answer(_dossiers_frame(dossiers, letters), form, name, title, where)
    answers = bool(may(request.user, Action.ANSWER, asked.unit))
    given = {"request": asked.pk, "done_by": now().date() + dt.timedelta(days=7)}
    letter = {"request": asked.pk, "signed_on": now().date()}
    path = reverse("workspace-explanations-file", args=[unit, "xlsx"])
    status = 400 if (explain and explain.errors) or (apology and apology.errors) else 200
    context = {
        "unit": units.every().get(unit),
        "code": unit,
        "asked": asked,
        "asked_unit": units.every().get(asked.unit),
        "asking_unit": units.every().get(asked.asked_by),
        "title": period.title(language()),
        "dossiers": [(d, letters.get((d.sender, d.code)), _cause(d)) for d in dossiers[:SHOWN]],
        "number": len(dossiers),
        "unanswered": sum(d.explanation is None for d in dossiers),
        "late": now().date() > asked.due_on,
        "explain": (explain or ExplainForm(initial=given, auto_id="explain_%s")) if answers else None,
        "apology": (apology or ApologyForm(initial=letter, auto_id="apology_%s")) if answers else None,
        "files": {"xlsx": f"{path}?request={asked.pk}"},
    }
    return rendered(request, "workspace/explanation.html", context, status)


def _cause(dossier: LateDossier) -> str:
    said = dossier.explanation
    return "" if said is None else (CAUSES[said.cause][language()] if said.cause in CAUSES else said.cause)


def _letters(dossiers: list[LateDossier]) -> dict[tuple[str, str], Apology]:
    """The last letter of each dossier."""
    found = Apology.objects.filter(code__in=[d.code for d in dossiers]).order_by("signed_on", "pk")
    return {(letter.sender, letter.code): letter for letter in found}


def _dossiers_frame(dossiers: list[LateDossier], letters: dict[tuple[str, str], Apology]) -> pl.DataFrame:
    rows = []
    for dossier in dossiers:
        said, letter = dossier.explanation, letters.get((dossier.sender, dossier.code))
        rows.append(
            (
                dossier.code,
                dossier.unit,
                dossier.procedure,
                dossier.due,
                -(-dossier.seconds_late // 86_400),
                _cause(dossier) or None,
                said.text if said else None,
                said.remedy if said else None,
                said.done_by if said else None,
                letter.number if letter else None,
                letter.signed_on if letter else None,
                letter.new_due_on if letter else None,
            )
        )
    texts = (_("Mã hồ sơ"), _("Mã đơn vị"), _("Mã thủ tục hành chính"))
    schema: dict[str, Any] = dict.fromkeys(texts, pl.String)
    schema |= {_("Ngày hẹn trả"): pl.Datetime("us"), _("Quá hạn (ngày)"): pl.Int64}
    schema |= dict.fromkeys((_("Nguyên nhân"), _("Giải trình thêm"), _("Biện pháp khắc phục")), pl.String)
    schema |= {_("Khắc phục xong trước hết ngày"): pl.Date, _("Số văn bản xin lỗi"): pl.String}
    schema |= dict.fromkeys((_("Ngày ký"), _("Ngày hẹn trả mới")), pl.Date)
    return pl.DataFrame(rows, schema=schema, orient="row")
