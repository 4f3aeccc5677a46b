"""How long each deed of a plan takes: a unit's own numbers, else those of the nearest unit above it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from phucvu.accounts import audit, units
from phucvu.accounts.forms import Form
from phucvu.accounts.models import DeedMinutes
from phucvu.steering.plan import DEFAULT_MINUTES

MOST = 480
"""Minutes of a day's work: what takes longer is no deed on one record."""


def minutes_of(unit: str) -> dict[str, int]:
    """The minutes of every deed that a plan can hold."""
    known = units.every()
    chain = [above.code for above in known.above(unit)] if unit in known else [unit]
    said = DeedMinutes.objects.filter(unit__in=chain, deed__in=DEFAULT_MINUTES)
    found = dict(DEFAULT_MINUTES)
    for one in sorted(said, key=lambda one: -chain.index(one.unit)):
        found[one.deed] = one.minutes
    return found


class MinutesForm(Form):
    """The minutes of each deed; one left empty is that of the unit above, or the default."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for deed in DEFAULT_MINUTES:
            self.fields[deed] = forms.IntegerField(required=False, min_value=1, max_value=MOST)


@require_POST
def save(request: Any, unit: str) -> Any:
    """Keep a unit's own minutes, and lead back to its plan."""
    form = MinutesForm(request.POST)
    back = reverse("workspace-plan", args=[unit])
    if not form.is_valid():
        return HttpResponseRedirect(f"{back}?minutes=wrong#minutes")
    before = minutes_of(unit)
    with transaction.atomic():
        DeedMinutes.objects.filter(unit=unit).delete()
        inherited = minutes_of(unit)
        for deed, minutes in form.cleaned_data.items():
            if minutes is not None and minutes != inherited[deed]:
                DeedMinutes.objects.create(unit=unit, deed=deed, minutes=minutes)
        now = minutes_of(unit)
        changed = {deed: [before[deed], now[deed]] for deed in now if now[deed] != before[deed]}
        if changed:
            audit.append(request.user, "minutes of deeds set", unit=unit, minutes=changed)
    return HttpResponseRedirect(f"{back}#minutes")
