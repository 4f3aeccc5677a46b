"""What an office says of itself in its letters: defaults made from the unit, and a file of its own."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml

from phucvu.figures.units import Unit
from phucvu.letters.letter_numbers import BLANK, short_day
from phucvu.problems import Fault, UnusableError

LARGEST = 100_000
"""Bytes of the file of an office."""

Fields = dict[str, Any]
"""Texts and lists of texts by the name of the field."""

EMPTY = "……"


def in_sentence(unit: Unit) -> str:
    """The name of a unit within a sentence.

    >>> in_sentence(Unit("H21", "UBND Tỉnh Gia Lai", "province"))
    'tỉnh Gia Lai'
    >>> in_sentence(Unit("H21.17", "Sở Y tế - tỉnh Gia Lai", "department"))
    'Sở Y tế'
    """
    name = unit.short_name
    for word in ("Tỉnh ", "Thành phố ", "Xã ", "Phường ", "Đặc khu "):
        if name.startswith(word):
            return name[:1].lower() + name[1:]
    return name


Signer = Literal["office", "head", "committee"]
"""Who sends the letter of a province: its committee's office, its chair, its committee; else the head."""


def defaults(unit: Unit, root: Unit, now: dt.date, symbol: str = "", signer: Signer = "head") -> Fields:
    """The fields of every letter; what only the office knows is left to be filled in.

    ``symbol`` is that of the kind of document: TB, KH, BC; empty of a letter. A notice is addressed to nobody
    by name, and speaks of percent unless the office says otherwise.
    """
    notice = symbol == "TB"
    committee = f"UBND {in_sentence(root)}"
    at_top = unit.kind in ("province", "ministry")
    by_office = at_top and signer == "office"
    if by_office:
        body, heading, superior = f"Văn phòng {committee}", "VĂN PHÒNG", committee_heading(root)
    elif at_top or is_committee(unit):
        body, heading, superior = f"UBND {in_sentence(unit)}", committee_heading(unit), ""
    else:
        body, heading, superior = unit.short_name, unit.short_name.upper(), committee_heading(root)
    units = [f"Các sở, ban, ngành thuộc {committee}", "Ủy ban nhân dân các xã, phường"]
    within = ["Các phòng, đơn vị trực thuộc"] if notice else ["Như trên"]
    recipients = units if at_top and notice else within
    own = f"VP-{EMPTY}" if by_office else f"UBND-{EMPTY}" if not superior else EMPTY
    return {
        "co_quan_chu_quan": superior,
        "co_quan_ban_hanh": heading,
        "ten_co_quan": body,
        "so_van_ban": BLANK,
        "ky_hieu": f"{symbol}-{EMPTY}" if symbol else own,
        "dia_danh": root.plain_name,
        "ngay_ky": None,
        "kinh_gui": units,
        "can_cu": bases(now),
        "noi_nhan": [*recipients, f"{committee} (b/c)", f"Lãnh đạo {body}"],
        "luu": "VT",
        "quyen_han_ky": _signature(unit, signer, by_office),
        "nguoi_ky": "",
        "don_vi_tinh": "%" if notice else "điểm",
        "chi_so": ["online", "payment", "satisfaction", "progress"],
        "han_giai_trinh": EMPTY,
        "han_khac_phuc": EMPTY,
        "ngay_hen_lai": EMPTY,
        "quy_che": "",
        "ngay_bao_cao": "16",
        "co_quan_cong_khai": f"Văn phòng {committee}",
        "co_quan_he_thong": "Đơn vị vận hành Hệ thống thông tin giải quyết TTHC",
    }


def is_committee(unit: Unit) -> bool:
    """Whether a unit is a people's committee, which has no superior body in the heading of its letters."""
    return unit.kind in ("province", "district", "commune")


def committee_heading(unit: Unit) -> str:
    return f"Ủy ban nhân dân\n{in_sentence(unit)}".upper()


def _signature(unit: Unit, signer: Signer, by_office: bool) -> list[str]:
    if by_office:
        return ["CHÁNH VĂN PHÒNG"]
    if not is_committee(unit):
        return ["GIÁM ĐỐC"]
    return ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"] if signer == "committee" else ["CHỦ TỊCH"]


def bases(day: dt.date) -> list[str]:
    """The documents in force on a day."""
    text = (resources.files("phucvu.letters") / "legal_bases.yaml").read_text(encoding="utf-8")
    rows = yaml.safe_load(text)
    return [row["text"] for row in rows if row["from"] <= day <= row.get("to", dt.date.max)]


def read_fields(path: Path, known: Mapping[str, Any]) -> Fields:
    """An office's own fields. Raises UnusableError where one is not known, or is no text or list of texts."""
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    unreadable = Fault("letter_fields_unreadable", file=path.name)
    if len(content) > LARGEST or b"&" in content:  # no aliases: they could grow without end
        raise UnusableError(unreadable)
    try:
        said = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnusableError(unreadable) from error
    if not isinstance(said, dict):
        raise UnusableError(unreadable)
    faults = []
    for name, value in said.items():
        if name not in known:
            near = difflib.get_close_matches(str(name), list(known), 1, 0)
            faults.append(Fault("letter_field_unknown", file=path.name, name=str(name)[:60], near=near[0]))
        elif not _fits(value, known[name]):
            faults.append(unreadable.at(field=name))
    if faults:
        raise UnusableError(faults)
    return said


def _fits(value: Any, default: Any) -> bool:
    if isinstance(default, list):
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, str | dt.date) if default is None else isinstance(value, str)


def signing_day(value: Any) -> dt.date | None:
    """The day of signing where the office gives one."""
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError as error:
            raise UnusableError(Fault("date_impossible", field="ngay_ky", value=value[:30])) from error
    return value if isinstance(value, dt.date) else None


def submission_words(number: str, day: dt.date | None) -> str:
    """«Tờ trình số 41/TTr-… ngày 22/4/2024»; empty without a number."""
    if not number:
        return ""
    return f"Tờ trình số {number}" + (f" ngày {short_day(day)}" if day else "")
