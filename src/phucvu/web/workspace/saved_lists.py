"""The lists of dossiers that a unit has saved: shown with their numbers, saved, renamed, deleted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from phucvu.accounts import audit
from phucvu.accounts.forms import Form, Text
from phucvu.accounts.models import SavedList
from phucvu.accounts.permissions import Action, may
from phucvu.web.language import _
from phucvu.web.workspace import forecasts, home
from phucvu.web.workspace.list_query import ListQuery
from phucvu.web.workspace.shown import rendered

MOST = 50
"""Lists of one unit."""

LONGEST_NAME, LONGEST_QUERY = 60, 2000


class SaveForm(Form):
    """A name, and the query of the list's address."""

    name = Text(longest=LONGEST_NAME, strip=True)
    query = forms.CharField(required=False, max_length=LONGEST_QUERY)


class ChangeForm(Form):
    """Another name for a saved list; without any name it is deleted."""

    one = forms.IntegerField(min_value=1, max_value=2**62)
    name = Text(longest=LONGEST_NAME, strip=True)
    delete = forms.BooleanField(required=False)


def asked_by(saved: SavedList) -> ListQuery | None:
    """What a saved list asks for now; None where that is no list any more, as its indicator is gone."""
    try:
        return _asked(saved.unit, saved.query)
    except (Http404, BadRequest):
        return None


def _asked(unit: str, query: str) -> ListQuery:
    return ListQuery.of(SimpleNamespace(GET=QueryDict(query.removeprefix("?"))), unit)


@require_GET
def show(request: Any, unit: str) -> Any:
    """The lists of the unit with how many dossiers each has now."""
    period = home.asked_period("")
    found = home.listing(period)
    at = forecasts.moment(period, found.cut_off) if found else None
    rows = []
    for saved in SavedList.objects.filter(unit=unit).order_by("name"):
        asked = asked_by(saved)
        counted = asked is not None and asked.of_dossiers and asked.period == period
        rows.append(
            {
                "saved": saved,
                "link": reverse("workspace-dossiers", args=[unit]) + saved.query if asked else "",
                "said": "; ".join([asked.title(at), *asked.filters()]) if asked and at else "",
                "number": found.number(asked.wish(at)) if asked and found and at and counted else None,
            }
        )
    context = {
        "unit": home.tree(period).units.get(unit),
        "code": unit,
        "period": period,
        "rows": rows,
        "cut_off": found.cut_off if found else None,
        "changes": may(request.user, Action.ANSWER, unit),
        "longest": LONGEST_NAME,
    }
    return rendered(request, "workspace/saved_lists.html", context)


@require_POST
def save(request: Any, unit: str) -> Any:
    """Keep a list by a name; one of that name is replaced."""
    form = SaveForm(request.POST)
    if not form.is_valid() or not form.cleaned_data["name"]:
        raise BadRequest(_("Hãy đặt tên cho danh sách."))
    name, asked = form.cleaned_data["name"], _asked(unit, form.cleaned_data["query"])
    query = asked.query(period=None)
    if len(query) > LONGEST_QUERY:
        raise BadRequest(_("Danh sách này có quá nhiều điều kiện, không lưu được."))
    with transaction.atomic():
        others = SavedList.objects.filter(unit=unit).exclude(name=name)
        if others.count() >= MOST:
            raise BadRequest(_("Mỗi đơn vị chỉ lưu được %(most)s danh sách.") % {"most": MOST})
        SavedList.objects.update_or_create(unit=unit, name=name, defaults={"query": query})
        audit.append(request.user, "list saved", object=name, unit=unit, query=query)
    messages.info(request, _("Đã lưu danh sách."))
    return HttpResponseRedirect(reverse("workspace-lists", args=[unit]))


@require_POST
def change(request: Any, unit: str) -> Any:
    """Rename or delete a list of the unit."""
    form = ChangeForm(request.POST)
    if not form.is_valid():
        raise Http404
    name = form.cleaned_data["name"]
    with transaction.atomic():
        saved = get_object_or_404(SavedList, unit=unit, pk=form.cleaned_data["one"])
        if form.cleaned_data["delete"]:
            saved.delete()
            audit.append(request.user, "saved list deleted", object=saved.name, unit=unit)
        elif not name or SavedList.objects.filter(unit=unit, name=name).exclude(pk=saved.pk).exists():
            raise BadRequest(_("Hãy đặt cho danh sách một tên khác các danh sách đã có."))
        else:
            before, saved.name = saved.name, name
            saved.save()
            audit.append(request.user, "saved list renamed", object=name, unit=unit, before=before)
    return HttpResponseRedirect(reverse("workspace-lists", args=[unit]))
