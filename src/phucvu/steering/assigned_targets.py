"""How far a unit is from a target that was assigned to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from phucvu.rules.model import Words


class TargetState(StrEnum):
    """Where a target stands: not known as long as there is no value."""

    REACHED = "reached"
    NOT_REACHED = "not reached"
    OVERDUE = "overdue"
    UNKNOWN = "unknown"

    @property
    def words(self) -> Words:
        return WORDS[self]


WORDS = {
    TargetState.REACHED: Words(vi="đạt", en="reached"),
    TargetState.NOT_REACHED: Words(vi="chưa đạt", en="not reached yet"),
    TargetState.OVERDUE: Words(vi="quá hạn, chưa đạt", en="overdue, not reached"),
    TargetState.UNKNOWN: Words(vi="chưa có số liệu", en="no value yet"),
}


@dataclass(frozen=True)
class Judged:
    """``gap`` is what is still missing, in the unit of the value: percentage points, points or places."""

    state: TargetState
    gap: Decimal | None


def judged(
    wanted: Decimal, unit_of_value: str, now: Decimal | None, due_on: dt.date, today: dt.date
) -> Judged:
    """A target against the value now; a rank is reached by a lower number. The day itself is not late.

    >>> judged(Decimal(90), "percent", Decimal("87.5"), dt.date(2026, 12, 31), dt.date(2026, 12, 31)).gap
    Decimal('2.5')
    >>> judged(Decimal(5), "rank", Decimal(7), dt.date(2026, 12, 31), dt.date(2027, 1, 1)).state.value
    'overdue'
    """
    if now is None:
        return Judged(TargetState.UNKNOWN, None)
    gap = max(Decimal(0), now - wanted if unit_of_value == "rank" else wanted - now)
    if not gap:
        return Judged(TargetState.REACHED, gap)
    return Judged(TargetState.OVERDUE if today > due_on else TargetState.NOT_REACHED, gap)
