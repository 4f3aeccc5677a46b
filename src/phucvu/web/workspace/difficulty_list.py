"""Difficulties on a page: registered by a unit, reported up, answered or reported further."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from phucvu.accounts import audit, units
from phucvu.accounts.permissions import Action, may
from phucvu.assignments import difficulties
from phucvu.assignments.models import Difficulty
from phucvu.inbox.clock import now
from phucvu.web.language import _
from phucvu.web.workspace import files
from phucvu.web.workspace.duty_forms import AnswerForm, DifficultyForm
from phucvu.web.workspace.shown import rendered

SHOWN = 200
"""Difficulties on the page; a file has all."""


@require_GET
def show(request: Any, unit: str, form: str = "") -> Any:
    if form:
        name = f"{unit}-difficulties"
        audit.append(request.user, "list exported", object=f"phucvu-{name}.{form}", unit=unit)
        frame = _frame(list(difficulties.known_to(unit, units.below(unit))))
        where = files.place_of(unit, None, None)
        return files.answer(frame, form, name, _("Khó khăn, vướng mắc"), where)
    return _page(request, unit)


@sensitive_post_parameters("text", "proposal")
@require_POST
def register(request: Any, unit: str) -> Any:
    given = DifficultyForm(request.POST, auto_id="difficulty_%s")
    if not given.is_valid():
        return _page(request, unit, given)
    difficulties.register(request.user, unit, units.every()[unit].parent, **given.cleaned_data)
    messages.info(request, _("Đã ghi nhận khó khăn, vướng mắc."))
    return HttpResponseRedirect(reverse("workspace-difficulties", args=[unit]))


@sensitive_post_parameters("answer")
@require_POST
def answer(request: Any, unit: str) -> Any:
    """Answer what was reported to the unit, or without an answer report it further up."""
    given = AnswerForm(request.POST)
    known = Difficulty.objects.filter(reported_to=unit)
    one = known.filter(pk=given.cleaned_data["difficulty"]).first() if given.is_valid() else None
    if one is None:
        raise Http404(_("Không có khó khăn, vướng mắc này."))
    if said := given.cleaned_data["answer"]:
        difficulties.answer(request.user, one, unit, said)
        messages.info(request, _("Đã trả lời."))
    elif above := units.every()[unit].parent:
        difficulties.pass_on(request.user, one, above)
        messages.info(request, _("Đã báo cáo lên đơn vị cấp trên."))
    else:
        messages.error(request, _("Hãy ghi nội dung trả lời."))
    return HttpResponseRedirect(reverse("workspace-difficulties", args=[unit]))


def _name(code: str) -> str:
    unit = units.every().get(code)
    return unit.short_name if unit else code


def _page(request: Any, unit: str, given: DifficultyForm | None = None) -> Any:
    found = list(difficulties.known_to(unit, units.below(unit))[: SHOWN + 1])
    answers = may(request.user, Action.ASSIGN, unit)
    waiting = [one for one in found if one.closed_at is None]
    context = {
        "unit": units.every().get(unit),
        "code": unit,
        "found": [
            (
                one,
                _name(one.unit),
                _state(one),
                AnswerForm(initial={"difficulty": one.pk}, auto_id=f"answer_{one.pk}_%s")
                if answers and one.reported_to == unit
                else None,
            )
            for one in found[:SHOWN]
        ],
        "number": len(found),
        "waiting": len(waiting),
        "to_answer": sum(one.reported_to == unit for one in waiting),
        "has_above": bool(units.every()[unit].parent),
        "register": (given or DifficultyForm(auto_id="difficulty_%s"))
        if may(request.user, Action.ANSWER, unit)
        else None,
        "files": {k: reverse("workspace-difficulties-file", args=[unit, k]) for k in ("xlsx", "csv")},
        "moment": now(),
    }
    return rendered(request, "workspace/difficulties.html", context, 400 if given else 200)


def _state(one: Difficulty) -> str:
    if one.closed_at:
        return _("%(unit)s đã trả lời") % {"unit": _name(one.answered_by_unit)}
    if one.reported_to:
        return _("chờ %(unit)s trả lời") % {"unit": _name(one.reported_to)}
    return _("đã ghi nhận")


def _frame(found: list[Difficulty]) -> pl.DataFrame:
    rows = [
        (
            _name(one.unit),
            one.topic,
            one.text,
            one.proposal or None,
            one.registered_at,
            _state(one),
            one.answer or None,
            one.answered_at,
        )
        for one in found
    ]
    texts = (_("Đơn vị"), _("Khó khăn, vướng mắc"), _("Nội dung"), _("Kiến nghị, đề xuất"))
    schema: dict[str, Any] = dict.fromkeys(texts, pl.String)
    schema |= {_("Ghi nhận lúc"): pl.Datetime("us"), _("Tình trạng"): pl.String}
    schema |= {_("Trả lời"): pl.String, _("Trả lời lúc"): pl.Datetime("us")}
    return pl.DataFrame(rows, schema=schema, orient="row")
