"""The appendices of a letter as sheets of a workbook, with numbers as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Literal

from phucvu.letters.letter_facts import LetterFacts
from phucvu.letters.part_results import PartResult, Results
from phucvu.letters.result_rows import lateness
from phucvu.published.daily_results import TOTAL
from phucvu.scoring.unit_matrix import unit_matrix
from phucvu.tables.workbook import Column, Share, Table


def appendix_sheets(facts: LetterFacts) -> list[Table]:
    """Every component of the unit; and of a province its units by component, and their dossiers."""
    sheets = [_components(facts)]
    if facts.unit == facts.root:
        sheets += [unit_matrix(facts.scores, facts.period, facts.ranked_units), _dossiers(facts)]
    return sheets


def _components(facts: LetterFacts) -> Table:
    rows = list(_component_rows(facts))
    columns = [
        *(Column("Số"), Column("Chỉ số"), Column("Điểm tối đa", "points", total="sum")),
        Column("Điểm trên Cổng", "points", total=_total(facts.portal, [row[3] for row in rows])),
        Column("Điểm tự chấm", "points", total=_total(facts.own, [row[4] for row in rows])),
        Column("Tỷ lệ tự thống kê", "percent"),
        Column("Xếp hạng tự chấm", "whole"),
    ]
    return Table("Chỉ số thành phần", columns, rows, total="Tổng điểm", frozen=2)


def _total(results: Results, points: Sequence[Decimal | None]) -> Literal["", "sum"] | Decimal:
    """The sum of the components where it is the total, else the total as it is known."""
    total = _score(results.get(TOTAL))
    if total is None:
        return ""
    known = [each for each in points if each is not None]
    return "sum" if len(known) == len(points) and sum(known) == total else Decimal(total)


def _component_rows(facts: LetterFacts) -> Iterator[list[Any]]:
    for indicator in facts.rules.indicators:
        if indicator.scored:
            portal, own = facts.portal.get(indicator.id), facts.own.get(indicator.id)
            rate = None if own is None or own.rate is None else float(own.rate)
            rank = None if own is None else own.rank
            row = [indicator.number, indicator.name.vi, indicator.max_points]
            yield [*row, _score(portal), _score(own), rate, rank]


def _dossiers(facts: LetterFacts) -> Table:
    columns = [
        *(Column("Mã"), Column("Cơ quan, đơn vị")),
        *(Column(head, "whole", total="sum") for head in ("Tổng số hồ sơ", "Đúng hạn, trước hạn", "Quá hạn")),
        Column("Tỷ lệ đúng hạn", "percent", total=Share(part=3, whole=2)),
    ]
    rows = [
        [unit.code, unit.short_name, handled, on_time, handled - on_time, float(rate)]
        for unit in facts.ranked_units
        if (found := lateness(facts, unit)) is not None
        for on_time, handled, rate in [found]
    ]
    return Table("Giải quyết hồ sơ", columns, rows, total="Tổng", frozen=2)


def _score(result: PartResult | None) -> Any:
    return None if result is None else result.score
