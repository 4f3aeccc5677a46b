"""What a letter of a unit about a period is made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from phucvu.figures.periods import Period
from phucvu.figures.units import Unit
from phucvu.letters.letter_sources import LetterSources
from phucvu.letters.part_results import PartResult, Results, own_results, portal_results
from phucvu.published.daily_results import DailyResults
from phucvu.rules.model import RuleSet
from phucvu.scoring.scores import Scores
from phucvu.steering.points_lost import Account
from phucvu.steering.publication_watch import Limits, Watched


@dataclass(frozen=True)
class LetterFacts:
    """What a letter of a unit about a period is made from.

    ``scores`` are the own count of the period and of ``before``, as of ``day``; ``days`` what the portal
    published; ``decisions`` those that the unit's province answers for; ``root`` is that province. What only
    some kinds tell is asked of ``sources``.
    """

    unit: Unit
    root: Unit
    period: Period
    before: Period | None
    scores: Scores
    day: dt.date
    days: DailyResults
    decisions: Sequence[Watched]
    limits: Limits
    now: dt.date
    sources: LetterSources

    @property
    def rules(self) -> RuleSet:
        return self.scores.rules[str(self.period)]

    @property
    def running(self) -> bool:
        return self.day < self.period.last

    @cached_property
    def portal(self) -> Results:
        return portal_results(self.days, self.period, self.unit.code, self.rules)

    @cached_property
    def own(self) -> Results:
        return self.own_of(self.unit)

    def own_of(self, unit: Unit) -> Results:
        return own_results(self.scores, self.period, self.before, unit.code, self.day)

    def first_of(self, part: str) -> PartResult | None:
        """The portal's result of a part, else the own count's."""
        return self.portal.get(part) or self.own.get(part)

    @cached_property
    def account(self) -> Account:
        """What the unit loses in the period."""
        return self.sources.account(self.scores, self.rules, self.period, self.unit.code)

    @property
    def ranked_units(self) -> list[Unit]:
        """The units below the province that appendices list: departments, then communes."""
        return [*self.below("department"), *self.below("commune", "district")]

    def below(self, *kinds: str) -> list[Unit]:
        """The units directly below the province of these kinds, by code."""
        units = self.scores.units.of_period(self.period).children(self.root.code)
        return sorted((unit for unit in units if unit.kind in kinds), key=lambda unit: unit.code)
