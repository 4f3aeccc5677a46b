"""Chances as log-odds, and what joins several into one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEAST = 0.001
"""No chance is below this or above its opposite: nothing is certain of a dossier that is open."""


def log_odds(chance: Floats) -> Floats:
    held = np.clip(chance, LEAST, 1 - LEAST)
    found: Floats = np.log(held / (1 - held))
    return found


def chances(odds: Floats) -> Floats:
    found: Floats = (1 + np.tanh(odds / 2)) / 2  # 1 / (1 + exp(-odds)), which no odds are too long for
    return found


STEPS = 25
"""Newton's steps: it is done after some five."""


def weights(parts: Floats, happened: Floats, counts: Floats, usual: Floats, worth: float) -> Floats:
    """The weights of log-odds (columns of ``parts``) that fit what happened best.

    ``counts`` says how much each row counts for. ``usual`` are the weights without any knowledge, which
    count for ``worth`` rows (a normal prior): few rows change little.
    """
    found = usual.copy()
    for _ in range(STEPS):
        chance = chances(parts @ found)
        slope = parts.T @ (counts * (happened - chance)) - worth * (found - usual)
        bend = (parts * (counts * chance * (1 - chance))[:, None]).T @ parts + worth * np.eye(len(usual))
        found = found + np.linalg.solve(bend, slope)
    return found
