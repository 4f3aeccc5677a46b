"""Targets assigned to units: the table ``targets`` of the records, which files and a page fill."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import QuerySet

from phucvu.accounts import audit
from phucvu.accounts.models import User
from phucvu.assignments.models import TargetWithdrawal
from phucvu.figures.periods import Period
from phucvu.inbox.clock import now
from phucvu.inbox.home import store
from phucvu.problems import UnusableError


def assigned(units: Collection[str]) -> list[dict[str, Any]]:
    """The targets of units, by unit and indicator, each with its ``sequence``.

    Those withdrawn are left out, and those of a period that is none.
    """
    rows = store().asked("targets", "SELECT * FROM held").filter(pl.col("unit").is_in(list(units)))
    gone = set(TargetWithdrawal.objects.filter(unit__in=units).values_list("sequence", flat=True))
    return [
        row
        for row in rows.sort("unit", "period", "indicator").to_dicts()
        if row["sequence"] not in gone and _is_period(row["period"])
    ]


def withdrawn(units: Collection[str]) -> QuerySet[TargetWithdrawal]:
    """The targets of units that were withdrawn, the latest first."""
    return TargetWithdrawal.objects.filter(unit__in=units).order_by("-withdrawn_at", "-pk")


def withdraw(by: User, target: dict[str, Any], reason: str) -> None:
    """Withdraw a target (a row of ``assigned``); it stays in the records, and is told with its reason."""
    said = {name: target[name] for name in ("unit", "indicator", "period", "value", "unit_of_value")}
    with transaction.atomic():
        _made, new = TargetWithdrawal.objects.get_or_create(
            sequence=target["sequence"],
            defaults=said | {"reason": reason, "withdrawn_at": now(), "withdrawn_by": by.username},
        )
        if not new:
            return
        audit.append(
            by,
            "target withdrawn",
            object=f"{target['indicator']} {target['period']}",
            unit=target["unit"],
            value=target["value"],
            unit_of_value=target["unit_of_value"],
        )


def assign(
    by: User,
    *,
    unit: str,
    indicator: str,
    period: Period,
    value: Decimal,
    unit_of_value: str,
    document: str,
    due_on: dt.date,
) -> None:
    """Assign a target, or change the one of this unit, indicator and period.

    The log has it first: records and log are different stores, and a target without its entry is worse
    than an entry without its target.
    """
    row = {
        "unit": unit,
        "indicator": indicator,
        "period": str(period),
        "value": value,
        "unit_of_value": unit_of_value,
        "assigned_by": document or None,
        "due_on": due_on,
    }
    audit.append(
        by,
        "target assigned",
        object=f"{indicator} {period}",
        unit=unit,
        value=value,
        unit_of_value=unit_of_value,
        document=document,
        due_on=due_on,
    )
    store().append("targets", pl.DataFrame([row], schema_overrides={"value": pl.Decimal(12, 2)}))


def _is_period(text: str) -> bool:
    try:
        Period.parse(text)
    except UnusableError:
        return False
    return True
