"""Reading what was published: the latest edition of a period, and the lines of one, each read once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from django.db.models import Max

from phucvu.editions.freezing import last_of
from phucvu.editions.lines import TOTAL, Line
from phucvu.editions.models import Edition
from phucvu.editions.proving import Proofs
from phucvu.figures.periods import Period
from phucvu.scoring.scores import Scores

HELD = 4
"""Editions whose lines and trees are held: those of the nation take some 100 MB."""


def last_number() -> int:
    """The number of the latest edition; 0 where nothing was published."""
    return int(Edition.objects.aggregate(Max("number"))["number__max"] or 0)


def every() -> list[Edition]:
    """All that was published, the latest first, without their lines and rules."""
    published = Edition.objects.filter(number__isnull=False)
    return list(published.order_by("-number").defer("lines", "rules"))


def proofs(edition: Edition) -> Proofs:
    """The tree of an edition."""
    return _proofs(edition.pk, edition.note)


@lru_cache(HELD)
def _proofs(key: int, note: str) -> Proofs:
    return Proofs(Edition.objects.get(pk=key, note=note))


def shown(period: Period, scores: Scores) -> tuple[Edition | None, bool]:
    """The latest edition of a period, and whether these scores are still what it published."""
    latest = last_of(period)
    return latest, latest is not None and totals_agree(latest, scores)


def totals_agree(edition: Edition, scores: Scores) -> bool:
    """Whether all totals and ranks are still what the edition published."""
    period = edition.period
    then = {line.unit: (line.score, line.rank) for line in _totals(edition.pk, edition.note).values()}
    now = {
        row["unit"]: (
            None if row["score"] is None else str(row["score"]),
            None if row["rank"] is None else (row["rank"], row["ranked"]),
        )
        for row in scores.totals.filter(period=period).iter_rows(named=True)
    }
    return then == now


@lru_cache(64)
def _totals(key: int, note: str) -> Mapping[str, Line]:
    return {line.unit: line for line in _proofs(key, note).lines if line.item == TOTAL}
