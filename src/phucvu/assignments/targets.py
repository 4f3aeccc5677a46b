"""Targets assigned to units: the table ``targets`` of the records, which files and a page fill."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any

import polars as pl

from phucvu.accounts import audit
from phucvu.accounts.models import User
from phucvu.figures.periods import Period
from phucvu.inbox.home import store
from phucvu.problems import UnusableError


def assigned(units: Collection[str]) -> list[dict[str, Any]]:
    """The targets of units, by unit and indicator; those of a period that is none are left out."""
    rows = store().rows("targets").filter(pl.col("unit").is_in(list(units)))
    return [row for row in rows.sort("unit", "period", "indicator").to_dicts() if _is_period(row["period"])]


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
