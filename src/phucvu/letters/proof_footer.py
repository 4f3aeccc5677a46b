"""At the foot of a letter's first page: whether its figures are published, and the proof as a QR code."""

from __future__ import annotations

import io
from dataclasses import dataclass

import docx
import segno
from docx.shared import Mm, Pt

QR_WIDTH = 32
"""Millimetres of the code with its edge: of the largest proof, a point is a quarter of one."""

TEXT_WIDTH = 125


@dataclass(frozen=True)
class ProofNote:
    """What is said of the figures; ``qr`` is the text of the code, empty where nothing is proven."""

    said: str
    qr: str = ""


def with_proof(letter: bytes, note: ProofNote) -> bytes:
    """The letter, a Word file, with the note at the foot of its first page."""
    document = docx.Document(io.BytesIO(letter))
    section = document.sections[0]
    first = section.different_first_page_header_footer
    foot = section.first_page_footer if first else section.footer
    foot.is_linked_to_previous = False
    if note.qr:
        table = foot.add_table(1, 2, Mm(QR_WIDTH + TEXT_WIDTH))
        table.autofit, cells = False, table.rows[0].cells
        for column, cell, width in zip(table.columns, cells, (QR_WIDTH, TEXT_WIDTH), strict=True):
            column.width = cell.width = Mm(width)
        cells[0].paragraphs[0].add_run().add_picture(io.BytesIO(qr_png(note.qr)), width=Mm(QR_WIDTH - 4))
        place = cells[1].paragraphs[0]
    else:
        place = foot.paragraphs[0] if foot.paragraphs else foot.add_paragraph()
    run = place.add_run(note.said)
    run.font.size, run.italic = Pt(10), True
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def qr_png(text: str) -> bytes:
    """A QR code as PNG."""
    out = io.BytesIO()
    segno.make(text, error="l", micro=False).save(out, kind="png", scale=4, border=4)
    return out.getvalue()
