"""Confidence sets for ranks: which places the chance in the scores leaves open.

The method is that of Mogstad, Romano, Shaikh and Wilhelm, “Inference for Ranks with Applications to Mobility
across Neighbourhoods and Academic Achievement across Countries” (Review of Economic Studies, 2024). Each
unit is tested against each other one, and the chance that any of all these tests errs is kept below
``1 - LEVEL``. A unit is then no better than its place behind all that are surely better, and no worse than
its place before all that are surely worse. What was rejected once is left out and the rest is tested again,
less strictly, as Romano and Wolf do (2005), until nothing more is rejected.

The greatest of the test statistics is compared with draws of what it would be by chance alone: normal errors
of each unit, independent of the others' (docs/firmness.md says why).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Pairs = npt.NDArray[np.bool_]
Ranks = npt.NDArray[np.int64]

LEVEL = 0.95
DRAWS = 2_000
SEED = 766


@dataclass(frozen=True)
class RankSets:
    """The first and the last place that each unit may have, for all units at once, in the order given.

    ``better[j, k]`` says that unit j is surely better than unit k.
    """

    low: Ranks
    high: Ranks
    better: Pairs


def rank_sets(scores: Numbers, errors: Numbers, *, level: float = LEVEL, draws: int = DRAWS) -> RankSets:
    """The sets of units with these scores and standard errors, of which an error may be 0."""
    order = _order(scores, errors)
    better = _Tests(scores[order], errors[order], level, draws).all_units()
    back = np.argsort(order)
    better = better[np.ix_(back, back)]
    return RankSets(1 + better.sum(axis=0), len(better) - better.sum(axis=1), better)


def rank_set_alone(
    scores: Numbers, errors: Numbers, unit: int, *, level: float = LEVEL, draws: int = DRAWS
) -> tuple[int, int]:
    """The first and last place of one unit, for who looks at this one alone; narrower than for all."""
    order = _order(scores, errors)
    tests = _Tests(scores[order], errors[order], level, draws)
    return tests.one_unit(int(np.flatnonzero(order == unit)[0]))


def _order(scores: Numbers, errors: Numbers) -> Ranks:
    """By score, so that the draws do not depend on the order in which units are given."""
    return np.lexsort((errors, -scores)).astype(np.int64)


class _Tests:
    """The tests “unit j is no better than unit k” of all ordered pairs."""

    def __init__(self, scores: Numbers, errors: Numbers, level: float, draws: int) -> None:
        units = len(scores)
        differences = scores[:, None] - scores[None, :]
        self.spread = np.hypot(errors[:, None], errors[None, :])
        self.certain = (self.spread == 0) & (differences > 0)
        self.tested = (self.spread > 0) & ~np.eye(units, dtype=bool)
        safe = np.where(self.tested, self.spread, 1.0)
        self.statistics = np.where(self.tested, differences / safe, 0.0)
        noise = np.random.default_rng(SEED).standard_normal((units, draws))
        self.noise = (noise * errors[:, None]).astype(np.float32)
        self.weights = (1 / safe).astype(np.float32)
        self.place = min(draws, math.ceil((draws + 1) * level)) - 1

    def all_units(self) -> Pairs:
        """The pairs of which the first is surely better, all pairs at once."""
        remaining = self.tested.copy()
        while remaining.any():
            largest = np.zeros(self.noise.shape[1], dtype=np.float32)
            for unit in range(len(remaining) - 1):
                np.maximum(largest, self._largest(unit, remaining, unit + 1), out=largest)
            rejected = remaining & (self.statistics > self._quantile(largest))
            if not rejected.any():
                break
            remaining &= ~rejected
        better: Pairs = (self.tested & ~remaining) | self.certain
        return better

    def one_unit(self, unit: int) -> tuple[int, int]:
        """The first and last place of one unit, its pairs alone."""
        remaining = np.zeros_like(self.tested)
        remaining[unit], remaining[:, unit] = self.tested[unit], self.tested[:, unit]
        rejected = remaining.copy()
        while rejected.any():
            rejected = remaining & (self.statistics > self._quantile(self._largest(unit, remaining, 0)))
            remaining &= ~rejected
        ahead = (self.tested[:, unit] & ~remaining[:, unit]) | self.certain[:, unit]
        behind = (self.tested[unit] & ~remaining[unit]) | self.certain[unit]
        return 1 + int(ahead.sum()), len(behind) - int(behind.sum())

    def _largest(self, unit: int, remaining: Pairs, first: int) -> npt.NDArray[np.float32]:
        """Of each draw, the largest statistic by chance of a unit's pairs with units from ``first`` on."""
        forwards, backwards = remaining[unit, first:], remaining[first:, unit]
        either = np.flatnonzero(forwards | backwards)
        if not either.size:
            return np.zeros(self.noise.shape[1], dtype=np.float32)
        others = either + first
        apart = (self.noise[unit] - self.noise[others]) * self.weights[unit, others][:, None]
        up = apart[forwards[either]].max(axis=0, initial=0)
        down = apart[backwards[either]].min(axis=0, initial=0)
        largest: npt.NDArray[np.float32] = np.maximum(up, -down)
        return largest

    def _quantile(self, largest: npt.NDArray[np.float32]) -> float:
        return float(np.partition(largest, self.place)[self.place])
