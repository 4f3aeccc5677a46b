"""What changes from one rule set to another, in words, and how many points are at stake."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from phucvu.formats import decimal, percent
from phucvu.rules.model import KIND_NAMES, Count, Indicator, RuleSet, Words

FIELDS = {
    "max_points": Words(vi="điểm tối đa", en="max points"),
    "target": Words(vi="tỷ lệ đạt điểm tối đa", en="target rate"),
    "zero_denominator": Words(vi="khi không có mẫu số", en="without a denominator"),
    "numerator": Words(vi="tử số", en="numerator"),
    "denominator": Words(vi="mẫu số", en="denominator"),
    "count": Words(vi="cách đếm", en="how it is counted"),
    "scope": Words(vi="phạm vi", en="scope"),
    "applies_to": Words(vi="áp dụng cho", en="applies to"),
    "not_applicable": Words(vi="khi không áp dụng", en="where it does not apply"),
    "group": Words(vi="nhóm", en="group"),
    "name": Words(vi="tên", en="name"),
}

SCORING = set(FIELDS) - {"name", "numerator", "denominator", "group"}
"""Fields whose change can move points."""


@dataclass(frozen=True)
class Change:
    """One thing that differs. ``at_stake`` is the points that an indicator can gain or lose by it."""

    indicator: str
    at_stake: Decimal
    vi: str
    en: str


def difference(old: RuleSet, new: RuleSet) -> list[Change]:
    """The changes from one set of rules to another, in the order of the indicators.

    The points at stake stand with the first change of an indicator that can move points. Where only
    the maximum changes, they are its change; otherwise the larger maximum.
    """
    changes: list[Change] = []
    for identity in dict.fromkeys([i.id for i in old.indicators] + [i.id for i in new.indicators]):
        if identity not in new:
            gone = old[identity]
            words = Words(vi=f"bỏ chỉ số “{gone.name.vi}”", en=f"indicator “{gone.name.en}” is dropped")
            changes.append(Change(identity, gone.max_points, words.vi, words.en))
        elif identity not in old:
            come = new[identity]
            words = Words(vi=f"thêm chỉ số “{come.name.vi}”", en=f"indicator “{come.name.en}” is new")
            changes.append(Change(identity, come.max_points, words.vi, words.en))
        else:
            changes.extend(_changes(old[identity], new[identity]))
    return changes


def at_stake(changes: list[Change]) -> Decimal:
    """All points that can move, in points."""
    return sum((c.at_stake for c in changes), Decimal(0))


def _changes(old: Indicator, new: Indicator) -> list[Change]:
    differing = [f for f in FIELDS if getattr(old, f) != getattr(new, f)]
    moving = [f for f in differing if f in SCORING]
    worded = [f for f in differing if f in ("numerator", "denominator")]
    if moving == ["max_points"]:
        stake = abs(new.max_points - old.max_points)
    else:
        stake = max(old.max_points, new.max_points) if moving else Decimal(0)
    if "count" in differing and worded:
        differing.remove("count")  # the numerator and denominator say it in words
    changes: list[Change] = []
    for field in differing:
        label = FIELDS[field]
        before, after = getattr(old, field), getattr(new, field)
        at_stake = stake if not changes else Decimal(0)
        vi = f"{label.vi}: {in_words(before, 'vi')} → {in_words(after, 'vi')}"
        en = f"{label.en}: {in_words(before, 'en')} → {in_words(after, 'en')}"
        changes.append(Change(old.id, at_stake, vi, en))
    return changes


VALUE_NAMES = {
    "none": Words(vi="0 điểm", en="0 points"),
    "full": Words(vi="điểm tối đa", en="full points"),
    "zero": Words(vi="tỷ lệ 0", en="a rate of 0"),
    "own": Words(vi="của đơn vị", en="the unit’s own"),
    "province": Words(vi="của cả tỉnh hoặc bộ", en="the whole province’s or ministry’s"),
}


def in_words(value: Any, language: str) -> str:
    """A value of a rule set in words: 80%, 6, “điểm tối đa”."""
    match value:
        case Words():
            return f"“{value.vi}”" if language == "vi" else f"“{value.en}”"
        case Fraction():
            return percent(value, language)
        case Decimal():
            return decimal(value, language)
        case Count():
            return counted(value, language)
        case tuple():
            kinds = [KIND_NAMES[kind][language] for kind in value]
            nobody = "không đơn vị nào" if language == "vi" else "no unit"
            return ", ".join(kinds) or nobody
        case None:
            return "không có" if language == "vi" else "none"
        case _:
            return VALUE_NAMES[value][language] if value in VALUE_NAMES else str(value)


def counted(count: Count, language: str) -> str:
    """A count in one line, in the words of the vocabulary."""
    numerator = " + ".join(count.numerator) or count.of
    denominator = " + ".join(count.denominator) or "*"
    population = f", {count.population}" if count.population else ""
    times = f" × {count.times}" if count.times else ""
    if count.taken_off:
        numerator = "* - " + " - ".join("lacking(" + " + ".join(group) + ")" for group in count.taken_off)
    return f"{count.of}{population}: {numerator} / {denominator}{times}"
