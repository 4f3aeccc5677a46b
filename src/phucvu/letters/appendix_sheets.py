"""The appendices of a letter as sheets of a workbook, with numbers as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phucvu.letters.letter_facts import LetterFacts
from phucvu.letters.part_results import PartResult
from phucvu.letters.result_rows import lateness
from phucvu.published.daily_results import TOTAL
from phucvu.tables.workbook import Column, Table


def appendix_sheets(facts: LetterFacts) -> list[Table]:
    """Every component of the unit; and of a province its units by component, and their dossiers."""
    sheets = [_components(facts)]
    if facts.unit == facts.root:
        sheets += [_units(facts), _dossiers(facts)]
    return sheets


def _components(facts: LetterFacts) -> Table:
    heads = ("Số", "Chỉ số")
    points = ("Điểm tối đa", "Điểm trên Cổng", "Điểm tự chấm")
    columns = [
        *map(Column, heads),
        *(Column(head, "points") for head in points),
        Column("Tỷ lệ tự thống kê", "percent"),
        Column("Xếp hạng tự chấm", "whole"),
    ]
    return Table("Chỉ số thành phần", columns, list(_component_rows(facts)))


def _component_rows(facts: LetterFacts) -> Iterator[list[Any]]:
    for indicator in facts.rules.indicators:
        if indicator.scored:
            portal, own = facts.portal.get(indicator.id), facts.own.get(indicator.id)
            rate = None if own is None or own.rate is None else float(own.rate)
            rank = None if own is None else own.rank
            row = [indicator.number, indicator.name.vi, indicator.max_points]
            yield [*row, _score(portal), _score(own), rate, rank]


def _units(facts: LetterFacts) -> Table:
    scored = [indicator for indicator in facts.rules.indicators if indicator.scored]
    columns = [
        *(Column("Mã"), Column("Cơ quan, đơn vị")),
        *(Column(f"{indicator.id} {indicator.short.vi}", "points") for indicator in scored),
        *(Column("Tổng điểm", "points"), Column("Xếp hạng", "whole")),
    ]
    rows = []
    for unit in facts.ranked_units:
        results = facts.own_of(unit)
        total = results.get(TOTAL)
        points = [_score(results.get(indicator.id)) for indicator in scored]
        rows.append([unit.code, unit.short_name, *points, _score(total), total.rank if total else None])
    return Table("Đơn vị theo chỉ số", columns, rows)


def _dossiers(facts: LetterFacts) -> Table:
    columns = [
        *(Column("Mã"), Column("Cơ quan, đơn vị")),
        *(Column(head, "whole") for head in ("Tổng số hồ sơ", "Đúng hạn, trước hạn", "Quá hạn")),
        Column("Tỷ lệ đúng hạn", "percent"),
    ]
    rows = [
        [unit.code, unit.short_name, handled, on_time, handled - on_time, float(rate)]
        for unit in facts.ranked_units
        if (found := lateness(facts, unit)) is not None
        for on_time, handled, rate in [found]
    ]
    return Table("Giải quyết hồ sơ", columns, rows)


def _score(result: PartResult | None) -> Any:
    return None if result is None else result.score
