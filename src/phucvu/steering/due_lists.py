"""Which dossiers of a listing are overdue, due by a day, or can be mended now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from duckdb import ColumnExpression, ConstantExpression, Expression

from phucvu.engine.calendar import Calendar
from phucvu.engine.listing import YES, Listing, Order, Wish, holds, lacks, population
from phucvu.engine.verdict import OF_DOSSIERS, any_of
from phucvu.figures.periods import Period, last_second
from phucvu.rules.model import Indicator, RuleSet
from phucvu.steering.losses_asked import BY_UNIT, lost_dossiers


@dataclass(frozen=True)
class Moment:
    """What a list is asked about: the period, the listing's cut-off, and the calendar of working days.

    ``risky`` is the chance of being late above which a dossier is at risk; None where nothing is forecast.
    """

    period: Period
    cut_off: dt.datetime
    calendar: Calendar
    risky: float | None = None

    @property
    def today(self) -> dt.date:
        return self.cut_off.date()

    @property
    def end_of_week(self) -> dt.date:
        """Sunday; of next week where no day of this one is left to work on."""
        sunday = self.today + dt.timedelta(days=6 - self.today.weekday())
        left = (self.today + dt.timedelta(days=n) for n in range((sunday - self.today).days + 1))
        return sunday if any(map(self.calendar.is_working, left)) else sunday + dt.timedelta(days=7)


def unfinished() -> Expression:
    return ColumnExpression("ended").isnull()


def overdue() -> Expression:
    return unfinished() & lacks("on_time")


def due_by(last: dt.date) -> Expression:
    """Unfinished, still in time, to be finished by the end of a day."""
    end = ConstantExpression(last_second(last))
    return unfinished() & holds("on_time") & (ColumnExpression("must_by") <= end)


def mendable_indicators(rules: RuleSet) -> list[Indicator]:
    """The indicators that count dossiers: those that may have finished ones to be mended."""
    return [i for i in rules.indicators if not i.by_rule and i.count.of in OF_DOSSIERS]


def mendable(indicator: Indicator, at: Moment) -> Expression:
    """The dossiers that an indicator lacks and that their unit can mend now by itself."""
    return lost_dossiers(indicator, at.period, at.cut_off < at.period.ends, BY_UNIT)


@dataclass(frozen=True)
class WeekCounts:
    """How many dossiers of a unit are overdue, due today and this week, and can be mended now.

    ``by_indicator`` has those that can be mended by indicator; one may stand in several, and stands
    in ``mendable`` once.
    """

    overdue: int
    today: int
    week: int
    mendable: int
    by_indicator: dict[str, int]


def week_counts(found: Listing, at: Moment, within: Sequence[str], rules: RuleSet) -> WeekCounts:
    """The counts of some units' dossiers, in one pass."""
    indicators = mendable_indicators(rules)
    each = [mendable(indicator, at) for indicator in indicators]
    now = [overdue(), due_by(at.today), due_by(at.end_of_week), any_of(each, YES)]
    late, today, week, number, *numbers = found.numbers(within, [*now, *each])
    by_indicator = {one.id: n for one, n in zip(indicators, numbers, strict=True) if n}
    return WeekCounts(late, today, week, number, by_indicator)


MOST = 5_000
"""Late dossiers of one list; the latest first."""


def late_dossiers(
    listing: Listing, period: Period, within: Collection[str], codes: Collection[str] | None = None
) -> list[dict[str, Any]]:
    """The late dossiers of units in a period (indicator 2.1), the latest first; of these codes alone."""
    wish = Wish(within, population("handled", period) & lacks("on_time"))
    found = [
        row
        for frame in listing.every(wish, Order("late", descending=True), MOST if codes is None else 1 << 40)
        for row in frame.iter_rows(named=True)
        if codes is None or row["code"] in codes
    ]
    return found[:MOST]
