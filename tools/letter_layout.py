"""The parts of a Word template in the layout of Decree 30/2020/NĐ-CP: page, heading, text, signature, tables.

A4; Times New Roman; margins 20 mm top and bottom, 30 left, 20 right; page numbers top centre from page 2.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

FACE = "Times New Roman"
TEXT_WIDTH = 160
"""Millimetres between the margins of an upright page."""
LANDSCAPE_WIDTH = 247
"""And of one on its side."""


NUMBER = "{{ so_van_ban }}/{{ ky_hieu }}"


def new() -> Any:
    """An empty document with the page and face of official documents."""
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = FACE, Pt(14)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(name), FACE)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    style.element.rPr.append(language)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    _margins(section)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = ALIGN.CENTER
    _field(number.add_run(), "PAGE")
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "phucvu", "", ""
    return document


def _margins(section: Any) -> None:
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(20)


def _field(run: Any, name: str) -> None:
    run.font.size = Pt(13)
    for kind in ("begin", None, "end"):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = name
        run._r.append(part)


def say(
    place: Any,
    text: str,
    *,
    size: float = 14,
    bold: bool = False,
    italic: bool = False,
    align: Any = ALIGN.CENTER,
    before: float = 0,
    after: float = 0,
    first: float = 0,
    left: float = 0,
    keep: bool = False,
) -> Any:
    """A paragraph at the end of a document or cell; indents in millimetres, sizes and spaces in points."""
    begun = (
        getattr(place, "_tc", None) is not None
        and not place.paragraphs[0].text
        and not place.paragraphs[0].runs
    )
    paragraph = place.paragraphs[0] if begun and len(place.paragraphs) == 1 else place.add_paragraph()
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    paragraph.alignment = align
    form = paragraph.paragraph_format
    form.space_before, form.space_after = Pt(before), Pt(after)
    form.first_line_indent, form.left_indent = Mm(first), Mm(left)
    form.keep_with_next = keep
    return paragraph


def body(place: Any, text: str, **how: Any) -> Any:
    """A paragraph of the text: both edges even, first line drawn in, 6 points apart."""
    return say(place, text, **({"align": ALIGN.JUSTIFY, "first": 10, "after": 6} | how))


def only(place: Any, tag: str) -> None:
    """A paragraph that is but a tag of docxtpl, and goes."""
    say(place, "{%p " + tag + " %}", size=4)


def line(place: Any, width: float, total: float) -> None:
    """A thin line of ``width`` in the middle of ``total`` millimetres."""
    paragraph = say(place, "", size=2)
    side = Mm((total - width) / 2)
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = side
    paragraph.paragraph_format.line_spacing = Pt(3)
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def columns(document: Any, widths: tuple[float, ...], *, ruled: bool = False) -> Any:
    """A table of one row; widths in millimetres."""
    table = document.add_table(rows=1, cols=len(widths), style="Table Grid" if ruled else None)
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    margin = 1.0 if ruled else 0.0
    cells = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        element = OxmlElement(f"w:{side}")
        element.set(qn("w:w"), str(int(margin * 56.7)))
        element.set(qn("w:type"), "dxa")
        cells.append(element)
    table._tbl.tblPr.append(cells)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    _sized(table.rows[0], widths)
    return table


def _sized(row: Any, widths: tuple[float, ...]) -> Any:
    for cell, width in zip(row.cells, widths, strict=True):
        cell.width = Mm(width)
    whole = OxmlElement("w:cantSplit")
    row._tr.get_or_add_trPr().append(whole)
    return row


def heading(document: Any, *, subject: str = "") -> None:
    """Issuing body and number on the left; national title, motto, place and day on the right."""
    widths = (64.0, 96.0)
    left, right = columns(document, widths).rows[0].cells
    only(left, "if co_quan_chu_quan")
    say(left, "{{ co_quan_chu_quan }}", size=12)
    only(left, "endif")
    say(left, "{{ co_quan_ban_hanh }}", size=12, bold=True)
    line(left, 24, widths[0])
    say(left, "Số: {{ so_van_ban }}/{{ ky_hieu }}", size=13, before=6)
    if subject:
        say(left, f"V/v {subject}", size=12, before=4)
    title = say(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=12, bold=True)
    title.paragraph_format.line_spacing = 1
    say(right, "Độc lập - Tự do - Hạnh phúc", size=13, bold=True)
    line(right, 58, widths[1])
    say(right, "{{ dia_danh }}, {{ ngay_thang }}", size=13, italic=True, before=6)


def addressees(document: Any) -> None:
    say(document, "Kính gửi:", align=ALIGN.LEFT, before=14, left=25)
    only(document, "for noi in kinh_gui")
    say(
        document,
        "- {{ noi }}{% if loop.last %}.{% else %};{% endif %}",
        align=ALIGN.LEFT,
        left=33,
    )
    only(document, "endfor")
    say(document, "", size=8)


def titled(document: Any, name: str, subject: str) -> None:
    """The name of the kind of document, and what it is about."""
    say(document, name, bold=True, before=16)
    say(document, subject, bold=True)
    line(document, 50, TEXT_WIDTH)
    say(document, "", size=8)


def bases(document: Any) -> None:
    only(document, "for van_ban in can_cu")
    body(document, "Căn cứ {{ van_ban }};", italic=True)
    only(document, "endfor")


def bullets(document: Any, texts: list[str]) -> None:
    for text in texts:
        body(document, f"- {text}")


def signature(document: Any) -> None:
    """Recipients on the left, who signs on the right with room for the signature.

    They never stand on a page without the end of the text.
    """
    for paragraph in (*document.paragraphs[-4:], say(document, "", size=6)):
        paragraph.paragraph_format.keep_with_next = True
    left, right = columns(document, (80.0, 80.0)).rows[0].cells
    say(left, "Nơi nhận:", size=12, bold=True, italic=True, align=ALIGN.LEFT)
    only(left, "for noi in noi_nhan")
    say(left, "- {{ noi }};", size=11, align=ALIGN.LEFT)
    only(left, "endfor")
    say(left, "- Lưu: {{ luu }}.", size=11, align=ALIGN.LEFT)
    only(right, "for dong in quyen_han_ky")
    say(right, "{{ dong }}", bold=True)
    only(right, "endfor")
    for _ in range(5):
        say(right, "", size=14)
    say(right, "{{ nguoi_ky }}", bold=True)


def appendix(document: Any, number: str, title: str, kind: str, *, landscape: bool = False) -> None:
    """A new page with the heading of an appendix; the decree asks for numbers in Roman numerals."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    _margins(section)
    section.different_first_page_header_footer = False
    say(document, number, bold=True)
    say(document, title, bold=True)
    under = f"(Kèm theo {kind} số {NUMBER} {{{{ ngay_thang }}}} của {{{{ ten_co_quan }}}})"
    say(document, under, size=13, italic=True, after=8)


def ruled(
    document: Any,
    heads: tuple[str, ...],
    widths: tuple[float, ...],
    loops: list[tuple[str, str]],
    *,
    texts: tuple[int, ...] = (1,),
    size: float = 12,
) -> None:
    """A table whose rows docxtpl repeats: ``loops`` are tags and the cells of a row, cells joined with «|».

    The heading is repeated on every page; the columns ``texts`` stand on the left, the others in the middle.
    """
    table = columns(document, widths, ruled=True)
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        say(cell, head, size=size, bold=True)
    for tag, cells in loops:
        row = _sized(table.add_row(), widths)
        if tag:
            say(row.cells[0], "{%tr " + tag + " %}", size=size)
            continue
        bold = cells.startswith("*")
        for position, (cell, text) in enumerate(zip(row.cells, cells.lstrip("*").split("|"), strict=True)):
            say(cell, text, size=size, bold=bold, align=ALIGN.LEFT if position in texts else ALIGN.CENTER)


def source_note(document: Any, text: str) -> None:
    body(document, text, size=12, italic=True, before=6, first=0)


GROUPS = 6
"""Groups of the index with online payment apart: as many columns has the table of units."""


def units_table(
    document: Any,
    rows: str,
    cells: tuple[str, ...] = ("{{ hang.tong }}", "{{ hang.hang }}"),
    heads: tuple[str, ...] = ("Tổng điểm", "Xếp hạng"),
    widths: tuple[float, ...] = (20.0, 16.0),
    group: float = 20.0,
    size: float = 12,
) -> None:
    """A row for each unit: what stands for each group, then the last ``cells``, by default total and rank.

    ``group`` is the width of a group's column, ``widths`` those of the last ones.
    """
    groups = range(GROUPS)
    name = LANDSCAPE_WIDTH - 12.0 - GROUPS * group - sum(widths)
    own = ("{{ hang.stt }}", "{{ hang.ten }}", *(f"{{{{ hang.nhom[{n}] }}}}" for n in groups), *cells)
    ruled(
        document,
        ("TT", "Cơ quan, đơn vị", *(f"{{{{ nhom[{n}].ten }}}}" for n in groups), *heads),
        (12.0, name, *[group] * GROUPS, *widths),
        [
            (f"for hang in {rows}", ""),
            ("", "|".join(own)),
            ("endfor", ""),
        ],
        size=size,
    )


def content(document: Any) -> bytes:
    """The file, with the same bytes each time."""
    out, steady = io.BytesIO(), io.BytesIO()
    document.save(out)
    with zipfile.ZipFile(out) as parts, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as same:
        for name in sorted(parts.namelist()):
            same.writestr(
                zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), parts.read(name), zipfile.ZIP_DEFLATED
            )
    return steady.getvalue()
