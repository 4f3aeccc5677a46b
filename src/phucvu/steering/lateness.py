"""The chance of each open dossier to be late, from what was known at the moment and nothing later.

Two readings are joined: how fast dossiers end (``phucvu.steering.pace``), which knows the time used so far,
and how often the like were late (``phucvu.steering.shrunk_rates``). How much each counts is learnt from
forecasts made in the past (``phucvu.steering.prequential``), which calibrates what comes out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from phucvu.steering import pace, shrunk_rates
from phucvu.steering.odds import Floats, chances, log_odds
from phucvu.steering.pace import Pace
from phucvu.steering.shrunk_rates import ShrunkRates
from phucvu.steering.working_time import WorkingTime

TIME = pl.Datetime("us")

PAST = pl.Schema(
    {
        "unit": pl.String(),
        "procedure": pl.String(),
        "channel": pl.String(),
        "handler": pl.String(),
        "received_at": TIME,
        "due_at": TIME,
        "ended_at": TIME,
    }
)
"""The columns of a history: ``handler`` is empty where none is known, ``ended_at`` null while open."""

USUAL = (0.0, 0.5, 0.5)
"""The weights before anything was learnt: nothing added, both readings alike."""

LOADS = ((0.5, "none"), (0.8, "low"), (1.25, "usual"), (2.0, "high"), (float("inf"), "very high"))
"""A unit's open dossiers as a share of its mean, up to which it is called so."""


@dataclass(frozen=True)
class Lateness:
    """What was learnt at a moment; it says nothing that was not known then."""

    at: dt.datetime
    pace: Pace
    rates: ShrunkRates
    usual_load: Mapping[str, float]
    """By unit: its dossiers open at once, on average."""
    weights: tuple[float, ...] = USUAL

    def readings(self, rows: pl.DataFrame) -> tuple[Floats, Floats]:
        """By pace and by rates: the chances of open dossiers (see ``opened``)."""
        return self.pace.late(rows), self.rates.late(rows)

    def late(self, rows: pl.DataFrame) -> Floats:
        """The chance of each open dossier to be late."""
        return joined(*self.readings(rows), self.weights)

    def to_json(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "endings": list(self.pace.endings),
            "factors": self.pace.factors,
            "whole": self.rates.whole,
            "rates": self.rates.of,
            "usual_load": self.usual_load,
            "weights": list(self.weights),
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Lateness:
        return cls(
            dt.datetime.fromisoformat(said["at"]),
            Pace(tuple(said["endings"]), said["factors"]),
            ShrunkRates(said["whole"], said["rates"]),
            said["usual_load"],
            tuple(said["weights"]),
        )


def joined(by_pace: Floats, by_rates: Floats, weights: tuple[float, ...]) -> Floats:
    """One chance of two readings."""
    return chances(parts(by_pace, by_rates) @ np.array(weights))


def parts(by_pace: Floats, by_rates: Floats) -> Floats:
    return np.column_stack((np.ones_like(by_pace), log_odds(by_pace), log_odds(by_rates)))


def in_hours(past: pl.DataFrame, time: WorkingTime) -> pl.DataFrame:
    """A history with the working hours of its moments, for ``learn`` and ``opened``.

    ``began``, ``over`` and ``end`` are hours; ``limit`` is the time allowed.
    """
    began, over, end = (time.hours(past[name]) for name in ("received_at", "due_at", "ended_at"))
    weekday = pl.col("received_at").dt.weekday().cast(pl.String)
    return past.with_columns(
        weekday=weekday, began=began, over=over, limit=np.maximum(over - began, pace.SHORTEST), end=end
    ).with_columns(pl.col("end").fill_nan(None))


def learn(past: pl.DataFrame, moment: dt.datetime, time: WorkingTime) -> Lateness:
    """Learn from a history (``in_hours``) what could be known at a moment.

    What was received or ended later is not seen.
    """
    seen = past.filter(pl.col("received_at") < moment)
    since = moment - dt.timedelta(days=shrunk_rates.DAYS)
    over = seen.filter(pl.col("due_at").is_between(since, moment)).with_columns(late=late())
    spells, loads = _spells(seen, moment, time)
    return Lateness(moment, pace.fit(spells), shrunk_rates.fit(over), loads)


def late() -> pl.Expr:
    """Whether a dossier whose deadline is over was late."""
    return (pl.col("ended_at") > pl.col("due_at")).fill_null(True)


def is_open(moment: dt.datetime) -> pl.Expr:
    ended = pl.col("ended_at")
    return (pl.col("received_at") < moment) & (ended.is_null() | (ended > moment))


def opened(
    past: pl.DataFrame, moment: dt.datetime, time: WorkingTime, usual_load: Mapping[str, float]
) -> pl.DataFrame:
    """The dossiers of a history that were open and not yet late at a moment, with what was known of them.

    ``used`` is the part of their time that is used, ``left`` the working hours that are left.
    """
    seen = past.filter(is_open(moment))
    hour = time.hour(moment)
    rows = seen.with_columns(load=_loads(seen, moment, usual_load)).filter(pl.col("due_at") > moment)
    return rows.with_columns(
        used=(hour - pl.col("began")) / pl.col("limit"), left=pl.col("over") - hour, at=pl.lit(moment, TIME)
    )


def received(past: pl.DataFrame, month: dt.datetime, usual_load: Mapping[str, float]) -> pl.DataFrame:
    """The dossiers received in a month as they came, like ``opened``; loads are of its first moment."""
    rows = past.with_columns(load=_loads(past, month, usual_load))
    rows = rows.filter(pl.col("received_at").dt.truncate("1mo") == month)
    return rows.with_columns(used=pl.lit(0.0), left=pl.col("over") - pl.col("began"), at="received_at")


def _loads(rows: pl.DataFrame, moment: dt.datetime, usual: Mapping[str, float]) -> pl.Series:
    """How much each dossier's unit had open at a moment, in words of ``LOADS``."""
    held = rows.filter(is_open(moment)).group_by("unit").agg(pl.len())
    shares = {unit: number / usual[unit] for unit, number in held.iter_rows() if usual.get(unit)}
    words = {unit: next(word for most, word in LOADS if share <= most) for unit, share in shares.items()}
    return rows["unit"].replace_strict(words, default="usual", return_dtype=pl.String)


def _spells(
    seen: pl.DataFrame, moment: dt.datetime, time: WorkingTime
) -> tuple[pl.DataFrame, dict[str, float]]:
    """The lives of dossiers within the window, cut every four weeks; and each unit's usual load."""
    starts = [pace.window(moment) + dt.timedelta(days=28 * n) for n in range(-(-pace.WINDOW // 28))]
    held = [seen.filter(is_open(start)).group_by("unit").agg(pl.len()) for start in starts]
    usual = pl.concat(held).group_by("unit").agg(pl.col("len").sum() / len(starts))
    loads: dict[str, float] = dict(usual.iter_rows())
    cut = []
    for start, stop in zip(starts, [*starts[1:], moment], strict=True):
        first, last = time.hour(start), time.hour(stop)
        ended = pl.col("ended_at")
        alive = seen.filter((pl.col("received_at") < stop) & (ended.is_null() | (ended > start)))
        within = (ended <= stop).fill_null(False)
        until = pl.when(within).then("end").otherwise(last)
        spell = alive.with_columns(load=_loads(alive, start, loads), ended=within).with_columns(
            since=(pl.max_horizontal("began", pl.lit(first)) - pl.col("began")) / pl.col("limit"),
            until=(until - pl.col("began")) / pl.col("limit"),
        )
        cut.append(spell.select(*pace.FACTORS, "since", "until", "ended"))
    return pl.concat(cut), loads
