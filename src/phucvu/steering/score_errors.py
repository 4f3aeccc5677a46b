"""The standard error of a unit's score, from the figures that the score is made of.

Each case counted is a trial that succeeds with the chance that the unit's way of working gives it. What is
doubtful is this way of working, of which the period's cases are a sample, and not the count. The model and
its limits are in docs/firmness.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from phucvu.rules.model import Indicator, RuleSet

Numbers = npt.NDArray[np.float64]


class Figures(NamedTuple):
    """An indicator's figures of some units in their order; 0 where one has none.

    ``rate`` is the share that points follow from: times another's rate where the rule has it so.
    """

    numerator: Numbers
    denominator: Numbers
    rate: Numbers


CASES = {"synchronised": "dossiers", "communes": "dossiers", "services": "procedures"}
"""Counts whose cases are also those of another count, so that one cause may help or harm both."""

REGISTERS = ("procedures", "owned_procedures")
"""Without a population these count the state of a register, all of it: there is no sample and no doubt."""

SURE = 4.0
"""A rate so many standard errors above its target has full points for sure."""


def is_sample(indicator: Indicator, kind: str) -> bool:
    """Whether chance has a part in an indicator's figure, when units of a kind are compared.

    What a province's units all show is the same for all, and takes no part in their differences.
    """
    count = indicator.count
    shared = indicator.scope == "province" and kind not in ("province", "ministry")
    register = count.of in REGISTERS and count.population is None
    return indicator.scored and indicator.target is not None and not shared and not register


def score_errors(components: pl.DataFrame, units: Sequence[str], rules: RuleSet, kind: str) -> Numbers:
    """The standard errors, in points, of the sum of these components of each of some like units.

    ``components`` are rows of Scores.components of one period; those of one group give the error of its
    score. What has no figure (``state`` other than counted) has no doubt of its own.
    """
    return errors_of(_figures(components, units), len(units), rules, kind)


def errors_of(figures: Mapping[str, Figures], units: int, rules: RuleSet, kind: str) -> Numbers:
    """The standard errors of so many like units, by the figures of each indicator in their order."""
    sampled = sorted((i for i in rules.indicators if i.id in figures and is_sample(i, kind)), key=_cases)
    variance = np.zeros(units)
    for _case, alike in groupby(sampled, key=_cases):
        variance += _variance([_Sampled(i, figures[i.id]) for i in alike])
    return np.sqrt(variance)


def _cases(indicator: Indicator) -> str:
    return CASES.get(indicator.count.of, indicator.count.of)


def _figures(components: pl.DataFrame, units: Sequence[str]) -> dict[str, Figures]:
    counted = components.filter(pl.col("state") == "counted", pl.col("denominator") > 0)
    order = pl.DataFrame({"unit": list(units)}, schema={"unit": pl.String})
    found = {}
    for (indicator,), rows in counted.group_by(["indicator"], maintain_order=True):
        of_units = order.join(rows, on="unit", how="left", maintain_order="left")
        columns = (pl.col(c).cast(pl.Float64).fill_null(0) for c in Figures._fields)
        found[str(indicator)] = Figures(*of_units.select(columns).to_numpy().T)
    return found


class _Sampled:
    """An indicator's cases: ``chance`` of success, ``cases``, and points for each whole rate (``weight``)."""

    def __init__(self, indicator: Indicator, figures: Figures) -> None:
        numerator, self.cases, rate = figures
        known = self.cases > 0
        own = np.divide(numerator, self.cases, out=np.zeros_like(rate), where=known)
        # Half a case of each kind more (Jeffreys): few cases that are all alike are no certainty.
        self.chance = np.clip((numerator + 0.5) / (self.cases + 1), 0, 1)
        times = np.divide(rate, own, out=np.zeros_like(rate), where=own > 0)
        times = np.where(indicator.count.times is None, 1.0, times)
        spread = np.sqrt(self.chance * (1 - self.chance) / np.maximum(self.cases, 1)) * times
        target = float(indicator.target or 1)
        below = rate - target <= SURE * spread
        self.weight = np.where(known & below, float(indicator.max_points) / target * times, 0.0)


def _variance(alike: list[_Sampled]) -> Numbers:
    """The greatest variance that the sum can have, whatever goes together in the same cases.

    Two conditions of a case hold together at most as often as the rarer one holds; published figures do not
    say how often they do.
    """
    chance = np.array([one.chance for one in alike])
    cases = np.maximum(np.array([one.cases for one in alike]), 1)
    weight = np.array([one.weight for one in alike])
    together = np.minimum(chance[:, None], chance[None]) - chance[:, None] * chance[None]
    shared = together / np.maximum(cases[:, None], cases[None])
    total: Numbers = (weight[:, None] * weight[None] * shared).sum(axis=(0, 1))
    return total
