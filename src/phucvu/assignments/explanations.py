"""Explanations of lateness («giải trình»): asked of a unit, answered, and who has not answered yet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count

from phucvu.assignments.models import LateDossier
from phucvu.figures.periods import Period


@dataclass(frozen=True)
class Waiting:
    """A request that waits for its unit: its number, and how many of its dossiers are not explained."""

    number: int
    unit: str
    period: Period
    due_on: dt.date
    dossiers: int


def waiting(unit: str) -> list[Waiting]:
    """The requests that a unit has not answered wholly; those due first at the top."""
    left = LateDossier.objects.filter(request__unit=unit, explanation=None)
    asked = left.values_list("request", "request__period", "request__due_on").annotate(Count("pk"))
    return [
        Waiting(number, unit, Period.parse(period), due_on, dossiers)
        for number, period, due_on, dossiers in asked.order_by("request__due_on", "request")
    ]
