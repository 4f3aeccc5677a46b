"""The remedy order: each demand is a loss that can still be mended, with who, how many, until when."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from fractions import Fraction

import pytest

from phucvu.letters.letter_sources import Drive, Duties
from phucvu.letters.remedy_order import account_sentence, demands
from phucvu.steering.fates import Fate
from phucvu.steering.losses import Loss
from phucvu.steering.points_lost import account, as_decimal

from .letter_reading import letter, text
from .made_facts import Days, facts, published

END = dt.date(2023, 11, 30)
VALUES = {("H99", "2.1"): (900, 1000), ("H99", "4.1"): (600, 1000), ("H99", "3.6"): (500, 500)}
VALUES |= {("H99.01", "2.1"): (860, 940), ("H99.02", "2.1"): (40, 60)}


def lost(indicator, fate, who, deeds, by_unit, reason="result_file", until=None):
    number = sum(by_unit.values())
    shares = {unit: Fraction(n) for unit, n in by_unit.items()}
    return Loss(indicator, (reason,), fate, who, deeds, number, shares, until, "H99")


LOSSES = [
    lost("2.1", Fate.GONE, (), (), {"H99.01": 80, "H99.02": 20}, "on_time"),
    lost("4.1", Fate.NOW, ("unit",), ("attach_result",), {"H99.01": 240, "H99.02": 60}),
    lost("4.1", Fate.TO_COME, ("unit",), ("issue_result",), {"H99.02": 40}),
    lost("4.1", Fate.GONE, (), (), {"H99.02": 60}),
    lost(
        *("5.2", Fate.UNTIL, ("unit",), ("answer_petition",), {"H99.01": 1}, "not_answered"),
        until=dt.datetime(2023, 11, 28, 17),
    ),
    lost("1.4", Fate.NOW, ("vendor",), ("send",), {"H99.01": 5}, "absent_at_portal"),
]
VALUES |= {("H99", "5.2"): (9, 10), ("H99", "1.4"): (995, 1000)}
TARGET = {
    **{"unit": "H99", "indicator": "3.3", "period": "2023", "value": Decimal(70)},
    **{"unit_of_value": "percent", "assigned_by": "Nghị quyết số 188/NQ-CP", "due_on": dt.date(2025, 12, 31)},
}
DRIVES = Duties(
    [
        Drive("30 ngày thanh toán", "3.6", dt.date(2023, 11, 26), dt.date(2023, 12, 25), "Văn bản 1"),
        Drive("Xử lý dứt điểm hồ sơ trên hệ thống cũ", "old_system", dt.date(2023, 11, 1), END, ""),
    ]
)
DAYS = Days(
    published("H99", "total", END, score=57.5, rank=48, ranked=63),
    *(published("H99", g.id, END, score=5.0, rank=30, ranked=63) for g in facts().rules.groups),
)


def lost_account(values=VALUES, losses=LOSSES):
    of = facts(values=values)
    rows = of.scores.components.filter(unit="H99").to_dicts()
    return account(rows, of.rules, "H99", True, lambda i: [one for one in losses if one.indicator == i.id])


def order(**beside):
    said = {"account": lost_account(), "targets": (TARGET,), "duties": DRIVES} | beside
    return letter("remedy-order", facts(values=VALUES, days=DAYS, **said), han_khac_phuc="15/12/2023")


def test_the_order_says_the_present_score_and_rank_of_the_seed():
    said = text(order())
    assert "Kết quả tháng 11/2023: tỉnh Thử Nghiệm đạt 57,5/100 điểm, xếp hạng 48/63 tỉnh, thành phố" in said
    assert "theo kết quả công khai trên Cổng Dịch vụ công quốc gia ngày 30/11/2023." in said
    assert "V/v chỉ đạo khắc phục" in said


def test_each_demand_says_who_what_how_many_and_until_when():
    said = text(order())
    assert "4. Nhóm chỉ số" not in said.split("5. Nhóm chỉ số Số hóa hồ sơ")[1]
    digitised = said.split("5. Nhóm chỉ số Số hóa hồ sơ")[1].split("6. Nhóm chỉ số")[0]
    assert "a) Các cơ quan, đơn vị, địa phương:" in digitised
    assert (
        "- Chỉ số 4.1: trả kết quả giải quyết điện tử, đính kèm vào hồ sơ đã xử lý xong rồi đồng bộ lại, "
        "đối với 300 hồ sơ, tăng tối đa 1,80 điểm, trước hết ngày 15/12/2023. "
        "Cụ thể: Sở Thử 1 (240), Sở Thử 2 (60)." in digitised
    )
    assert "đối với 40 hồ sơ, tăng tối đa 0,24 điểm, trước khi kết thúc xử lý hồ sơ." in digitised
    assert "đối với 1 phản ánh, kiến nghị" in said
    assert "trước hết ngày 28/11/2023" in said, "its own limit"
    assert "a) Đơn vị vận hành Hệ thống thông tin giải quyết TTHC:" in said.split("2. Nhóm chỉ số")[0]


def test_what_is_lost_for_good_is_not_demanded_but_explained():
    said = text(order())
    progress = said.split("2. Nhóm chỉ số Tiến độ")[1].split("3. Nhóm chỉ số")[0]
    assert "không khắc phục được nữa" in progress
    assert "tăng tối đa" not in progress
    assert "Trong kỳ có 100 hồ sơ quá hạn tại 2 cơ quan, đơn vị." in progress
    assert "giải trình bằng văn bản, xin lỗi tổ chức, cá nhân" in progress
    assert "Đối với hồ sơ, công việc phát sinh mới: giải quyết đúng hạn" in progress
    calm = {("H99", "2.1"): (9, 9), ("H99.01", "2.1"): (9, 9)}
    quiet = letter("remedy-order", facts(values=calm, days=DAYS, account=lost_account(calm, [])))
    assert "giải trình" not in text(quiet)


def test_campaigns_and_targets_stand_with_their_group():
    said = text(order())
    online = said.split("3. Nhóm chỉ số")[1].split("4. Nhóm chỉ số")[0]
    assert (
        "Phấn đấu đến hết ngày 31/12/2025: Tỷ lệ hồ sơ thủ tục hành chính nộp trực tuyến đạt tối thiểu 70% "
        "(theo Nghị quyết số 188/NQ-CP)." in online
    )
    payment = said.split("4. Nhóm chỉ số")[1].split("5. Nhóm chỉ số")[0]
    assert (
        "đợt cao điểm “30 ngày thanh toán” từ ngày 26/11/2023 đến hết ngày 25/12/2023 theo Văn bản 1."
        in payment
    )
    assert "hệ thống cũ" in said.split("2. Nhóm chỉ số Tiến độ")[1].split("3. Nhóm chỉ số")[0]


def test_the_appendix_has_how_many_each_unit_itself_must_mend():
    table = order().tables[-1]
    rows = [[cell.text for cell in row.cells] for row in table.rows][1:]
    assert rows == [
        ["1", "Sở Thử 1", "—", "—", "—", "—", "4.1:\u00a0240", "5.2:\u00a01", "2,04"],
        ["2", "Sở Thử 2", "—", "—", "—", "—", "4.1:\u00a0100", "—", "0,60"],
    ], "who can bring back most is first; what the vendor does is no unit's"
    none = letter("remedy-order", facts(values=VALUES, days=DAYS))
    assert "Không có việc mà" in text(none)


def test_demands_hold_every_loss_that_somebody_can_mend_once():
    found = lost_account()
    wanted = demands(found)
    can = [s for s in found.slices if s.loss.deeds]
    assert sum(d.number for d in wanted) == sum(s.loss.number for s in can) == 346
    assert sum(d.points for d in wanted) == sum(s.points for s in can)
    for demand in wanted:
        assert sum(number for number, _ in demand.by_unit.values()) == demand.number
        assert sum(worth for _, worth in demand.by_unit.values()) == demand.points
        assert demand.fate is not Fate.GONE
    assert [d.points for d in wanted] == sorted((d.points for d in wanted), reverse=True)


@pytest.mark.parametrize("losses", [LOSSES, LOSSES[:1], []])
def test_the_parts_of_what_is_lost_add_up(losses):
    found = lost_account(losses=losses)
    said = account_sentence(found)
    shown, *parts = (Decimal(n.replace(",", ".")) for n in re.findall(r"(\d+,\d\d) điểm", said))
    assert shown == as_decimal(found.shown)
    assert not parts or sum(parts) == shown
