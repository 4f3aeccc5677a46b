"""An office's own templates of its letters: taken to Word, brought back, tried, kept with their history."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from phucvu.accounts import letter_templates
from phucvu.accounts.forms import Form, Text
from phucvu.accounts.letter_templates import LONGEST_NOTE, SHIPPED
from phucvu.figures.periods import Period
from phucvu.letters.letter_kinds import KINDS, LetterKind, context_of, fields_of
from phucvu.letters.template_filling import LARGEST_FILE, MEGABYTE, fill_apart, shipped
from phucvu.problems import Fault, FaultError, UnusableError
from phucvu.web.language import _, language
from phucvu.web.workspace import home
from phucvu.web.workspace.letter_facts import facts_of, kinds_of
from phucvu.web.workspace.official_letters import DOCX
from phucvu.web.workspace.shown import rendered

TRYING = threading.BoundedSemaphore(1)
"""A template is tried in a process of its own, which may take much memory: one after another."""


class TemplateForm(Form):
    """A template and what was changed in it."""

    file = forms.FileField(allow_empty_file=True)
    note = Text(longest=LONGEST_NOTE, strip=True)


class BackForm(Form):
    """The version to go back to; 0 is the one that ships with the program."""

    number = forms.IntegerField(min_value=SHIPPED, max_value=letter_templates.MOST)


@require_GET
def show(request: Any, unit: str, kind: str) -> Any:
    return _page(request, unit, kind)


def _page(request: Any, unit: str, name: str, problem: str = "") -> Any:
    period, kind, kinds = _asked(unit, name)
    versions = letter_templates.history(unit, name)
    own = bool(versions and versions[0].hash)
    context = {
        "unit": home.tree(period).units.get(unit),
        "code": unit,
        "kind": name,
        "name": kind.name,
        "kinds": [
            (one.name, reverse("workspace-letter-templates", args=[unit, each]), each == name)
            for each, one in kinds.items()
        ],
        "versions": [(one, _file(unit, name, one.number) if one.hash else "") for one in versions],
        "own": versions[0] if own else None,
        "in_force": _file(unit, name, versions[0].number if own else SHIPPED),
        "fields": _fields(unit, name, period),
        "problem": problem,
        "longest": LONGEST_NOTE,
        "most": LARGEST_FILE // MEGABYTE,
        "letters": f"{reverse('workspace-letters', args=[unit])}?{urlencode({'kind': name})}",
    }
    return rendered(request, "workspace/letter_templates.html", context, status=400 if problem else 200)


def _file(unit: str, kind: str, number: int) -> str:
    return reverse("workspace-letter-template", args=[unit, kind, number])


def _fields(unit: str, name: str, period: Period) -> list[str]:
    """The fields that a template may name; none where there is nothing yet to fill it with."""
    try:
        return sorted(_context(unit, name, period))
    except (KeyError, FaultError):
        return []


def _context(unit: str, name: str, period: Period) -> dict[str, Any]:
    facts = facts_of(unit, period)
    return context_of(KINDS[name], facts, fields_of(KINDS[name], facts))


@require_GET
def take(request: Any, unit: str, kind: str, number: int) -> Any:
    """A version as a Word file, to be edited; the one that ships has the number 0."""
    _asked(unit, kind)
    try:
        own = number != SHIPPED
        content = letter_templates.version(unit, kind, number).content if own else _shipped(kind)
    except UnusableError as error:
        raise Http404(error.faults[0].text(language())) from error
    headers = {"Content-Disposition": f'attachment; filename="mau-{kind}-{unit}-{number}.docx"'}
    return HttpResponse(bytes(content), content_type=DOCX, headers=headers)


def _shipped(kind: str) -> bytes:
    return shipped(KINDS[kind].template)


@require_POST
def keep(request: Any, unit: str, kind: str) -> Any:
    """Try a template that somebody edited with the figures of now; keep it where it makes a letter."""
    period, *_others = _asked(unit, kind)
    form = TemplateForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, unit, kind, _("Hãy chọn tệp mẫu (.docx)."))
    file = form.cleaned_data["file"]
    try:
        if file.size > LARGEST_FILE:
            raise UnusableError(Fault("template_too_large", most=LARGEST_FILE // MEGABYTE))
        content = file.read()
        _try(content, unit, kind, period)
        made = letter_templates.keep(request.user, unit, kind, content, form.cleaned_data["note"])
    except KeyError:
        return _page(request, unit, kind, _("Kỳ này chưa có kết quả, nên chưa thử được mẫu."))
    except FaultError as error:
        return _page(request, unit, kind, error.faults[0].text(language()))
    messages.info(request, _("Mẫu số %(number)s đang được dùng.") % {"number": made.number})
    return HttpResponseRedirect(reverse("workspace-letter-templates", args=[unit, kind]))


def _try(content: bytes, unit: str, kind: str, period: Period) -> None:
    context = _context(unit, kind, period)
    if not TRYING.acquire(blocking=False):
        raise UnusableError(Fault("template_busy"))
    try:
        fill_apart(content, context)
    finally:
        TRYING.release()


@require_POST
def back(request: Any, unit: str, kind: str) -> Any:
    """Let an earlier version, or the one that ships, be in force again."""
    _asked(unit, kind)
    form = BackForm(request.POST)
    if not form.is_valid():
        raise Http404
    number = form.cleaned_data["number"]
    note = _("như mẫu số %(number)s") % {"number": number} if number else _("như mẫu kèm chương trình")
    try:
        letter_templates.go_back(request.user, unit, kind, number, note)
    except UnusableError as error:
        return _page(request, unit, kind, error.faults[0].text(language()))
    messages.info(request, _("Đã dùng lại mẫu trước."))
    return HttpResponseRedirect(reverse("workspace-letter-templates", args=[unit, kind]))


def _asked(unit: str, name: str) -> tuple[Period, LetterKind, Mapping[str, LetterKind]]:
    """The running period, the kind of letter that is asked for, and all that the unit sends."""
    period = home.asked_period("")
    if not home.below(period, unit):
        raise Http404
    kinds = kinds_of(home.tree(period).units[unit].kind)
    if name not in kinds:
        raise Http404
    return period, kinds[name], kinds
