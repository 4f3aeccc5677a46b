"""The score that a month will end with: what is counted so far, and what the rest of the month adds.

From past months is learnt how many cases each indicator of a unit gains in a working hour, and how often
they succeed; of each open dossier the chance to be late is known (``phucvu.steering.lateness``). The rest of
the month is then drawn many times in whole cases, and every draw is scored by the scorer itself. Draws differ
by more than chance alone would make them, as months did (``spread``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from phucvu.rules.model import RuleSet
from phucvu.scoring.component_scores import component_scores, rules_frame
from phucvu.steering.odds import chances, log_odds

Floats = npt.NDArray[np.float64]
Points = npt.NDArray[np.int64]

DRAWS = 300
"""Ends of the month that are drawn."""

SEED = 766

MONTHS = 6
"""Past months that tell the pace: what is older is another office."""

WORTH = 30.0
"""Cases that the share of all units counts for beside a unit's own."""

LEVELS = 50
"""Chances of open dossiers are told apart in so many steps."""

SO_FAR = pl.Schema(
    {
        "unit": pl.String(),
        "kind": pl.String(),
        "indicator": pl.String(),
        "numerator": pl.Int64(),
        "denominator": pl.Int64(),
        "left": pl.Float64(),
        "risk": pl.List(pl.Int64()),
    }
)
"""A figure at a moment of a month: ``left`` are the working hours to the month's end, ``risk`` how many open
dossiers may become late in them, by step of their chance (empty where none may)."""

TRIED = pl.Schema(
    {
        **SO_FAR,
        "month": pl.String(),
        "at": pl.Datetime("us"),
        "lost": pl.Int64(),
        "end_numerator": pl.Int64(),
        "end_denominator": pl.Int64(),
        "last_numerator": pl.Int64(),
        "last_denominator": pl.Int64(),
    }
)
"""A figure of a past month, with the one it ended with and the one that the month before ended with (null
without one); ``lost`` of the dossiers at risk became late."""


@dataclass(frozen=True)
class Spread:
    """By how much months differ more than chance alone makes them, as a variance."""

    pace: float
    """Of the number of cases gained, as a share of it."""
    share: float
    """Of the log-odds that a case gained succeeds."""
    late: float
    """Of the log-odds that an open dossier becomes late."""


@dataclass(frozen=True)
class MonthEnds:
    """What was learnt: ``pace`` and ``share`` by unit and indicator (joined by a space), and by indicator.

    A pace is in cases a working hour.
    """

    pace: Mapping[str, float]
    share: Mapping[str, float]
    spread: Mapping[str, Spread]

    def to_json(self) -> dict[str, Any]:
        spread = {name: [one.pace, one.share, one.late] for name, one in self.spread.items()}
        return {"pace": dict(self.pace), "share": dict(self.share), "spread": spread}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> MonthEnds:
        return cls(said["pace"], said["share"], {name: Spread(*one) for name, one in said["spread"].items()})


def steps_of(chance: Floats) -> list[int]:
    """How many of some chances are in each step."""
    place = np.clip((chance * LEVELS).astype(np.int64), 0, LEVELS - 1)
    return [int(n) for n in np.bincount(place, minlength=LEVELS)]


MIDDLES = (np.arange(LEVELS) + 0.5) / LEVELS
"""The chance that each step stands for."""


def learn(past: pl.DataFrame) -> MonthEnds:
    """Learn from past months (``TRIED``), of which the last ``MONTHS`` count."""
    recent = past["month"].unique().sort().tail(MONTHS)
    rows = past.filter(pl.col("month").is_in(recent.implode()), pl.col("left") > 0).with_columns(
        gained=(pl.col("end_denominator") - pl.col("denominator")).clip(0),
        won=pl.col("end_numerator") - pl.col("numerator") + pl.col("lost"),
    )
    rows = rows.with_columns(pl.col("won").clip(0, pl.col("gained")))
    sums = [pl.col(name).sum() for name in ("gained", "won", "left")]
    of_all = rows.group_by("indicator").agg(sums).with_columns(usual=pl.col("won") / pl.col("gained"))
    of_all = of_all.with_columns(pl.col("usual").fill_nan(None).fill_null(0.5))
    each = rows.group_by("unit", "indicator").agg(sums)
    each = each.join(of_all.select("indicator", "usual"), on="indicator").with_columns(
        key=pl.col("unit") + " " + pl.col("indicator"),
        pace=pl.col("gained") / pl.col("left"),
        share=(pl.col("won") + WORTH * pl.col("usual")) / (pl.col("gained") + WORTH),
    )
    pace = dict(each.select("key", pl.col("pace").round(6)).iter_rows())
    share = dict(each.select("key", pl.col("share").round(5)).iter_rows())
    share |= dict(of_all.select("indicator", pl.col("usual").round(5)).iter_rows())
    known = MonthEnds(pace, share, {})
    spread = {str(name): _spread(known, part) for (name,), part in rows.group_by("indicator")}
    return MonthEnds(pace, share, spread)


def _spread(known: MonthEnds, rows: pl.DataFrame) -> Spread:
    pace, share = _usual(known, rows)
    gained, won = (rows[name].to_numpy().astype(np.float64) for name in ("gained", "won"))
    expected = pace * rows["left"].to_numpy()
    risk, lost = _risk(rows), rows["lost"].to_numpy().astype(np.float64)
    of_gained, of_risk = gained * share * (1 - share), risk @ (MIDDLES * (1 - MIDDLES))
    return Spread(
        _beyond_chance(gained - expected, expected, expected),
        _beyond_chance(won - gained * share, of_gained, of_gained),
        _beyond_chance(lost - risk @ MIDDLES, of_risk, of_risk),
    )


def _beyond_chance(off: Floats, chance: Floats, slope: Floats) -> float:
    """The variance of a shift that explains errors: their variance is ``chance`` + shift · ``slope``².

    By moments, each row weighed by what it tells.
    """
    found = 0.0
    for _ in range(5):
        weight = slope**2 / np.maximum(chance + found * slope**2, 1e-9) ** 2
        whole = float((weight * slope**2).sum())
        found = max(0.0, float((weight * (off**2 - chance)).sum()) / whole) if whole > 0 else 0.0
    return round(found, 5)


def _usual(known: MonthEnds, rows: pl.DataFrame) -> tuple[Floats, Floats]:
    """Pace and share of each row's unit and indicator."""
    key = rows["unit"] + " " + rows["indicator"]
    pace = key.replace_strict(dict(known.pace), default=0.0, return_dtype=pl.Float64).to_numpy()
    share = key.replace_strict(dict(known.share), default=None, return_dtype=pl.Float64)
    of_all = rows["indicator"].replace_strict(dict(known.share), default=0.5, return_dtype=pl.Float64)
    return pace, np.clip(share.fill_null(of_all).to_numpy(), 0.001, 0.999)


def _risk(rows: pl.DataFrame) -> Floats:
    found = np.zeros((rows.height, LEVELS))
    for place, levels in enumerate(rows["risk"].to_list()):
        if levels:
            found[place] = levels
    return found


def draw(known: MonthEnds, so_far: pl.DataFrame, draws: int = DRAWS) -> tuple[Floats, Floats]:
    """Numerators and denominators at the month's end: a row for each figure (``SO_FAR``), a column a draw."""
    rng = np.random.default_rng(SEED)
    pace, share = _usual(known, so_far)
    nothing = Spread(0.0, 0.0, 0.0)
    spread = [known.spread.get(name, nothing) for name in so_far["indicator"]]
    expected = (pace * so_far["left"].to_numpy())[:, None] * _varied(rng, [s.pace for s in spread], draws)
    gained = rng.poisson(expected)
    share, differ = _seen(so_far, share, np.array([s.share for s in spread]))
    won = rng.binomial(gained, _shifted(rng, share, differ, draws))
    numerator = so_far["numerator"].to_numpy()[:, None] + won
    risk = _risk(so_far).astype(np.int64)
    for place in np.flatnonzero(risk.any(axis=1)):
        shift = rng.normal(0, np.sqrt(spread[place].late), draws)
        late = chances(log_odds(MIDDLES)[:, None] + shift[None])
        numerator[place] -= rng.binomial(risk[place][:, None], late).sum(axis=0)
    denominator = so_far["denominator"].to_numpy()[:, None] + gained
    return np.clip(numerator, 0, denominator), denominator


def _seen(so_far: pl.DataFrame, share: Floats, differ: Floats) -> tuple[Floats, Floats]:
    """What the month itself has shown of its shares, and the variance that leaves (normal, in log-odds).

    Where open dossiers count until they become late, the share so far says nothing of those to come.
    """
    numerator, denominator = (so_far[name].to_numpy() for name in ("numerator", "denominator"))
    here = (numerator + 0.5) / (denominator + 1)
    chance = 1 / ((denominator + 1) * share * (1 - share))
    tells = (so_far["risk"].list.len() == 0).to_numpy() & (denominator > 0)
    weight = np.where(tells, differ / (differ + chance), 0.0)
    return chances(log_odds(share) + weight * (log_odds(here) - log_odds(share))), differ * (1 - weight)


def _varied(rng: np.random.Generator, variance: Sequence[float], draws: int) -> Floats:
    """Factors around 1, one row for each variance."""
    held = np.maximum(np.array(variance), 1e-6)[:, None]
    return rng.gamma(1 / held, held, (len(variance), draws))


def _shifted(rng: np.random.Generator, share: Floats, variance: Floats, draws: int) -> Floats:
    shift = rng.standard_normal((len(share), draws)) * np.sqrt(variance)[:, None]
    return chances(log_odds(share)[:, None] + shift)


def points_of(rows: pl.DataFrame, numerator: Floats, denominator: Floats, rules: RuleSet) -> Points:
    """The points, in hundredths, of each figure (a row) in each of some cases (columns), by the scorer."""
    cases = numerator.shape[1]
    each = pl.DataFrame({"case": np.arange(cases)})
    figures = rows.with_row_index("row").select("row", "unit", "kind", "indicator").join(each, how="cross")
    figures = figures.with_columns(
        period=pl.lit("month"),
        unit=pl.col("unit") + " " + pl.col("case").cast(pl.String),
        numerator=numerator.reshape(-1).astype(np.int64),
        denominator=denominator.reshape(-1).astype(np.int64),
    )
    ruled = rules_frame({"month": rules}, rows["kind"].unique().sort().to_list())
    scored = component_scores(figures, ruled).select("row", "case", "score")
    found = np.zeros((rows.height, cases), dtype=np.int64)
    found[scored["row"].to_numpy(), scored["case"].to_numpy()] = scored["score"].to_numpy()
    return found
