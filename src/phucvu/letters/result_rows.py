"""Results as fields of a letter: one result, every component of a unit, a row for each unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from phucvu.figures.units import Unit
from phucvu.formats import decimal, points, whole
from phucvu.letters.letter_facts import LetterFacts
from phucvu.letters.letter_numbers import share
from phucvu.letters.letter_sentences import (
    rank_change_words,
    rank_words,
    result_sentence,
    score_change_words,
    value_words,
)
from phucvu.letters.part_results import PartResult
from phucvu.problems import Fault, NotFoundError
from phucvu.published.daily_results import TOTAL

OVERDUE = "2.1"
"""The indicator whose figure tells how many dossiers are late."""

NOTHING = "—"


def needed(facts: LetterFacts, part: str) -> PartResult:
    found = facts.first_of(part)
    if found is None:
        raise NotFoundError(Fault("letter_nothing", unit=f"{facts.unit.code} · {part}", period=facts.period))
    return found


def entry(result: PartResult, kind: str, percent: bool) -> dict[str, str]:
    """A result as fields: each number alone, and the words chosen from it."""
    ranked = result.rank is not None and result.ranked > 1
    return {
        "ten": result.name,
        "diem": NOTHING if result.score is None else points(result.score, "vi"),
        "diem_toi_da": decimal(result.most, "vi"),
        "ty_le": NOTHING if result.rate is None else share(result.rate),
        "gia_tri": value_words(result, percent),
        "hang": f"{result.rank}/{result.ranked}" if ranked else NOTHING,
        "cau_hang": rank_words(result, kind),
        "thay_doi_hang": rank_change_words(result.rank_change, result.since),
        "thay_doi_diem": score_change_words(result, percent),
        "cau": result_sentence(result.name, result, kind, percent),
        "nguon": result.source,
    }


def by_component(facts: LetterFacts) -> list[dict[str, Any]]:
    """Every group with its components: what the portal published beside the own count."""
    return [
        {
            **_both(facts, group.id),
            "so": group.number,
            "ten": group.name.vi,
            "thanh_phan": [
                {**_both(facts, i.id), "so": i.number, "ten": i.name.vi}
                for i in facts.rules.of_group(group.id)
                if i.scored
            ],
        }
        for group in facts.rules.groups
    ]


def _both(facts: LetterFacts, part: str) -> dict[str, str]:
    portal, own = facts.portal.get(part), facts.own.get(part)
    known = portal or own
    rows = facts.scores.components.filter(
        period=str(facts.period), unit=facts.unit.code, indicator=part
    ).to_dicts()
    figure = NOTHING
    if rows and rows[0]["denominator"] is not None:
        figure = f"{whole(rows[0]['numerator'], 'vi')}/{whole(rows[0]['denominator'], 'vi')}"
    return {
        "diem_toi_da": NOTHING if known is None else decimal(known.most, "vi"),
        "diem_cong": score_text(portal),
        "so_lieu": figure,
        "ty_le": NOTHING if own is None or own.rate is None else share(own.rate),
        "diem": score_text(own),
    }


def score_text(result: PartResult | None) -> str:
    return NOTHING if result is None or result.score is None else points(result.score, "vi")


def by_unit(facts: LetterFacts, units: Sequence[Unit]) -> tuple[list[dict[str, Any]], list[tuple[str, Any]]]:
    """A row for each unit of its own count, the best first; and the names with their totals."""
    found = [(unit, facts.own_of(unit)) for unit in units]
    found.sort(key=lambda each: _order(each[1].get(TOTAL)))
    rows = [
        {
            "stt": str(number),
            "ten": unit.short_name,
            "nhom": [score_text(results.get(group.id)) for group in facts.rules.groups],
            "chi_so": {i.id: _indicator(results.get(i.id)) for i in facts.rules.indicators if i.scored},
            "tong": score_text(results.get(TOTAL)),
            "hang": _rank(results.get(TOTAL)),
        }
        for number, (unit, results) in enumerate(found, 1)
    ]
    scored = [
        (unit.short_name, total.score)
        for unit, results in found
        if (total := results.get(TOTAL)) is not None and total.score is not None
    ]
    return rows, scored


def _order(total: PartResult | None) -> tuple[bool, Any]:
    score = None if total is None else total.score
    return score is None, 0 if score is None else -score


def _rank(total: PartResult | None) -> str:
    return NOTHING if total is None or total.rank is None else str(total.rank)


def _indicator(result: PartResult | None) -> dict[str, str]:
    rate = None if result is None else result.rate
    return {"diem": score_text(result), "ty_le": NOTHING if rate is None else share(rate)}


def lateness(facts: LetterFacts, unit: Unit) -> tuple[int, int, Any] | None:
    """Dossiers on time, all handled, and the rate; None where nothing was handled."""
    row = facts.scores.components.filter(period=str(facts.period), unit=unit.code, indicator=OVERDUE)
    result = facts.own_of(unit).get(OVERDUE)
    if not row.height or result is None or result.rate is None:
        return None
    return row["numerator"][0], row["denominator"][0], result.rate


def sources(results: Sequence[PartResult]) -> str:
    """Which results come from where, each source once."""
    found: dict[str, list[str]] = {}
    for result in results:
        found.setdefault(result.source, []).append(result.name)
    if len(found) == 1:
        return next(iter(found))
    return "; ".join(f"{', '.join(names)} {source}" for source, names in found.items())
