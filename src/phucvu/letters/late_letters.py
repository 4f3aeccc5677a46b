"""Letters about late dossiers: the request for explanation, and the apology (form 04), a page for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from phucvu.engine.tree import Tree
from phucvu.formats import whole
from phucvu.letters.letter_facts import LetterFacts
from phucvu.letters.letter_numbers import short_day
from phucvu.letters.office_fields import EMPTY, Fields, in_sentence
from phucvu.letters.result_rows import NOTHING
from phucvu.problems import Fault, NotFoundError

MOST_LISTED = 500
"""Dossiers in the table of one request; the latest first."""

MOST_APOLOGIES = 200
"""Pages of one file."""

MOST_ADDRESSED = 10
"""Units that a request is addressed to by name; more are found in its table."""

DAY = 86_400
"""Seconds of a day."""


def request_for_explanation(facts: LetterFacts, fields: Mapping[str, Any]) -> dict[str, Any]:
    late = facts.sources.late(facts.scores, facts.period, facts.unit.code)
    names = facts.sources.procedures()
    return {
        "cau_yeu_cau": request_sentence(facts, late),
        "mot_ho_so": len(late) == 1,
        "cau_danh_sach": f"Danh sách gồm {MOST_LISTED} hồ sơ quá hạn lâu nhất; danh sách đầy đủ trên Trang "
        "nghiệp vụ."
        if len(late) > MOST_LISTED
        else "",
        "ho_so": [
            {
                "stt": str(number),
                "ma": row["code"],
                "thu_tuc": names.get(row["procedure"]) or row["procedure"],
                "don_vi": _name(facts, row["unit"]),
                "tiep_nhan": _day(row["received_at"]),
                "hen_tra": _day(row["must_by"]),
                "ket_thuc": _day(row["ended"]) if row["ended"] else "đang giải quyết",
                "so_ngay": days_late(row["seconds_late"]),
            }
            for number, row in enumerate(late[:MOST_LISTED], 1)
        ],
    }


def request_fields(facts: LetterFacts) -> Fields:
    """Addressed to the units directly below that have late dossiers; too many stand in the table alone."""
    late = facts.sources.late(facts.scores, facts.period, facts.unit.code)
    tree = Tree.of_period(facts.scores.units, facts.period)
    units = sorted({tree.part(facts.unit.code, row["unit"]) for row in late} - {facts.unit.code})
    named = [_name(facts, unit) for unit in units]
    if not named:
        named = ["Các phòng, bộ phận có hồ sơ quá hạn"]
    elif len(named) > MOST_ADDRESSED:
        named = ["Các cơ quan, đơn vị, địa phương có tên tại Danh sách kèm theo"]
    return {"kinh_gui": named, "noi_nhan": ["Như trên", f"Lãnh đạo {in_sentence(facts.unit)}"]}


def request_sentence(facts: LetterFacts, late: list[dict[str, Any]]) -> str:
    """What is asked about: one dossier by its code, or how many in how many units."""
    if len(late) == 1:
        row = late[0]
        return f"Hồ sơ mã {row['code']} do {_name(facts, row['unit'])} giải quyết bị quá hạn"
    units = {row["unit"] for row in late}
    where = f"{whole(len(units), 'vi')} cơ quan, đơn vị" if len(units) > 1 else _name(facts, *units)
    return f"Có {whole(len(late), 'vi')} hồ sơ quá hạn tại {where}"


def apology(facts: LetterFacts, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A letter for each dossier: those that are asked for, else the late ones that are still open.

    Raises NotFoundError where there is none.
    """
    late = facts.sources.late(facts.scores, facts.period, facts.unit.code)
    chosen = [row for row in late if facts.sources.codes or row["ended"] is None]
    if not chosen:
        raise NotFoundError(Fault("no_late_dossier"))
    names, duties = facts.sources.procedures(), facts.sources.duties()
    letters = []
    for row in chosen[:MOST_APOLOGIES]:
        which = row["sender"], row["code"]
        promised = duties.promised.get(which)
        letters.append(
            {
                "nguoi_nop": facts.sources.applicant(*which) or EMPTY,
                "ma": row["code"],
                "thu_tuc": names.get(row["procedure"]) or row["procedure"],
                "don_vi": _name(facts, row["unit"]),
                "tiep_nhan": _day(row["received_at"]),
                "hen_tra": moment_words(row["must_by"]),
                "da_xong": row["ended"] is not None,
                "ket_thuc": _day(row["ended"]),
                "ly_do": duties.cause_of.get(which, EMPTY),
                "hen_lai": short_day(promised) if promised else fields["ngay_hen_lai"],
            }
        )
    return {"thu": letters}


def moment_words(moment: dt.datetime | None) -> str:
    """«16 giờ 30 phút, ngày 06/11/2023»; a bare day has no hour."""
    if moment is None:
        return NOTHING
    day = f"ngày {short_day(moment.date())}"
    if moment.time() >= dt.time(23, 59):
        return day
    return f"{moment.hour:02} giờ {moment.minute:02} phút, {day}"


def days_late(seconds: int | None) -> str:
    """Whole days begun; nothing where only the rule of the second supplement makes it late."""
    return NOTHING if not seconds or seconds < 0 else whole(-(-seconds // DAY), "vi")


def _day(moment: dt.datetime | None) -> str:
    return NOTHING if moment is None else short_day(moment.date())


def _name(facts: LetterFacts, code: str) -> str:
    units = facts.scores.units
    return units[code].short_name if code in units else code
