"""A letter's Word file as HTML, to be looked at before it is taken: its words, emphasis, columns and tables.

What is drawn exactly is the PDF; here a narrow screen shows each row of a table below the other.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from html import escape
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

SIDES = {WD_ALIGN_PARAGRAPH.CENTER: "middle", WD_ALIGN_PARAGRAPH.RIGHT: "right"}
EMPHASIS = (("bold", "strong"), ("italic", "em"), ("underline", "u"))


def as_html(letter: bytes) -> str:
    """The body of a letter; every text is escaped, and nothing of the file's own styles is kept."""
    return "".join(_blocks(docx.Document(io.BytesIO(letter))))


def _blocks(place: Any) -> Iterator[str]:
    for block in place.iter_inner_content():
        if isinstance(block, Paragraph):
            yield _paragraph(block)
        elif _ruled(block):
            yield _table(block)
        else:
            yield _columns(block)


def _paragraph(paragraph: Paragraph) -> str:
    words = _words(paragraph)
    if not words.strip():
        return ""
    side = SIDES.get(paragraph.alignment) if paragraph.alignment is not None else None
    return f'<p class="{side}">{words}</p>' if side else f"<p>{words}</p>"


def _words(paragraph: Paragraph) -> str:
    found = []
    for run in paragraph.runs:
        text = escape(run.text).replace("\n", "<br>").replace("\t", " ")
        for name, tag in EMPHASIS:
            if text.strip() and getattr(run, name):
                text = f"<{tag}>{text}</{tag}>"
        found.append(text)
    return "".join(found)


def _ruled(table: Any) -> bool:
    """Whether a table has lines: without them it only sets texts beside each other."""
    own = table._tbl.tblPr.find(qn("w:tblBorders"))
    return own is not None or (table.style is not None and table.style.name == "Table Grid")


def _columns(table: Any) -> str:
    rows = (
        "".join(f"<div>{''.join(_blocks(cell))}</div>" for cell in _cells(row) if cell.text.strip())
        for row in table.rows
    )
    return "".join(f'<div class="abreast">{row}</div>' for row in rows if row)


def _table(table: Any) -> str:
    """Its first row are the headings, which stand beside each value where there is little room."""
    rows = [[_cell_words(cell) for cell in _cells(row)] for row in table.rows]
    head, body = (rows[0], rows[1:]) if rows else ([], [])
    headings = "".join(f'<th scope="col">{words}</th>' for words in head)
    names = [escape(_plain(cell), quote=True) for cell in _cells(table.rows[0])] if rows else []
    lines = "".join(f"<tr>{_line(row, names)}</tr>" for row in body)
    return f'<table class="below many"><thead><tr>{headings}</tr></thead><tbody>{lines}</tbody></table>'


def _line(row: list[str], names: list[str]) -> str:
    if len(row) != len(names):  # its first cell goes over several columns, which have no one heading
        over = f' colspan="{len(names) - len(row) + 1}"' if len(row) < len(names) else ""
        return "".join(f"<td{'' if n else over}>{words}</td>" for n, words in enumerate(row))
    return "".join(f'<td data-label="{name}">{words}</td>' for name, words in zip(names, row, strict=True))


def _cells(row: Any) -> list[Any]:
    """Each cell once, also where it goes over several columns."""
    found: list[Any] = []
    for cell in row.cells:
        if not found or cell._tc is not found[-1]._tc:
            found.append(cell)
    return found


def _cell_words(cell: Any) -> str:
    return "<br>".join(words for paragraph in cell.paragraphs if (words := _words(paragraph)).strip())


def _plain(cell: Any) -> str:
    return " ".join(cell.text.split())
