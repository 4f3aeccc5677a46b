"""How an indicator is counted and scored, in words, with the source of each value."""

from __future__ import annotations

from collections.abc import Iterator

from phucvu.formats import day, decimal, percent
from phucvu.rules.model import KIND_NAMES, Indicator, RuleSet
from phucvu.rules.origins import Origin, origins
from phucvu.web.language import _, language


def explained(indicator: Indicator) -> Iterator[tuple[str, str]]:
    """What an indicator counts and how it gives points, as (label, words)."""
    lang = language()
    yield _("Tử số"), indicator.numerator[lang]
    yield _("Mẫu số"), indicator.denominator[lang]
    if not indicator.scored or indicator.target is None:
        yield _("Điểm"), _("Chỉ theo dõi, không chấm điểm")
        return
    most, target = decimal(indicator.max_points, lang), percent(indicator.target, lang)
    if indicator.by_rule:
        yield _("Điểm"), _not_applying(indicator)
        return
    formula = _("%(max)s × tỷ lệ ÷ %(target)s, nhiều nhất %(max)s điểm")
    yield _("Điểm"), formula % {"max": most, "target": target}
    if indicator.count.times:
        yield _("Nhân với"), _("tỷ lệ của chỉ số %(other)s") % {"other": indicator.count.times}
    yield _("Khi không có mẫu số"), without_denominator(indicator)
    if indicator.scope == "province":
        yield _("Phạm vi"), _("Mọi đơn vị mang số liệu chung của cả tỉnh (hoặc bộ)")
    if len(indicator.applies_to) < len(KIND_NAMES):
        kinds = ", ".join(KIND_NAMES[kind][lang] for kind in indicator.applies_to)
        yield _("Áp dụng cho"), f"{kinds}. {_not_applying(indicator)}"


def without_denominator(indicator: Indicator) -> str:
    """What the rules give where there is nothing to count."""
    match indicator.zero_denominator:
        case "full":
            return _("Đạt điểm tối đa")
        case "zero":
            return _("Tính là tỷ lệ 0%, được 0 điểm")
        case _:
            return _("Không có tỷ lệ, được 0 điểm")


def _not_applying(indicator: Indicator) -> str:
    who = _("Đơn vị không thuộc diện áp dụng") if indicator.applies_to else _("Mọi đơn vị")
    given = decimal(indicator.max_points, language()) if indicator.not_applicable == "full" else "0"
    return _("%(who)s được %(points)s điểm theo quy tắc.") % {"who": who, "points": given}


def where_said(indicator: Indicator, rules: RuleSet) -> list[str]:
    """Where the values of an indicator stand, in sentences (see ``rules.origins``)."""
    return [_in_words(origin) for origin in origins(indicator, rules)]


def _in_words(origin: Origin) -> str:
    lang = language()
    said = _("%(title)s; từ ngày %(day)s") % {"title": origin.title[lang], "day": day(origin.since)}
    fields = ", ".join(field[lang] for field in origin.fields)
    return f"{said}: {fields}." if fields else f"{said}."
