"""The PDF of a letter: made by a process of its own, behind a page that shows how far it is.

It is a task (``tasks``); what is made are files of the folder ``exports`` of the home, kept for a day, for
the account that asked.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_GET, require_POST

from phucvu.accounts import audit
from phucvu.accounts.forms import Form
from phucvu.accounts.permissions import Action, may
from phucvu.figures.periods import Period
from phucvu.inbox import tasks
from phucvu.inbox.clock import now
from phucvu.inbox.models import Task
from phucvu.letters import pdf_making
from phucvu.letters.pdf_signing import signed
from phucvu.problems import Fault, FaultError
from phucvu.web import results
from phucvu.web.language import _, language
from phucvu.web.workspace import exports, home, working
from phucvu.web.workspace.letter_facts import kinds_of
from phucvu.web.workspace.official_letters import letter_of
from phucvu.web.workspace.shown import rendered
from phucvu.web.workspace.working import held, is_held

SOON = 2
"""Seconds after which the page looks again."""
BEGINS_WITHIN = dt.timedelta(seconds=60)
"""Time in which a process that makes it shows that it lives."""
STEPS = 3
"""The letter, its PDF, the pictures of its pages."""


class PdfForm(Form):
    """Of which period, and whether it is for the archive, and signed."""

    period = forms.CharField(max_length=30)
    archive = forms.BooleanField(required=False)
    sign = forms.BooleanField(required=False)


@require_POST
def ask(request: Any, unit: str, kind: str) -> Any:
    """Have the PDF made, and lead to the page that waits for it; the same letter is made once."""
    form = PdfForm(request.POST)
    if not form.is_valid():
        raise Http404
    period, archive = home.asked_period(form.cleaned_data["period"]), form.cleaned_data["archive"]
    if not home.below(period, unit) or kind not in kinds_of(home.tree(period).units[unit].kind):
        raise Http404
    sign = form.cleaned_data["sign"]
    if sign and not may(request.user, Action.PUBLISH, unit):
        raise PermissionDenied
    if pdf_making.office_program() is None:
        raise Http404(Fault("pdf_no_office").text(language()))
    exports.folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    exports.sweep(exports.folder())
    account, minute = request.user.username, f"{now():%Y-%m-%dT%H:%M}"
    same = json.dumps([account, unit, kind, str(period), archive, sign, str(results.state()), minute])
    key = hashlib.sha256(same.encode()).hexdigest()[:32]
    if not _tasks(account).filter(key=key).exclude(state=tasks.CANCELLED).exists():
        name = f"phucvu-{period}-{unit}-{kind}.pdf"
        audit.append(
            request.user, "letter made", object=name, unit=unit, kind=kind, period=str(period), signed=sign
        )
        asked = {"letter": kind, "period": str(period), "archive": archive, "sign": sign, "name": name}
        task = tasks.ask(tasks.LETTER, account, unit, total=STEPS, key=key, language=language(), **asked)
        tasks.begin(task)
        working.start(task.pk)
    return HttpResponseRedirect(reverse("workspace-letter-made", args=[unit, key]))


@require_GET
def show(request: Any, unit: str, job: str) -> Any:
    """How far the PDF is, renewed by itself; then the file and the pictures of its pages."""
    task = _own(request, unit, job)
    made, fault = _file(task).exists(), task.asked.get("fault", {}).get(language(), "")
    late = now() - (task.began_at or task.asked_at) > BEGINS_WITHIN
    died = not made and task.state == tasks.RUNNING and late and not is_held(_lock(task))
    if died:
        tasks.give_up(task)
    failed = died or (not made and task.state in (tasks.FAILED, tasks.CANCELLED))
    period = Period.parse(task.asked["period"])
    context = {
        "unit": home.tree(period).units.get(unit),
        "code": unit,
        "period": period,
        "name": task.asked["name"],
        "archive": task.asked["archive"],
        "signed": task.asked["sign"],
        "done": task.done,
        "all": task.total,
        "made": made,
        "failed": failed,
        "fault": fault,
        "file": reverse("workspace-letter-pdf-file", args=[unit, job]),
        "pages": [
            reverse("workspace-letter-page", args=[unit, job, number])
            for number in range(1, task.asked.get("pages", 0) + 1)
        ],
        "letters": f"{reverse('workspace-letters', args=[unit])}?"
        + urlencode({"kind": task.asked["letter"], "period": task.asked["period"]}),
    }
    response = rendered(request, "workspace/letter_pdf.html", context)
    if not (made or failed):
        response["Refresh"] = str(SOON)
    return response


@require_GET
def take(request: Any, unit: str, job: str) -> Any:
    """The PDF."""
    task = _own(request, unit, job)
    return FileResponse(_open(_file(task)), as_attachment=True, filename=task.asked["name"])


@require_GET
def page(request: Any, unit: str, job: str, number: int) -> Any:
    """The picture of a page."""
    with _open(_picture(_own(request, unit, job), number)) as file:
        return HttpResponse(file.read(), content_type="image/png")


def _open(path: Path) -> Any:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise Http404(_("Tệp này chưa lập xong.")) from error


def _tasks(account: str) -> Any:
    since = now() - dt.timedelta(seconds=exports.KEPT)
    return Task.objects.filter(kind=tasks.LETTER, account=account, asked_at__gte=since)


def _own(request: Any, unit: str, key: str) -> Task:
    task: Task | None = _tasks(request.user.username).filter(unit=unit, key=key).order_by("-pk").first()
    if task is None:
        raise Http404(_("Không có tệp này, hoặc đã quá một ngày."))
    return task


def _file(task: Task) -> Path:
    return exports.folder() / f"{task.key}.pdf"


def _picture(task: Task, number: int) -> Path:
    return exports.folder() / f"{task.key}-{number}.png"


def _lock(task: Task) -> Path:
    return exports.folder() / f"{task.key}.lock"


def make(task: Task) -> None:
    """The work of a task: the letter of now, its PDF, the pictures of its pages."""
    with held(_lock(task)) as mine, contextlib.suppress(tasks.CancelledError):
        if not mine or _file(task).exists():
            return
        try:
            with (
                tasks.running(task) as step,
                exports.turn(exports.folder(), step),
                translation.override(task.asked["language"]),
            ):
                _make(task, step)
        except FaultError as error:
            fault = error.faults[0]
            task.refresh_from_db()
            task.asked |= {"fault": {"vi": fault.vi, "en": fault.en}}
            task.save(update_fields=["asked"])


def _make(task: Task, step: tasks.Step) -> None:
    letter = letter_of(task.asked["letter"], task.unit, Period.parse(task.asked["period"]))
    step(1)
    pdf = pdf_making.to_pdf(letter.content, archive=task.asked["archive"])
    if task.asked["sign"]:
        pdf = signed(pdf)
    step(2)
    pages = pdf_making.pictures(pdf)
    for number, content in enumerate(pages, 1):
        _picture(task, number).write_bytes(content)
    task.asked |= {"pages": len(pages)}
    task.save(update_fields=["asked"])
    unfinished = _file(task).with_suffix(".part")
    unfinished.write_bytes(pdf)
    unfinished.rename(_file(task))
    step(STEPS)
