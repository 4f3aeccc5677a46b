"""What each loss costs, in exact points: indicators add up to the maximum less the total, losses to the
indicator, units below to the unit.

The points of a fate are what its records would bring back after all of the better fates: first what can be
mended now, then until a moment, then what is still to come. So what is lost for good is what remains lost
when everything else is mended; where the target is below 100% that can be nothing although some records are
lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from phucvu.rules.model import Indicator, RuleSet
from phucvu.steering.fates import (
    DECLARED_ONLY,
    NO_BASE,
    NOT_APPLICABLE,
    NOT_LISTED,
    OTHER_RATE,
    REASONS,
    Fate,
)
from phucvu.steering.losses import Loss


@dataclass(frozen=True)
class Slice:
    """A loss and the points it costs; ``by_unit`` divides them as the loss's records are divided."""

    loss: Loss
    points: Fraction

    @property
    def by_unit(self) -> dict[str, Fraction]:
        whole = sum(self.loss.by_unit.values())
        return {unit: self.points * number / whole for unit, number in self.loss.by_unit.items()}


@dataclass(frozen=True)
class Cost:
    """What one indicator loses: ``lost`` exactly, ``shown`` as the rounded score says."""

    indicator: Indicator
    numerator: int | None
    denominator: int | None
    lost: Fraction
    shown: Fraction
    slices: tuple[Slice, ...]

    @property
    def rounding(self) -> Fraction:
        """What the rounding of the score takes off beside, at most half a hundredth of a point."""
        return self.shown - self.lost

    def of(self, fate: Fate) -> Fraction:
        return sum((s.points for s in self.slices if s.loss.fate is fate), Fraction(0))

    def number(self, fate: Fate) -> int:
        return sum(s.loss.number for s in self.slices if s.loss.fate is fate)


@dataclass(frozen=True)
class Account:
    """What a unit loses, indicator by indicator."""

    unit: str
    costs: tuple[Cost, ...]

    @property
    def shown(self) -> Fraction:
        return sum((cost.shown for cost in self.costs), Fraction(0))

    @property
    def lost(self) -> Fraction:
        return sum((cost.lost for cost in self.costs), Fraction(0))

    @property
    def rounding(self) -> Fraction:
        return self.shown - self.lost

    def of(self, fate: Fate) -> Fraction:
        return sum((cost.of(fate) for cost in self.costs), Fraction(0))

    @property
    def slices(self) -> list[Slice]:
        return [s for cost in self.costs for s in cost.slices]

    def by_unit(self) -> dict[str, Fraction]:
        """What each unit directly below costs, and the unit itself."""
        found: dict[str, Fraction] = defaultdict(Fraction)
        for s in self.slices:
            for unit, points in s.by_unit.items():
                found[unit] += points
        return dict(found)


@dataclass(frozen=True)
class Figure:
    """Numerator and denominator; the numerator below 0 where more is taken off than there is."""

    numerator: int
    denominator: int

    def rate(self, mended: int) -> Fraction:
        """The rate, at most 1, with so many more in the numerator."""
        if not self.denominator:
            return Fraction(0)
        return min(Fraction(1), max(Fraction(0), Fraction(self.numerator + mended, self.denominator)))


def account(
    components: Iterable[Mapping[str, Any]],
    rules: RuleSet,
    unit: str,
    running: bool,
    losses: Callable[[Indicator], list[Loss]],
) -> Account:
    """What a unit loses, from its rows of ``Scores.components`` and what each indicator lacks."""
    rows = {row["indicator"]: row for row in components if row["indicator"] in rules}
    scored = [rules[id_] for id_, row in rows.items() if rules[id_].scored and row["score"] is not None]
    found = []
    for indicator in scored:
        other = rules[indicator.count.times] if indicator.count.times in rows else None  # type: ignore[index]
        times = _whole(rows[other.id], other, unit, losses(other)) if other else None
        found.append(cost(rows[indicator.id], indicator, unit, running, losses(indicator), times))
    return Account(unit, tuple(sorted(found, key=lambda c: (-c.lost, c.indicator.id))))


def cost(
    row: Mapping[str, Any],
    indicator: Indicator,
    unit: str,
    running: bool,
    losses: list[Loss],
    times: tuple[Figure, list[Loss]] | None = None,
) -> Cost:
    """What an indicator loses; ``times`` is the indicator whose rate this one's is multiplied by."""
    shown = Fraction(row["lost"])
    numerator, denominator = row.get("numerator"), row.get("denominator")
    if row["state"] != "counted" or (times is not None and not times[0].denominator):
        reason = NOT_APPLICABLE if row["state"] == "by_rule" else NO_BASE
        whole = [_beside(indicator, reason, unit, 0, running)]
        slices = [Slice(loss, shown) for loss in whole if shown]
        return Cost(indicator, numerator, denominator, shown, shown, tuple(slices))
    figure, every = _whole(row, indicator, unit, losses)
    slices = list(_slices(indicator, figure, every, times, unit))
    lost = sum((s.points for s in slices), Fraction(0))
    return Cost(indicator, numerator, denominator, lost, shown, tuple(slices))


def _whole(
    row: Mapping[str, Any], indicator: Indicator, unit: str, losses: list[Loss]
) -> tuple[Figure, list[Loss]]:
    """The figure, and losses that add up to what it lacks."""
    losses = [_told_of(loss, unit) for loss in losses]
    numerator, denominator = row["numerator"], row["denominator"]
    told = sum(loss.number for loss in losses)
    if indicator.count.taken_off and not numerator:
        numerator = min(0, denominator - told)
    further = denominator - numerator - told
    if further > 0:
        reason = DECLARED_ONLY if indicator.count.of == "synchronised" else NOT_LISTED
        losses.append(_beside(indicator, reason, unit, further))
    return Figure(numerator, denominator), losses


def _told_of(loss: Loss, unit: str) -> Loss:
    """What a unit shows of its province is the province's: it has no parts among the units below."""
    return loss if loss.shows == unit else replace(loss, by_unit={unit: Fraction(loss.number)})


def _beside(indicator: Indicator, reason: str, unit: str, number: int, running: bool = False) -> Loss:
    """What is lost beside records; a number of 0 where nothing can be numbered."""
    case = REASONS[reason].case(lambda situation: situation == "running" and running)
    gone = case.fate is Fate.GONE
    return Loss(
        indicator.id,
        (reason,),
        case.fate,
        () if gone else (case.who,),
        () if gone or case.deed is None else (case.deed,),
        number,
        {unit: Fraction(number or 1)},
        shows=unit,
    )


def points(indicator: Indicator, rate: Fraction) -> Fraction:
    """The exact points that a rate gives."""
    return Fraction(indicator.max_points) * min(Fraction(1), rate / (indicator.target or Fraction(1)))


def _slices(
    indicator: Indicator,
    figure: Figure,
    losses: list[Loss],
    times: tuple[Figure, list[Loss]] | None,
    unit: str,
) -> Iterable[Slice]:
    lacking = figure.denominator - figure.numerator
    mended, other = 0, times[0].rate(0) if times else Fraction(1)
    before = points(indicator, figure.rate(0) * other)
    for fate in Fate:
        own = [loss for loss in losses if loss.fate is fate]
        number = sum(loss.number for loss in own)
        # The list may know of more than the figure lacks, where it is newer.
        mended = min(mended + number, lacking)
        after = points(indicator, figure.rate(mended) * other)
        yield from (Slice(loss, (after - before) * loss.number / number) for loss in own)
        if times:
            other = _rate_after(times, fate)
            with_other = points(indicator, figure.rate(mended) * other)
            if with_other != after:
                loss = _beside(indicator, OTHER_RATE, unit, 0)
                yield Slice(replace(loss, fate=fate), with_other - after)
            after = with_other
        before = after


def _rate_after(times: tuple[Figure, list[Loss]], fate: Fate) -> Fraction:
    """The other rate when all of this fate and the better ones is mended."""
    if fate is Fate.GONE:
        return Fraction(1)
    figure, losses = times
    return figure.rate(sum(loss.number for loss in losses if loss.fate <= fate))


def as_decimal(points: Fraction, places: int = 2) -> Decimal:
    """Exact points rounded to so many places."""
    return Decimal(round(points * 10**places)).scaleb(-places)
