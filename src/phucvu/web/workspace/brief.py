"""One page for a leader before a meeting: what there is to know of a unit, and who must do what."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from phucvu.accounts import audit
from phucvu.charts.group_bars import group_bars
from phucvu.charts.png import png
from phucvu.figures.periods import Period
from phucvu.letters.brief_document import brief_document
from phucvu.scoring.result import Result
from phucvu.steering import changes as why
from phucvu.steering.brief import Brief, brief_of
from phucvu.steering.brief_words import BriefText, Published, in_words
from phucvu.web import results
from phucvu.web.boards import Board, board
from phucvu.web.language import language
from phucvu.web.nothing import SAID
from phucvu.web.page import edition_shown
from phucvu.web.workspace import home
from phucvu.web.workspace.official_letters import DOCX
from phucvu.web.workspace.points_at_stake import account_of
from phucvu.web.workspace.shown import rendered
from phucvu.web.workspace.why_changed import known_of


@require_GET
def show(request: Any, unit: str, form: str = "") -> Any:
    period = home.asked_period(request.GET.get("period", ""))
    if not home.below(period, unit) and not results.lacks():
        raise Http404
    context: dict[str, Any] = {
        "unit": home.tree(period).units.get(unit),
        "code": unit,
        "period": period,
        "periods": home.periods(period),
    }
    if lack := results.lacks():
        context["said"] = SAID[lack]
    known = _board(period)
    if known and unit in known.standings:
        found = _brief(known, unit)
        if form:
            return _as_file(request, in_words(found, _published(known), "vi"), unit, period)
        context |= {
            "file": reverse("workspace-brief-file", args=[unit]) + f"?period={period}",
            "brief": in_words(found, _published(known), language()),
            "listed": found.mendable is not None,
            "losses": reverse("workspace-losses", args=[unit]) + f"?period={period}",
            "changes": reverse("workspace-changes", args=[unit]) + f"?period={period}",
        }
    if form:
        raise Http404
    return rendered(request, "workspace/brief.html", context)


def _as_file(request: Any, text: BriefText, unit: str, period: Period) -> Any:
    """The page as a Word file."""
    file = f"phucvu-{period}-{unit}-brief.docx"
    audit.append(request.user, "list exported", object=file, unit=unit)
    content = brief_document(text, png(group_bars(text.groups), scale=2))
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return HttpResponse(content, content_type=DOCX, headers=headers)


def _board(period: Period) -> Board | None:
    try:
        return board(period)
    except KeyError:
        return None


def _before(known: Board) -> Result | None:
    """What the period is compared with: the same days of the one before, else the whole of it."""
    if known.before is not None:
        return known.before
    earlier = _board(known.result.period.previous())
    return earlier.result if earlier else None


def _brief(known: Board, unit: str) -> Brief:
    period, result, before = known.result.period, known.result, _before(known)
    then = known_of(before.period, unit) if before else None
    now = known_of(period, unit)
    below = home.tree(period).children.get(unit, [])
    listing = home.listing(period)
    return brief_of(
        result.scores,
        period,
        known.standings[unit].unit,
        result.cut_off,
        (before.scores, before.period) if before else None,
        why.changes(unit, below, then, now) if then and now else [],
        account_of(unit, period, listing) if listing else None,
        results.days(),
    )


def _published(known: Board) -> Published:
    latest, agrees = edition_shown(known.result) or (None, False)
    return Published(latest.number if latest else None, agrees)
