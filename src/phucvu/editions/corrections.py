"""What a correction changed: the values that are others than in the edition it takes the place of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from phucvu.editions import published
from phucvu.editions.lines import TOTAL, Line
from phucvu.editions.models import Edition

MOST_TOLD = 10
"""So many units are told of by name; those whose total changed most."""


@dataclass(frozen=True)
class Correction:
    """``lines`` is how many values are others, came or went; ``totals`` are those of units, before and after,
    the largest change first. A unit that was not there, or is no more, has None on that side."""

    lines: int
    totals: Sequence[tuple[Line | None, Line | None]]


def correction(edition: Edition) -> Correction | None:
    """What an edition changed; None where it corrects none."""
    return None if edition.corrects is None else _correction(edition.pk, edition.note, edition.corrects)


@lru_cache(64)
def _correction(key: int, note: str, corrects: int) -> Correction:
    before = published.proofs(Edition.objects.get(number=corrects)).lines
    after = published.proofs(Edition(pk=key, note=note)).lines
    then, now = ({line.key: line for line in lines} for lines in (before, after))
    changed = [key for key in {**then, **now} if then.get(key) != now.get(key)]
    totals = [(then.get(key), now.get(key)) for key in changed if key[1] == TOTAL]
    return Correction(len(changed), sorted(totals, key=_by, reverse=True))


def _by(pair: tuple[Line | None, Line | None]) -> Decimal:
    before, after = (Decimal(line.score) if line and line.score else Decimal(0) for line in pair)
    return abs(after - before)
