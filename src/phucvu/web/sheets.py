"""A page's table as an Excel workbook: the rows, and a sheet that says where they come from."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from phucvu.tables import workbook as books
from phucvu.tables.headings import of_rows
from phucvu.web.language import _, language


def workbook(
    rows: Sequence[Mapping[str, Any]],
    about: Mapping[str, str],
    title: str = "",
    others: Mapping[str, str] | None = None,
    further: Sequence[books.Table] = (),
) -> bytes:
    """An .xlsx of the rows in the page's language (see ``phucvu.tables.headings.of_rows``), then the further
    sheets."""
    file = io.BytesIO()
    table = of_rows(_("Số liệu"), rows, language(), others)
    books.write(file, title, [table, *further], about, language())
    return file.getvalue()
