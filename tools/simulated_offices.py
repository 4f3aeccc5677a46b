"""Offices whose lateness comes from how they work: queues of dossiers, quick and slow people, busy months.

``phucvu simulate`` makes records that count to given figures, whose lateness falls by lot: nothing in it
can be forecast. Here each person takes one dossier after another, those due first mostly first, so that
workload, person, procedure and time decide. Nothing in it is anybody's.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from phucvu.steering.lateness import PAST

FIRST, LAST = dt.date(2025, 1, 1), dt.date(2026, 9, 30)
UNITS, PROCEDURES = 40, 30
A_DAY = 4.0
"""Dossiers that a unit receives on a working day, on average."""

LIMITS = (3, 5, 7, 10, 15, 20)
"""Working days that procedures may take."""


def offices(seed: int = 1, units: int = UNITS) -> pl.DataFrame:
    """A history (``phucvu.steering.lateness.PAST``): some 1,800 dossiers a unit."""
    rng = np.random.default_rng(seed)
    limits = rng.choice(LIMITS, PROCEDURES)
    effort = rng.gamma(4, 0.25, PROCEDURES)
    days = np.arange(np.datetime64(FIRST), np.datetime64(LAST))
    days = days[np.is_busday(days)]
    made = [_unit(rng, f"H99.{number:02}", days, limits, effort) for number in range(units)]
    return pl.concat(made).sort("received_at").cast(PAST)


def _unit(
    rng: np.random.Generator,
    unit: str,
    days: np.ndarray,
    limits: np.ndarray,
    effort: np.ndarray,
) -> pl.DataFrame:
    people = int(rng.integers(1, 5))
    speed = rng.gamma(12, 1 / 12, people)
    # What they can do is a little more than what comes, on average; a season may turn that round.
    capacity = A_DAY / people / rng.uniform(0.82, 0.97)
    season = 1 + 0.25 * np.sin(np.arange(len(days)) / 40 + rng.uniform(0, 6))
    queues: list[list[tuple[float, int, float]]] = [[] for _ in range(people)]
    rows: list[dict[str, object]] = []
    for number, day in enumerate(days):
        for _ in range(rng.poisson(A_DAY * season[number])):
            procedure, who = int(rng.integers(PROCEDURES)), int(rng.integers(people))
            at = day.astype(dt.datetime)
            received = dt.datetime.combine(at, dt.time(8)) + dt.timedelta(minutes=int(rng.integers(450)))
            due = np.busday_offset(day, limits[procedure]).astype(dt.datetime)
            row = {
                "unit": unit,
                "procedure": f"9.{procedure:06}",
                "channel": str(rng.choice((1, 2, 2, 3))),
                "handler": f"{unit} {who}",
                "received_at": received,
                "due_at": dt.datetime.combine(due, dt.time(17)),
                "ended_at": None,
            }
            work = float(effort[procedure] * rng.gamma(2, 0.5))
            # Most look at the deadline first, and some at nothing.
            urgency = number + 0.6 * float(limits[procedure]) + float(rng.normal(0, 4))
            queues[who].append((urgency, len(rows), work))
            rows.append(row)
        for who, queue in enumerate(queues):
            _work(rng, rows, queue, capacity * speed[who] / speed.mean(), day)
    return pl.DataFrame(rows, schema=PAST)


def _work(
    rng: np.random.Generator,
    rows: list[dict[str, object]],
    queue: list[tuple[float, int, float]],
    capacity: float,
    day: np.datetime64,
) -> None:
    """A day's work of one person: the most urgent first, what is not done goes on tomorrow."""
    left = capacity * float(rng.gamma(6, 1 / 6))
    queue.sort()
    at = dt.datetime.combine(day.astype(dt.datetime), dt.time(16))
    while queue and left > 0:
        urgency, number, work = queue[0]
        if work > left:
            queue[0] = (urgency, number, work - left)
            return
        left -= work
        received = rows[number]["received_at"]
        assert isinstance(received, dt.datetime)
        rows[number]["ended_at"] = max(at, received + dt.timedelta(minutes=20))
        queue.pop(0)
