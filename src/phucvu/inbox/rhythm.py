"""A sender's usual rhythm, and whether it has been silent for longer than that.

Silence is measured in working time, 7:00 to 17:00 of working days: a night or a weekend is none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from phucvu.engine.calendar import Calendar

OPENS, CLOSES = dt.time(7), dt.time(17)

REMEMBERED = 14
"""Days on which something was sent that make up the usual rhythm."""

PATIENCE = 2
"""So many times its longest usual silence is too long,"""
LEAST = 30 * 60
"""but never less than half an hour."""

LONGEST = dt.timedelta(days=60)


def with_messages(
    gaps: Mapping[str, int], last: dt.datetime | None, times: Iterable[dt.datetime]
) -> dict[str, int]:
    """For each of the last days with messages, the longest silence before one, in seconds of working time."""
    longest = dict(gaps)
    for at in times:
        day = at.date().isoformat()
        longest[day] = max(longest.get(day, 0), working_seconds(last, at) if last else 0)
        last = at
    return dict(sorted(longest.items())[-REMEMBERED:])


def is_silent(
    gaps: Mapping[str, int], last: dt.datetime | None, now: dt.datetime, calendar: Calendar | None = None
) -> bool:
    """Whether a sender has been silent for longer than usual; one that has sent on one day only has no
    usual yet."""
    if last is None or len(gaps) < 2:
        return False
    return working_seconds(last, now, calendar) > max(LEAST, PATIENCE * max(gaps.values()))


def working_seconds(start: dt.datetime, end: dt.datetime, calendar: Calendar | None = None) -> int:
    """Seconds of working time between two moments, of the last ``LONGEST`` before ``end`` at most."""
    calendar = calendar or CALENDAR
    start = max(start, end - LONGEST)
    total = 0.0
    for n in range((end.date() - start.date()).days + 1):
        day = start.date() + dt.timedelta(days=n)
        if calendar.is_working(day):
            opened = max(start, dt.datetime.combine(day, OPENS))
            closed = min(end, dt.datetime.combine(day, CLOSES))
            total += max(0.0, (closed - opened).total_seconds())
    return int(total)


CALENDAR = Calendar()
