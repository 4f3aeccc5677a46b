"""The five bands in which results are spoken of; the rule set says from how many points each begins."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from phucvu.rules.model import RuleSet, Words


@dataclass(frozen=True)
class Band:
    """A band from ``lowest`` up, in percent of the maximum; ``step`` is its colour, 5 the best."""

    step: int
    lowest: Decimal
    name: Words


def bands(rules: RuleSet) -> tuple[Band, ...]:
    """The bands of a rule set, the best first; none where it has no bounds.

    >>> import datetime as dt
    >>> from phucvu.rules.loading import load
    >>> [str(b.lowest) for b in bands(load("portal-2026").at(dt.date(2026, 12, 31)))]
    ['90', '80', '70', '50', '0']
    """
    if rules.bands is None:
        return ()
    said = rules.bands.value
    return (
        Band(5, said.excellent, Words(vi="Xuất sắc", en="Excellent")),
        Band(4, said.good, Words(vi="Tốt", en="Good")),
        Band(3, said.fair, Words(vi="Khá", en="Fair")),
        Band(2, said.average, Words(vi="Trung bình", en="Average")),
        Band(1, Decimal(0), Words(vi="Yếu", en="Weak")),
    )


def band(score: Decimal | None, out_of: Decimal, known: tuple[Band, ...]) -> Band | None:
    """The band of a score among those known; None where there is no score, or no bands.

    >>> import datetime as dt
    >>> from phucvu.rules.loading import load
    >>> band(Decimal("66.23"), Decimal(100), bands(load("portal-2026").at(dt.date(2026, 12, 31)))).name.vi
    'Trung bình'
    """
    if score is None or not out_of:
        return None
    return next((b for b in known if score * 100 >= b.lowest * out_of), None)
