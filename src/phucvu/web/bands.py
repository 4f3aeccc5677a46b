"""The five bands in which results are spoken of."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from phucvu.rules.model import Words


@dataclass(frozen=True)
class Band:
    """A band from ``lowest`` up, in percent of the maximum; ``step`` is its colour, 5 the best."""

    step: int
    lowest: Decimal
    name: Words


# The bounds that the national portal uses for a total out of 100.
BANDS = (
    Band(5, Decimal(90), Words(vi="Xuất sắc", en="Excellent")),
    Band(4, Decimal(80), Words(vi="Tốt", en="Good")),
    Band(3, Decimal(65), Words(vi="Khá", en="Fair")),
    Band(2, Decimal(50), Words(vi="Trung bình", en="Average")),
    Band(1, Decimal(0), Words(vi="Yếu", en="Weak")),
)


def band(score: Decimal | None, out_of: Decimal) -> Band | None:
    """The band of a score; None where there is no score.

    >>> band(Decimal("66.23"), Decimal(100)).name.vi
    'Khá'
    """
    if score is None or not out_of:
        return None
    return next(b for b in BANDS if score * 100 >= b.lowest * out_of)
