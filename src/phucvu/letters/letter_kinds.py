"""The kinds of letter, and the context of each: every field that its template may use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from phucvu.figures.periods import Period
from phucvu.figures.units import Unit
from phucvu.formats import decimal, points, whole
from phucvu.letters.letter_numbers import heading_day, period_words, share, short_day
from phucvu.letters.letter_sentences import (
    extremes_sentence,
    formula_sentence,
    overdue_sentence,
    rank_change_words,
    rank_words,
    result_sentence,
    score_change_words,
    value_words,
)
from phucvu.letters.office_fields import Fields, defaults, in_sentence, signing_day, submission_words
from phucvu.letters.part_results import PartResult, Results, own_results, portal_results
from phucvu.problems import Fault, NotFoundError, UnusableError
from phucvu.published.daily_results import TOTAL, DailyResults
from phucvu.rules.model import RuleSet
from phucvu.scoring.scores import Scores
from phucvu.steering.publication_watch import Limits, Stage, Watched, broken_words

OVERDUE = "2.1"
"""The indicator whose figure tells how many dossiers are late."""

NOTHING = "—"


@dataclass(frozen=True)
class LetterFacts:
    """What a letter of a unit about a period is made from.

    ``scores`` are the own count of the period and of ``before``, as of ``day``; ``days`` what the portal
    published; ``decisions`` those that the unit's province answers for; ``root`` is that province.
    """

    unit: Unit
    root: Unit
    period: Period
    before: Period | None
    scores: Scores
    day: dt.date
    days: DailyResults
    decisions: Sequence[Watched]
    limits: Limits
    now: dt.date

    @property
    def rules(self) -> RuleSet:
        return self.scores.rules[str(self.period)]

    @cached_property
    def portal(self) -> Results:
        return portal_results(self.days, self.period, self.unit.code, self.rules)

    @cached_property
    def own(self) -> Results:
        return self.own_of(self.unit)

    def own_of(self, unit: Unit) -> Results:
        return own_results(self.scores, self.period, self.before, unit.code, self.day)

    def first_of(self, part: str) -> PartResult | None:
        """The portal's result of a part, else the own count's."""
        return self.portal.get(part) or self.own.get(part)

    @property
    def ranked_units(self) -> list[Unit]:
        """The units below the province that appendices list: departments, then communes."""
        return [*self.below("department"), *self.below("commune", "district")]

    def below(self, *kinds: str) -> list[Unit]:
        """The units directly below the province of these kinds, by code."""
        units = self.scores.units.of_period(self.period).children(self.root.code)
        return sorted((unit for unit in units if unit.kind in kinds), key=lambda unit: unit.code)


@dataclass(frozen=True)
class LetterKind:
    """A kind of letter: its name, the kinds of unit that send it, its template, what it says."""

    name: str
    units: tuple[str, ...]
    template: str
    notice: bool
    context: Callable[[LetterFacts, Mapping[str, Any]], dict[str, Any]]


def context_of(kind: LetterKind, facts: LetterFacts, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a letter. Raises UnusableError where the unit cannot send it, or nothing is known."""
    if facts.unit.kind not in kind.units:
        raise UnusableError(Fault("letter_wrong_kind", kind=facts.unit.kind))
    if not facts.portal and not facts.own:
        raise NotFoundError(Fault("letter_nothing", unit=facts.unit.code, period=facts.period))
    signed = signing_day(fields["ngay_ky"])
    common = {
        **fields,
        "ngay_ky": short_day(signed) if signed else "",
        "ngay_thang": heading_day(signed, facts.now),
        "don_vi": in_sentence(facts.unit),
        "tinh": in_sentence(facts.root),
        "ky": period_words(facts.period),
        "ky_sau": _next(facts.period),
        "nguon_tu_thong_ke": f"số liệu tự thống kê từ hồ sơ, tính đến ngày {short_day(facts.day)}",
    }
    return common | kind.context(facts, fields)


def fields_of(kind: LetterKind, facts: LetterFacts) -> Fields:
    """What the office says of itself unless it says otherwise."""
    return defaults(facts.unit, facts.root, facts.now, notice=kind.notice)


def _monthly_publication(facts: LetterFacts, fields: Mapping[str, Any]) -> dict[str, Any]:
    percent = fields["don_vi_tinh"] == "%"
    total = _needed(facts, TOTAL)
    sentence = result_sentence(in_sentence(facts.unit), total, facts.unit.kind, percent)
    departments, communes = facts.below("department"), facts.below("commune", "district")
    return {
        "cau_tong_diem": sentence,
        "tong_diem": _entry(total, facts.unit.kind, percent),
        "cau_cong_thuc": formula_sentence(total),
        "phu_luc_1": _by_component(facts),
        "phu_luc_2": [
            {"ten": title, "don_vi": rows, "cau": extremes_sentence(scored)}
            for title, units in (
                ("Các sở, ban, ngành", departments),
                ("Ủy ban nhân dân cấp xã", communes),
            )
            if units
            for rows, scored in [_by_unit(facts, units)]
        ],
        "nhom": [{"ten": group.short.vi} for group in facts.rules.groups],
        "quyet_dinh": _decisions_of_period(facts),
    }


def _department_notice(facts: LetterFacts, fields: Mapping[str, Any]) -> dict[str, Any]:
    percent = fields["don_vi_tinh"] == "%"
    chosen = [_needed(facts, part) for part in fields["chi_so"]]
    total = facts.first_of(TOTAL)
    return {
        "chi_so": [_entry(result, facts.unit.kind, percent) for result in chosen],
        "cau_tong_diem": result_sentence(facts.unit.short_name, total, facts.unit.kind, False)
        if total is not None and total.score is not None
        else "",
        "nguon": _sources([*chosen, *([total] if total else [])]),
        "so_ngay_cong_bo": f"{facts.limits.own:02}",
    }


def _office_notice(facts: LetterFacts, fields: Mapping[str, Any]) -> dict[str, Any]:
    percent = fields["don_vi_tinh"] == "%"
    total = _needed(facts, TOTAL)
    groups = [_needed(facts, group.id) for group in facts.rules.groups]
    departments, communes = facts.below("department"), facts.below("commune", "district")
    late = [(unit, figure) for unit in facts.ranked_units if (figure := lateness(facts, unit))]
    return {
        "cau_tong_diem": result_sentence(in_sentence(facts.unit), total, facts.unit.kind, percent),
        "tong_diem": _entry(total, facts.unit.kind, percent),
        "cau_cong_thuc": formula_sentence(total),
        "cac_nhom": [_entry(result, facts.unit.kind, percent) for result in groups],
        "nguon_nhom": _sources(groups),
        "nhom": [{"ten": group.short.vi} for group in facts.rules.groups],
        "phu_luc_1": _by_unit(facts, departments)[0],
        "phu_luc_2": _by_unit(facts, communes)[0],
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


KINDS = {
    "monthly-publication": LetterKind(
        "Công văn công khai kết quả hằng tháng",
        ("province",),
        "monthly-publication",
        False,
        _monthly_publication,
    ),
    "department-notice": LetterKind(
        "Thông báo kết quả của sở, ban, ngành", ("department",), "department-notice", True, _department_notice
    ),
    "office-notice": LetterKind(
        "Thông báo của Văn phòng UBND cấp tỉnh", ("province",), "office-notice", True, _office_notice
    ),
}


def _needed(facts: LetterFacts, part: str) -> PartResult:
    found = facts.first_of(part)
    if found is None:
        raise NotFoundError(Fault("letter_nothing", unit=f"{facts.unit.code} · {part}", period=facts.period))
    return found


def _entry(result: PartResult, kind: str, percent: bool) -> dict[str, str]:
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


def _by_component(facts: LetterFacts) -> list[dict[str, Any]]:
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
        "diem_cong": _score(portal),
        "so_lieu": figure,
        "ty_le": NOTHING if own is None or own.rate is None else share(own.rate),
        "diem": _score(own),
    }


def _score(result: PartResult | None) -> str:
    return NOTHING if result is None or result.score is None else points(result.score, "vi")


def _by_unit(facts: LetterFacts, units: Sequence[Unit]) -> tuple[list[dict[str, Any]], list[tuple[str, Any]]]:
    """A row for each unit of its own count, the best first; and the names with their totals."""
    found = [(unit, facts.own_of(unit)) for unit in units]
    found.sort(key=lambda each: _order(each[1].get(TOTAL)))
    rows = [
        {
            "stt": str(number),
            "ten": unit.short_name,
            "nhom": [_score(results.get(group.id)) for group in facts.rules.groups],
            "chi_so": {i.id: _indicator(results.get(i.id)) for i in facts.rules.indicators if i.scored},
            "tong": _score(results.get(TOTAL)),
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
    return {"diem": _score(result), "ty_le": NOTHING if rate is None else share(rate)}


def lateness(facts: LetterFacts, unit: Unit) -> tuple[int, int, Any] | None:
    """Dossiers on time, all handled, and the rate; None where nothing was handled."""
    row = facts.scores.components.filter(period=str(facts.period), unit=unit.code, indicator=OVERDUE)
    result = facts.own_of(unit).get(OVERDUE)
    if not row.height or result is None or result.rate is None:
        return None
    return row["numerator"][0], row["denominator"][0], result.rate


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


def _sources(results: Sequence[PartResult]) -> str:
    """Which results come from where, each source once."""
    found: dict[str, list[str]] = {}
    for result in results:
        found.setdefault(result.source, []).append(result.name)
    if len(found) == 1:
        return next(iter(found))
    return "; ".join(f"{', '.join(names)} {source}" for source, names in found.items())


def _next(period: Period) -> str:
    """The period after; a run of days has none that everybody knows."""
    if period.kind == "days":
        return "thời gian tới"
    count = {"month": 1, "quarter": 3, "year": 12}[period.kind]
    return period_words(Period.months(period.first.year, period.first.month + count, count))
