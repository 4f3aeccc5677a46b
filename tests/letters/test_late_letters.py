"""Requests for explanation and apologies: one dossier or a list, a page for each, nobody named by default."""

from __future__ import annotations

import datetime as dt

import pytest

from phucvu.letters.late_letters import MOST_LISTED, days_late, moment_words
from phucvu.letters.letter_sources import Duties
from phucvu.problems import NotFoundError

from .letter_reading import letter, text
from .made_facts import COMMUNES, DEPARTMENTS, facts, late


def request(*rows, unit=None, **fields):
    return text(letter("request-for-explanation", facts(*([unit] if unit else []), late=rows), **fields))


def apologies(*rows, applicant=None, codes=(), duties=None, **fields):
    beside = {"late": rows, "applicant": applicant, "codes": codes, "duties": duties}
    return letter("apology", facts(DEPARTMENTS[0], values={("H99.01", "2.1"): (9, 10)}, **beside), **fields)


def test_one_dossier_is_named_and_a_list_is_counted():
    one = request(late("A-1"), han_giai_trinh="17/12/2023")
    assert "Hồ sơ mã A-1 do Sở Thử 1 giải quyết bị quá hạn (danh sách kèm theo)." in one
    assert "trước ngày 17/12/2023" in one
    assert "1 | A-1 | Thủ tục thử | Sở Thử 1 | 09/10/2023 | 06/11/2023 | đang giải quyết | 2" in one
    two = request(late("A-1"), late("A-2", "H99.201", dt.datetime(2023, 11, 20, 9)))
    assert "Có 2 hồ sơ quá hạn tại 2 cơ quan, đơn vị" in two
    assert "- Sở Thử 1;" in two
    assert "- Xã Thử 1." in two
    assert "Có 2 hồ sơ quá hạn tại Sở Thử 1" in request(late("A-1"), late("A-2"))


def test_whom_a_request_is_addressed_to():
    many = [late(f"A-{n}", unit.code) for n, unit in enumerate(DEPARTMENTS)]
    assert "- Các cơ quan, đơn vị, địa phương có tên tại Danh sách kèm theo." in request(*many)
    own = text(
        letter(
            "request-for-explanation",
            facts(COMMUNES[0], values={("H99.201", "2.1"): (9, 10)}, late=(late("A-1", "H99.201"),)),
        )
    )
    assert "- Các phòng, bộ phận có hồ sơ quá hạn." in own


def test_a_long_list_says_that_there_are_more():
    said = request(*(late(f"A-{n}") for n in range(MOST_LISTED + 1)))
    assert f"Danh sách gồm {MOST_LISTED} hồ sơ quá hạn lâu nhất" in said
    assert f"{MOST_LISTED + 1} | A-" not in said


def test_an_apology_has_what_form_04_asks_for():
    duties = Duties(
        cause_of={("H99", "A-1"): "khối lượng hồ sơ lớn, thiếu nhân lực"},
        promised={("H99", "A-1"): dt.date(2023, 12, 8)},
    )
    said = text(apologies(late("A-1"), duties=duties))
    for words in (
        "THƯ XIN LỖI",
        "Kính gửi: ……",
        "Ngày 09/10/2023, Sở Thử 1 tiếp nhận hồ sơ thực hiện thủ tục hành chính “Thủ tục thử”",
        "mã hồ sơ: A-1; thời gian hẹn trả kết quả: 16 giờ 30 phút, ngày 06/11/2023.",
        "Lý do: khối lượng hồ sơ lớn, thiếu nhân lực.",
        "xin lỗi Ông/Bà/Tổ chức và sẽ trả kết quả vào ngày 08/12/2023.",
        "Mong nhận được sự thông cảm",
    ):
        assert words in said
    assert "vào ngày 15/12/2023" in text(apologies(late("A-1"), ngay_hen_lai="15/12/2023"))


def test_a_list_has_a_page_for_each_that_is_open():
    rows = (late("A-1"), late("A-2"), late("A-3", ended=dt.datetime(2023, 11, 20, 9)))
    document = apologies(*rows)
    assert text(document).count("THƯ XIN LỖI") == 2
    breaks = [r for p in document.paragraphs for r in p.runs if 'w:br w:type="page"' in r._r.xml]
    assert len(breaks) == 1, "between the two"
    asked = text(apologies(*rows, codes=("A-1", "A-2", "A-3")))
    assert "Đến ngày 20/11/2023 hồ sơ mới được giải quyết xong" in asked
    with pytest.raises(NotFoundError) as error:
        apologies(rows[2])
    assert error.value.faults[0].code == "no_late_dossier"


def test_the_applicant_is_named_only_where_somebody_may_know():
    assert "Kính gửi: ……" in text(apologies(late("A-1")))
    said = text(apologies(late("A-1"), applicant=lambda sender, code: f"Ông Thử {sender} {code}"))
    assert "Kính gửi: Ông Thử H99 A-1" in said


def test_moments_and_days():
    assert moment_words(None) == "—"
    assert moment_words(dt.datetime(2023, 11, 6, 23, 59, 59)) == "ngày 06/11/2023"
    assert [days_late(s) for s in (None, -5, 0, 1, 86_400, 86_401)] == ["—", "—", "—", "1", "1", "2"]
