"""Targets assigned to units, in words of letters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from phucvu.figures.periods import Period
from phucvu.formats import decimal, points, whole
from phucvu.letters.letter_numbers import short_day
from phucvu.published.daily_results import TOTAL
from phucvu.rules.model import RuleSet


def target_value(row: Mapping[str, Any]) -> str:
    """What is to be reached: «tối thiểu 70%», «tối thiểu 80,00 điểm», «hạng 10 trở lên»."""
    value: Decimal = row["value"]
    if row["unit_of_value"] == "rank":
        return f"hạng {whole(int(value), 'vi')} trở lên"
    if row["unit_of_value"] == "percent":
        return f"tối thiểu {decimal(value, 'vi')}%"
    return f"tối thiểu {points(value, 'vi')} điểm"


def measure_name(measure: str, rules: RuleSet) -> str:
    """What an indicator, a group or the total is called."""
    if measure == TOTAL:
        return "Tổng số điểm"
    if measure in rules:
        return rules[measure].name.vi
    return next((f"Nhóm chỉ số {g.name.vi}" for g in rules.groups if g.id == measure), measure)


def target_due(row: Mapping[str, Any]) -> dt.date:
    """The day until which: the one given, else the end of the target's period."""
    return row["due_on"] or Period.parse(row["period"]).last


def target_sentence(row: Mapping[str, Any], rules: RuleSet) -> str:
    """«Phấn đấu đến hết ngày 31/12/2025: Tỷ lệ … đạt tối thiểu 70% (theo …).»"""
    source = f" (theo {row['assigned_by']})" if row["assigned_by"] else ""
    return (
        f"Phấn đấu đến hết ngày {short_day(target_due(row))}: {measure_name(row['indicator'], rules)} đạt "
        f"{target_value(row)}{source}."
    )
