"""Control charts of single values (XmR): which movement of an indicator is more than its ordinary variation.

The natural limits are the mean of a base ± 2.66 mean moving ranges; a moving range over 3.267 of these is
extraordinary too (Shewhart; Wheeler, “Understanding Variation”). What is charted must be values that stand
each for itself: a month's own rate, or what a day added; never a running year's figure (``increments``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Literal

LEAST, MOST = 8, 20
"""Values of a base: fewer tell nothing of the variation, and more only slow down learning of a change."""

RUN = 8
"""So many values in a row on one side of the mean are a shift."""

LIMITS, JUMP = 2.66, 3.267
"""Factors of the mean moving range: of the limits, and of the largest ordinary step."""

Signal = Literal["above", "below", "run", "jump"]


@dataclass(frozen=True)
class Limits:
    """The ordinary variation from the value at place ``first`` on; ``step`` is the largest ordinary step."""

    first: int
    low: float
    mean: float
    high: float
    step: float


@dataclass(frozen=True)
class ControlChart:
    """The limits that hold for the latest value, and what is extraordinary, by the place of the value."""

    limits: Limits
    signals: dict[int, Signal]
    last: int
    """The place of the latest value that is known."""

    @property
    def latest(self) -> Signal | None:
        """What is extraordinary about the latest value; None while it varies as usual."""
        return self.signals.get(self.last)


def control_chart(
    values: Sequence[float | None], low: float = float("-inf"), high: float = float("inf")
) -> ControlChart | None:
    """The chart of values in order of time, None where one is not known; None of fewer than nine values.

    Limits end at ``low`` and ``high``, the least and the most that a value can be. They come from the first
    values after a shift and stay as they are until the next one: a run of values on one side of the mean,
    from whose first value on a new base is taken. The latest value is never part of its own base.
    """
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    signals: dict[int, Signal] = {}
    start = 0
    while True:
        rest = known[start:]
        base = rest[: min(MOST, len(rest) - 1)]
        if len(base) < LEAST:
            return None
        limits = _limits(base, low, high)
        shift = _judge(rest, limits, signals, len(base))
        # A base needs a value after it that it does not hold; until there is one, the run itself is the news.
        if shift is None or len(rest) - shift <= LEAST:
            return ControlChart(limits, signals, known[-1][0])
        start += shift


def _limits(base: Sequence[tuple[int, float]], low: float, high: float) -> Limits:
    mean = fmean(value for _place, value in base)
    moved = fmean(abs(b - a) for (_p, a), (_q, b) in pairwise(base))
    spread = LIMITS * moved
    return Limits(base[0][0], max(low, mean - spread), mean, min(high, mean + spread), JUMP * moved)


def _judge(
    rest: Sequence[tuple[int, float]], limits: Limits, signals: dict[int, Signal], base: int
) -> int | None:
    """Note what is extraordinary; the number of the value from which on a run after the base began."""
    for place, _value in rest:
        signals.pop(place, None)
    side, length, before = 0, 0, None
    for number, (place, value) in enumerate(rest):
        now = (value > limits.mean) - (value < limits.mean)
        length = length + 1 if now and now == side else abs(now)
        side = now
        if value > limits.high:
            signals[place] = "above"
        elif value < limits.low:
            signals[place] = "below"
        elif before is not None and abs(value - before) > limits.step:
            signals[place] = "jump"
        elif length >= RUN:
            signals[place] = "run"
        if length >= RUN and number - RUN + 1 >= min(base, LEAST):
            return number - RUN + 1
        before = value
    return None


@dataclass(frozen=True)
class Increment:
    """What came to a running figure since the day before that is known."""

    numerator: int
    denominator: int

    @property
    def rate(self) -> float:
        return self.numerator / self.denominator


def increments(figures: Iterable[tuple[int, int] | None]) -> Iterator[Increment | None]:
    """What each day added to a running figure (numerator, denominator); None where that is not known.

    The first day has nothing before it. Where nothing was added, or the portal took something back or put it
    right, the day has no rate of its own.
    """
    before: tuple[int, int] | None = None
    for figure in figures:
        added = None
        if figure is not None and before is not None:
            met, cases = figure[0] - before[0], figure[1] - before[1]
            added = Increment(met, cases) if cases > 0 and 0 <= met <= cases else None
        yield added
        before = figure or before
