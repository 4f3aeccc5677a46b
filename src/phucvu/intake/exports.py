"""Excel and CSV exports of one-stop systems, with Vietnamese headings that vary from vendor to vendor."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import polars as pl

from phucvu.intake import rows as mapped
from phucvu.intake.known import Known
from phucvu.intake.mappings import Mapping
from phucvu.intake.rows import Headings, Row
from phucvu.intake.taking import Taking
from phucvu.problems import Fault, UnusableError
from phucvu.tables import Sheet, Source, plain
from phucvu.tables.reading import PIECE, ROW, IsHeading, Joined, reading

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


def take(taking: Taking, source: Source, mapping: Mapping, sender: str | None, otherwise: str = "") -> None:
    """Take the dossiers of an export.

    ``otherwise`` names the columns of what else the file might have been, for the message where it is none.
    Raises UnusableError if it cannot be read or has no heading row.
    """
    known = Known.of(taking.store)
    is_heading = heading_by(mapping)
    expected = ", ".join(listed[0] for listed in list(mapping.columns.values())[:4])
    if otherwise:
        expected = f"export: {expected}; {otherwise}"
    sheet = source.table(is_heading, expected, joined_by(mapping.field_of))
    sheet = _merged_filled(sheet, source.path)
    headings = Headings.among([c for c in sheet.frame.columns if c != ROW], mapping)
    numbers, rows = _records(sheet, headings, known)
    taking.taken.skipped = sheet.frame.height - len(rows)
    taking.taken.notes += sheet.notes
    _understood(taking, sheet, headings, mapping)
    headings = replace(headings, of={"unit": UNIT, **headings.of})
    read = mapped.read(rows, headings, mapping, known, sender, SOURCE)
    taking.take("dossiers", read.frame)
    taking.aside(replace(a, problem=a.problem.at(row=numbers[place])) for place, a in read.aside.items())
    taking.unread(sheet.set_aside)


UNPACKING = (zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What the module for zip files raises at parts that are broken, sealed, or packed in an unknown way."""


def heading_by(mapping: Mapping) -> IsHeading:
    """A test for the heading row of an export."""

    def is_heading(cells: list[str]) -> bool:
        fields = {mapping.field_of(c) for c in cells if c} - {None}
        return "code" in fields and len(fields) >= FEWEST

    return is_heading


def fields_of(source: Source, mapping: Mapping) -> int:
    """How many fields of dossiers the heading of a file names; 0 where it has none of an export."""
    try:
        heading = source.heading(heading_by(mapping), "", joined_by(mapping.field_of))
    except UnusableError:
        return 0
    return len({mapping.field_of(cell) for cell in heading} - {None})


def joined_by(meaning: Callable[[str], str | None]) -> Joined:
    """Headings of two rows: «Ngày» merged over «tiếp nhận» and «hẹn trả» becomes both words.

    ``meaning`` says which field a heading names, if any. A heading that means something by itself, or
    that is merged down over both rows, stays.
    """

    def joined(first: list[str], second: list[str]) -> list[str] | None:
        found, above = [], ""
        for upper, lower in zip(first, second, strict=False):
            upper, lower = upper.strip(), lower.strip()
            above = upper or above
            both = (f"{above} {lower}", f"{lower} {above}", lower)
            named = next((t for t in both if meaning(t)), None) if lower and not meaning(upper) else None
            found.append(named or upper or lower)
        found += [cell.strip() for cell in first[len(second) :] or second[len(first) :]]
        before = {meaning(cell) for cell in first} - {None}
        after = [m for m in map(meaning, found) if m is not None]
        names = [cell for cell in found if cell]
        return found if set(after) > before and len(set(names)) == len(names) else None

    return joined


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


def _understood(taking: Taking, sheet: Sheet, headings: Headings, mapping: Mapping) -> None:
    taken = {name: field for field, name in headings.of.items()}
    named = [c for c in sheet.frame.columns if c != ROW and (c in taken or not c.startswith("_"))]
    taking.understood({name: taken.get(name) for name in named})
    if "status" not in headings.of and "status" not in mapping.defaults:
        taking.taken.notes.append(Fault("status_by_days", file=sheet.file))


def _merged_filled(sheet: Sheet, path: Path) -> Sheet:
    """A cell merged over several rows says its text for each of them."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return sheet
    names = [c for c in sheet.frame.columns if c != ROW]
    try:
        with reading(path):
            merged = _merged_down(path, sheet.number)
    except (zipfile.BadZipFile, ElementTree.ParseError, LookupError, StopIteration, *UNPACKING) as error:
        problem = Fault("not_excel", file=path.name)
        raise UnusableError(problem) from error
    frame = sheet.frame.sort(ROW)
    for column, spans in merged.items():
        if column < len(names):
            frame = frame.with_columns(_spread(frame, names[column], spans))
    return replace(sheet, frame=frame)


def _spread(frame: pl.DataFrame, name: str, spans: list[tuple[int, int]]) -> pl.Series:
    """A column with the text of the first row of each span in all its rows; ``frame`` is in row order."""
    texts = pl.DataFrame(spans, schema=["first", "last"], orient="row").sort("first")
    cells = frame.select(ROW, name)
    texts = texts.join(cells, left_on="first", right_on=ROW, how="inner").rename({name: "text"}).sort("first")
    near = cells.join_asof(texts, left_on=ROW, right_on="first", strategy="backward")
    within = pl.col(ROW) <= pl.col("last")
    return near.select(pl.when(within).then("text").otherwise(name).alias(name))[name]


CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]{1,3})\d+[\"'][^>]*(?<!/)>")
MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]*?\bref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']"
)

LONGEST_TAG = 4096
"""Bytes of a tag that is cut in two where a file is read piece by piece."""


def _merged_down(path: Path, number: int) -> dict[int, list[tuple[int, int]]]:
    """Cells merged over rows in a sheet: by column, first and last row from 1.

    Columns count from 0, the first that has a cell with something in it: so the reader of workbooks counts.
    """
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    columns: set[bytes] = set()
    with zipfile.ZipFile(path) as parts, parts.open(_sheet_file(parts, number)) as xml:
        rest = b""
        while piece := xml.read(PIECE):
            text = rest + piece
            columns.update(match[1] for match in CELL.finditer(text))
            end = 0
            for match in MERGED.finditer(text):
                end = match.end()
                if match[1] == match[3] and match[2] != match[4]:
                    spans[_column_number(match[1].decode())].append((int(match[2]), int(match[4])))
            rest = text[max(end, len(text) - LONGEST_TAG) :]
    left = min((_column_number(c.decode()) for c in columns), default=0)
    return {column - left: found for column, found in spans.items() if column >= left}


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
