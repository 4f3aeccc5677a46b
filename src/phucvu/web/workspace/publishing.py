"""Publishing: freezing a period as an edition, and agreeing to what a colleague froze."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from phucvu import configuration
from phucvu.accounts import units
from phucvu.accounts.forms import Form, Text
from phucvu.accounts.models import User
from phucvu.editions import freezing, published
from phucvu.editions.models import Edition
from phucvu.figures.periods import Period
from phucvu.inbox import tasks
from phucvu.inbox.home import store
from phucvu.inbox.models import Task
from phucvu.problems import UnusableError
from phucvu.web import results
from phucvu.web.language import _, language
from phucvu.web.workspace import working
from phucvu.web.workspace.shown import rendered

SOON = 3
"""Seconds after which the page looks again whether what is being frozen is done."""


class FreezeForm(Form):
    """Which period is frozen, and why where it was published before."""

    period = forms.CharField(max_length=30)
    reason = Text(longest=freezing.LONGEST_REASON, strip=True)


class DecideForm(Form):
    """Whether what a colleague froze is published, and why not."""

    edition = forms.IntegerField(min_value=1, max_value=2**31)
    agree = forms.BooleanField(required=False)
    reason = Text(longest=freezing.LONGEST_REASON, strip=True)


@require_GET
def show(request: Any, unit: str) -> Any:
    running = Task.objects.filter(kind=tasks.FREEZE, state__in=tasks.OPEN).order_by("pk").last()
    last = Task.objects.filter(kind=tasks.FREEZE, unit=unit).order_by("pk").last()
    context = {
        "unit": units.every().get(unit),
        "code": unit,
        "periods": results.periods(),
        "waiting": [
            (one, Period.parse(one.period), one.frozen_by == request.user.username)
            for one in freezing.waiting()
        ],
        "published": [(one, Period.parse(one.period)) for one in published.every()[:10]],
        "freezing": running,
        "failed": _failure(last),
        "two_persons": configuration.current().two_persons,
        "longest": freezing.LONGEST_REASON,
    }
    response = rendered(request, "workspace/publishing.html", context)
    if running:
        response.headers["Refresh"] = str(SOON)
    return response


@require_POST
def freeze(request: Any, unit: str) -> Any:
    """Freeze a period in a process of its own: counting a large home takes longer than one waits."""
    form = FreezeForm(request.POST)
    back = HttpResponseRedirect(reverse("workspace-publishing", args=[unit]))
    if not form.is_valid():
        raise Http404
    try:
        period = Period.parse(form.cleaned_data["period"])
        freezing.check(period, form.cleaned_data["reason"])
    except UnusableError as error:
        messages.error(request, error.faults[0].text(language()))
        return back
    if not Task.objects.filter(kind=tasks.FREEZE, state__in=tasks.OPEN).exists():
        task = tasks.ask(
            tasks.FREEZE, request.user.username, unit, period=str(period), reason=form.cleaned_data["reason"]
        )
        tasks.begin(task)
        working.start(task.pk)
    return back


@require_POST
def decide(request: Any, unit: str) -> Any:
    """Publish what a colleague froze, or refuse it."""
    form = DecideForm(request.POST)
    one = Edition.objects.filter(pk=form.cleaned_data["edition"]).first() if form.is_valid() else None
    if one is None:
        raise Http404
    try:
        if form.cleaned_data["agree"]:
            freezing.agree(one, request.user)
            messages.info(request, _("Đã công bố kỳ công bố số %(number)s.") % {"number": one.number})
        else:
            freezing.refuse(one, request.user, form.cleaned_data["reason"])
            messages.info(request, _("Đã ghi là không duyệt."))
    except UnusableError as error:
        messages.error(request, error.faults[0].text(language()))
    return HttpResponseRedirect(reverse("workspace-publishing", args=[unit]))


def _failure(task: Task | None) -> str:
    """Why the last freezing was not done; empty where it was."""
    if task is None or task.state != tasks.FAILED:
        return ""
    said: dict[str, str] = task.asked.get("fault", {})
    return said.get(language(), _("lỗi của chương trình, xem nhật ký máy chủ"))


def make(task: Task) -> None:
    """The work of a task: count the period and keep it."""
    by = User.objects.get(username=task.account)
    try:
        with tasks.running(task):
            freezing.freeze(store(), Period.parse(task.asked["period"]), by, task.unit, task.asked["reason"])
    except UnusableError as error:
        task.refresh_from_db()
        task.asked |= {"fault": {"vi": error.faults[0].vi, "en": error.faults[0].en}}
        task.save(update_fields=["asked"])
