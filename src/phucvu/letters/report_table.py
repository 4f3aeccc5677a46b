"""Report tables as workbooks, and II.06a/VPCP/KSTT: dossiers received, finished, open, by unit or field.

The identities of a form are checked, and the cells where one does not hold are marked.
"""

from __future__ import annotations

import string
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from phucvu.engine.tree import Tree
from phucvu.letters.dossier_counts import DossierCounts
from phucvu.letters.letter_facts import LetterFacts
from phucvu.letters.letter_numbers import period_words, short_day
from phucvu.problems import Fault, UnusableError, why


@dataclass(frozen=True)
class ReportForm:
    """What a form asks: the heads of its columns and which are sums of others; columns count from 0.

    ``groups`` and ``inner_groups`` are first and last column and what stands above them; a group of one
    column stands for it. ``heads`` begin at column 2. An identity is a column and those that make it up.
    """

    name: str
    code: str
    title: str
    groups: tuple[tuple[int, int, str], ...]
    heads: tuple[str, ...]
    numbered: Mapping[int, str]
    identities: tuple[tuple[int, tuple[int, ...]], ...]
    inner_groups: tuple[tuple[int, int, str], ...] = ()
    width: float = 12
    """Of a column of numbers, in characters."""
    head_height: float | None = None
    """Of the two rows of heads and of the row that numbers the columns, in points; None as they need."""

    @property
    def last(self) -> int:
        """The last column."""
        return len(self.heads) + 1


II_06A = ReportForm(
    name="II.06a",
    code="Biểu số II.06a/VPCP/KSTT",
    title="TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH",
    groups=((2, 5, "Tiếp nhận"), (6, 9, "Đã giải quyết"), (10, 12, "Đang giải quyết")),
    inner_groups=((3, 4, "Trong kỳ"),),
    heads=(
        *("Tổng số", "Trực tuyến", "Trực tiếp, dịch vụ bưu chính", "Từ kỳ trước"),
        *("Tổng số", "Trước hạn", "Đúng hạn", "Quá hạn", "Tổng số", "Trong hạn", "Quá hạn"),
    ),
    numbered={2: "(3)=(4)+(5)+(6)", 6: "(7)=(8)+(9)+(10)", 10: "(11)=(12)+(13)"},
    identities=((2, (3, 4, 5)), (6, (7, 8, 9)), (10, (11, 12)), (2, (6, 10))),
)
"""Identities: (3)=(4)+(5)+(6), (7)=(8)+(9)+(10), (11)=(12)+(13), (3)=(7)+(11)."""

FIRST_ROW = 9
"""The row of the sheet, from 1, with the first numbers."""

NO_FIELD = "Chưa xác định lĩnh vực"
TOTAL_ROW = "Tổng cộng"

FACE = {"font_name": "Times New Roman", "font_size": 11}

Numbers = tuple[int | None, ...]
"""The columns from (3) on; None where a number is not known."""


@dataclass(frozen=True)
class Line:
    name: str
    numbers: Numbers


@dataclass(frozen=True)
class Wrong:
    """A cell that is not the sum of those that make it up."""

    cell: str
    found: int
    parts: tuple[str, ...]
    expected: int

    def fault(self, file: str) -> Fault:
        made_of = " + ".join(self.parts)
        fault = Fault("report_sum", declared=self.found, parts=made_of, expected=self.expected)
        return fault.at(file=file, field=self.cell)


def lines_by_unit(facts: LetterFacts) -> list[Line]:
    """Each unit directly below with all below it, and what counts for the unit itself."""
    counts = facts.sources.dossiers(facts.scores, facts.period, facts.unit.code, "unit")
    tree = Tree.of_period(facts.scores.units, facts.period)
    found: dict[str, DossierCounts] = defaultdict(DossierCounts)
    for unit, each in counts.items():
        found[tree.part(facts.unit.code, unit)] += each
    units = facts.scores.units
    return [Line(units[u].name if u in units else u, _numbers(found[u])) for u in sorted(found)]


def lines_by_field(facts: LetterFacts, fields: Mapping[str, str]) -> list[Line]:
    """Each field of procedures, from the fields by procedure."""
    counts = facts.sources.dossiers(facts.scores, facts.period, facts.unit.code, "procedure")
    found: dict[str, DossierCounts] = defaultdict(DossierCounts)
    for procedure, each in counts.items():
        found[fields.get(procedure) or NO_FIELD] += each
    return [Line(field, _numbers(found[field])) for field in sorted(found)]


def lines_declared(
    facts: LetterFacts,
    reports: Iterable[Mapping[str, Any]],
    numbers: Callable[[Mapping[str, Any]], Numbers],
) -> list[Line]:
    """What each unit directly below declared in the national reporting system for the period.

    ``numbers`` puts a row of ``reports`` into the columns of a form.
    """
    tree, units = Tree.of_period(facts.scores.units, facts.period), facts.scores.units
    below = set(tree.children.get(facts.unit.code, [])) or {facts.unit.code}
    rows = [r for r in reports if r["period"] == str(facts.period) and r["unit"] in below]
    return [Line(units[r["unit"]].name, numbers(r)) for r in sorted(rows, key=lambda r: r["unit"])]


def _numbers(c: DossierCounts) -> Numbers:
    online, in_person, carried, early, on_time, late, in_time, open_late = astuple(c)
    finished = (c.finished, early, on_time, late)
    return (c.all, online, in_person, carried, *finished, c.open, in_time, open_late)


def declared(row: Mapping[str, Any]) -> Numbers:
    """The columns from a row of ``reports``.

    Declared numbers do not tell early from on time: both stand in (9).
    """
    in_person = known_sum(row["in_person"], row["postal"] or 0)
    in_time = known_sum(row["open"], -row["open_late"]) if row["open_late"] is not None else None
    return (
        *(
            known_sum(row["received"], row["carried_over"] or 0),
            row["online"],
            in_person,
            row["carried_over"],
        ),
        *(row["finished"], 0 if row["finished_on_time"] is not None else None, row["finished_on_time"]),
        *(row["finished_late"], row["open"], in_time, row["open_late"]),
    )


def known_sum(*values: int | None) -> int | None:
    """The sum, where all the numbers are known."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def with_total(lines: Sequence[Line]) -> list[Line]:
    """The lines and their sum; a column that a line does not know has none."""
    sums = tuple(known_sum(*column) for column in zip(*(line.numbers for line in lines), strict=True))
    return [*lines, Line(TOTAL_ROW, sums)] if lines else []


def wrong_cells(lines: Sequence[Line], form: ReportForm = II_06A) -> list[Wrong]:
    """The cells where an identity does not hold, of those whose numbers are all known; each once."""
    found: dict[tuple[str, tuple[str, ...]], Wrong] = {}
    for place, line in enumerate(lines, FIRST_ROW):
        for whole, parts in form.identities:
            value, values = line.numbers[whole - 2], [line.numbers[part - 2] for part in parts]
            expected = known_sum(*values)
            if value is not None and expected is not None and value != expected:
                cell = _cell(place, whole)
                cells = tuple(_cell(place, part) for part in parts)
                found.setdefault((cell, cells), Wrong(cell, value, cells, expected))
    return list(found.values())


def _cell(row: int, column: int) -> str:
    return f"{string.ascii_uppercase[column]}{row}"


def write_table(
    path: Path,
    form: ReportForm,
    facts: LetterFacts,
    lines: Sequence[Line],
    first: str,
    source: str,
    notes: Sequence[str] = (),
) -> list[Wrong]:
    """Write the workbook; the cells that are wrong, which it marks.

    ``first`` heads the column of names; ``source`` and ``notes`` stand under the table.
    """
    wrong = wrong_cells(lines, form)
    marked = {each.cell: f"{' + '.join(each.parts)} = {each.expected}" for each in wrong}
    below = (f"Nguồn: {source}, tính đến ngày {short_day(facts.day)}", *notes)
    try:
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
            sheet = book.add_worksheet(form.name)
            _head(book, sheet, form, facts, first)
            _body(book, sheet, lines, marked)
            plain = book.add_format(FACE)
            for row, words in enumerate(below, FIRST_ROW + len(lines)):
                sheet.write_string(row, 0, words, plain)
            _lay_out(sheet, form)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise UnusableError(Fault("output_file_not_written", file=str(path), why=why(error))) from error
    return wrong


def _head(book: Any, sheet: Any, form: ReportForm, facts: LetterFacts, first: str) -> None:
    bold = book.add_format(FACE | {"bold": True, "align": "center"})
    plain = book.add_format(FACE)
    head = book.add_format(
        FACE | {"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1}
    )
    sheet.write_string(0, 0, form.code, plain)
    sheet.merge_range(1, 0, 1, form.last, form.title, bold)
    sheet.merge_range(2, 0, 2, form.last, f"Kỳ báo cáo: {period_words(facts.period)}", bold)
    sheet.write_string(3, 0, f"Đơn vị báo cáo: {facts.unit.name}", plain)
    sheet.write_string(3, form.last - 3, "Đơn vị tính: Số hồ sơ TTHC", plain)
    alone = {start: words for start, end, words in form.groups if start == end}
    for column, words in {0: "TT", 1: first, **alone}.items():
        sheet.merge_range(4, column, 6, column, words, head)
    for start, end, words in form.groups:
        if start < end:
            sheet.merge_range(4, start, 4, end, words, head)
    for start, end, words in form.inner_groups:
        sheet.merge_range(5, start, 5, end, words, head)
    inner = {column for start, end, _ in form.inner_groups for column in range(start, end + 1)}
    for column, words in enumerate(form.heads, 2):
        if column in inner:
            sheet.write_string(6, column, words, head)
        elif column not in alone:
            sheet.merge_range(5, column, 6, column, words, head)
    for column in range(form.last + 1):
        sheet.write_string(7, column, form.numbered.get(column, f"({column + 1})"), head)


def _body(book: Any, sheet: Any, lines: Sequence[Line], marked: Mapping[str, str]) -> None:
    text = book.add_format(FACE | {"border": 1, "text_wrap": True})
    number = book.add_format(FACE | {"border": 1, "num_format": "#,##0"})
    bad = book.add_format(FACE | {"border": 1, "num_format": "#,##0", "bg_color": "#F4C7C3"})
    for place, line in enumerate(lines, FIRST_ROW):
        total = line.name == TOTAL_ROW
        sheet.write_string(place - 1, 0, "" if total else str(place - FIRST_ROW + 1), text)
        sheet.write_string(place - 1, 1, line.name, text)
        for column, value in enumerate(line.numbers, 2):
            cell = _cell(place, column)
            if value is None:
                sheet.write_blank(place - 1, column, None, text)
            else:
                sheet.write_number(place - 1, column, value, bad if cell in marked else number)
            if cell in marked:
                sheet.write_comment(cell, marked[cell])


def _lay_out(sheet: Any, form: ReportForm) -> None:
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 38)
    sheet.set_column(2, form.last, form.width)
    for row in (5, 6, 7):
        sheet.set_row(row, form.head_height)
    sheet.freeze_panes(8, 2)
    sheet.repeat_rows(4, 7)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
