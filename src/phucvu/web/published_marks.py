"""What the portal published, beside what is counted here: of each unit the total and the groups.

Places are among the units that the portal ranks together: a province is ranked in the nation, also where a
home holds no other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from phucvu.figures.periods import Period
from phucvu.published.daily_results import (
    TOTAL,
    DailyResults,
    NotAlike,
    Place,
    Places,
    Since,
    compared,
    earlier,
    places,
)
from phucvu.rules.model import RuleSet
from phucvu.web import results
from phucvu.web.latest import Latest
from phucvu.web.rates import CENT

Marks = Mapping[str, Mapping[str, "PublishedMark"]]
"""By unit and part."""


@dataclass(frozen=True, slots=True)
class PublishedMark:
    """A part of a unit's results as last published, in points, and how it changed since earlier days.

    ``since`` is by what it is compared with: ``before`` the day published before, ``month`` and ``year``
    earlier, ``day`` the day that a reader chose; what is not known is not in it.
    """

    place: Place
    max: Decimal
    since: Mapping[str, Since]

    @property
    def percent(self) -> Decimal | None:
        if self.place.score is None or not self.max:
            return None
        return (self.place.score * 100 / self.max).quantize(CENT, rounding=ROUND_HALF_EVEN)


HELD: Latest[Marks] = Latest(results.MOST_PERIODS)


def marks(period: Period, rules: RuleSet) -> Marks:
    """The marks of every unit with published results of a period."""
    days = results.days()
    key, version = (results.source(), period, rules.name), days.version()
    return HELD.get(key, version, lambda: marks_of(days, period, rules))


def marks_of(
    days: DailyResults, period: Period, rules: RuleSet, chosen: dt.date | None = None, unit: str | None = None
) -> Marks:
    """The marks, of one unit where it is named; ``chosen`` is a day to compare with besides the usual."""
    now = places(days, period, unit=unit)
    if not now:
        return {}
    last = max(place.day for place in now.values())
    asked: dict[str, tuple[Period, dt.date | None]] = {
        "before": (period, last - dt.timedelta(days=1)),
        "month": earlier(period, last, "month"),
        "year": earlier(period, last, "year"),
    }
    if chosen is not None:
        asked["day"] = earlier(period, last, chosen)
    then = {name: (of, places(days, of, until, unit=unit)) for name, (of, until) in asked.items()}
    noted = days.not_alike()
    most = {TOTAL: rules.max_points} | {group.id: group.max_points for group in rules.groups}
    found: dict[str, dict[str, PublishedMark]] = {}
    for (code, part), place in now.items():
        if part in most:
            since = _since(place, (code, part), then, noted, period)
            found.setdefault(code, {})[part] = PublishedMark(place, most[part], since)
    return found


def _since(
    now: Place,
    key: tuple[str, str],
    then: Mapping[str, tuple[Period, Places]],
    noted: list[NotAlike],
    period: Period,
) -> dict[str, Since]:
    found = {}
    for name, (of, places_then) in then.items():
        of_either = [one for one in noted if one.period in (str(period), str(of))]
        if since := compared(now, places_then.get(key), of, of_either):
            found[name] = since
    return found
