"""The records of a loss: those that an indicator lacks with one fate, by who can act and by what they lack.

They are told by the same table (``fates.yaml``) as the numbers of ``losses``, so that a list narrowed to a
loss holds as many records as the loss says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from duckdb import ColumnExpression, ConstantExpression, Expression

from phucvu.engine.listing import YES, verdict_of
from phucvu.engine.reasons import by_reason
from phucvu.engine.verdict import all_of, any_of
from phucvu.figures.periods import Period
from phucvu.rules.model import Indicator
from phucvu.steering.fates import REASONS, WHO, Case, Fate, Who
from phucvu.steering.losses import Asked, Loss, Part, other_records
from phucvu.steering.situations import IN_MINISTRY, case_number, situations


@dataclass(frozen=True)
class LossAsked:
    """Which losses are asked for; what is empty is any.

    ``who`` are all that must act, ``reasons`` all that is lacked, of the conditions that are taken off
    together (``Count.groups``).
    """

    fate: Fate | None = None
    who: tuple[Who, ...] = ()
    reasons: tuple[str, ...] = ()

    def holds(self, loss: Loss | Part) -> bool:
        return (
            self.fate in (None, loss.fate)
            and (not self.who or set(self.who) == set(loss.who))
            and (not self.reasons or set(self.reasons) == set(loss.reasons))
        )


BY_UNIT = LossAsked(Fate.NOW, ("unit",))
"""What the unit of the records itself can mend now."""


def lost_dossiers(indicator: Indicator, period: Period, running: bool, asked: LossAsked) -> Expression:
    """The dossiers of a listing that an indicator lacks so."""
    found = verdict_of(indicator, period)
    groups = (_Lacking.of(indicator, period, running, group) for group in indicator.count.groups)
    return found.looked_at & any_of((group.meets(asked) for group in groups), YES)


def deeds_of_unit(indicator: Indicator, period: Period, running: bool) -> dict[str, Expression]:
    """By deed, the dossiers that an indicator lacks, that their unit can mend now and that need it."""
    found: dict[str, Expression] = {}
    looked_at = verdict_of(indicator, period).looked_at
    for group in indicator.count.groups:
        lacking = _Lacking.of(indicator, period, running, group)
        for deed in {case.deed for reason in lacking.lacks for case in REASONS[reason].cases if case.deed}:
            needs = looked_at & lacking.meets(BY_UNIT) & lacking.some(_needs(deed))
            found[deed] = found[deed] | needs if deed in found else needs
    return found


def _needs(deed: str) -> Callable[[Case], bool]:
    return lambda case: case.deed == deed


def lost_things(asked: Asked, indicator: Indicator, wanted: LossAsked) -> list[dict[str, Any]]:
    """The rows of the other records (``Listing.others``) that an indicator lacks so."""
    return [row for part, rows in other_records(asked, indicator) if wanted.holds(part) for row in rows]


@dataclass(frozen=True)
class _Lacking:
    """What dossiers lack of conditions that are taken off together: by reason, and the number of its case."""

    lacks: Mapping[str, Expression]
    numbers: Mapping[str, Expression]

    @classmethod
    def of(cls, indicator: Indicator, period: Period, running: bool, group: tuple[str, ...]) -> _Lacking:
        conditions = verdict_of(indicator, period).lacks
        lacks = by_reason({condition: conditions[condition] for condition in group}, ColumnExpression)
        known = situations(running)
        return cls(lacks, {reason: case_number(reason, each, known) for reason, each in lacks.items()})

    def meets(self, asked: LossAsked) -> Expression:
        if not set(asked.reasons) <= self.lacks.keys():
            return ~YES
        parts = [any_of(self.lacks.values(), YES)]
        if asked.reasons:
            parts += [each if reason in asked.reasons else ~each for reason, each in self.lacks.items()]
        if (fate := asked.fate) is not None:
            parts += [self.some(lambda case: case.fate is fate), ~self.some(lambda case: case.fate > fate)]
        if asked.who:
            parts.append(~self.some(lambda case: case.fate is Fate.GONE))
            parts += [self._acts(who) if who in asked.who else ~self._acts(who) for who in WHO]
        return all_of(parts, YES)

    def _acts(self, who: str) -> Expression:
        """Of what a ministry's own system took in only that system can mend anything."""
        if who == "ministry":
            return IN_MINISTRY | self.some(lambda case: case.who == who)
        return ~IN_MINISTRY & self.some(lambda case: case.who == who)

    def some(self, such: Callable[[Case], bool]) -> Expression:
        """The dossiers that lack something whose case is such a one."""
        found = []
        for reason, lacking in self.lacks.items():
            numbers = [number for number, case in enumerate(REASONS[reason].cases) if such(case)]
            if numbers:
                found.append(lacking & self.numbers[reason].isin(*map(ConstantExpression, numbers)))
        return any_of(found, YES)
