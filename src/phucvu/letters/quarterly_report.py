"""The report of a unit, for a quarter or any days: results, dossiers, targets, difficulties, proposals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any

from phucvu.formats import decimal, points, whole
from phucvu.letters.dossier_counts import DossierCounts
from phucvu.letters.letter_facts import LetterFacts
from phucvu.letters.letter_numbers import share, short_day
from phucvu.letters.letter_sentences import formula_sentence, result_sentence
from phucvu.letters.office_fields import Fields, in_sentence
from phucvu.letters.part_results import PartResult
from phucvu.letters.result_rows import NOTHING
from phucvu.letters.target_words import measure_name, target_due, target_value
from phucvu.published.daily_results import TOTAL
from phucvu.steering.assigned_targets import TargetState, judged
from phucvu.steering.fates import words

CENT = Decimal("0.01")

REASONS_NAMED = 2


def quarterly_report(facts: LetterFacts, fields: Mapping[str, Any]) -> dict[str, Any]:
    percent = fields["don_vi_tinh"] == "%"
    duties = facts.sources.duties()
    counts = reduce(
        add,
        facts.sources.dossiers(facts.scores, facts.period, facts.unit.code, "unit").values(),
        DossierCounts(),
    )
    targets = [_target(facts, row) for row in facts.sources.targets if row["unit"] == facts.unit.code]
    portal, own = facts.portal.get(TOTAL), facts.own.get(TOTAL)
    return {
        "cau_cong": _said(facts, portal, percent)
        or "Cổng Dịch vụ công quốc gia chưa công khai kết quả của kỳ báo cáo",
        "cau_cong_thuc": formula_sentence(portal) if portal else "",
        "cau_tu_thong_ke": _said(facts, own, percent) or "chưa có kết quả tự thống kê của kỳ báo cáo",
        "cac_nhom": [
            {
                "stt": str(number),
                "ten": group.name.vi,
                "diem_toi_da": decimal(group.max_points, "vi"),
                **_both(facts.portal.get(group.id), "cong"),
                **_both(facts.own.get(group.id), "tu"),
            }
            for number, group in enumerate(facts.rules.groups, 1)
        ],
        "cau_tiep_nhan": received_sentence(counts),
        "cau_giai_quyet": finished_sentence(counts),
        "co_qua_han": bool(counts.late + counts.open_late),
        "cau_nguyen_nhan": causes_sentence(duties.causes, duties.unexplained),
        "chi_tieu": targets,
        "cau_chi_tieu": targets_sentence([row["trang_thai"] for row in targets]),
        "kho_khan": [{"noi_dung": each.topic, "cu_the": each.text} for each in duties.difficulties],
        "kien_nghi": [each.proposal for each in duties.difficulties if each.proposal],
    }


def quarterly_report_fields(facts: LetterFacts) -> Fields:
    """Sent to the committee of the province; that of a province to the Government's office."""
    above = "Văn phòng Chính phủ" if facts.unit == facts.root else f"UBND {in_sentence(facts.root)}"
    return {"kinh_gui": [above], "noi_nhan": ["Như trên", f"Lãnh đạo {in_sentence(facts.unit)}"]}


def _said(facts: LetterFacts, result: PartResult | None, percent: bool) -> str:
    if result is None:
        return ""
    sentence = result_sentence(in_sentence(facts.unit), result, facts.unit.kind, percent)
    return f"{sentence}, {result.source}"


def _both(result: PartResult | None, name: str) -> dict[str, str]:
    known = result is not None and result.score is not None
    moved = result.score_change if result is not None else None
    return {
        f"diem_{name}": points(result.score, "vi") if known else NOTHING,  # type: ignore[union-attr, arg-type]
        f"thay_doi_{name}": NOTHING if moved is None else moved_words(moved),
    }


def moved_words(moved: Decimal) -> str:
    if not moved:
        return "giữ nguyên"
    return f"{'tăng' if moved > 0 else 'giảm'} {points(abs(moved), 'vi')}"


def received_sentence(counts: DossierCounts) -> str:
    """What came in; the parts add up to the whole."""
    if not counts.all:
        return "Trong kỳ không có hồ sơ phải giải quyết."
    online = (
        f", trong đó nộp trực tuyến {whole(counts.online, 'vi')} hồ sơ, chiếm "
        f"{share(Fraction(counts.online, counts.received))}"
        if counts.received
        else ""
    )
    return (
        f"Tổng số hồ sơ phải giải quyết là {whole(counts.all, 'vi')}: tiếp nhận trong kỳ "
        f"{whole(counts.received, 'vi')} hồ sơ{online}; từ kỳ trước chuyển sang "
        f"{whole(counts.carried_over, 'vi')} hồ sơ."
    )


def finished_sentence(counts: DossierCounts) -> str:
    """What became of it; the parts add up to the whole."""
    if not counts.all:
        return ""
    late = f"quá hạn {whole(counts.late, 'vi')}" if counts.late else "không có hồ sơ quá hạn"
    going_on = f"quá hạn {whole(counts.open_late, 'vi')}" if counts.open_late else "không có hồ sơ quá hạn"
    said = f"Đã giải quyết {whole(counts.finished, 'vi')} hồ sơ"
    if counts.finished:
        said += (
            f" (trước hạn {whole(counts.early, 'vi')}, đúng hạn {whole(counts.on_time, 'vi')}, {late}; tỷ lệ "
            f"trước hạn, đúng hạn {share(Fraction(counts.early + counts.on_time, counts.finished))})"
        )
    said += f"; đang giải quyết {whole(counts.open, 'vi')} hồ sơ"
    if counts.open:
        said += f" (trong hạn {whole(counts.open_in_time, 'vi')}, {going_on})"
    return f"{said}."


def causes_sentence(causes: Mapping[str, int], unexplained: int) -> str:
    """Why dossiers are late, by what units explained; empty where nobody was asked."""
    most = sorted(causes.items(), key=lambda each: (-each[1], each[0]))
    parts = [f"{cause} ({whole(number, 'vi')} hồ sơ)" for cause, number in most]
    said = f"Nguyên nhân theo giải trình: {'; '.join(parts)}." if parts else ""
    left = f"Còn {whole(unexplained, 'vi')} hồ sơ quá hạn chưa được giải trình." if unexplained else ""
    return " ".join(filter(None, (said, left)))


def targets_sentence(states: list[str]) -> str:
    """How many targets were reached, and how many are overdue."""
    if not states:
        return "Chưa có chỉ tiêu được giao trong hệ thống."
    reached = states.count(TargetState.REACHED.words.vi)
    overdue = states.count(TargetState.OVERDUE.words.vi)
    number = whole(len(states), "vi")
    if reached == len(states):
        return f"Được giao {number} chỉ tiêu, tất cả đều đạt."
    said = f"Được giao {number} chỉ tiêu, đạt {whole(reached, 'vi')} chỉ tiêu"
    late = f", quá hạn chưa đạt {whole(overdue, 'vi')} chỉ tiêu" if overdue else ""
    return f"{said}{late}."


def _target(facts: LetterFacts, row: Mapping[str, Any]) -> dict[str, str]:
    value = value_of(facts.own.get(row["indicator"]), row["unit_of_value"])
    due = target_due(row)
    state = judged(row["value"], row["unit_of_value"], value, due, facts.day).state
    return {
        "ten": measure_name(row["indicator"], facts.rules),
        "giao": target_value(row),
        "van_ban": row["assigned_by"] or NOTHING,
        "han": short_day(due),
        "ket_qua": NOTHING if value is None else _value_words(value, row["unit_of_value"]),
        "trang_thai": state.words.vi,
        "ly_do": "" if state in (TargetState.REACHED, TargetState.UNKNOWN) else _why(facts, row["indicator"]),
    }


def value_of(result: PartResult | None, unit_of_value: str) -> Decimal | None:
    """A result in the unit of a target: percent, points or a rank."""
    if result is None:
        return None
    if unit_of_value == "rank":
        return None if result.rank is None else Decimal(result.rank)
    if unit_of_value == "percent":
        # A share is judged as it is shown.
        if result.rate is None:
            return None
        return (Decimal(round(result.rate * 10_000)) / 100).quantize(CENT, ROUND_HALF_EVEN)
    return result.score


def _value_words(value: Decimal, unit_of_value: str) -> str:
    if unit_of_value == "rank":
        return f"hạng {whole(int(value), 'vi')}"
    return f"{decimal(value, 'vi')}%" if unit_of_value == "percent" else f"{points(value, 'vi')} điểm"


def _why(facts: LetterFacts, measure: str) -> str:
    """What costs an indicator, a group or the total most points."""
    worth: dict[str, Fraction] = defaultdict(Fraction)
    for cost in facts.account.costs:
        if measure in (cost.indicator.id, cost.indicator.group, TOTAL):
            for slice_ in cost.slices:
                worth["; ".join(words(r, cost.indicator).vi for r in slice_.loss.reasons)] += slice_.points
    most = sorted(worth.items(), key=lambda each: (-each[1], each[0]))
    return "; ".join(reason for reason, value in most[:REASONS_NAMED] if value)
