"""What a unit would have by the other rule sets, from the same figures (see ``steering.other_rules``)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from phucvu.formats import points
from phucvu.rules.model import RuleSetFile
from phucvu.web.boards import Board, Standing
from phucvu.web.language import _, language


@dataclass(frozen=True)
class ByOtherRules:
    """A total by another rule set, None with what is ``missing`` where the figures do not allow it.

    ``otherwise`` are the indicators that these rules count in another way, of which the figures at hand are
    only a stand-in.
    """

    rules: RuleSetFile
    score: Decimal | None
    rank: int | None
    ranked: int
    missing: list[str]
    otherwise: list[str]


def of_unit(board: Board, standing: Standing) -> list[ByOtherRules]:
    """A unit's totals by each rule set but its own."""
    return list(_of_unit(board, standing.unit.code))


def _of_unit(board: Board, code: str) -> Iterator[ByOtherRules]:
    for rules, scores, otherwise in board.by_other_rules:
        totals = scores.totals.filter(unit=code, period=board.period)
        if totals.is_empty():
            continue
        total = totals.row(0, named=True)
        unknown = scores.groups.filter(pl.col("score").is_null(), unit=code, period=board.period)
        lacking = unknown["missing"].explode().drop_nulls().to_list()
        yield ByOtherRules(rules, total["score"], total["rank"], total["ranked"], lacking, otherwise)


def in_words(found: list[ByOtherRules]) -> list[str]:
    """A sentence for each rule set by which the rank is known."""
    said = []
    for one in found:
        if one.score is None or one.rank is None:
            continue
        sentence = _(
            "Cùng số liệu này, theo bộ quy tắc %(rules)s: %(score)s điểm, hạng %(rank)s/%(ranked)s."
        ) % {
            "rules": one.rules.name,
            "score": points(one.score, language()),
            "rank": one.rank,
            "ranked": one.ranked,
        }
        if one.otherwise:
            sentence += _(" Bộ ấy đếm khác ở %(indicators)s nên đây là hạng ước tính.") % {
                "indicators": ", ".join(one.otherwise)
            }
        said.append(sentence)
    return said


def as_data(found: list[ByOtherRules]) -> list[dict[str, Any]]:
    return [
        {
            "rules": one.rules.name,
            "score": one.score,
            "rank": one.rank,
            "ranked": one.ranked,
            "missing": one.missing,
            "counted_otherwise": one.otherwise,
        }
        for one in found
    ]
