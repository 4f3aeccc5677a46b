"""The remedy order: what units must mend, by group; demands come from what can still be saved."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from phucvu.formats import points, whole
from phucvu.letters.letter_facts import LetterFacts
from phucvu.letters.letter_numbers import short_day
from phucvu.letters.letter_sentences import formula_sentence, overdue_sentence, result_sentence
from phucvu.letters.office_fields import Fields, in_sentence
from phucvu.letters.result_rows import lateness, needed
from phucvu.letters.target_words import target_sentence
from phucvu.published.daily_results import TOTAL
from phucvu.rules.model import Indicator
from phucvu.steering.fates import DEEDS, Fate, Who
from phucvu.steering.loss_rows import deeds
from phucvu.steering.points_lost import Account, Cost, Slice, as_decimal

THINGS = {
    "dossiers": "hồ sơ",
    "synchronised": "hồ sơ",
    "petitions": "phản ánh, kiến nghị",
    "services": "dịch vụ công trực tuyến",
    "communes": "đơn vị hành chính cấp xã",
}
"""What an indicator counts, by ``Count.of``; the others count procedures."""

PROCEDURES = "thủ tục hành chính"

NAMED = 3
"""Units named in the text with a demand; the appendix has all."""

UNNAMED = "Chưa xác định đơn vị trực thuộc"
"""Records that count for the province itself."""


@dataclass(frozen=True)
class Demand:
    """What somebody must do for an indicator: how many records it mends, and at most so many points.

    A record needs one or more of the ``deeds``, of which the most wanted is first. ``by_unit`` divides number
    and points among the units directly below, or the unit itself.
    """

    indicator: Indicator
    fate: Fate
    who: tuple[Who, ...]
    deeds: tuple[str, ...]
    number: int
    points: Fraction
    until: dt.datetime | None
    by_unit: Mapping[str, tuple[Fraction, Fraction]]


def demands(account: Account) -> list[Demand]:
    """What can still be saved, what brings most first.

    What nobody can mend by a deed, and what brings no points, is no demand.
    """
    alike: dict[tuple[Any, ...], list[Slice]] = defaultdict(list)
    indicators = {cost.indicator.id: cost.indicator for cost in account.costs}
    for slice_ in account.slices:
        loss = slice_.loss
        if loss.deeds and slice_.points and loss.fate is not Fate.GONE:
            alike[loss.indicator, loss.fate, loss.who].append(slice_)
    found = [_demand(indicators[key[0]], same) for key, same in alike.items()]
    return sorted(found, key=lambda demand: (-demand.points, -demand.number, demand.indicator.id))


def _demand(indicator: Indicator, same: Sequence[Slice]) -> Demand:
    by_unit: dict[str, tuple[Fraction, Fraction]] = {}
    for slice_ in same:
        worth = slice_.by_unit
        for unit, number in slice_.loss.by_unit.items():
            before = by_unit.get(unit, (Fraction(0), Fraction(0)))
            by_unit[unit] = before[0] + number, before[1] + worth[unit]
    loss = same[0].loss
    by_number = sorted(same, key=lambda slice_: -slice_.loss.number)
    moments = [slice_.loss.until for slice_ in same if slice_.loss.until is not None]
    return Demand(
        indicator,
        loss.fate,
        loss.who,
        tuple(dict.fromkeys(deed for slice_ in by_number for deed in slice_.loss.deeds)),
        sum(slice_.loss.number for slice_ in same),
        sum((slice_.points for slice_ in same), Fraction(0)),
        min(moments, default=None),
        by_unit,
    )


def remedy_order(facts: LetterFacts, fields: Mapping[str, Any]) -> dict[str, Any]:
    percent = fields["don_vi_tinh"] == "%"
    total, account = needed(facts, TOTAL), facts.account
    wanted = demands(account)
    late = [figure for unit in facts.ranked_units if (figure := lateness(facts, unit))]
    overdue = [handled - on_time for on_time, handled, _ in late if handled > on_time]
    return {
        "cau_tong_diem": result_sentence(
            in_sentence(facts.unit), total, facts.unit.kind, percent, out_of=not percent
        ),
        "nguon": total.source,
        "cau_cong_thuc": formula_sentence(total),
        "cau_bi_tru": account_sentence(account),
        "cac_nhom": [
            _group(facts, fields, group.id, wanted, percent, number)
            for number, group in enumerate(facts.rules.groups, 1)
        ],
        "cau_qua_han": overdue_sentence(sum(overdue), len(overdue)),
        "co_qua_han": bool(overdue),
        "nhom": [{"ten": group.short.vi} for group in facts.rules.groups],
        "phu_luc": _by_unit(facts, wanted),
    }


def remedy_order_fields(facts: LetterFacts) -> Fields:
    """The chair orders departments and communes; what can be mended now is due by the end of the period."""
    units = ["Giám đốc các sở, Thủ trưởng các ban, ngành", "Chủ tịch Ủy ban nhân dân các xã, phường"]
    recipients = [
        "Như trên",
        f"Thường trực HĐND {in_sentence(facts.root)}",
        "Chủ tịch, các Phó Chủ tịch UBND",
    ]
    own: Fields = {"kinh_gui": units, "noi_nhan": recipients}
    return own | ({"han_khac_phuc": short_day(facts.period.last)} if facts.running else {})


def account_sentence(account: Account) -> str:
    """How many points are lost, and what of them can be had back; the parts add up to the whole."""
    if not account.shown:
        return "Tất cả các chỉ số đạt điểm tối đa."
    parts = [
        (as_decimal(account.of(Fate.NOW)), "khắc phục được ngay"),
        (as_decimal(account.of(Fate.UNTIL)), "còn khắc phục được trong thời hạn quy định"),
        (as_decimal(account.of(Fate.TO_COME)), "phụ thuộc các hồ sơ, việc đang xử lý trong kỳ"),
    ]
    shown = as_decimal(account.shown)
    parts.append((shown - sum(value for value, _ in parts), "không khắc phục được nữa"))
    said = [f"{points(value, 'vi')} điểm {words}" for value, words in parts if value]
    only = len(said) == 1
    return f"Số điểm bị trừ là {points(shown, 'vi')} điểm" + (
        f", {said[0].split(' điểm ', 1)[1]}." if only else f", trong đó {'; '.join(said)}."
    )


def _group(
    facts: LetterFacts,
    fields: Mapping[str, Any],
    group: str,
    wanted: Sequence[Demand],
    percent: bool,
    number: int,
) -> dict[str, Any]:
    costs = [cost for cost in facts.account.costs if cost.indicator.group == group]
    own = [demand for demand in wanted if demand.indicator.group == group]
    result = needed(facts, group)
    by_who: dict[tuple[Who, ...], list[Demand]] = defaultdict(list)
    for demand in own:
        by_who[demand.who].append(demand)
    parts = {indicator.id for indicator in facts.rules.of_group(group)} | {group}
    return {
        "so": str(number),
        "ten": result.name,
        "cau": result_sentence("Kết quả", result, facts.unit.kind, percent, out_of=not percent),
        "nguon": "" if result.source == needed(facts, TOTAL).source else result.source,
        "cau_khac_phuc": saving_sentence(costs, own),
        "viec": [
            {
                "chu_cai": "abcdđe"[place],
                "ai": actor(who, fields),
                "cac_viec": [_said(facts, fields, demand) for demand in each],
            }
            for place, (who, each) in enumerate(by_who.items())
        ],
        "cau_ho_so_moi": next_sentence(costs),
        "chi_tieu": [
            target_sentence(row, facts.rules)
            for row in facts.sources.targets
            if row["unit"] == facts.unit.code and row["indicator"] in parts
        ],
        "dot_cao_diem": [
            f"Tập trung thực hiện đợt cao điểm “{drive.name}” từ ngày {short_day(drive.starts)} đến hết ngày "
            f"{short_day(drive.ends)}{f' theo {drive.source}' if drive.source else ''}."
            for drive in facts.sources.duties().drives
            if drive_group(drive.measure) in parts
        ],
        "co_tien_do": group == "progress",
    }


def drive_group(measure: str) -> str:
    """The indicator or group that a campaign is told with."""
    return {"fully_online": "online", "old_system": "progress"}.get(measure, measure)


def saving_sentence(costs: Iterable[Cost], own: Sequence[Demand]) -> str:
    """What of a group can be had back, by the own count."""
    costs = list(costs)
    if not costs:
        return "Chưa có số liệu tự thống kê để xác định nội dung cần khắc phục."
    lost = as_decimal(sum((cost.shown for cost in costs), Fraction(0)))
    if not lost:
        return "Theo số liệu tự thống kê, nhóm này đạt điểm tối đa; tiếp tục duy trì."
    back = as_decimal(sum((demand.points for demand in own), Fraction(0)))
    if not back:
        return (
            f"Theo số liệu tự thống kê, số điểm bị trừ là {points(lost, 'vi')} điểm, không khắc phục được "
            "nữa; cần bảo đảm thực hiện đúng đối với hồ sơ, công việc phát sinh mới."
        )
    return (
        f"Theo số liệu tự thống kê, số điểm bị trừ là {points(lost, 'vi')} điểm; có thể tăng tối đa "
        f"{points(back, 'vi')} điểm."
    )


def next_sentence(costs: Iterable[Cost]) -> str:
    """What makes the next records good; empty where nothing was lost."""
    following = dict.fromkeys(
        deed for cost in costs for slice_ in cost.slices if slice_.points for deed in deeds(slice_)[1]
    )
    if not following:
        return ""
    return f"Đối với hồ sơ, công việc phát sinh mới: {'; '.join(DEEDS[deed].vi for deed in following)}."


def actor(who: Iterable[Who], fields: Mapping[str, Any]) -> str:
    """Who must act, as a letter names them."""
    names = {
        "unit": "Các cơ quan, đơn vị, địa phương",
        "root": fields["co_quan_cong_khai"],
        "vendor": fields["co_quan_he_thong"],
        "ministry": f"{fields['co_quan_cong_khai']} làm việc với bộ, ngành chủ quản hệ thống thông tin",
    }
    first, *others = (names[each] for each in who)
    return first if not others else f"{first}, phối hợp với {', '.join(others)}"


def thing(indicator: Indicator) -> str:
    return THINGS.get(indicator.count.of, PROCEDURES)


def until_words(demand: Demand, facts: LetterFacts, fields: Mapping[str, Any]) -> str:
    """By when: its own moment, the day the office says, or the end of handling."""
    if demand.until is not None:
        return f"trước hết ngày {short_day(demand.until.date())}"
    if demand.fate is Fate.TO_COME:
        return "trước khi kết thúc xử lý hồ sơ"
    return f"trước hết ngày {fields['han_khac_phuc']}"


def _said(facts: LetterFacts, fields: Mapping[str, Any], demand: Demand) -> dict[str, str]:
    names = facts.scores.units
    most = sorted(demand.by_unit.items(), key=lambda each: (-each[1][0], each[0]))
    named = [
        f"{names[unit].short_name} ({whole(ceil(number), 'vi')})"
        for unit, (number, _) in most[:NAMED]
        if unit in names and unit != facts.unit.code
    ]
    extent = "Nhiều nhất" if len(most) > NAMED else "Cụ thể"
    return {
        "chi_so": demand.indicator.id,
        "ten_chi_so": demand.indicator.name.vi,
        "viec": deed_words(demand),
        "so_luong": whole(demand.number, "vi"),
        "doi_tuong": thing(demand.indicator),
        "diem": worth_words(demand.points),
        "han": until_words(demand, facts, fields),
        "cau_don_vi": f"{extent}: {', '.join(named)}." if named else "",
    }


def deed_words(demand: Demand) -> str:
    return "; ".join(DEEDS[deed].vi for deed in demand.deeds)


def _by_unit(facts: LetterFacts, wanted: Sequence[Demand]) -> list[dict[str, Any]]:
    """How many records each unit itself must mend, by group; the one with most to be had back first."""
    names = facts.scores.units
    rows: dict[str, list[Demand]] = defaultdict(list)
    for demand in wanted:
        if "unit" in demand.who:
            for unit in demand.by_unit:
                rows[unit].append(demand)
    worths = {unit: sum((d.by_unit[unit][1] for d in each), Fraction(0)) for unit, each in rows.items()}
    return [
        {
            "stt": str(number),
            "ten": names[unit].short_name if unit in names and unit != facts.unit.code else UNNAMED,
            "nhom": [_numbers(unit, rows[unit], group.id) for group in facts.rules.groups],
            "diem": worth_words(worths[unit]),
        }
        for number, unit in enumerate(sorted(rows, key=lambda unit: (-worths[unit], unit)), 1)
    ]


def _numbers(unit: str, own: Sequence[Demand], group: str) -> str:
    """«4.1: 240; 4.2: 12», the indicators of a group by number."""
    found: dict[str, Fraction] = defaultdict(Fraction)
    for demand in own:
        if demand.indicator.group == group:
            found[demand.indicator.id] += demand.by_unit[unit][0]
    return (
        "; ".join(f"{id_}:\u00a0{whole(ceil(number), 'vi')}" for id_, number in sorted(found.items())) or "—"
    )


def worth_words(worth: Fraction) -> str:
    """Points with two decimals; what rounds to nothing is said to be less."""
    rounded = as_decimal(worth)
    return points(rounded, "vi") if rounded or not worth else "dưới 0,01"
