"""A brief's numbers are those of the scores, its sentences follow them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest

from phucvu.figures.periods import Period
from phucvu.figures.units import Unit, Units
from phucvu.published.daily_results import COLUMNS, NotAlike
from phucvu.rules.loading import load
from phucvu.rules.model import Words
from phucvu.steering.brief import Brief, Cause, GroupPoints, ToMend, Total, largest_causes, portal_place
from phucvu.steering.brief_words import Published, in_words
from phucvu.steering.changes import Change, Piece
from phucvu.steering.firm_ranks import FirmRank

MONTH, BEFORE = Period.parse("2026-10"), Period.parse("2026-09")
RULES = load("portal-2026").at(MONTH.last)
UNITS = [Unit("H91", "UBND tỉnh Thử", "province")] + [
    Unit(f"H91.0{n}", f"Sở Số {n} - tỉnh Thử", "department", "H91") for n in range(1, 6)
]
TOTAL = Total(Decimal("62.40"), Decimal(100), 4, 19, FirmRank(3, 7, 0.4, ()), BEFORE, Decimal("-0.80"), 2)


def brief(**changed: object) -> Brief:
    found = Brief(
        UNITS[1], MONTH, dt.datetime(2026, 11, 1), Units(UNITS), TOTAL, None, (), (), (), Fraction(26, 5)
    )
    return replace(found, **changed)  # type: ignore[arg-type]


def answer(language: str = "vi", **changed: object) -> str:
    return in_words(brief(**changed), Published(None), language).answer


def test_the_answer_first() -> None:
    assert answer() == (
        "Sở Số 1 đạt 62,40/100 điểm, hạng 4/19, chắc từ 3 đến 7; giảm 0,80 điểm, tăng 2 bậc "
        "so với tháng 9/2026; còn khắc phục được 5,20 điểm."
    )
    assert answer("en") == (
        "Sở Số 1 has 62.40 of 100 points, rank 4 of 19, surely from 3 to 7; down 0.80 points, up 2 places "
        "since September 2026; 5.20 points can still be won back by mending."
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rank_change": None}, "giảm 0,80 điểm so với tháng 9/2026"),
        (
            {"score_change": Decimal(0), "rank_change": 0},
            "điểm không đổi, giữ nguyên thứ hạng so với",
        ),
        ({"firm": FirmRank(4, 4, 0.4, ())}, "hạng 4/19, hạng chắc;"),
        ({"firm": None}, "hạng 4/19; giảm"),
        ({"rank": None}, "62,40/100 điểm; giảm"),
        ({"since": None}, "chắc từ 3 đến 7; còn khắc phục"),
        ({"score": None}, "Sở Số 1 chưa có tổng điểm; còn khắc phục"),
    ],
)
def test_what_is_not_known_is_left_out(changed: dict[str, object], said: str) -> None:
    assert said in answer(total=replace(TOTAL, **changed))  # type: ignore[arg-type]


def test_a_running_period_beside_a_whole_one_is_said_to_be_so() -> None:
    running = {"cut_off": dt.datetime(2026, 10, 15)}
    assert "so với cả tháng 9/2026 (kỳ này chưa kết thúc)" in answer(**running)
    days = replace(TOTAL, since=Period.parse("2026-09-01..2026-09-15"))
    assert "so với từ 01/09/2026 đến 15/09/2026" in answer(total=days, **running)


def test_what_can_be_mended() -> None:
    assert answer(mendable=Fraction(0)).endswith("không còn điểm bị trừ nào khắc phục được.")
    assert "khắc phục" not in answer(mendable=None)


def test_who_must_act_is_named() -> None:
    mend = ToMend(RULES["2.1"], ("unit", "vendor"), (), 1, Fraction(1), None, ("H91.01", "H91.02", "H91.03"))
    found = in_words(brief(unit=UNITS[0], to_mend=(mend,)), Published(None), "vi").to_mend[0]
    assert found.who == "Sở Số 1, Sở Số 2 và 1 nơi khác; Đơn vị vận hành hệ thống thông tin"
    assert (found.number, found.until) == ("1 trường hợp", "làm ngay")
    alone = replace(mend, who=("unit",), units=(), until=dt.datetime(2026, 10, 31, 23, 59))
    found = in_words(brief(to_mend=(alone,)), Published(None), "vi").to_mend[0]
    assert (found.who, found.until) == ("Sở Số 1", "trước 31/10/2026 23:59")


def test_the_largest_causes_with_the_unit_that_has_most_part() -> None:
    pieces = [
        Piece("performance", "H91.01", Fraction(-3)),
        Piece("performance", "H91.02", Fraction(1)),
        Piece("volume", "H91", Fraction(1, 2)),
        Piece("mix", "H91.01", Fraction(1, 1000)),
        Piece("rounding", "H91", Fraction(9)),
    ]
    found = largest_causes([Change(RULES["2.1"], None, None, tuple(pieces))], "H91")
    assert found == (
        Cause(RULES["2.1"], "performance", Fraction(-2), "H91.01"),
        Cause(RULES["2.1"], "volume", Fraction(1, 2), None),
    )
    said = in_words(brief(causes=found), Published(None), "vi").causes[0]
    assert (said.points, said.cause, said.where) == (
        "▼\u00a02,00",
        "kết quả thực hiện",
        "nhiều nhất ở Sở Số 1",
    )


def test_the_bar_of_a_group_is_as_long_as_its_points() -> None:
    group = RULES.groups[0]
    score = group.max_points / 2
    [bar] = in_words(brief(groups=(GroupPoints(group, score, Fraction(99)),)), Published(None), "vi").groups
    assert (bar.kept, bar.can_mend, bar.gone) == (500, 500, 0)
    [bar] = in_words(brief(groups=(GroupPoints(group, None, Fraction(0)),)), Published(None), "vi").groups
    assert (bar.kept, bar.can_mend, bar.gone, bar.reached) == (0, 0, 0, "chưa có điểm")


class Days:
    """What the portal published: rank 21, then 10, and a formula that changed in between."""

    def rows(self, *conditions: pl.Expr) -> pl.DataFrame:
        rows = [
            {"day": day, "period": "2026", "unit": "H91", "part": "total", "score": score, "rank": rank}
            | {"ranked": 34}
            for day, score, rank in ((dt.date(2026, 9, 10), 70.1, 21), (dt.date(2026, 10, 10), 75.45, 10))
        ]
        frame = pl.DataFrame(rows, schema_overrides={"day": pl.Date}).with_columns(
            pl.lit(None, dtype).alias(name) for name, dtype in COLUMNS.items() if name not in rows[0]
        )
        return frame.filter(*conditions)

    def not_alike(self) -> list[NotAlike]:
        day = dt.date(2026, 10, 1)
        return [NotAlike("2026", "2.2", day, day, Words(vi="đổi", en="changed"), {})]


def test_what_the_portal_published_stands_beside_it() -> None:
    found = portal_place(Days(), Period.parse("2026"), "H91")  # type: ignore[arg-type]
    assert in_words(brief(portal=found), Published(None), "vi").portal == (
        "Cổng Dịch vụ công quốc gia công bố ngày 10/10/2026: 75,45 điểm, hạng 10/34, tăng 11 bậc so với "
        "10/09/2026. Giữa hai ngày, Cổng đã thay đổi cách tính chỉ số 2.2."
    )
    assert portal_place(Days(), Period.parse("2026"), "H92") is None  # type: ignore[arg-type]
