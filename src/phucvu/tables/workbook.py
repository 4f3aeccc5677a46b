"""Excel workbooks: the one writer of all that is taken away as a spreadsheet.

Every table gets a heading that stays in view, repeats on paper and filters; number formats by the kind of
its columns; widths from what stands in them; and A4 on its side, fitted to the width of the page. The last
sheet and the foot of each printed page say where the rows come from, of which period and as of when.
Sums are formulas over the rows that a filter leaves, with their values beside for programs that do not
calculate. Memory does not grow with the rows.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from textwrap import wrap
from typing import Any, Literal

import polars as pl
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from phucvu.formats import whole

Kind = Literal["text", "whole", "number", "points", "percent", "day", "moment", "yes"]
"""What a column holds: texts; whole numbers; numbers, points and shares; days and moments; yes or no."""

FORMATS: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True, "indent": 1},
    "whole": {"num_format": "#,##0"},
    "number": {"num_format": "#,##0.00"},
    "points": {"num_format": "0.00"},
    "percent": {"num_format": "0.00%"},
    "day": {"num_format": "dd/mm/yyyy", "align": "left"},
    "moment": {"num_format": "dd/mm/yyyy hh:mm", "align": "left"},
}
"""A spreadsheet writes the separators of #,##0.00 as its reader's language does: 1.234,50 or 1,234.50."""

LETTERS = {"day": 11, "moment": 17, "points": 7, "percent": 9}
"""Letters that a cell of a kind takes; other kinds are measured."""

NARROWEST, WIDEST = 7, 36
"""Letters of a column. Longer texts go on in the next line of their cell."""

ON_A_LINE = WIDEST * 8 // 7
"""Letters of a text on a line of the widest column: most are narrower than the digits that widths count."""

LINE = 15.0
"""Points that a line of text is high. Not every program finds out itself how high a row must be."""

UPRIGHT = 150.0
"""Points that a heading with upright texts is high: some 25 letters, on two lines."""

FOOT = 200
"""Letters at the foot of a printed page; Excel refuses a file with more than 255."""

MOST_ROWS = 1_048_575
"""Rows of a sheet below its heading."""

WORDS = {
    "vi": {True: "có", False: "không", "about": "Nguồn", "page": "Trang", "rows": "Số dòng"},
    "en": {True: "yes", False: "no", "about": "Source", "page": "Page", "rows": "Rows"},
}


@dataclass(frozen=True)
class Share:
    """In the row of totals: the total of one column divided by that of another; columns count from 0."""

    part: int
    whole: int


@dataclass(frozen=True)
class Column:
    """``total`` says what stands in the row of totals: nothing, the sum, a share of sums, or a number that is
    no sum of the rows.

    ``adds`` are the first and last column that each cell is the sum of: it is a formula wherever they do add
    up to its value, and the plain value elsewhere. ``upright`` turns the heading, so that many columns of
    short values fit a page.
    """

    heading: str
    kind: Kind = "text"
    total: Literal["", "sum"] | Share | Decimal = ""
    adds: tuple[int, int] | None = None
    upright: bool = False


@dataclass(frozen=True)
class Cell:
    """A value of another kind than its column's: a time among shares."""

    value: Any
    kind: Kind


@dataclass(frozen=True)
class Table:
    """A sheet: its name, its columns, and a value for each of them in every row.

    ``total`` is what the row of totals is called, which stands below where there are rows; ``frozen`` how
    many columns stay in view.
    """

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    total: str = ""
    frozen: int = 1


def write(
    file: Any, title: str, tables: Iterable[Table], about: Mapping[str, str], language: str = "vi"
) -> None:
    """Write the tables as sheets of a workbook, and ``about`` with the numbers of rows as its last one.

    ``file`` is a path or a binary file. Texts stay texts: nothing is taken for a formula or a link.
    Raises OSError or xlsxwriter's FileCreateError where it cannot be written.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": title, "comments": _foot(about)})
        formats: dict[str, Any] = {
            kind: book.add_format({"valign": "top"} | more) for kind, more in FORMATS.items()
        }
        formats["totals"] = {
            kind: book.add_format({"valign": "top", "bold": True, "top": 1} | more)
            for kind, more in FORMATS.items()
        }
        heading = {"bold": True, "text_wrap": True, "bottom": 2}
        formats["upright"] = book.add_format(
            heading | {"rotation": 90, "align": "center", "valign": "bottom"}
        )
        bold = book.add_format(heading | {"valign": "top", "indent": 1})
        numbers = {}
        for table in tables:
            sheet = book.add_worksheet(_sheet_name(table.name))
            numbers[table.name] = _fill(sheet, table, formats, bold, language)
            _for_paper(sheet, title, about, language)
        words = WORDS[language]
        rows = ", ".join(
            whole(n, language) if len(numbers) == 1 else f"{name} {whole(n, language)}"
            for name, n in numbers.items()
        )
        _write_about(book, {**about, str(words["rows"]): rows}, formats, str(words["about"]))


def _fill(sheet: Any, table: Table, formats: dict[str, Any], bold: Any, language: str) -> int:
    """Write heading and rows; the number of rows."""
    widths = [0 if column.upright else _heading_width(column.heading) for column in table.columns]
    lines = (len(wrap(c.heading, w - 2)) for c, w in zip(table.columns, widths, strict=True) if w)
    high = UPRIGHT if any(column.upright for column in table.columns) else 0.0
    sheet.set_row(0, max(LINE * max(lines, default=1) + 3, high))
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.heading, formats["upright"] if column.upright else bold)
    kinds = [column.kind for column in table.columns]
    texts, dated = formats["text"], {n for n, kind in enumerate(kinds) if kind in ("day", "moment")}
    line = 0
    sums = {n: Decimal(0) for n, column in enumerate(table.columns) if column.total == "sum"}
    added = {n: column.adds for n, column in enumerate(table.columns) if column.adds}
    for line, row in enumerate(table.rows, 1):
        high = 1
        for place in sums:
            sums[place] += Decimal(row[place] or 0)
        for place, (kind, value) in enumerate(zip(kinds, row, strict=True)):
            if type(value) is str and place not in dated:  # most cells are texts
                sheet.write_string(line, place, value, texts)
                letters = len(value)
                if letters > ON_A_LINE or "\n" in value:
                    high = max(high, _lines(value))
            elif value is None:
                continue
            elif place in added and _adds_up(row, added[place], value):
                first, last = (xl_rowcol_to_cell(line, each) for each in added[place])
                form = formats[kind]
                sheet.write_formula(line, place, f"=SUM({first}:{last})", form, float(value))
                letters = LETTERS.get(kind, NARROWEST)
            elif isinstance(value, Cell):
                letters = _write(sheet, line, place, value.value, value.kind, formats, language)
            else:
                letters = _write(sheet, line, place, value, kind, formats, language)
            if letters > widths[place]:
                widths[place] = letters
        if high > 1:
            sheet.set_row(line, LINE * high)
    if table.total and line:
        _write_totals(sheet, table, line, sums, formats["totals"], widths)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, min(WIDEST, max(NARROWEST, width + 2)))
    sheet.freeze_panes(1, table.frozen)
    if table.columns:
        sheet.autofilter(0, 0, line, len(table.columns) - 1)
    return line


def _adds_up(row: Sequence[Any], places: tuple[int, int], value: Any) -> bool:
    """Whether numbers of a row are all known and add up to a value, to the last digit."""
    parts = row[places[0] : places[1] + 1]
    known = all(isinstance(part, int | Decimal) for part in parts)
    return known and isinstance(value, int | Decimal) and sum(parts, Decimal(0)) == value


def _write_totals(
    sheet: Any,
    table: Table,
    last: int,
    sums: Mapping[int, Decimal],
    formats: Mapping[str, Any],
    widths: list[int],
) -> None:
    """The row of totals below the last row: formulas, which count what a filter leaves in view."""
    line = last + 1
    for place, column in enumerate(table.columns):
        form = formats.get(column.kind, formats["text"])
        if column.total == "sum":
            first, end = (xl_rowcol_to_cell(each, place) for each in (1, last))
            sheet.write_formula(line, place, f"=SUBTOTAL(9,{first}:{end})", form, float(sums[place]))
            widths[place] = max(widths[place], len(f"{sums[place]:,}"))
        elif isinstance(column.total, Share):
            part, whole_ = column.total.part, column.total.whole
            above, below = (xl_rowcol_to_cell(line, each) for each in (part, whole_))
            value = float(sums[part] / sums[whole_]) if sums[whole_] else ""
            sheet.write_formula(line, place, f'=IF({below}=0,"",{above}/{below})', form, value)
        else:
            said = table.total if place == min(1, len(table.columns) - 1) else column.total or None
            sheet.write(line, place, said, form)


def _heading_width(heading: str) -> int:
    """Letters for a heading in two or three lines, and the arrow that filters beside its longest word."""
    longest = max((len(word) for word in heading.split()), default=0)
    return max(longest + 3, min(len(heading) + 3, 14))


def _lines(text: str) -> int:
    """Lines that a text takes in the widest column."""
    return sum(len(wrap(part, ON_A_LINE)) or 1 for part in text.splitlines())


def _write(
    sheet: Any, line: int, place: int, value: Any, kind: str, formats: dict[str, Any], language: str
) -> int:
    """Write a value; how many letters it takes."""
    if isinstance(value, bool):
        value = WORDS[language][value]
    if kind in ("day", "moment") and isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    if isinstance(value, int | float | Decimal):
        number = float(value)
        sheet.write_number(line, place, number, formats[kind if kind in FORMATS else "number"])
        return LETTERS.get(kind) or len(f"{number:,.2f}") - (3 if kind == "whole" else 0)
    if isinstance(value, dt.date):  # moments too
        kind = kind if kind in ("day", "moment") else "moment" if isinstance(value, dt.datetime) else "day"
        sheet.write_datetime(line, place, value, formats[kind])
        return LETTERS[kind]
    if value is None:
        return 0
    text = str(value)
    sheet.write_string(line, place, text, formats["text"])
    return len(text)


def _for_paper(sheet: Any, title: str, about: Mapping[str, str], language: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.8)
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    sheet.set_header("&L&B" + _escaped(title[:FOOT]))
    page = WORDS[language]["page"]
    sheet.set_footer(f"&L&8{_escaped(_foot(about))}&R&8{page} &P/&N")


def _foot(about: Mapping[str, str]) -> str:
    said = " · ".join(f"{name}: {value}" for name, value in about.items())
    return said if len(said) <= FOOT else said[: FOOT - 1] + "…"


def _escaped(text: str) -> str:
    """A text for the head or foot of a page, where & begins a command and a digit would be a size."""
    return " " + text.replace("&", "&&") if text[:1].isdigit() else text.replace("&", "&&")


def _write_about(book: Any, about: Mapping[str, str], formats: dict[str, Any], name: str) -> None:
    sheet = book.add_worksheet(_sheet_name(name))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    for line, (what, said) in enumerate(about.items()):
        sheet.write_string(line, 0, what, formats["text"])
        sheet.write_string(line, 1, said, formats["text"])
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _sheet_name(name: str) -> str:
    """A name that Excel takes: at most 31 letters, without the signs that it keeps for itself."""
    return re.sub(r"[\[\]:*?/\\]", " ", name).strip(" '")[:31] or "1"


def kind_of(dtype: pl.DataType) -> Kind:
    """What a column of a frame holds, where nothing else is known of it."""
    if dtype.is_integer():
        return "whole"
    if dtype.is_decimal():
        return "points"
    if dtype.is_float():
        return "number"
    if dtype == pl.Boolean:
        return "yes"
    return "moment" if dtype == pl.Datetime else "day" if dtype == pl.Date else "text"
