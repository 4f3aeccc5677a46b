"""The letters of a unit: chosen by kind and period, looked at, taken away as Word and Excel files."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from phucvu import configuration
from phucvu.accounts import audit, letter_templates
from phucvu.accounts.models import LetterTemplate
from phucvu.accounts.permissions import Action, may
from phucvu.editions.proof_notes import proof_note
from phucvu.figures.periods import Period
from phucvu.inbox.clock import now
from phucvu.inbox.home import home as home_folder
from phucvu.letters.appendix_sheets import appendix_sheets
from phucvu.letters.letter_facts import LetterFacts
from phucvu.letters.letter_html import as_html
from phucvu.letters.letter_kinds import KINDS, LetterKind, context_of, fields_of
from phucvu.letters.letter_numbers import period_words
from phucvu.letters.pdf_making import office_program
from phucvu.letters.pdf_signing import can_sign
from phucvu.letters.proof_footer import with_proof
from phucvu.letters.template_filling import fill, fill_apart, shipped
from phucvu.problems import Fault, FaultError
from phucvu.tables import workbook
from phucvu.web import results
from phucvu.web.language import _, language
from phucvu.web.latest import Latest
from phucvu.web.page import XLSX, edition_shown
from phucvu.web.workspace import files, home
from phucvu.web.workspace.letter_facts import facts_of, kinds_of
from phucvu.web.workspace.shown import rendered

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Made:
    """A letter as a Word file, and what it was made from."""

    facts: LetterFacts
    content: bytes
    template: int | None = None
    """The number of the office's own template, where it has one."""


_MADE: Latest[Made] = Latest(16)


def letter_of(name: str, unit: str, period: Period) -> Made:
    """The letter of now; one of the same results and minute is made once.

    Raises KeyError where the period has no result, FaultError where the letter cannot be made.
    """
    own = letter_templates.in_force(unit, name)
    version = (results.state(), now().replace(second=0, microsecond=0), own and own.number)
    return _MADE.get((home_folder(), name, unit, period), version, lambda: _make(name, unit, period, own))


def _make(name: str, unit: str, period: Period, own: LetterTemplate | None) -> Made:
    kind, facts = KINDS[name], facts_of(unit, period)
    context = context_of(kind, facts, fields_of(kind, facts))
    content = (
        fill(shipped(kind.template), context) if own is None else fill_apart(bytes(own.content), context)
    )
    if kind.tells_results:
        note = proof_note(facts.scores, period, facts.unit, configuration.current().site_address)
        content = with_proof(content, note)
    return Made(facts, content, own.number if own else None)


@require_GET
def show(request: Any, unit: str) -> Any:
    period, kinds = _asked(request, unit)
    name = request.GET.get("kind") or next(iter(kinds), "")
    if kinds and name not in kinds:
        raise Http404
    context: dict[str, Any] = {
        "unit": home.tree(period).units.get(unit),
        "code": unit,
        "period": period,
        "periods": home.periods(period),
        "kinds": [(each, kind.name) for each, kind in kinds.items()],
        "kind": name,
        "templates": reverse("workspace-letter-templates", args=[unit, name]) if name else "",
    }
    context["signs"] = can_sign() and may(request.user, Action.PUBLISH, unit)
    if name:
        context |= _preview(name, unit, period)
    return rendered(request, "workspace/letters.html", context)


def _preview(name: str, unit: str, period: Period) -> dict[str, Any]:
    try:
        made = letter_of(name, unit, period)
    except KeyError:
        return {"awaited": results.awaited(period)}
    except FaultError as error:
        return {"problem": error.faults[0].text(language())}
    result, query = results.result(period), f"?{urlencode({'period': str(period)})}"
    return {
        "letter": mark_safe(as_html(made.content)),
        "cut_off": result.cut_off,
        "edition": edition_shown(result),
        "from_portal": bool(made.facts.portal),
        "template": made.template,
        "makes_pdf": office_program() is not None,
        "no_office": Fault("pdf_no_office").text(language()),
        "files": {
            form: reverse("workspace-letter", args=[unit, name, form]) + query for form in ("docx", "xlsx")
        },
    }


@require_GET
def take(request: Any, unit: str, kind: str, form: str) -> Any:
    """The letter as a Word file, or its appendices as a workbook."""
    period, kinds = _asked(request, unit)
    if kind not in kinds:
        raise Http404
    try:
        made = letter_of(kind, unit, period)
    except KeyError as error:
        raise Http404(_("Chưa có kết quả của kỳ %(period)s.") % {"period": period}) from error
    except FaultError as error:
        raise Http404(error.faults[0].text(language())) from error
    file = f"phucvu-{period}-{unit}-{kind}.{form}"
    edition = edition_shown(results.result(period))
    said = {"edition": edition[0].number} if edition and edition[0] and edition[1] else {}
    audit.append(request.user, "letter made", object=file, unit=unit, kind=kind, period=str(period), **said)
    content = made.content if form == "docx" else _appendices(made.facts, kinds[kind], unit, period)
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return HttpResponse(content, content_type=DOCX if form == "docx" else XLSX, headers=headers)


def _appendices(facts: LetterFacts, kind: LetterKind, unit: str, period: Period) -> bytes:
    about = files.place_of(unit, period, results.result(period).cut_off)
    book, title = io.BytesIO(), f"{kind.name}, {facts.unit.short_name}, {period_words(period)}"
    workbook.write(book, title, appendix_sheets(facts), about, language())
    return book.getvalue()


def _asked(request: Any, unit: str) -> tuple[Period, Mapping[str, LetterKind]]:
    """The period that is asked for, and the letters that the unit sends."""
    period = home.asked_period(request.GET.get("period", ""))
    if not home.below(period, unit):
        raise Http404
    return period, kinds_of(home.tree(period).units[unit].kind)
