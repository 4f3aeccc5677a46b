"""Scoring a million figures, beside the same arithmetic written straight as one Polars expression.

Run:  .venv/bin/python benchmarks/scoring_speed.py [--figures 1000000] [--rounds 5]

Both start from the same frame in memory and end with component, group and total scores and ranks.
The straight version has the rules of portal-2026 written into it and knows none of the rest: no
other rule sets, no missing figures, no states, no units by kind, no further columns.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time

import numpy as np
import polars as pl

from phucvu.figures.units import Units, unit_from_code
from phucvu.rules.loading import load
from phucvu.scoring import score

MAX = {
    "1.1": 600, "1.2": 400, "1.3": 200, "1.4": 600, "2.1": 2000, "3.1": 200, "3.2": 400, "3.3": 600,
    "3.4": 200, "3.5": 200, "3.6": 600, "4.1": 600, "4.2": 400, "4.3": 200, "4.4": 400, "4.5a": 200,
    "4.5b": 200, "5.2": 600, "5.3": 600, "5.4": 600,
}  # fmt: skip
TARGET = {"3.1": 80, "3.3": 50, "3.4": 80, "3.5": 80, "4.3": 80, "5.4": 90}
FULL = ["5.2", "5.3"]


def made_up_figures(count: int) -> pl.DataFrame:
    """``count`` figures of communes, departments and provinces over several months."""
    units = [
        f"{letter}{province:02}{below}"
        for letter in "HK"
        for province in range(1, 35)
        for below in ["", *(f".{n:02}" for n in range(1, 15)), *(f".{n}" for n in range(100, 185))]
    ]
    periods = [f"{year}-{month:02}" for year in (2023, 2024, 2025) for month in range(1, 13)]
    pairs = -(-count // len(MAX))
    keys = pl.DataFrame({"period": periods}).join(pl.DataFrame({"unit": units}), how="cross").head(pairs)
    frame = keys.join(pl.DataFrame({"indicator": list(MAX)}), how="cross").head(count)
    random = np.random.default_rng(766)
    denominator = random.integers(0, 5000, frame.height)
    numerator = (denominator * random.random(frame.height)).astype(np.int64)
    return frame.with_columns(numerator=numerator, denominator=denominator)


def straight(figures: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    wide = pl.Int128
    indicator = pl.col("indicator")
    most = indicator.replace_strict(MAX, return_dtype=pl.Int64)
    target = indicator.replace_strict(TARGET, default=100, return_dtype=pl.Int64)
    points = most.cast(wide) * 100 * pl.col("numerator")
    of = target.cast(wide) * pl.col("denominator")
    whole = points // of
    rest = (points % of) * 2
    rounded = (whole + ((rest > of) | ((rest == of) & (whole % 2 == 1))).cast(wide)).cast(pl.Int64)
    empty = pl.when(indicator.is_in(FULL)).then(most).otherwise(0)
    hundredths = pl.when(pl.col("denominator") == 0).then(empty).otherwise(pl.min_horizontal(rounded, most))
    components = figures.with_columns(score=hundredths)
    group = indicator.str.head(1)
    online = indicator.is_in(["3.1", "3.2", "3.3"])
    groups = (
        components.with_columns(group=pl.when(online).then(pl.lit("3a")).otherwise(group))
        .group_by("period", "unit", "group")
        .agg(pl.col("score").sum())
    )
    kind = pl.col("unit").str.len_chars()
    totals = (
        groups.group_by("period", "unit")
        .agg(pl.col("score").sum())
        .with_columns(kind=kind, parent=pl.col("unit").str.head(3))
        .with_columns(rank=pl.col("score").rank("min", descending=True).over("period", "kind", "parent"))
    )
    return components, groups, totals


def peak_megabytes(version: str, count: int) -> int:
    """Peak memory of a process that makes the figures and scores them once."""
    command = [sys.executable, __file__, "--once", version, "--figures", str(count)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def run(version: str, figures: pl.DataFrame, units: Units) -> None:
    if version == "phucvu":
        score(figures, load("portal-2026"), units)
    elif version == "straight":
        straight(figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--figures", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--once", choices=["phucvu", "straight", "nothing"], help=argparse.SUPPRESS)
    asked = parser.parse_args()
    figures = made_up_figures(asked.figures)
    units = Units(unit_from_code(code) for code in figures["unit"].unique())
    if asked.once:
        run(asked.once, figures, units)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
        return
    took: dict[str, list[float]] = {"phucvu": [], "straight": []}
    for _ in range(asked.rounds + 1):  # the first round warms up and is not counted
        for version, times in took.items():
            start = time.perf_counter()
            run(version, figures, units)
            times.append(time.perf_counter() - start)
    ratios = [a / b for a, b in zip(took["phucvu"][1:], took["straight"][1:], strict=True)]
    print(f"{figures.height:,} figures, median of {asked.rounds} rounds")
    for version, times in took.items():
        memory = peak_megabytes(version, asked.figures)
        print(f"{version:10} {statistics.median(times[1:]):7.3f} s   peak {memory:5} MB")
    print(f"{'nothing':10} {'':9}   peak {peak_megabytes('nothing', asked.figures):5} MB (making them)")
    print(f"phucvu / straight: {statistics.median(ratios):.2f} (goal: at most 3)")


if __name__ == "__main__":
    main()
