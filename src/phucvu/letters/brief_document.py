"""A leader's brief as a Word file of one A4."""

from __future__ import annotations

from phucvu.letters.template_filling import fill, picture, shipped
from phucvu.steering.brief_words import BriefText

BAR_WIDTH = 172.0
"""Millimetres of the picture: the page between its margins."""


def brief_document(text: BriefText, bars: bytes) -> bytes:
    """The file; ``bars`` is the picture of the groups as PNG."""
    context = {
        "tieu_de": text.title,
        "cau_tra_loi": text.answer,
        "cau_cong": text.portal,
        "bieu_do": picture(bars, BAR_WIDTH),
        "nguyen_nhan": [
            {
                "diem": each.points,
                "cau": f"{each.indicator} {each.name}: {each.cause}"
                + (each.where and f", {each.where}")
                + ".",
            }
            for each in text.causes
        ],
        "thay_doi": text.change,
        "viec": [
            {
                "diem": f"+{each.points}",
                "chi_so": f"{each.indicator} {each.name}",
                "can_lam": (f"({each.number}): " if each.number else ": ") + f"{each.deed}.",
                "ai_lam": each.who,
                "thoi_han": each.until,
            }
            for each in text.to_mend
        ],
        "nguon": text.source,
    }
    return fill(shipped("brief"), context)
