"""Letters that tell results: the monthly publication letter, the notices of a department and an office."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from phucvu.formats import whole
from phucvu.letters.letter_facts import LetterFacts
from phucvu.letters.letter_numbers import share, short_day
from phucvu.letters.letter_sentences import (
    extremes_sentence,
    formula_sentence,
    overdue_sentence,
    result_sentence,
)
from phucvu.letters.office_fields import in_sentence, submission_words
from phucvu.letters.result_rows import NOTHING, by_component, by_unit, entry, lateness, needed, sources
from phucvu.published.daily_results import TOTAL
from phucvu.steering.publication_watch import Stage, Watched, broken_words


def monthly_publication(facts: LetterFacts, fields: Mapping[str, Any]) -> dict[str, Any]:
    percent = fields["don_vi_tinh"] == "%"
    total = needed(facts, TOTAL)
    sentence = result_sentence(in_sentence(facts.unit), total, facts.unit.kind, percent)
    departments, communes = facts.below("department"), facts.below("commune", "district")
    return {
        "cau_tong_diem": sentence,
        "tong_diem": entry(total, facts.unit.kind, percent),
        "cau_cong_thuc": formula_sentence(total),
        "phu_luc_1": by_component(facts),
        "phu_luc_2": [
            {"ten": title, "don_vi": rows, "cau": extremes_sentence(scored)}
            for title, units in (
                ("Các sở, ban, ngành", departments),
                ("Ủy ban nhân dân cấp xã", communes),
            )
            if units
            for rows, scored in [by_unit(facts, units)]
        ],
        "nhom": [{"ten": group.short.vi} for group in facts.rules.groups],
        "quyet_dinh": _decisions_of_period(facts),
    }


def department_notice(facts: LetterFacts, fields: Mapping[str, Any]) -> dict[str, Any]:
    percent = fields["don_vi_tinh"] == "%"
    chosen = [needed(facts, part) for part in fields["chi_so"]]
    total = facts.first_of(TOTAL)
    return {
        "chi_so": [entry(result, facts.unit.kind, percent) for result in chosen],
        "cau_tong_diem": result_sentence(facts.unit.short_name, total, facts.unit.kind, False)
        if total is not None and total.score is not None
        else "",
        "nguon": sources([*chosen, *([total] if total else [])]),
        "so_ngay_cong_bo": f"{facts.limits.own:02}",
    }


def office_notice(facts: LetterFacts, fields: Mapping[str, Any]) -> dict[str, Any]:
    percent = fields["don_vi_tinh"] == "%"
    total = needed(facts, TOTAL)
    groups = [needed(facts, group.id) for group in facts.rules.groups]
    departments, communes = facts.below("department"), facts.below("commune", "district")
    late = [(unit, figure) for unit in facts.ranked_units if (figure := lateness(facts, unit))]
    return {
        "cau_tong_diem": result_sentence(in_sentence(facts.unit), total, facts.unit.kind, percent),
        "tong_diem": entry(total, facts.unit.kind, percent),
        "cau_cong_thuc": formula_sentence(total),
        "cac_nhom": [entry(result, facts.unit.kind, percent) for result in groups],
        "nguon_nhom": sources(groups),
        "nhom": [{"ten": group.short.vi} for group in facts.rules.groups],
        "phu_luc_1": by_unit(facts, departments)[0],
        "phu_luc_2": by_unit(facts, communes)[0],
        "phu_luc_3": [
            {
                "stt": str(number),
                "ten": unit.short_name,
                "tong_so": whole(handled, "vi"),
                "dung_han": whole(on_time, "vi"),
                "qua_han": whole(handled - on_time, "vi"),
                "ty_le": share(rate),
            }
            for number, (unit, (on_time, handled, rate)) in enumerate(late, 1)
        ],
        "cau_qua_han": overdue_sentence(
            sum(handled - on_time for _, (on_time, handled, _) in late),
            sum(handled > on_time for _, (on_time, handled, _) in late),
        ),
        "co_qua_han": any(handled > on_time for _, (on_time, handled, _) in late),
        "quyet_dinh_cham": _overdue_decisions(facts, fields),
        "so_ngay_cong_bo": f"{facts.limits.own:02}",
    }


def _decisions_of_period(facts: LetterFacts) -> list[dict[str, str]]:
    """Decisions of the period, and those whose procedures were made public in it."""
    within = [
        one
        for one in facts.decisions
        if any(
            day is not None and facts.period.first <= day <= facts.period.last
            for day in (one.own_decided_on, one.published_on)
        )
    ]
    within.sort(key=lambda one: (one.own_decided_on or dt.date.min, one.own_number))
    return [
        {
            "stt": str(number),
            "so": one.own_number,
            "ngay": short_day(one.own_decided_on) if one.own_decided_on else NOTHING,
            "trich_yeu": one.title or NOTHING,
            "cua_bo": _of_ministry(one),
            "so_thu_tuc": whole(len(one.procedures), "vi"),
            "thu_tuc": ", ".join(one.procedures),
            "cong_khai": short_day(one.published_on) if one.published_on else "chưa công khai đủ",
        }
        for number, one in enumerate(within, 1)
    ]


def _of_ministry(one: Watched) -> str:
    if one.decision == one.own_number or not one.decision:
        return NOTHING
    return one.decision + (f" ngày {short_day(one.decided_on)}" if one.decided_on else "")


def _overdue_decisions(facts: LetterFacts, fields: Mapping[str, Any]) -> list[dict[str, str]]:
    """Decisions that broke a limit and are still open, or broke it in the period."""
    names = facts.scores.units
    late = [
        one
        for one in facts.decisions
        if one.broken
        and one.broken_on is not None
        and one.broken_on <= facts.period.last
        and (one.stage is not Stage.DONE or one.broken_on >= facts.period.first)
    ]
    return [
        {
            "stt": str(number),
            "quyet_dinh": f"Quyết định số {one.decision}"
            + (f" ngày {short_day(one.decided_on)}" if one.decided_on else "")
            + (f" {one.title}" if one.title else ""),
            "don_vi": _advising(one, names),
            "ghi_chu": ". ".join(
                filter(None, (broken_words(one, facts.limits, "vi"), one.note, fields["quy_che"]))
            ),
        }
        for number, one in enumerate(late, 1)
    ]


def _advising(one: Watched, units: Any) -> str:
    unit = units.get(one.advising_unit) if one.advising_unit else None
    name = unit.short_name if unit else (one.advising_unit or NOTHING)
    return "; ".join(filter(None, (name, submission_words(one.submission_number, one.submission_on))))
