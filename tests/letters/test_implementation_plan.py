"""The plan: every indicator by group, and who answers for which until when, from the table of targets."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from phucvu.figures.periods import Period
from phucvu.letters.implementation_plan import copies_sentence
from phucvu.letters.letter_sources import Duties

from .letter_reading import letter, text
from .made_facts import Days, facts, published

YEAR = Period.parse("2023")
TOTAL = published("H99", "total", dt.date(2023, 2, 20), "2023", score=75.45, rank=10, ranked=63)


def target(unit, indicator, value, unit_of_value="percent", **other):
    row = {"unit": unit, "indicator": indicator, "period": "2023", "value": Decimal(value)}
    return row | {"unit_of_value": unit_of_value, "assigned_by": None, "due_on": None} | other


TARGETS = (
    target("H99.201", "4.6", 100, assigned_by="Quyết định số 223/QĐ-UBND", due_on=dt.date(2023, 6, 30)),
    target("H99.01", "3.3", 70),
    target("H99.01", "3.6", "60.5"),
    target("H99", "total", 10, "rank"),
    target("H98.01", "3.3", 70),
    target("H99.02", "3.3", 70, due_on=dt.date(2022, 12, 31)),
)


def plan(**said):
    given = {"days": Days(TOTAL), "targets": TARGETS} | said
    return letter("implementation-plan", facts(period=YEAR, **given))


def test_the_indicators_stand_by_group_with_those_without_points():
    document = plan()
    said = text(document)
    both = {("H99", "4.5a"): (1, 4), ("H99", "4.5b"): (3, 4)}
    apart = text(plan(values={("H99", "2.1"): (9, 10), **both}))
    assert "4.5a | Tỷ lệ thủ tục hành chính kết nối Cơ sở dữ liệu quốc gia về dân cư | 2 | 25%" in apart
    assert "4.5b | Tỷ lệ hồ sơ sử dụng dữ liệu Cơ sở dữ liệu quốc gia về dân cư | 2 | 75%" in apart
    rules = facts(period=YEAR).rules
    assert f"Bộ chỉ số gồm {len(rules.indicators)} chỉ số" in said
    assert "a) Công khai, minh bạch: gồm 04 chỉ số thành phần được chấm điểm;" in said
    assert (
        "b) Tiến độ, kết quả giải quyết: gồm 02 chỉ số thành phần, trong đó 01 chỉ số được chấm điểm và 01 "
        "chỉ "
        "số dùng để phân tích, chỉ đạo, điều hành;" in said
    )
    [table] = [t for t in document.tables if t.rows[0].cells[0].text == "Số"]
    numbers = [row.cells[0].text for row in table.rows[1:]]
    assert len(numbers) == len(rules.groups) + len(rules.indicators)
    assert "2.1 | Tỷ lệ hồ sơ thủ tục hành chính xử lý đúng hạn, trước hạn | 20 | 90%" in said


def test_who_answers_for_which_indicator_until_when():
    document = plan()
    said = text(document)
    [table] = [t for t in document.tables if t.rows[0].cells[1].text == "Chỉ số, nhóm chỉ số"]
    rows = [[cell.text for cell in row.cells] for row in table.rows][1:]
    assert [row[2:] for row in rows] == [
        ["Tỉnh Thử Nghiệm", "hạng 10 trở lên", "31/12/2023", "—"],
        ["Sở Thử 1", "tối thiểu 70%", "31/12/2023", "—"],
        ["Sở Thử 1", "tối thiểu 60,5%", "31/12/2023", "—"],
        ["Xã Thử 1", "tối thiểu 100%", "30/6/2023", "Quyết định số 223/QĐ-UBND"],
    ], "in the order of the index; neither another province's nor one that was due before"
    assert rows[1][1] == "3.3 Tỷ lệ hồ sơ thủ tục hành chính nộp trực tuyến"
    assert (
        "- Sở Thử 1: Tỷ lệ hồ sơ thủ tục hành chính nộp trực tuyến; Tỷ lệ hồ sơ thanh toán trực tuyến;"
        in said
    )
    assert "Chưa có chỉ tiêu được giao" in text(plan(targets=()))
    assert "Phân công cụ thể" not in text(plan(targets=()))


def test_the_duties_of_the_seed():
    said = text(plan(duties=Duties(quarterly_before=16)))
    for words in (
        "KẾ HOẠCH",
        "tỉnh Thử Nghiệm đạt 75,45 điểm, xếp hạng 10/63 tỉnh, thành phố",
        "trước ngày 16 của tháng cuối quý",
        "chưa có tài khoản trên Cổng Dịch vụ công quốc gia",
        "Bản đồ thực thi thể chế",
        "khớp đúng số lượng, nội dung",
        "bảo đảm 100% đơn vị có hồ sơ chứng thực bản sao điện tử",
        "trách nhiệm của người đứng đầu",
    ):
        assert words in said
    assert "trước ngày 14 của tháng" in text(plan(duties=Duties(quarterly_before=14)))


@pytest.mark.parametrize(
    ("figure", "sentence"),
    [
        ((2, 3), "hiện nay 2/3 đơn vị cấp xã đã thực hiện"),
        ((3, 3), "hiện nay 3/3 đơn vị cấp xã đã thực hiện, tiếp tục duy trì"),
        (None, ""),
    ],
)
def test_how_many_communes_certify_copies(figure, sentence):
    values = {("H99", "2.1"): (9, 10)} | ({("H99", "4.6"): figure} if figure else {})
    assert copies_sentence(facts(period=YEAR, values=values)) == sentence
