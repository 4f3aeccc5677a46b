"""A result: scores of a period with where they come from and as of when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from phucvu.figures.periods import Period
from phucvu.rules.model import RuleSet, Words
from phucvu.scoring.scores import Scores


@dataclass(frozen=True)
class Result:
    """Scores of one period, as of ``cut_off`` (Vietnam's time), from ``source``.

    ``derived`` names indicators whose figures were worked out from a published score.
    """

    period: Period
    cut_off: dt.datetime
    source: Words
    scores: Scores
    derived: tuple[str, ...] = ()

    @property
    def rules(self) -> RuleSet:
        return self.scores.rules[str(self.period)]
