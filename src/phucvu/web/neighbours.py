"""The ranks around a unit: who stands just above and below it, and how many points apart."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from phucvu.web.boards import Board, Standing

EACH_WAY = 2
"""Units shown above and below."""


@dataclass(frozen=True)
class Neighbours:
    """The units around one, best first, and the points to the next higher and lower score."""

    rows: list[Standing]
    to_above: Decimal | None
    to_below: Decimal | None


def neighbours(board: Board, standing: Standing) -> Neighbours | None:
    """None for a unit without a score, or with nobody else to rank it with."""
    score = standing.total.score
    ranked = [s for s in board.block_of(standing) if s.total.score is not None]
    if score is None or len(ranked) < 2:
        return None
    scores = [s.total.score for s in ranked if s.total.score is not None]
    place = ranked.index(standing)
    return Neighbours(
        ranked[max(0, place - EACH_WAY) : place + EACH_WAY + 1],
        min((s - score for s in scores if s > score), default=None),
        min((score - s for s in scores if s < score), default=None),
    )
