"""Explanations of lateness («giải trình»): asked of a unit, answered, and who has not answered yet.

Whoever acts is an account. Each function that changes something writes it to the audit log in the same
transaction, without the free text, and raises UnusableError with what is wrong.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet

from phucvu.accounts import audit
from phucvu.accounts.models import User
from phucvu.assignments.causes import CAUSES
from phucvu.assignments.models import Apology, Explanation, ExplanationRequest, LateDossier
from phucvu.engine.calendar import Calendar
from phucvu.engine.listing import Listing, Wish, lacks, population
from phucvu.engine.tree import Tree
from phucvu.figures.periods import Period
from phucvu.inbox.clock import now
from phucvu.problems import Fault, UnusableError
from phucvu.steering.due_lists import late_dossiers

BY_RULE = "(theo quy định)"
"""Who opened a request that nobody in person did."""

DUE_DAY = 16
"""The last day to answer what is asked by rule, of the month after: offices write «trước ngày 17»."""


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


@dataclass(frozen=True)
class Asked:
    """A request with how many dossiers it has, how many are not explained, and the causes given."""

    request: ExplanationRequest
    dossiers: int
    unanswered: int
    causes: Counter[str]
    apologies: int

    def state(self, today: dt.date) -> str:
        """answered, late, partly or waiting."""
        if not self.unanswered:
            return "answered"
        if today > self.request.due_on:
            return "late"
        return "partly" if self.unanswered < self.dossiers else "waiting"


def asked(requests: Iterable[ExplanationRequest]) -> list[Asked]:
    """The requests with what has come of them."""
    held = list(requests)
    rows = LateDossier.objects.filter(request__in=held)
    counted: dict[int, Counter[str]] = {request.pk: Counter() for request in held}
    for number, cause, dossiers in rows.values_list("request", "explanation__cause").annotate(Count("pk")):
        counted[number][cause or ""] += dossiers
    letters = set(
        Apology.objects.filter(code__in=rows.values("code")).values_list("sender", "code").distinct()
    )
    with_letter: Counter[int] = Counter()
    if letters:
        for number, sender, code in rows.values_list("request", "sender", "code"):
            with_letter[number] += (sender, code) in letters
    found = []
    for request in held:
        causes = counted[request.pk]
        total, unanswered = causes.total(), causes.pop("", 0)
        found.append(Asked(request, total, unanswered, causes, with_letter[request.pk]))
    return found


def ask(
    by: User | str,
    *,
    asked_by: str,
    unit: str,
    period: Period,
    due_on: dt.date,
    late: Sequence[dict[str, Any]],
    note: str = "",
) -> ExplanationRequest:
    """Ask a unit to explain dossiers (rows of ``late_dossiers``)."""
    if not late:
        raise UnusableError(Fault("no_late_dossier"))
    if due_on < now().date() and not isinstance(by, str):
        raise UnusableError(Fault("due_before_today", field="due_on"))
    with transaction.atomic():
        request = ExplanationRequest.objects.create(
            unit=unit,
            asked_by=asked_by,
            period=str(period),
            by_rule=isinstance(by, str),
            opened_at=now(),
            opened_by=by if isinstance(by, str) else by.username,
            due_on=due_on,
            note=note,
        )
        LateDossier.objects.bulk_create(
            LateDossier(
                request=request,
                **{name: row[name] for name in ("sender", "code", "unit", "procedure", "due")},
                seconds_late=row["seconds_late"] or 0,
            )
            for row in late
        )
        audit.append(
            by,
            "explanation asked",
            object=str(request.pk),
            unit=unit,
            asked_by=asked_by,
            period=str(period),
            due_on=due_on,
            dossiers=len(late),
        )
    return request


def ask_by_rule(listing: Listing, tree: Tree, period: Period, calendar: Calendar) -> int:
    """Ask every unit just below a top one that has late dossiers in a month that is over; how many.

    A unit is asked once for a month, whenever and however often this runs.
    """
    done = set(
        ExplanationRequest.objects.filter(by_rule=True, period=str(period)).values_list("unit", flat=True)
    )
    every = Wish(tree.spread["unit"].unique().to_list(), population("handled", period) & lacks("on_time"))
    with_late = [unit for unit, _number in listing.occurring(every, "unit")]
    above = set(tree.spread.filter(pl.col("unit").is_in(with_late))["above"])
    month = Period.months(period.first.year, period.first.month + 1, 1)
    due_on = calendar.after(month.first + dt.timedelta(days=DUE_DAY - 2), 1)
    asked_now = 0
    for root in [unit.code for unit in tree.shown if len(tree.above(unit.code)) == 1]:
        for unit in tree.children.get(root, []):
            if unit in done or unit not in above:
                continue
            late = late_dossiers(listing, period, tree.below(unit))
            with contextlib.suppress(IntegrityError):  # another process asks at the same moment
                ask(BY_RULE, asked_by=root, unit=unit, period=period, due_on=due_on, late=late)
                asked_now += 1
    return asked_now


def requests_about(sender: str, code: str, within: Collection[str], asked_by: str) -> QuerySet[LateDossier]:
    """What some units were asked about a dossier, or a unit asked; the latest first."""
    its = LateDossier.objects.filter(sender=sender, code=code).select_related("request", "explanation")
    of_units = Q(request__unit__in=within) | Q(request__asked_by=asked_by)
    return its.filter(of_units).order_by("-request__opened_at", "-pk")


def apologies_of(sender: str, code: str) -> QuerySet[Apology]:
    """The letters of apology of a dossier, the latest first."""
    return Apology.objects.filter(sender=sender, code=code).order_by("-signed_on", "-pk")


def explain(
    by: User,
    request: ExplanationRequest,
    *,
    cause: str,
    text: str,
    remedy: str,
    done_by: dt.date,
    dossiers: Collection[int] | None = None,
) -> Explanation:
    """Explain dossiers of a request (their keys), or where none are named all that wait."""
    assert cause in CAUSES
    with transaction.atomic():
        rows = request.dossiers.all()
        rows = rows.filter(explanation=None) if dossiers is None else rows.filter(pk__in=dossiers)
        keys = list(rows.values_list("pk", flat=True))
        if not keys:
            raise UnusableError(Fault("nothing_to_explain"))
        said = Explanation.objects.create(
            request=request,
            cause=cause,
            text=text,
            remedy=remedy,
            done_by=done_by,
            answered_at=now(),
            answered_by=by.username,
        )
        LateDossier.objects.filter(pk__in=keys).update(explanation=said)
        # What a newer answer takes the place of says nothing any more.
        request.explanations.filter(dossiers=None).delete()
        audit.append(
            by,
            "explanation given",
            object=str(request.pk),
            unit=request.unit,
            cause=cause,
            dossiers=len(keys),
            done_by=done_by,
        )
    return said


def record_apology(
    by: User, dossier: LateDossier, *, number: str, signed_on: dt.date, new_due_on: dt.date
) -> Apology:
    """Record the letter of apology of a dossier: its number, its day, and the new day of the result."""
    if new_due_on < signed_on:
        raise UnusableError(Fault("new_due_before_letter", field="new_due_on"))
    known = {"sender": dossier.sender, "code": dossier.code, "number": number}
    with transaction.atomic():
        if Apology.objects.filter(**known).exists():
            raise UnusableError(Fault("apology_already_recorded", field="number"))
        made = Apology.objects.create(
            **known,
            unit=dossier.unit,
            signed_on=signed_on,
            new_due_on=new_due_on,
            recorded_at=now(),
            recorded_by=by.username,
        )
        audit.append(
            by,
            "apology recorded",
            object=dossier.code,
            unit=dossier.unit,
            number=number,
            signed_on=signed_on,
            new_due_on=new_due_on,
        )
    return made
