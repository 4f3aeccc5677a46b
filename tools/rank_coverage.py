"""How often confidence sets of ranks hold every true rank at once, in worlds whose true ranks are known.

Run:  python tools/rank_coverage.py [--worlds 10000]   (→ docs/measured/rank_coverage.json)

A world gives each unit of a block true chances of success, draws its figures from them, and makes the sets
from the figures alone. Beside them stands the naive way: the middle 95% of the ranks that each unit has when
its own score is drawn again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from phucvu.published import scored_2026
from phucvu.rules.model import RuleSet
from phucvu.steering.rank_sets import Numbers, rank_sets
from phucvu.steering.score_errors import CASES, Figures, errors_of, is_sample

RESULT = Path(__file__).parent.parent / "docs" / "measured" / "rank_coverage.json"
REDRAWN = 500


@dataclass(frozen=True)
class Block:
    """Like units: of each indicator the numerators and denominators; the points that are not drawn."""

    kind: str
    rules: RuleSet
    numerators: dict[str, Numbers]
    denominators: dict[str, Numbers]
    fixed: Numbers


def provinces() -> Block:
    """The 34 provinces as the national portal published them on 10 October 2026."""
    return _published("province", None)


def departments() -> Block:
    """19 departments: the 14 published ones of Gia Lai, and five of them with a tenth of their cases."""
    block = _published("department", "H21")

    def small(values: Numbers) -> Numbers:
        return np.concatenate([values, np.round(values[:5] / 10)])

    denominators = {i: small(n) for i, n in block.denominators.items()}
    numerators = {i: np.minimum(small(x), denominators[i]) for i, x in block.numerators.items()}
    fixed = np.concatenate([block.fixed, block.fixed[:5]])
    return Block(block.kind, block.rules, numerators, denominators, fixed)


def _published(kind: str, parent: str | None) -> Block:
    result = scored_2026()
    totals = result.scores.totals.filter(
        pl.col("kind") == kind,
        pl.col("parent").eq_missing(pl.lit(parent, pl.String)),
        pl.col("score").is_not_null(),
    )
    drawn = [i.id for i in result.rules.indicators if is_sample(i, kind)]
    of_block = totals.select("unit").join(result.scores.components, on="unit", maintain_order="left")
    numerators, denominators = {}, {}
    for indicator in drawn:
        rows = totals.select("unit").join(
            of_block.filter(pl.col("indicator") == indicator), on="unit", how="left", maintain_order="left"
        )
        found = rows.select(pl.col("numerator", "denominator").cast(pl.Float64).fill_null(0)).to_numpy()
        if found[:, 1].any():
            numerators[indicator] = np.minimum(found[:, 0], found[:, 1])
            denominators[indicator] = found[:, 1]
    given = of_block.filter(~pl.col("indicator").is_in(list(numerators)) | (pl.col("denominator") == 0))
    known = given.group_by("unit").agg(pl.col("score").cast(pl.Float64).sum())
    groups = result.scores.groups.filter(pl.col("origin") == "published")
    known = pl.concat([known, groups.select("unit", pl.col("score").cast(pl.Float64))])
    fixed = totals.select("unit").join(known.group_by("unit").sum(), on="unit", how="left")
    return Block(kind, result.rules, numerators, denominators, fixed["score"].fill_null(0).to_numpy())


def coverage(block: Block, worlds: int, *, redrawn: bool, together: bool, seed: int = 1) -> dict[str, float]:
    """The shares of worlds in which all true ranks are held, and how many places wide the intervals are.

    ``redrawn``: the true chances are drawn anew in each world from what the published figures leave open,
    else they are the published rates. ``together``: conditions of the same cases hold together as often as
    they can, else independently.
    """
    rng = np.random.default_rng(seed)
    held = np.zeros(2)
    width = np.zeros(2)
    for _world in range(worlds):
        chances = {i: _chances(block, i, rng, redrawn) for i in block.numerators}
        truth = _points(block, chances)
        drawn = _drawn(block, chances, rng, together)
        rates = {i: _rate(x, block.denominators[i]) for i, x in drawn.items()}
        scores = np.round(_points(block, rates), 2)
        figures = {i: Figures(x, block.denominators[i], rates[i]) for i, x in drawn.items()}
        errors = errors_of(figures, len(scores), block.rules, block.kind)
        first = 1 + (truth[None] > truth[:, None]).sum(axis=1)
        last = len(truth) - (truth[None] < truth[:, None]).sum(axis=1)
        sets = rank_sets(scores, errors, draws=1_000)
        for way, (low, high) in enumerate(((sets.low, sets.high), _naive(scores, errors, rng))):
            held[way] += bool(((low <= first) & (last <= high)).all())
            width[way] += float((high - low + 1).mean())
    share, mean = held / worlds, width / worlds
    return {
        "covered": round(float(share[0]), 4),
        "covered_naive": round(float(share[1]), 4),
        "places": round(float(mean[0]), 1),
        "places_naive": round(float(mean[1]), 1),
    }


def _rate(numerator: Numbers, denominator: Numbers) -> Numbers:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


def _chances(block: Block, indicator: str, rng: np.random.Generator, redrawn: bool) -> Numbers:
    met, cases = block.numerators[indicator], block.denominators[indicator]
    return rng.beta(met + 0.5, cases - met + 0.5) if redrawn else _rate(met, cases)


def _points(block: Block, rates: Mapping[str, Numbers]) -> Numbers:
    """The points of units with these rates; what has no cases has those of ``fixed``."""
    total = block.fixed.copy()
    for indicator, rate in rates.items():
        rule = block.rules[indicator]
        points = float(rule.max_points) * np.minimum(1, rate / float(rule.target or 1))
        total += np.where(block.denominators[indicator] > 0, points, 0)
    return total


def _drawn(
    block: Block, chances: Mapping[str, Numbers], rng: np.random.Generator, together: bool
) -> dict[str, Numbers]:
    """Figures drawn from the chances."""
    if not together:
        return {
            i: rng.binomial(block.denominators[i].astype(int), p).astype(float) for i, p in chances.items()
        }
    return dict(_drawn_together(block, chances, rng))


def _drawn_together(
    block: Block, chances: Mapping[str, Numbers], rng: np.random.Generator
) -> Iterator[tuple[str, Numbers]]:
    """Of each kind of cases the likelier condition first; the others hold only where it does.

    Indicators of a kind with other denominators are of other cases, as far as can be known.
    """

    def kind(indicator: str) -> str:
        count = block.rules[indicator].count.of
        return CASES.get(count, count)

    for _kind, alike in groupby(sorted(chances, key=kind), key=kind):
        ids = list(alike)
        cases = np.array([block.denominators[i] for i in ids]).astype(np.int64)
        chance = np.array([chances[i] for i in ids])
        order = np.lexsort((-chance, cases), axis=0)
        cases, chance = np.take_along_axis(cases, order, 0), np.take_along_axis(chance, order, 0)
        met: npt.NDArray[np.int64] = np.zeros_like(cases)
        for row in range(len(ids)):
            trials, p = cases[row], chance[row]
            if row:
                same = cases[row] == cases[row - 1]
                trials = np.where(same, met[row - 1], trials)
                before = np.maximum(chance[row - 1], 1e-300)
                p = np.where(same, np.minimum(1, chance[row] / before), p)
            met[row] = rng.binomial(trials, p)
        back = np.take_along_axis(met, np.argsort(order, axis=0), 0)
        yield from zip(ids, back.astype(float), strict=True)


def _naive(scores: Numbers, errors: Numbers, rng: np.random.Generator) -> tuple[Any, Any]:
    again = scores + errors * rng.standard_normal((REDRAWN, len(scores)))
    ranks = 1 + np.argsort(np.argsort(-again, axis=1), axis=1)
    return np.quantile(ranks, [0.025, 0.975], axis=0, method="nearest")


BLOCKS = {"34 provinces": provinces, "19 departments": departments}
WAYS = {
    "chances redrawn, conditions independent": {"redrawn": True, "together": False},
    "chances redrawn, conditions together": {"redrawn": True, "together": True},
    "chances as published, conditions together": {"redrawn": False, "together": True},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=10_000)
    worlds = parser.parse_args().worlds
    found = {
        name: {way: coverage(block(), worlds, **asked) for way, asked in WAYS.items()}
        for name, block in BLOCKS.items()
    }
    RESULT.write_text(json.dumps({"worlds": worlds, "blocks": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
