"""The facts of real letters, given as figures, stand in ours: the Word files are read back."""

from __future__ import annotations

import datetime as dt

import pytest
from docx.shared import Mm, Pt

from phucvu.engine.calendar import Calendar
from phucvu.figures.periods import Period
from phucvu.letters.letter_kinds import KINDS, context_of, fields_of
from phucvu.problems import NotFoundError, UnusableError
from phucvu.steering.publication_watch import watch

from .letter_reading import letter, text
from .made_facts import COMMUNES, DEPARTMENTS, PROVINCE, Days, facts, late, published

END, BEFORE = dt.date(2023, 11, 30), dt.date(2023, 10, 31)
TOTALS = (
    published("H99", "total", END, score=75.45, rank=10, ranked=63),
    published("H99", "total", BEFORE, "2023-10", score=75.45, rank=21, ranked=63),
)


def decision(number, decided_on, **values):
    names = (
        *("number", "unit", "kind", "decided_on", "effective_on", "procedure", "published_on", "title"),
        *("ministry_decision", "ministry_decided_on", "in_national_database_on", "incoming_number"),
        *("incoming_on", "submission_number", "submission_on", "advising_unit", "taken_down_on", "note"),
    )
    return dict.fromkeys(names) | {"number": number, "decided_on": decided_on, "procedure": "1.001"} | values


def watched(*rows, today=dt.date(2023, 12, 4)):
    units = [unit.code for unit in (PROVINCE, *DEPARTMENTS, *COMMUNES)]
    return watch(rows, "H99", "province", units, facts().limits, Calendar({}), today)


def test_the_monthly_letter_says_points_rank_and_change():
    said = text(letter("monthly-publication", facts(days=Days(*TOTALS))))
    assert "tỉnh Thử Nghiệm đạt 75,45 điểm, xếp hạng 10/63 tỉnh, thành phố (tăng 11 bậc" in said
    assert (
        "so với tháng 10/2023), theo kết quả công khai trên Cổng Dịch vụ công quốc gia ngày 30/11/2023."
        in said
    )
    assert "V/v công khai kết quả" in said
    assert "tháng 12/2023" in said, "what is to be done next"


def test_the_whole_month_before_is_compared_with_and_a_running_month_with_its_own_day():
    over = facts(days=Days(*TOTALS)).portal["total"]
    assert (over.rank_change, over.since) == (11, "tháng 10/2023")
    running = Days(
        published("H99", "total", dt.date(2023, 11, 15), score=75.45, rank=10, ranked=63),
        published("H99", "total", dt.date(2023, 10, 15), "2023-10", score=70, rank=12, ranked=63),
        TOTALS[1],
    )
    assert facts(days=running).portal["total"].rank_change == 2


def test_the_own_count_is_called_the_own_count():
    values = {("H99", "2.1"): (900, 1000), ("H99.01", "2.1"): (900, 1000)}
    said = text(letter("monthly-publication", facts(values=values)))
    assert "theo số liệu đơn vị tự thống kê từ hồ sơ đến ngày 30/11/2023" in said
    assert "Cổng Dịch vụ công quốc gia ngày" not in said


def test_the_appendices_have_every_component_and_unit():
    counted = [i.id for i in facts().rules.indicators if i.scored and not i.by_rule]
    units = list(enumerate([PROVINCE, *DEPARTMENTS, *COMMUNES], 50))
    values = {(unit.code, indicator): (n, 100) for n, unit in units for indicator in counted}
    values["H99", "2.1"] = (1234, 2000)
    days = Days(*TOTALS, published("H99", "2.1", END, score=12.5, numerator=625, denominator=1000))
    of = facts(days=days, values=values)
    components = next(t for t in letter("monthly-publication", of).tables if t.rows[0].cells[0].text == "Số")
    rows = {row.cells[0].text: [cell.text for cell in row.cells] for row in components.rows}
    assert rows["2.1"][2:] == ["20", "12,50", "1.234/2.000", "61,7%", "12,34"]
    scored = [i for i in of.rules.indicators if i.scored]
    assert len(components.rows) == 1 + len(of.rules.groups) + len(scored)
    tables = [t for t in letter("monthly-publication", of).tables if t.rows[0].cells[0].text == "TT"]
    assert [len(table.rows) - 1 for table in tables] == [len(DEPARTMENTS), len(COMMUNES)]
    assert tables[0].rows[1].cells[3].text == "13,80", "the best first: 69 of 100, of 20 points"


def test_the_decisions_of_the_month_stand_in_the_list():
    decisions = watched(
        decision("812/QĐ-UBND", dt.date(2023, 11, 6), unit="H99", title="Danh mục thử", published_on=END),
        decision("700/QĐ-UBND", dt.date(2023, 9, 6), unit="H99", published_on=dt.date(2023, 9, 8)),
    )
    said = text(letter("monthly-publication", facts(days=Days(*TOTALS), decisions=decisions)))
    assert "1 | 812/QĐ-UBND ngày 06/11/2023 | Danh mục thử | — | 1 | 30/11/2023" in said
    assert "700/QĐ-UBND" not in said
    assert "không có quyết định công bố" in text(letter("monthly-publication", facts(days=Days(*TOTALS))))


def test_the_notice_of_a_department_has_its_values_and_ranks():
    unit = DEPARTMENTS[4]
    given = {
        "3.3": (408, 1000, 14),
        "3.6": (6061, 10000, 9),
        "5.4": (903, 1000, 16),
        "2.1": (6058, 10000, 17),
    }
    days = Days(
        *(
            published(unit.code, i, END, score=1.0, rank=r, ranked=19, numerator=n, denominator=d)
            for i, (n, d, r) in given.items()
        )
    )
    said = text(letter("department-notice", facts(unit, days=days), chi_so=list(given)))
    for value, rank in (("40,8%", 14), ("60,61%", 9), ("90,3%", 16), ("60,58%", 17)):
        assert f": {value}, xếp hạng {rank}/19 sở, ban, ngành" in said
    assert "(theo kết quả công khai trên Cổng Dịch vụ công quốc gia ngày 30/11/2023)" in said
    assert "chậm nhất 03 ngày làm việc" in said
    assert "số văn bản đến" in said


def test_a_group_has_the_exact_share_of_its_figures():
    of_rules = facts().rules.of_group("transparency")
    days = Days(
        published("H99", "transparency", END, score=12.83, rank=3, ranked=63),
        *(published("H99", i.id, END, score=1.0, numerator=713, denominator=1000) for i in of_rules),
    )
    assert facts(days=days).portal["transparency"].rate * 1000 == 713


def test_the_notice_of_the_office_has_ranks_late_dossiers_and_overdue_decisions():
    values = {("H99", "2.1"): (90, 100), ("H99.01", "2.1"): (1400, 1500), ("H99.201", "2.1"): (50, 50)}
    groups = facts().rules.groups
    days = Days(
        published("H99", "total", END, score=77.73, rank=17, ranked=63),
        *(
            published("H99", g.id, END, score=12.83 if g.id == "transparency" else 5.0, rank=3, ranked=63)
            for g in groups
        ),
        *(
            published("H99", i.id, END, score=1.0, numerator=713, denominator=1000)
            for i in facts().rules.of_group("transparency")
        ),
    )
    decisions = watched(
        decision(
            "503/QĐ-BTTTT",
            dt.date(2023, 4, 9),
            unit="G99",
            title="về công bố thủ tục thử",
            in_national_database_on=dt.date(2023, 4, 10),
            submission_number="41/TTr-ST",
            submission_on=dt.date(2023, 4, 22),
            advising_unit="H99.01",
        )
    )
    of = facts(days=days, values=values, decisions=decisions)
    said = text(letter("office-notice", of, han_giai_trinh="17/12/2023"))
    assert "tỉnh Thử Nghiệm đạt 77,73%, xếp hạng 17/63 tỉnh, thành phố" in said
    assert "Công khai, minh bạch đạt 71,3%, xếp hạng 3/63 tỉnh, thành phố" in said
    assert "Trong kỳ có 100 hồ sơ quá hạn tại 1 cơ quan, đơn vị." in said
    assert "trước ngày 17/12/2023" in said
    assert "1 | Sở Thử 1 | 1.500 | 1.400 | 100 | 93,33%" in said
    assert (
        "1 | Quyết định số 503/QĐ-BTTTT ngày 09/4/2023 về công bố thủ tục thử | "
        "Sở Thử 1; Tờ trình số 41/TTr-ST ngày 22/4/2023 | quá 03 ngày làm việc" in said
    )
    calm = facts(days=days, values={("H99", "2.1"): (9, 9), ("H99.01", "2.1"): (9, 9)})
    assert "giải trình" not in text(letter("office-notice", calm))
    assert "không có quyết định công bố, công khai quá hạn" in text(letter("office-notice", calm))


def test_points_become_percent_where_the_office_says_so():
    of = facts(days=Days(*TOTALS))
    assert "đạt 75,45%, xếp hạng 10/63" in text(letter("monthly-publication", of, don_vi_tinh="%"))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_page_follows_the_decree(kind):
    unit = PROVINCE if "province" in KINDS[kind].units else DEPARTMENTS[0]
    values = {(each, "2.1"): (9, 10) for each in ("H99", "H99.01", "H99.02")}
    values |= {(each, i): (9, 10) for each in ("H99", "H99.01") for i in ("3.3", "3.6", "4.1", "5.4", "1.1")}
    fields = {"chi_so": ["2.1"]} if kind == "department-notice" else {}
    days = Days(*(published(unit.code, g.id, END, score=1.0) for g in facts().rules.groups), *TOTALS)
    made = facts(unit, values=values, days=days, late=(late("A-1"),))
    document = letter(kind, made, ngay_ky=dt.date(2023, 12, 4), **fields)
    first = document.sections[0]
    assert [round(side / Mm(1)) for side in (first.page_width, first.page_height)] == [210, 297]
    millimetres = [round(m / Mm(1)) for m in (first.top_margin, first.bottom_margin)]
    assert all(20 <= m <= 25 for m in millimetres)
    assert 30 <= round(first.left_margin / Mm(1)) <= 35
    assert 15 <= round(first.right_margin / Mm(1)) <= 20
    assert first.different_first_page_header_footer, "no number on the first page"
    numbered = "PAGE" in first.header._element.xml
    assert numbered == (kind != "apology"), "letters of apology are a page each"
    normal = document.styles["Normal"].font
    assert (normal.name, normal.size) == ("Times New Roman", Pt(14))
    left, right = document.tables[0].rows[0].cells
    assert right.text.startswith("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc")
    assert right.text.endswith("Thử Nghiệm, ngày 04 tháng 12 năm 2023")
    assert left.text.startswith("ỦY BAN NHÂN DÂN\nTỈNH THỬ NGHIỆM\n")
    assert "{" not in text(document)


def test_number_day_and_name_stay_blank():
    first = letter("monthly-publication", facts(days=Days(*TOTALS))).tables[0].rows[0].cells
    assert "ngày \u00a0\u00a0\u00a0\u00a0 tháng \u00a0\u00a0\u00a0\u00a0 năm 2023" in first[1].text
    assert first[0].text.split("Số: ")[1].startswith("\u00a0\u00a0\u00a0\u00a0/")


def test_who_cannot_send_it_and_what_is_not_known_are_refused():
    with pytest.raises(UnusableError) as error:
        letter("monthly-publication", facts(DEPARTMENTS[0]))
    assert error.value.faults[0].code == "letter_wrong_kind"
    nothing = facts(values={("H99.01", "2.1"): (1, 2)}, unit=DEPARTMENTS[1])
    with pytest.raises(NotFoundError) as error:
        letter("department-notice", nothing)
    assert error.value.faults[0].code == "letter_nothing"


def test_the_own_count_says_its_change_since_the_period_before():
    of = facts(before={("H99", "2.1"): (800, 1000)})
    assert of.own["2.1"].score_change == of.own["2.1"].score - 16 > 0
    assert of.own["2.1"].since == "tháng 10/2023"


@pytest.mark.parametrize(
    ("period", "now", "then", "before"),
    [
        ("2023-11", "tháng 11/2023", "tháng 12/2023", "tháng 10/2023"),
        ("2023-Q4", "quý IV/2023", "quý I/2024", "quý III/2023"),
        ("2023", "năm 2023", "năm 2024", "năm 2022"),
        (
            "2023-11-01..2023-11-15",
            "từ ngày 01/11/2023 đến ngày 15/11/2023",
            "thời gian tới",
            "giai đoạn từ ngày 17/10/2023 đến ngày 31/10/2023",
        ),
    ],
)
def test_any_period_is_named_with_the_one_before_and_after(period, now, then, before):
    of = facts(period=Period.parse(period), before={("H99", "2.1"): (800, 1000)})
    context = context_of(KINDS["monthly-publication"], of, fields_of(KINDS["monthly-publication"], of))
    assert (context["ky"], context["ky_sau"], of.own["2.1"].since) == (now, then, before)
