"""Every rule that chooses a sentence, in all its branches."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from phucvu.letters.letter_sentences import (
    AMONG,
    extremes_sentence,
    formula_sentence,
    overdue_sentence,
    rank_change_words,
    rank_words,
    result_sentence,
    score_change_words,
    value_words,
)
from phucvu.letters.part_results import Origin, PartResult

SINCE = "tháng 10/2023"
TOTAL = PartResult(
    part="total",
    name="Tổng số điểm",
    most=Decimal(100),
    score=Decimal("75.45"),
    rate=Fraction(7545, 10000),
    rank=10,
    ranked=63,
    origin=Origin.PORTAL,
    day=dt.date(2023, 11, 30),
    since=SINCE,
)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (11, "tăng 11 bậc so với tháng 10/2023"),
        (-1, "giảm 1 bậc so với tháng 10/2023"),
        (0, "giữ nguyên thứ hạng so với tháng 10/2023"),
        (None, ""),
    ],
)
def test_how_a_rank_moved(change, words):
    assert rank_change_words(change, SINCE) == words


@pytest.mark.parametrize(
    ("change", "percent", "words"),
    [
        ("1.2", False, "tăng 1,20 điểm so với tháng 10/2023"),
        ("-0.05", False, "giảm 0,05 điểm so với tháng 10/2023"),
        ("0", False, "số điểm giữ nguyên so với tháng 10/2023"),
        ("1.2", True, "tăng 1,2 điểm phần trăm so với tháng 10/2023"),
        ("-0.05", True, "giảm 0,05 điểm phần trăm so với tháng 10/2023"),
        ("0", True, "tỷ lệ giữ nguyên so với tháng 10/2023"),
        (None, False, ""),
    ],
)
def test_how_points_changed(change, percent, words):
    result = replace(TOTAL, score_change=None if change is None else Decimal(change))
    assert score_change_words(result, percent) == words


@pytest.mark.parametrize(
    ("rank", "ranked", "words"),
    [
        (10, 63, "xếp hạng 10/63 tỉnh, thành phố"),
        (1, 63, "xếp hạng 1/63, đứng đầu các tỉnh, thành phố"),
        (63, 63, "xếp hạng 63/63, đứng cuối các tỉnh, thành phố"),
        (1, 1, ""),
        (None, 63, ""),
    ],
)
def test_a_rank_says_first_and_last(rank, ranked, words):
    assert rank_words(replace(TOTAL, rank=rank, ranked=ranked), "province") == words


@pytest.mark.parametrize("kind", sorted(AMONG))
def test_like_units_are_called_by_their_kind(kind):
    assert rank_words(TOTAL, kind) == f"xếp hạng 10/63 {AMONG[kind]}"


def test_values_are_points_or_percent_or_not_known():
    assert value_words(TOTAL, False) == "75,45 điểm"
    assert value_words(TOTAL, True) == "75,45%"
    assert value_words(replace(TOTAL, score=None), False) == "chưa có điểm"
    assert value_words(replace(TOTAL, rate=None), True) == "chưa có số liệu"


def test_a_result_is_one_sentence():
    moved = replace(TOTAL, rank_change=11)
    said = result_sentence("tỉnh Thử Nghiệm", moved, "province", False)
    assert said == (
        "tỉnh Thử Nghiệm đạt 75,45 điểm, xếp hạng 10/63 tỉnh, thành phố (tăng 11 bậc so với tháng 10/2023)"
    )
    both = replace(moved, score_change=Decimal("1.2"))
    said = result_sentence("tỉnh Thử Nghiệm", both, "province", False)
    assert said.endswith("(tăng 11 bậc, tăng 1,20 điểm so với tháng 10/2023)")
    bare = replace(TOTAL, rank=None, score=None)
    assert result_sentence("Sở Thử", bare, "department", False) == "Sở Thử chưa có điểm"


def test_a_changed_formula_is_told():
    assert formula_sentence(TOTAL) == ""
    assert "chỉ số 3.3, 3.6," in formula_sentence(replace(TOTAL, not_alike=("3.3", "3.6")))


def test_late_dossiers_are_none_or_counted():
    assert overdue_sentence(0, 0) == "Trong kỳ không có hồ sơ quá hạn."
    assert overdue_sentence(1234, 5) == "Trong kỳ có 1.234 hồ sơ quá hạn tại 5 cơ quan, đơn vị."


def test_who_has_most_and_least():
    one, two, three = Decimal(90), Decimal(80), Decimal(70)
    assert extremes_sentence([("A", one)]) == ""
    assert extremes_sentence([("A", one), ("B", one)]) == "Các cơ quan, đơn vị cùng đạt 90,00 điểm."
    assert extremes_sentence([("A", one), ("B", two), ("C", three)]) == (
        "Cao nhất là A (90,00 điểm), thấp nhất là C (70,00 điểm)."
    )
    assert "A và B (90,00 điểm)" in extremes_sentence([("A", one), ("B", one), ("C", three)])
    many = [("A", one), ("B", three), ("C", three), ("D", three)]
    assert "B và 2 cơ quan, đơn vị khác (70,00 điểm)" in extremes_sentence(many)
