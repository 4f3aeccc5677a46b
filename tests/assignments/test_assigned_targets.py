"""A target against the value now."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from phucvu.steering.assigned_targets import TargetState, judged

DUE = dt.date(2026, 12, 31)


@pytest.mark.parametrize(
    ("wanted", "kind", "now", "today", "state", "gap"),
    [
        ("90", "percent", "90", DUE, TargetState.REACHED, "0"),
        ("90", "percent", "89.99", DUE, TargetState.NOT_REACHED, "0.01"),
        ("90", "percent", "89.99", dt.date(2027, 1, 1), TargetState.OVERDUE, "0.01"),
        ("90", "percent", "95", dt.date(2027, 1, 1), TargetState.REACHED, "0"),
        ("5", "rank", "4", DUE, TargetState.REACHED, "0"),
        ("5", "rank", "8", DUE, TargetState.NOT_REACHED, "3"),
        ("18", "points", None, DUE, TargetState.UNKNOWN, None),
    ],
)
def test_state_and_gap(
    wanted: str, kind: str, now: str | None, today: dt.date, state: TargetState, gap: str | None
) -> None:
    found = judged(Decimal(wanted), kind, None if now is None else Decimal(now), DUE, today)
    assert (found.state, found.gap) == (state, None if gap is None else Decimal(gap))
