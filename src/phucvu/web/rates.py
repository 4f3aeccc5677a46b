"""How the rate of an indicator is said: most are shares in percent, 2.2 is a time in working days.

A procedure's own time is said in the unit of its limit (``phucvu.web.procedure_counts``); a unit's adds up
procedures of different units, and working days of eight hours are what it is said in.
"""

from __future__ import annotations

from decimal import Decimal

from phucvu.engine.counts import WORKING_HOURS
from phucvu.formats import points
from phucvu.rules.model import Indicator
from phucvu.web.language import _, language

CENT = Decimal("0.01")


def is_time(indicator: Indicator) -> bool:
    """Whether its rate is a time for each dossier, so that less is better and there is no whole to fill."""
    return indicator.count.of == "processing_time"


def best_order(indicator: Indicator) -> str:
    """The order, asc or desc, that puts the best first."""
    return "asc" if is_time(indicator) else "desc"


def said(indicator: Indicator, rate: float) -> str:
    """A rate with its two decimals and its unit: «85,84%», «5,42 ngày làm việc»."""
    value = points(shown(indicator, rate), language())
    return _("%(days)s ngày làm việc") % {"days": value} if is_time(indicator) else f"{value}%"


def difference(indicator: Indicator, now: float | None, then: float | None) -> Decimal | None:
    """How a rate changed, in percentage points or working days, of the numbers as they are shown."""
    return None if now is None or then is None else shown(indicator, now) - shown(indicator, then)


def shown(indicator: Indicator, rate: float) -> Decimal:
    """In percent, or in working days of eight hours; two decimals."""
    exact = Decimal(str(rate))
    return (exact / WORKING_HOURS if is_time(indicator) else exact * 100).quantize(CENT)
