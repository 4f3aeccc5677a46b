"""The Word template of a leader's brief: one A4, large enough to be read in a meeting."""

from __future__ import annotations

from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.shared import Mm

from tools.letter_layout import columns, new, only, say

LEFT = {"align": ALIGN.LEFT}


def brief() -> Any:
    document = new()
    section = document.sections[0]
    section.top_margin = section.bottom_margin = Mm(13)
    section.left_margin = section.right_margin = Mm(16)
    say(document, "TÓM TẮT CHO LÃNH ĐẠO", size=11, **LEFT)
    say(document, "{{ tieu_de }}", size=17, bold=True, after=4, **LEFT)
    say(document, "{{ cau_tra_loi }}", size=15, after=4, **LEFT)
    only(document, "if cau_cong")
    say(document, "{{ cau_cong }}", size=12, after=3, **LEFT)
    only(document, "endif")
    _heading(document, "Điểm theo nhóm")
    say(document, "{{ bieu_do }}", size=4, **LEFT)
    _heading(document, "Vì sao tăng, giảm")
    only(document, "for n in nguyen_nhan")
    table = columns(document, (22, 156))
    say(table.rows[0].cells[0], "{{ n.diem }}", size=12, bold=True, **LEFT)
    say(table.rows[0].cells[1], "{{ n.cau }}", size=12, **LEFT)
    only(document, "endfor")
    only(document, "if not nguyen_nhan")
    say(document, "{{ thay_doi or 'Chưa có số liệu kỳ trước để so sánh.' }}", size=12, **LEFT)
    only(document, "endif")
    _heading(document, "Việc còn khắc phục được nhiều điểm nhất")
    only(document, "for v in viec")
    work = say(document, "{{ v.diem }}  {{ v.chi_so }} ", size=12, bold=True, before=3, **LEFT)
    _rest(work, "{{ v.can_lam }}")
    who = say(document, "Ai làm: ", size=12, after=2, left=6, **LEFT)
    _rest(who, "{{ v.ai_lam }}", bold=True)
    _rest(who, ". Thời hạn thực hiện: ")
    _rest(who, "{{ v.thoi_han }}.", bold=True)
    only(document, "endfor")
    only(document, "if not viec")
    say(document, "Không có điểm bị trừ nào khắc phục được trong danh sách hiện nay.", size=12, **LEFT)
    only(document, "endif")
    say(document, "{{ nguon }}", size=10, italic=True, before=6, **LEFT)
    return document


def _heading(document: Any, text: str) -> None:
    say(document, text, size=13, bold=True, before=6, after=2, keep=True, **LEFT)


def _rest(paragraph: Any, text: str, *, bold: bool = False) -> None:
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, paragraph.runs[0].font.size
