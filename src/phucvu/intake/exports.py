"""Excel and CSV exports of one-stop systems, with Vietnamese headings that vary from vendor to vendor."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import polars as pl

from phucvu.intake import rows as mapped
from phucvu.intake.known import Known
from phucvu.intake.mappings import Mapping
from phucvu.intake.rows import Headings, Row
from phucvu.intake.taking import Taking
from phucvu.problems import Problem, UnusableError
from phucvu.tables import Sheet, plain, read_table
from phucvu.tables.reading import ROW, IsHeading

SOURCE = "export"

FEWEST = 3
"""A heading row names the dossier's code and at least so many fields in all."""

COUNTED = re.compile(r"\(?(\d{1,2}|[A-Za-z])\)?")
"""A cell of the row under a heading that numbers the columns."""

TOTAL = re.compile(r"(tong|tong cong|tong so|cong)\b")
"""How the first cell of a totals row begins, written plainly."""

ENUMERATED = re.compile(r"^([IVXLC]+|\d+|[a-zA-Z])[.)/]\s*")

UNIT = "Đơn vị xử lý"
"""The heading under which the unit of a group of rows is kept, where there is no such column."""


def take(taking: Taking, path: Path, mapping: Mapping, sender: str | None) -> None:
    """Take the dossiers of an export.

    Raises UnusableError if it cannot be read or has no heading row.
    """
    known = Known.of(taking.store)
    is_heading = heading_by(mapping)
    expected = ", ".join(listed[0] for listed in list(mapping.columns.values())[:4])
    sheet = read_table(path, is_heading, expected)
    sheet = _second_heading(sheet, mapping)
    sheet = _merged_filled(sheet, path)
    headings = Headings.among([c for c in sheet.frame.columns if c != ROW], mapping)
    numbers, rows = _records(sheet, headings, known)
    taking.taken.skipped = sheet.frame.height - len(rows)
    taking.taken.notes += [*sheet.notes, *_notes(sheet, headings, mapping)]
    headings = replace(headings, of={"unit": UNIT, **headings.of})
    read = mapped.read(rows, headings, mapping, known, sender, SOURCE)
    taking.take("dossiers", read.frame)
    taking.aside(
        replace(a, problem=replace(a.problem, row=numbers[place])) for place, a in read.aside.items()
    )
    taking.unread(sheet.set_aside)


UNPACKING = (zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What the module for zip files raises at parts that are broken, sealed, or packed in an unknown way."""


def heading_by(mapping: Mapping) -> IsHeading:
    """A test for the heading row of an export."""

    def is_heading(cells: list[str]) -> bool:
        fields = {mapping.field_of(c) for c in cells if c} - {None}
        return "code" in fields and len(fields) >= FEWEST

    return is_heading


def _second_heading(sheet: Sheet, mapping: Mapping) -> Sheet:
    """Headings of two rows: «Ngày» merged over «tiếp nhận» and «hẹn trả» becomes both words."""
    if sheet.frame.is_empty():
        return sheet
    first = sheet.frame.drop(ROW).row(0, named=True)
    names, above = {}, ""
    for name, below in first.items():
        above = name if not re.fullmatch(r"_\d+", name) else above
        if below is None:
            continue
        both = next((t for t in (f"{above} {below}", below) if mapping.field_of(t)), None)
        if both is not None and mapping.field_of(name) is None:
            names[name] = both
    if not names or len(set(names.values())) < len(names) or set(names.values()) & set(first):
        return sheet
    return replace(sheet, frame=sheet.frame[1:].rename(names))


def _records(sheet: Sheet, headings: Headings, known: Known) -> tuple[list[int], list[Row]]:
    """The rows that are dossiers, with their numbers in the file.

    Left out are the row that numbers the columns, totals and signatures below the table, and rows
    that head a group; a group headed by a unit gives its rows the unit where they name none.
    """
    code, numbers, found = headings.of["code"], [], []
    unit = headings.of.get("unit", UNIT)
    group: str | None = None
    for place, row in enumerate(sheet.frame.iter_rows(named=True)):
        number = row.pop(ROW)
        said = {name: text for name, text in row.items() if text is not None}
        if place == 0 and len(said) >= FEWEST and all(COUNTED.fullmatch(t) for t in said.values()):
            continue
        if TOTAL.match(plain(next(iter(said.values())))):
            continue
        if row[code] is None and len(said) < FEWEST:
            name = ENUMERATED.sub("", next(iter(said.values())))
            if len(said) == 1 and isinstance(known.unit(name), str):
                group = name
            continue
        if group is not None and row.get(unit) is None:
            row[unit] = group
        numbers.append(number)
        found.append(row)
    return numbers, found


def _notes(sheet: Sheet, headings: Headings, mapping: Mapping) -> Iterator[Problem]:
    taken = headings.of
    words = ", ".join(f"{name} → {field}" for field, name in taken.items())
    yield Problem(f"hiểu các cột: {words}", f"columns understood: {words}", file=sheet.file)
    rest = [c for c in sheet.frame.columns if c != ROW and c not in taken.values() and not c.startswith("_")]
    if rest:
        words = ", ".join(rest)
        yield Problem(f"cột không dùng: {words}", f"columns not used: {words}", file=sheet.file)
    if "status" not in taken and "status" not in mapping.defaults:
        yield Problem(
            "không có cột trạng thái: có ngày trả là 10, ngày kết quả là 9, ngày từ chối là 3, còn lại là 4",
            "no column of the status: returned is 10, ended is 9, refused is 3, the rest 4",
            file=sheet.file,
        )


def _merged_filled(sheet: Sheet, path: Path) -> Sheet:
    """A cell merged over several rows says its text for each of them."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return sheet
    names = [c for c in sheet.frame.columns if c != ROW]
    frame = sheet.frame
    try:
        merged = list(_merged_down(path, sheet.number))
    except (zipfile.BadZipFile, ElementTree.ParseError, LookupError, StopIteration, *UNPACKING) as error:
        problem = Problem("không phải tệp Excel đọc được", "not a readable Excel file", file=path.name)
        raise UnusableError(problem) from error
    for column, first, last in merged:
        if column < len(names):
            within = pl.col(ROW).is_between(first, last)
            text = pl.col(names[column]).filter(pl.col(ROW) == first).first()
            frame = frame.with_columns(
                pl.when(within).then(text).otherwise(names[column]).alias(names[column])
            )
    return replace(sheet, frame=frame)


def _merged_down(path: Path, number: int) -> Iterator[tuple[int, int, int]]:
    """Cells merged over rows in a sheet: column from 0, first and last row from 1."""
    with zipfile.ZipFile(path) as parts, parts.open(_sheet_file(parts, number)) as xml:
        for _, element in ElementTree.iterparse(xml):
            if element.tag.endswith("}mergeCell"):
                corners = re.fullmatch(r"([A-Z]+)(\d+):([A-Z]+)(\d+)", element.get("ref", ""))
                if corners and corners[1] == corners[3] and corners[2] != corners[4]:
                    yield _column_number(corners[1]), int(corners[2]), int(corners[4])
            elif element.tag.endswith("}row"):
                element.clear()


def _sheet_file(parts: zipfile.ZipFile, number: int) -> str:
    """Where a workbook keeps its sheet of this place."""
    relation = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    book = ElementTree.fromstring(parts.read("xl/workbook.xml"))
    sheet = [e for e in book.iter() if e.tag.endswith("}sheet")][number]
    links = ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))
    target = next(e.get("Target", "") for e in links if e.get("Id") == sheet.get(relation))
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
