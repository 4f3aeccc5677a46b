"""Remarks on charts over time: added by who may, with day, words and source; withdrawn, never changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Count, Max

from phucvu.accounts import audit
from phucvu.accounts.models import User
from phucvu.editions.models import ChartRemark
from phucvu.inbox.clock import now

LONGEST = 300
"""Letters of a remark's words, and of its source."""


def add(
    by: User, unit: str, since: dt.date, until: dt.date | None, words: str, words_en: str, source: str
) -> ChartRemark:
    """Let the charts of a unit and all below it bear a remark from now on."""
    with transaction.atomic():
        made: ChartRemark = ChartRemark.objects.create(
            unit=unit,
            since=since,
            until=until,
            words=words,
            words_en=words_en,
            source=source,
            added_at=now(),
            added_by=by.username,
        )
        audit.append(by, "chart remark added", object=str(made.pk), unit=unit, since=str(since), words=words)
    return made


def withdraw(by: User, unit: str, key: int) -> bool:
    """Take a remark of a unit from the charts; whether there was such a one."""
    with transaction.atomic():
        standing = ChartRemark.objects.filter(pk=key, unit=unit, withdrawn_at=None)
        if not standing.update(withdrawn_at=now(), withdrawn_by=by.username):
            return False
        audit.append(by, "chart remark withdrawn", object=str(key), unit=unit)
    return True


def of_units(codes: Collection[str]) -> list[ChartRemark]:
    """The remarks that stand for units, the earliest first."""
    standing = ChartRemark.objects.filter(withdrawn_at=None, unit__in=codes)
    return list(standing.order_by("since", "pk"))


def every(unit: str) -> list[ChartRemark]:
    """All remarks of a unit, also those withdrawn, the latest first."""
    return list(ChartRemark.objects.filter(unit=unit).order_by("-since", "-pk"))


def version() -> tuple[int, int]:
    """It changes whenever what stands on charts does."""
    found = ChartRemark.objects.aggregate(last=Max("pk"), withdrawn=Count("withdrawn_at"))
    return found["last"] or 0, found["withdrawn"]
