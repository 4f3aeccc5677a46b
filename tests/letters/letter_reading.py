"""Letters made from facts and read back as text."""

from __future__ import annotations

import io

import docx

from phucvu.letters.letter_kinds import KINDS, context_of, fields_of
from phucvu.letters.template_filling import fill, shipped


def letter(kind, of, **fields):
    said = fields_of(KINDS[kind], of) | fields
    return docx.Document(io.BytesIO(fill(shipped(KINDS[kind].template), context_of(KINDS[kind], of, said))))


def text(document):
    """All of a letter, a line for each paragraph, cells of a row joined by « | »."""
    lines = [p.text for p in document.paragraphs]
    for table in document.tables:
        lines += [" | ".join(cell.text for cell in row.cells) for row in table.rows]
    return "\n".join(lines)
