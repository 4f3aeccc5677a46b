"""The report for a quarter or any days: whose numbers they are, and sentences whose parts add up."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from phucvu.figures.periods import Period
from phucvu.letters.dossier_counts import DossierCounts
from phucvu.letters.letter_sources import Duties, Raised
from phucvu.letters.quarterly_report import (
    causes_sentence,
    finished_sentence,
    received_sentence,
    targets_sentence,
)

from .letter_reading import letter, text
from .made_facts import DEPARTMENTS, Days, facts, published

DAYS_OF_QUARTER = Period.parse("2026-01-01..2026-03-15")
COUNTS = DossierCounts(
    **{"online": 800, "in_person_or_post": 200, "carried_over": 234, "early": 700, "on_time": 300},
    **{"late": 100, "open_in_time": 120, "open_late": 14},
)
PUBLISHED = Days(
    published("H99", "total", dt.date(2026, 3, 15), "2026-Q1", score=77.73, rank=17, ranked=34),
    published("H99", "total", dt.date(2025, 12, 31), "2025-Q4", score=75.73, rank=20, ranked=34),
    published("H99", "total", dt.date(2026, 3, 20), "2026-Q1", score=79, rank=16, ranked=34),
    published("H99", "total", dt.date(2026, 3, 15), "2026", score=70, rank=30, ranked=34),
)


def target(indicator, value, unit_of_value="percent", due_on=None, **other):
    row = {"unit": "H99", "indicator": indicator, "period": "2026", "value": Decimal(value)}
    return row | {"unit_of_value": unit_of_value, "assigned_by": "QĐ 1", "due_on": due_on} | other


def report(period=DAYS_OF_QUARTER, unit=None, **said):
    given = {"days": PUBLISHED, "values": {("H99", "2.1"): (900, 1000)}} | said
    return text(letter("quarterly-report", facts(*([unit] if unit else []), period=period, **given)))


def test_a_range_of_days_has_the_portal_rank_of_its_last_day_and_the_own_count_each_by_name():
    said = report(before={("H99", "2.1"): (800, 1000)})
    assert "BÁO CÁO" in said
    assert "từ ngày 01/01/2026 đến ngày 15/3/2026" in said
    assert (
        "tỉnh Thử Nghiệm đạt 77,73 điểm, xếp hạng 17/34 tỉnh, thành phố (tăng 3 bậc, tăng 2,00 điểm so với "
        "quý IV/2025), theo kết quả quý I/2026 công khai trên Cổng Dịch vụ công quốc gia ngày 15/3/2026."
        in said
    )
    own = next(line for line in said.splitlines() if line.startswith("2. Kết quả tự thống kê"))
    assert "theo số liệu đơn vị tự thống kê từ hồ sơ đến ngày 15/3/2026" in own
    assert "Cổng" not in own


def test_days_within_a_portal_period_are_compared_with_the_day_before_them():
    of = facts(
        period=Period.parse("2026-02-10..2026-02-20"),
        days=Days(
            published("H99", "total", dt.date(2026, 2, 20), "2026-02", score=80, rank=5, ranked=34),
            published("H99", "total", dt.date(2026, 2, 9), "2026-02", score=79, rank=9, ranked=34),
        ),
    )
    total = of.portal["total"]
    assert (total.rank_change, total.since, total.within) == (4, "ngày 09/02/2026", "tháng 02/2026")


def test_days_of_no_portal_period_have_only_the_own_count():
    said = report(Period.parse("2025-12-01..2026-01-15"))
    assert "Cổng Dịch vụ công quốc gia chưa công khai kết quả của kỳ báo cáo" in said
    assert report(Period.parse("2026-Q1")).count("79,00 điểm") == 1, "a quarter has its last day"


def test_groups_stand_with_both_counts():
    days = Days(published("H99", "progress", dt.date(2026, 3, 31), "2026-Q1", score=12.5, rank=1, ranked=34))
    said = report(Period.parse("2026-Q1"), days=days, before={("H99", "2.1"): (800, 1000)})
    assert "2 | Tiến độ, kết quả giải quyết | 20 | 12,50 | — | 18,00 | tăng 2,00" in said


def test_dossiers_targets_difficulties_and_proposals_are_told():
    duties = Duties(
        causes={"chờ thực hiện nghĩa vụ tài chính": 30, "khối lượng hồ sơ lớn, thiếu nhân lực": 60},
        unexplained=10,
        difficulties=[Raised("Đồng bộ chậm", "Hệ thống trả lời sau 3 ngày.", "Nâng cấp trục.")],
    )
    targets = (
        target("2.1", 85),
        target("2.1", "95.5", due_on=dt.date(2026, 3, 1)),
        target("total", 5, "rank", unit="H99"),
        target("3.3", 70, unit="H99.01"),
    )
    said = report(counts={"H99.01": COUNTS, "H99.02": DossierCounts(online=1, early=1)}, duties=duties,
                  targets=targets)  # fmt: skip
    assert "Tổng số hồ sơ phải giải quyết là 1.235: tiếp nhận trong kỳ 1.001 hồ sơ" in said
    assert (
        "Nguyên nhân theo giải trình: khối lượng hồ sơ lớn, thiếu nhân lực (60 hồ sơ); chờ thực hiện nghĩa "
        "vụ tài chính (30 hồ sơ). Còn 10 hồ sơ quá hạn chưa được giải trình." in said
    )
    assert "Được giao 3 chỉ tiêu, đạt 1 chỉ tiêu, quá hạn chưa đạt 1 chỉ tiêu." in said
    assert "(QĐ 1) | tối thiểu 95,5% | 90% | 01/3/2026 | quá hạn, chưa đạt |" in said
    assert "- Đồng bộ chậm: Hệ thống trả lời sau 3 ngày." in said
    assert "- Nâng cấp trục." in said
    empty = report()
    for words in ("Không có khó khăn", "Không có đề xuất", "Trong kỳ không có hồ sơ", "Chưa có chỉ tiêu"):
        assert words in empty
    assert "Nguyên nhân" not in empty


def test_who_reports_to_whom():
    values = {("H99.01", "2.1"): (9, 10)}
    assert "- UBND tỉnh Thử Nghiệm." in report(unit=DEPARTMENTS[0], values=values)
    assert "- Văn phòng Chính phủ." in report()


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (DossierCounts(), ""),
        (
            COUNTS,
            "Đã giải quyết 1.100 hồ sơ (trước hạn 700, đúng hạn 300, quá hạn 100; tỷ lệ trước hạn, đúng hạn "
            "90,91%); đang giải quyết 134 hồ sơ (trong hạn 120, quá hạn 14).",
        ),
        (
            DossierCounts(online=2, on_time=1, open_in_time=1),
            "Đã giải quyết 1 hồ sơ (trước hạn 0, đúng hạn 1, không có hồ sơ quá hạn; tỷ lệ trước hạn, đúng "
            "hạn 100%); đang giải quyết 1 hồ sơ (trong hạn 1, không có hồ sơ quá hạn).",
        ),
        (
            DossierCounts(carried_over=1, open_late=1),
            "Đã giải quyết 0 hồ sơ; đang giải quyết 1 hồ sơ (trong hạn 0, quá hạn 1).",
        ),
    ],
)
def test_what_became_of_dossiers(counts, sentence):
    assert finished_sentence(counts) == sentence


def test_what_came_in():
    assert received_sentence(COUNTS) == (
        "Tổng số hồ sơ phải giải quyết là 1.234: tiếp nhận trong kỳ 1.000 hồ sơ, trong đó nộp trực tuyến 800 "
        "hồ sơ, chiếm 80%; từ kỳ trước chuyển sang 234 hồ sơ."
    )
    assert "trực tuyến" not in received_sentence(DossierCounts(carried_over=1, late=1))


def test_causes_and_targets_in_all_branches():
    assert causes_sentence({}, 0) == ""
    assert causes_sentence({}, 3) == "Còn 3 hồ sơ quá hạn chưa được giải trình."
    assert targets_sentence(["đạt", "đạt"]) == "Được giao 2 chỉ tiêu, tất cả đều đạt."
    assert targets_sentence(["đạt", "chưa đạt"]) == "Được giao 2 chỉ tiêu, đạt 1 chỉ tiêu."
