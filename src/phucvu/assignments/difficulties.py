"""Difficulties («khó khăn, vướng mắc»): registered by a unit, reported up, answered."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q, QuerySet

from phucvu.accounts import audit
from phucvu.accounts.models import User
from phucvu.assignments.models import Difficulty
from phucvu.inbox.clock import now


def known_to(unit: str, below: Collection[str]) -> QuerySet[Difficulty]:
    """What a unit and those below it registered, and what was reported to it; what waits first."""
    of_unit = Q(unit__in=below) | Q(reported_to=unit)
    return Difficulty.objects.filter(of_unit).order_by("closed_at", "-registered_at")


def register(by: User, unit: str, above: str | None, *, topic: str, text: str, proposal: str) -> Difficulty:
    """Register a difficulty, reported to the unit above where there is one."""
    with transaction.atomic():
        made = Difficulty.objects.create(
            unit=unit,
            reported_to=above or "",
            topic=topic,
            text=text,
            proposal=proposal,
            registered_at=now(),
            registered_by=by.username,
        )
        audit.append(by, "difficulty registered", object=str(made.pk), unit=unit, reported_to=above or "")
    return made


def answer(by: User, difficulty: Difficulty, unit: str, text: str) -> None:
    """Answer a difficulty; it waits no more. A later answer takes the place of an earlier one."""
    with transaction.atomic():
        difficulty.answer, difficulty.answered_by_unit = text, unit
        difficulty.answered_at = difficulty.closed_at = now()
        difficulty.save()
        audit.append(by, "difficulty answered", object=str(difficulty.pk), unit=difficulty.unit, by=unit)


def pass_on(by: User, difficulty: Difficulty, above: str) -> None:
    """Report a difficulty further up."""
    with transaction.atomic():
        difficulty.reported_to = above
        difficulty.save()
        audit.append(by, "difficulty passed on", object=str(difficulty.pk), unit=difficulty.unit, to=above)
