"""The implementation plan of a unit: the indicators by group, and who answers for which, from the targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from phucvu.engine.tree import Tree
from phucvu.formats import decimal, whole
from phucvu.letters.letter_facts import LetterFacts
from phucvu.letters.letter_numbers import share, short_day
from phucvu.letters.letter_sentences import formula_sentence, result_sentence
from phucvu.letters.office_fields import Fields, in_sentence
from phucvu.letters.result_rows import NOTHING
from phucvu.letters.target_words import measure_name, target_due, target_value
from phucvu.published.daily_results import TOTAL

LETTERS = "abcdđeghik"
"""How parts are lettered."""

CERTIFIED_COPIES = "4.6"
"""The indicator of communes that offer certified electronic copies."""


def implementation_plan(facts: LetterFacts, fields: Mapping[str, Any]) -> dict[str, Any]:
    total = facts.first_of(TOTAL)
    targets = assigned_targets(facts)
    return {
        "cau_hien_nay": _now(facts, fields["don_vi_tinh"] == "%"),
        "cau_cong_thuc": formula_sentence(total) if total else "",
        "so_chi_so": whole(len(facts.rules.indicators), "vi"),
        "cac_nhom": [
            {"chu_cai": LETTERS[number], "ten": group.name.vi, "cau": parts_sentence(facts, group.id)}
            for number, group in enumerate(facts.rules.groups)
        ],
        "phu_luc_1": _indicators(facts),
        "phu_luc_2": [
            {
                "stt": str(number),
                "chi_so": row["indicator"] if row["indicator"] in facts.rules else NOTHING,
                "ten": measure_name(row["indicator"], facts.rules),
                "co_quan": _name(facts, row["unit"]),
                "chi_tieu": target_value(row),
                "han": short_day(target_due(row)),
                "van_ban": row["assigned_by"] or NOTHING,
            }
            for number, row in enumerate(targets, 1)
        ],
        "phan_cong": _by_unit(facts, targets),
        "cau_chung_thuc": copies_sentence(facts),
    }


def implementation_plan_fields(facts: LetterFacts) -> Fields:
    """Sent to those who carry it out; the day of the quarterly report is the one that the unit set."""
    day = facts.sources.duties().quarterly_before
    recipients = ["Các cơ quan, đơn vị trực thuộc (th/hiện)", f"Lãnh đạo {in_sentence(facts.unit)}"]
    return {"noi_nhan": recipients, "don_vi_tinh": "điểm"} | ({"ngay_bao_cao": str(day)} if day else {})


def assigned_targets(facts: LetterFacts) -> list[Mapping[str, Any]]:
    """The targets of the unit and those below it that hold in the period, by indicator and unit."""
    within = set(Tree.of_period(facts.scores.units, facts.period).below(facts.unit.code))
    order = {each: place for place, each in enumerate(_measures(facts))}
    rows = [
        row
        for row in facts.sources.targets
        if row["unit"] in within and row["indicator"] in order and target_due(row) >= facts.period.first
    ]
    return sorted(rows, key=lambda row: (order[row["indicator"]], row["unit"], target_due(row)))


def _measures(facts: LetterFacts) -> list[str]:
    """The total, and each group before its indicators."""
    found = [TOTAL]
    for group in facts.rules.groups:
        found += [group.id, *(indicator.id for indicator in facts.rules.of_group(group.id))]
    return found


def _now(facts: LetterFacts, percent: bool) -> str:
    total = facts.first_of(TOTAL)
    if total is None:
        return ""
    return f"{result_sentence(in_sentence(facts.unit), total, facts.unit.kind, percent)}, {total.source}"


def parts_sentence(facts: LetterFacts, group: str) -> str:
    """«gồm 04 chỉ số thành phần; trong đó 01 chỉ số dùng để phân tích»: of a group those that give points."""
    indicators = facts.rules.of_group(group)
    scored = sum(indicator.scored for indicator in indicators)
    if scored == len(indicators):
        return f"gồm {scored:02} chỉ số thành phần được chấm điểm"
    return (
        f"gồm {len(indicators):02} chỉ số thành phần, trong đó {scored:02} chỉ số được chấm điểm và "
        f"{len(indicators) - scored:02} chỉ số dùng để phân tích, chỉ đạo, điều hành"
    )


def _indicators(facts: LetterFacts) -> list[dict[str, Any]]:
    """Every group with its indicators, those without points too; the present figure beside each."""
    rates = {part: result.rate for part, result in facts.own.items()}
    return [
        {
            "so": group.number,
            "ten": group.name.vi,
            "diem_toi_da": decimal(group.max_points, "vi"),
            "thanh_phan": [
                {
                    "so": indicator.id,
                    "ten": indicator.name.vi,
                    "diem_toi_da": decimal(indicator.max_points, "vi") if indicator.scored else NOTHING,
                    "ty_le": NOTHING if (rate := rates.get(indicator.id)) is None else share(rate),
                }
                for indicator in facts.rules.of_group(group.id)
            ],
        }
        for group in facts.rules.groups
    ]


def _name(facts: LetterFacts, code: str) -> str:
    units = facts.scores.units
    return units[code].short_name if code in units else code


def _by_unit(facts: LetterFacts, targets: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Each unit with all it answers for, in the order of its code."""
    own: dict[str, list[str]] = defaultdict(list)
    for row in targets:
        own[row["unit"]].append(measure_name(row["indicator"], facts.rules))
    return [
        {"co_quan": _name(facts, unit), "chi_so": "; ".join(dict.fromkeys(names))}
        for unit, names in sorted(own.items())
    ]


def copies_sentence(facts: LetterFacts) -> str:
    """How many communes offer certified electronic copies now; empty where that is not counted."""
    rows = facts.scores.components.filter(
        period=str(facts.period), unit=facts.unit.code, indicator=CERTIFIED_COPIES
    ).to_dicts()
    if not rows or not rows[0]["denominator"] or facts.unit.kind == "commune":
        return ""
    have, every = rows[0]["numerator"], rows[0]["denominator"]
    if have == every:
        return (
            f"hiện nay {whole(every, 'vi')}/{whole(every, 'vi')} đơn vị cấp xã đã thực hiện, tiếp tục duy trì"
        )
    return f"hiện nay {whole(have, 'vi')}/{whole(every, 'vi')} đơn vị cấp xã đã thực hiện"
