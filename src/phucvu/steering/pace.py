"""How fast dossiers end: by how much of their time is used, and who handles what.

A dossier's time runs from receipt (0) to its deadline (1), in working hours. At each part of it some of
the dossiers still open end: the pace of all. Each unit, procedure, handler, channel, weekday of receipt and
workload has a factor on that pace, shrunk towards 1 where little is known (empirical Bayes, a gamma prior
whose weight is learnt too). Dossiers still open say how long they have lasted, so nothing has to
wait until deadlines have passed (a proportional hazards model).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WINDOW = 364
"""Days that the pace is learnt from: thirteen times four weeks; what is older is another office."""

LEAST_WORTH = 10.0
"""Endings as usual that a factor has to outweigh at the least."""

NO_DIFFERENCE = 1e9
"""The worth that leaves all factors at 1."""

ROUNDS = 3
"""Times that the pace and the factors are fitted in turn."""

FACTORS = ("unit", "procedure", "handler", "channel", "weekday", "load")
"""What has a factor: columns of text."""

BOUNDS = np.concatenate((np.arange(0, 1.5, 0.025), [1.5, 2.0, 3.0, 5.0, 10.0, 1000.0]))
"""Parts of a dossier's time in which the pace is held even."""

SHORTEST = 4.0
"""Working hours that a dossier's time counts for at least."""


@dataclass(frozen=True)
class Pace:
    """``endings`` has for each bound the endings that one dossier of factor 1 would have had by then."""

    endings: tuple[float, ...]
    factors: Mapping[str, Mapping[str, float]]

    def expected(self, used: Floats) -> Floats:
        """Endings by a part of the time, of a dossier of factor 1."""
        return np.interp(used, BOUNDS, self.endings)

    def late(self, rows: pl.DataFrame) -> Floats:
        """The chance of each open dossier not to have ended when its time is over.

        ``rows`` have ``FACTORS`` and ``used``, the part of the time that is used.
        """
        used = np.clip(rows["used"].to_numpy(), 0, 1)
        left = self.expected(np.ones_like(used)) - self.expected(used)
        found: Floats = np.exp(-left * self._factor(rows))
        return found

    def _factor(self, rows: pl.DataFrame) -> Floats:
        found = np.ones(rows.height)
        for name in FACTORS:
            known = self.factors.get(name, {})
            if known:
                found *= (
                    rows[name].replace_strict(dict(known), default=1.0, return_dtype=pl.Float64).to_numpy()
                )
        return found


def fit(spells: pl.DataFrame) -> Pace:
    """Learn the pace from spells: ``FACTORS``, ``since`` and ``until`` (parts of the time), ``ended``.

    A spell is a stretch of a dossier's life in which its factors are the same.
    """
    since, until = (np.clip(spells[name].to_numpy(), 0, BOUNDS[-1]) for name in ("since", "until"))
    ended = spells["ended"].to_numpy()
    place = np.clip(np.searchsorted(BOUNDS, until, side="left") - 1, 0, len(BOUNDS) - 2)
    counts = np.bincount(place[ended], minlength=len(BOUNDS) - 1).astype(np.float64)
    values = {name: spells[name].unique(maintain_order=True) for name in FACTORS}
    codes = {name: _codes(spells[name], known) for name, known in values.items()}
    factors = {name: np.ones(len(known)) for name, known in values.items()}
    weight = np.ones(spells.height)
    endings = _endings(since, until, counts, weight)
    for _ in range(ROUNDS):
        each = np.interp(until, BOUNDS, endings) - np.interp(since, BOUNDS, endings)
        for name, code in codes.items():
            others = weight / factors[name][code]
            n = len(factors[name])
            happened: Floats = np.bincount(code, weights=ended, minlength=n).astype(np.float64)
            expected: Floats = np.bincount(code, weights=each * others, minlength=n).astype(np.float64)
            worth = _worth(happened, expected)
            factors[name] = (happened + worth) / (expected + worth)
            weight = others * factors[name][code]
        endings = _endings(since, until, counts, weight)
    return Pace(
        tuple(endings.tolist()),
        {
            name: dict(zip(known.to_list(), factors[name].round(4).tolist(), strict=True))
            for name, known in values.items()
        },
    )


def _worth(happened: Floats, expected: Floats) -> float:
    """Endings as usual that count beside a factor's own: the fewer, the more factors really differ.

    What they differ by more than chance would make them (method of moments); if by no more, there are none.
    """
    more = float(((happened - expected) ** 2).sum() - expected.sum())
    return max(LEAST_WORTH, float((expected**2).sum()) / more) if more > 0 else NO_DIFFERENCE


def _codes(column: pl.Series, values: pl.Series) -> Ints:
    """Each value's place among the values."""
    places: Ints = column.replace_strict(values, range(len(values)), return_dtype=pl.Int64).to_numpy()
    return places


def _endings(since: Floats, until: Floats, counts: Floats, weight: Floats) -> Floats:
    """Endings of a dossier of factor 1 by each bound."""
    at_risk = np.array(
        [
            float(weight @ (np.clip(until, low, high) - np.clip(since, low, high)))
            for low, high in pairwise(BOUNDS)
        ]
    )
    # A hundredth of an ending keeps a part of the time that nobody reached from meaning «never».
    rate = (counts + 0.01) / (at_risk + 0.01)
    return np.concatenate(([0.0], np.cumsum(rate * np.diff(BOUNDS))))


def window(moment: dt.datetime) -> dt.datetime:
    """From when on dossiers tell the pace of a moment."""
    return moment - dt.timedelta(days=WINDOW)
