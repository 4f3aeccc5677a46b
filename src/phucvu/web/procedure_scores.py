"""The index of one procedure: its figures and points as counted here, and what the portal showed of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl

from phucvu.published.daily_results import TOTAL
from phucvu.rules.loading import rules_in_use
from phucvu.rules.model import Indicator
from phucvu.scoring.scores import score
from phucvu.web import results
from phucvu.web.boards import Board
from phucvu.web.components import Line
from phucvu.web.latest import Latest
from phucvu.web.published_figures import PublishedFigure, PublishedFigures, last_figures


@dataclass(frozen=True)
class Both:
    """An indicator of a procedure at a unit: the own count, and what the portal showed."""

    own: Line
    published: PublishedFigure | None

    @property
    def indicator(self) -> Indicator:
        return self.own.indicator

    @property
    def apart(self) -> Decimal | None:
        """The own points less the portal's."""
        own = self.own.numbers["score"]
        if own is None or self.published is None or self.published.score is None:
            return None
        return Decimal(own) - self.published.score


@dataclass(frozen=True)
class ProcedureScores:
    """By unit: the components counted (rows of ``Scores.components``) and what the portal showed by part.

    Only what has a base is there. ``counted_at`` is the moment whose records the count shows, None where
    procedures are not counted one by one.
    """

    counted_at: dt.datetime | None
    own: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    published: PublishedFigures = field(default_factory=dict)

    @property
    def published_day(self) -> dt.date | None:
        """The last day of which the portal's results are known."""
        return max((one.day for parts in self.published.values() for one in parts.values()), default=None)

    def total(self, unit: str) -> PublishedFigure | None:
        """What the portal showed as the unit's total."""
        return self.published.get(unit, {}).get(TOTAL)

    def lines(self, board: Board, unit: str) -> Iterator[Both]:
        """The scored indicators of a unit of which something is known, in the order of the rules."""
        own, published = self.own.get(unit, {}), self.published.get(unit, {})
        for one in board.rules.indicators:
            if one.scored and (one.id in own or one.id in published):
                yield Both(Line(one, own.get(one.id), False, board.rules), published.get(one.id))


HELD: Latest[ProcedureScores] = Latest(results.MOST_PERIODS)


def scores_of(board: Board, code: str) -> ProcedureScores:
    """The index of a procedure in the period of a board."""
    period = board.result.period
    version = results.versions().get(period), results.days().version()
    return HELD.get((results.source(), period, code), version, lambda: _scores_of(board, code))


def _scores_of(board: Board, code: str) -> ProcedureScores:
    counted = results.procedure_figures(board.result.period)
    of_period = pl.col("period") == board.period
    published = _published(results.days().rows(of_period, procedure=code))
    if counted is None:
        return ProcedureScores(None, published=published)
    figures = counted.figures.filter(pl.col("procedure") == code).drop("procedure")
    own: dict[str, dict[str, Any]] = {}
    if figures.height:
        components = score(figures, rules_in_use(), board.result.scores.units, from_records=True).components
        for row in components.filter(of_period, pl.col("denominator") > 0).iter_rows(named=True):
            own.setdefault(row["unit"], {})[row["indicator"]] = row
    return ProcedureScores(counted.counted_at, own, published)


def _published(rows: pl.DataFrame) -> PublishedFigures:
    """The last day's rows of each unit; an indicator without a base says nothing of the procedure."""
    with_base = ~pl.col("part").str.contains(r"^\d") | (pl.col("denominator") > 0)
    return last_figures(rows.filter(with_base))
