"""A result laid out for reading: each unit's standing, its block, and its components."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache, cached_property
from typing import Any

import polars as pl

from phucvu.figures.periods import Period
from phucvu.figures.units import Unit
from phucvu.rules.model import RuleSet
from phucvu.scoring.results import Result
from phucvu.scoring.scores import with_changes
from phucvu.web import results
from phucvu.web.bands import Band, band

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Mark:
    """A score in points and its place among like units; None is not known.

    ``missing`` names what has no score of its own; ``origin`` is published where only this score
    is known and not what it is made of. Changes are since the period before.
    """

    score: Decimal | None
    max: Decimal
    lost: Decimal | None
    rank: int | None
    ranked: int
    missing: Sequence[str]
    origin: str | None = None
    score_change: Decimal | None = None
    rank_change: int | None = None


@dataclass(frozen=True)
class Standing:
    """One unit: its total and the scores of its groups."""

    unit: Unit
    total: Mark
    groups: dict[str, Mark]

    @property
    def band(self) -> Band | None:
        return band(self.total.score, self.total.max)

    def mark(self, part: str) -> Mark | None:
        """The total, or the score of a group."""
        return self.total if part == "total" else self.groups.get(part)

    @property
    def worst_group(self) -> str | None:
        """The group that loses most points; None where none is known to lose any."""
        lost = {group: mark.lost for group, mark in self.groups.items() if mark.lost}
        return max(lost, key=lambda group: lost[group]) if lost else None


@dataclass(frozen=True)
class Block:
    """Like units under one parent, ranked among themselves."""

    kind: str
    standings: list[Standing]


class Board:
    """One result, looked up by unit and indicator."""

    def __init__(self, result: Result, before: Result | None = None) -> None:
        self.result = result
        self.before = before
        self.period = str(result.period)
        self.rules: RuleSet = result.rules
        self.units = result.scores.units

    @cached_property
    def version(self) -> str:
        """Letters that change whenever anything shown of this result changes."""
        result = self.result
        parts = [result.period, result.cut_off, result.source, result.derived, self.rules, list(self.units)]
        frames = [
            self._components,
            self._with_changes(result.scores.groups, "group").drop("missing"),
            self._with_changes(result.scores.totals).drop("missing"),
        ]
        state = repr(parts) + "".join(frame.write_csv() for frame in frames)
        return hashlib.sha256(state.encode()).hexdigest()[:16]

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """Every unit's standing, by code."""
        scores = self.result.scores
        groups: dict[str, dict[str, Mark]] = {}
        for row in self._with_changes(scores.groups, "group").iter_rows(named=True):
            groups.setdefault(row["unit"], {})[row["group"]] = _mark(row)
        return {
            row["unit"]: Standing(self.units[row["unit"]], _mark(row), groups.get(row["unit"], {}))
            for row in self._with_changes(scores.totals).iter_rows(named=True)
        }

    @cached_property
    def nation(self) -> Decimal | None:
        return self.result.scores.nation(self.period)

    @cached_property
    def nation_means(self) -> dict[str, Decimal]:
        """The means of the provinces' scores, by group, and the nation's own as ``total``."""
        means = {}
        for group in self.rules.groups:
            marks = [s.groups[group.id] for s in self.provinces if group.id in s.groups]
            scores = [mark.score for mark in marks if mark.score is not None]
            if scores:
                mean = sum(scores, Decimal(0)) / len(scores)
                means[group.id] = mean.quantize(CENT, rounding=ROUND_HALF_EVEN)
        return means if self.nation is None else means | {"total": self.nation}

    @property
    def nation_lost(self) -> dict[str, Decimal]:
        """Points that the provinces lose by group, on average."""
        means = self.nation_means
        return {g.id: g.max_points - means[g.id] for g in self.rules.groups if g.id in means}

    @property
    def provinces(self) -> list[Standing]:
        return next((b.standings for b in self.blocks(None) if b.kind == "province"), [])

    def blocks(self, parent: str | None) -> list[Block]:
        """The units just below one, in blocks of like units, best first."""
        return [Block(kind, ranked(s)) for kind, s in self._below.get(parent, {}).items()]

    @cached_property
    def _below(self) -> dict[str | None, dict[str, list[Standing]]]:
        below: dict[str | None, dict[str, list[Standing]]] = {}
        for standing in self.standings.values():
            unit = standing.unit
            below.setdefault(unit.parent, {}).setdefault(unit.kind, []).append(standing)
        return below

    @cached_property
    def _components(self) -> pl.DataFrame:
        return self._of_period(self.result.scores.components)

    def components(self, unit: str) -> list[dict[str, Any]]:
        """The components of a unit as rows of Scores.components."""
        return self._components.filter(unit=unit).to_dicts()

    def across(self, indicator: str) -> list[dict[str, Any]]:
        """The components of an indicator, of every unit."""
        return self._components.filter(indicator=indicator).to_dicts()

    def _of_period(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.filter(period=self.period)

    def _with_changes(self, frame: pl.DataFrame, *further: str) -> pl.DataFrame:
        now = self._of_period(frame)
        if self.before is None:
            return now
        scores = self.before.scores
        then = scores.groups if further else scores.totals
        return with_changes(now, then.filter(period=str(self.before.period)), *further)


def ranked(standings: list[Standing], part: str = "total", ascending: bool = False) -> list[Standing]:
    """Standings by the score of a part, the best first unless ``ascending``; without a score last."""

    def key(standing: Standing) -> tuple[bool, Decimal, str]:
        mark = standing.mark(part)
        if mark is None or mark.score is None:
            return True, Decimal(0), standing.unit.code
        return False, mark.score if ascending else -mark.score, standing.unit.code

    return sorted(standings, key=key)


def _mark(row: dict[str, Any]) -> Mark:
    fields = ("score", "max", "lost", "rank", "ranked", "missing", "origin", "score_change", "rank_change")
    return Mark(**{field: row[field] for field in fields if field in row})


@cache
def board(period: Period) -> Board:
    """The board of a period; raises KeyError where it has no result."""
    before = period.previous()
    return Board(results.result(period), results.result(before) if before in results.periods() else None)
