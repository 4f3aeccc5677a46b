"""Sentences of letters, chosen by rules from the numbers, in official Vietnamese."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from phucvu.formats import decimal, points, whole
from phucvu.letters.letter_numbers import share
from phucvu.letters.part_results import PartResult

AMONG = {
    "ministry": "bộ, ngành",
    "province": "tỉnh, thành phố",
    "department": "sở, ban, ngành",
    "district": "huyện, thị xã, thành phố",
    "commune": "đơn vị hành chính cấp xã",
    "branch": "đơn vị trực thuộc",
}
"""What like units of a kind are called together."""


def value_words(result: PartResult, percent: bool, *, out_of: bool = False) -> str:
    """The value with its unit: points (``out_of`` the most), or percent of them or of the indicator."""
    if percent:
        return "chưa có số liệu" if result.rate is None else share(result.rate)
    if result.score is None:
        return "chưa có điểm"
    if out_of:
        return f"{decimal(result.score, 'vi')}/{decimal(result.most, 'vi')} điểm"
    return f"{points(result.score, 'vi')} điểm"


def rank_change_words(change: int | None, since: str) -> str:
    """How a rank moved; empty where that is not known."""
    if change is None:
        return ""
    if change == 0:
        return f"giữ nguyên thứ hạng so với {since}"
    return f"{'tăng' if change > 0 else 'giảm'} {whole(abs(change), 'vi')} bậc so với {since}"


def score_change_words(result: PartResult, percent: bool) -> str:
    """How points changed, in points or percentage points of the most; empty where that is not known."""
    change = result.score_change
    if change is None:
        return ""
    if change == 0:
        return f"{'tỷ lệ' if percent else 'số điểm'} giữ nguyên so với {result.since}"
    size = abs(change)
    said = (
        f"{decimal(size / result.most * 100, 'vi')} điểm phần trăm"
        if percent and result.most
        else f"{points(size, 'vi')} điểm"
    )
    return f"{'tăng' if change > 0 else 'giảm'} {said} so với {result.since}"


def rank_words(result: PartResult, kind: str) -> str:
    """The rank among like units; the first and the last are called so. Empty without a rank."""
    if result.rank is None or result.ranked < 2:
        return ""
    place = f"xếp hạng {result.rank}/{result.ranked}"
    among = AMONG[kind]
    if result.rank == 1:
        return f"{place}, đứng đầu các {among}"
    if result.rank == result.ranked:
        return f"{place}, đứng cuối các {among}"
    return f"{place} {among}"


def result_sentence(
    subject: str, result: PartResult, kind: str, percent: bool, *, out_of: bool = False
) -> str:
    """«tỉnh … đạt 75,45 điểm, xếp hạng 10/63 tỉnh, thành phố (tăng 11 bậc so với tháng 10/2023)», no stop."""
    changes = [
        words
        for words in (
            rank_change_words(result.rank_change, result.since),
            score_change_words(result, percent),
        )
        if words
    ]
    value = value_words(result, percent, out_of=out_of)
    verb = "" if value.startswith("chưa") else "đạt "
    said = ", ".join(filter(None, (f"{subject} {verb}{value}", rank_words(result, kind))))
    if changes:
        said += f" ({_once(changes, result.since)})"
    return said


def formula_sentence(result: PartResult) -> str:
    """That two days are not like with like because the portal changed a formula; else empty."""
    if not result.not_alike:
        return ""
    many = ", ".join(result.not_alike)
    return (
        f"Giữa hai kỳ Cổng Dịch vụ công quốc gia có thay đổi cách tính chỉ số {many}, "
        "vì vậy kết quả của hai kỳ chưa hoàn toàn so sánh được với nhau."
    )


def overdue_sentence(overdue: int, units: int) -> str:
    """How many dossiers are late, and in how many units."""
    if overdue == 0:
        return "Trong kỳ không có hồ sơ quá hạn."
    return f"Trong kỳ có {whole(overdue, 'vi')} hồ sơ quá hạn tại {whole(units, 'vi')} cơ quan, đơn vị."


def extremes_sentence(scored: Sequence[tuple[str, Decimal]]) -> str:
    """Which of some units has the most points and which the least; empty for fewer than two."""
    if len(scored) < 2:
        return ""
    most, least = max(value for _, value in scored), min(value for _, value in scored)
    if most == least:
        return f"Các cơ quan, đơn vị cùng đạt {points(most, 'vi')} điểm."
    first, last = ([name for name, value in scored if value == end] for end in (most, least))
    return (
        f"Cao nhất là {_names(first)} ({points(most, 'vi')} điểm), "
        f"thấp nhất là {_names(last)} ({points(least, 'vi')} điểm)."
    )


def _names(names: list[str]) -> str:
    if len(names) <= 2:
        return " và ".join(names)
    return f"{names[0]} và {whole(len(names) - 1, 'vi')} cơ quan, đơn vị khác"


def _once(changes: list[str], since: str) -> str:
    """Two changes since the same day name it once, at the end."""
    *first, last = changes
    ending = f" so với {since}"
    return ", ".join([*(words.removesuffix(ending) for words in first), last])
