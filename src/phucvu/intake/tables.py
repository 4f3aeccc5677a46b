"""The project's own tables (units, procedures, decisions …) from CSV, JSON Lines, Excel or Parquet."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from phucvu.figures.periods import Period
from phucvu.figures.units import LINKS
from phucvu.intake.taking import Taking
from phucvu.intake.values import counts, flags, moments, whole
from phucvu.problems import Problem, UnusableError
from phucvu.records.schema import LONGEST_TIMES, TABLES, TIME, Column, Table
from phucvu.records.set_aside import Aside
from phucvu.tables import Sheet, read_table
from phucvu.tables.reading import ROW, heading_with

KINDS = {name: table for name, table in TABLES.items() if name not in ("dossiers", "steps")}

LONGEST_UNIT = 50
LONGEST_CODE = 100
"""Characters of a unit's and a procedure's code."""

Fault = tuple[str, str, str]
"""What is wrong with a row: in Vietnamese, in English, and the column."""


@dataclass
class Typed:
    """Rows of a table as its columns' types, and what cannot be used, by place among the rows given.

    ``places`` says where among them each row of the frame stood.
    """

    frame: pl.DataFrame
    places: list[int]
    faults: dict[int, Fault]


def kind_of(path: Path) -> str | None:
    """Which of the tables a file holds: told by its name, else by its columns; None if it is none."""
    words = re.split(r"[^a-z]+", path.name.lower())
    named = [kind for kind in KINDS if kind in words]
    if len(named) == 1:
        return named[0]
    try:
        sheet = read_table(path, _some_table, ", ".join(KINDS))
    except UnusableError:
        return None
    return _fitting({c.casefold() for c in sheet.frame.columns})


def typed(table: Table, frame: pl.DataFrame) -> Typed:
    """Text columns as the table's types; a row with a value that does not fit is faulty as a whole."""
    columns = {name.casefold(): name for name in frame.columns}
    faults: dict[int, Fault] = {}
    read = {}
    for column in table.columns:
        if column.name in columns:
            text = frame[columns[column.name]]
        else:
            text = pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
        read[column.name] = _column(column, text, faults)
    whole_rows = pl.DataFrame(read)
    for row, fault in RULES.get(table.name, _no_rule)(whole_rows):
        faults.setdefault(row, fault)
    places = [n for n in range(frame.height) if n not in faults]
    return Typed(whole_rows[places] if faults else whole_rows, places, faults)


def asides(kind: str, rows: pl.DataFrame, faults: dict[int, Fault]) -> dict[int, Aside]:
    """The faulty ones of text rows, to be set aside, by place."""
    found = {}
    for place, (vi, en, column) in sorted(faults.items()):
        row = rows.row(place, named=True)
        said = {name: value for name, value in row.items() if value is not None and name != ROW}
        problem = Problem(vi, en, row=row.get(ROW), field=column)
        found[place] = Aside(kind, problem, json.dumps(said, ensure_ascii=False))
    return found


def take(taking: Taking, path: Path, kind: str) -> None:
    """Take the rows of the table ``kind`` from a file.

    Raises UnusableError if it cannot be read, or lacks the table's heading.
    """
    table = KINDS[kind]
    needed = [c.name for c in table.columns if c.required]
    sheet = read_table(path, heading_with(*needed), ", ".join(needed))
    rows = typed(table, sheet.frame)
    if kind == "units":
        rows = fitting(rows, taking.store.rows("units"))
    taking.take(kind, rows.frame)
    taking.aside(asides(kind, sheet.frame, rows.faults).values())
    taking.unread(sheet.set_aside)
    taking.taken.notes += [*sheet.notes, *_unused(table, sheet)]


def fitting(rows: Typed, known: pl.DataFrame) -> Typed:
    """Rows of units that agree with each other, and form a tree with the units known."""
    return _without_circles(_without_contradictions(rows), known)


def _without_contradictions(rows: Typed) -> Typed:
    """Rows of units without those that say different things of one unit: which holds, nobody knows."""
    different = rows.frame.unique()["code"]
    several = set(different.filter(different.is_duplicated()))
    faults = dict(rows.faults)
    for place, code in zip(rows.places, rows.frame["code"], strict=True):
        if code in several:
            faults[place] = (
                f"mã {code} có nhiều dòng khác nhau trong tệp",
                f"several rows of the file say different things of {code}",
                "code",
            )
    return _kept(rows, faults)


def _without_circles(rows: Typed, known: pl.DataFrame) -> Typed:
    """Rows of units without those that close a circle: of units above, or of successors."""
    faults = dict(rows.faults)
    for link in LINKS:
        named = dict(pl.concat([known.select("code", link), rows.frame.select("code", link)]).iter_rows())
        for place, code in zip(rows.places, rows.frame["code"], strict=True):
            way, here = [code], named.get(code)
            while here is not None and here not in way:
                way.append(here)
                here = named.get(here)
            if here == code:
                circle = " → ".join([*way, code])
                faults.setdefault(place, (*_in_circle(link, code, circle), link))
                del named[code]
    return _kept(rows, faults)


def _in_circle(link: str, code: str, circle: str) -> tuple[str, str]:
    if link == "parent":
        return f"đơn vị {code} đứng trên chính nó: {circle}", f"unit {code} stands above itself: {circle}"
    return f"đơn vị {code} kế thừa chính nó: {circle}", f"unit {code} succeeds itself: {circle}"


def _kept(rows: Typed, faults: dict[int, Fault]) -> Typed:
    kept = [n for n, place in enumerate(rows.places) if place not in faults]
    return Typed(rows.frame[kept], [rows.places[n] for n in kept], faults)


def _unused(table: Table, sheet: Sheet) -> Iterator[Problem]:
    """A note of the columns that are not taken."""
    extra = [c for c in sheet.frame.columns if c != ROW and c.casefold() not in table.types]
    if extra:
        names = ", ".join(extra)
        yield Problem(f"cột không dùng: {names}", f"columns not used: {names}", file=sheet.file)


def _fitting(columns: set[str]) -> str | None:
    """The table that has most of the columns, among those whose required columns are all there."""
    fits = {
        kind: len(columns & set(table.types))
        for kind, table in KINDS.items()
        if {c.name for c in table.columns if c.required} <= columns
    }
    best = max(fits.values(), default=0)
    found = [kind for kind, count in fits.items() if count == best]
    return found[0] if len(found) == 1 else None


def _some_table(cells: list[str]) -> bool:
    return _fitting({c.strip().casefold() for c in cells}) is not None


def _column(column: Column, text: pl.Series, faults: dict[int, Fault]) -> pl.Series:
    value, bad = _read(column, text)
    allowed = ", ".join(column.values) or {
        pl.Date: "2026-08-15",
        pl.Boolean: "0, 1",
        TIME: "2026-08-15T09:30:00",
    }.get(column.type, "số nguyên | a whole number")
    if column.values:
        bad |= ~value.cast(pl.String).is_in(column.values).fill_null(True)
    for row in bad.arg_true():
        faults.setdefault(
            row,
            (
                f"giá trị «{text[row]}» không đúng; cần {allowed.split(' | ')[0]}",
                f"“{text[row]}” does not fit; expected {allowed.split(' | ')[-1]}",
                column.name,
            ),
        )
    if column.required:
        for row in text.is_null().arg_true():
            faults.setdefault(row, ("thiếu giá trị bắt buộc", "a required value is missing", column.name))
    return value.alias(column.name)


def _read(column: Column, text: pl.Series) -> tuple[pl.Series, pl.Series]:
    if column.type == pl.String:
        value = text.str.to_lowercase() if column.values else text
        return value, pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(text))
    if column.type == pl.Boolean:
        return flags(text)
    if column.type == pl.Int64:
        return counts(text)
    if column.type == pl.Date:
        moment = moments(text)
        return moment.at.dt.date(), moment.bad
    if column.type == TIME:
        moment = moments(text)
        return moment.at, moment.bad
    return whole(text, pl.Int8)


def _no_rule(frame: pl.DataFrame) -> Iterator[tuple[int, Fault]]:
    return iter(())


CODE = r"^[\p{L}0-9][\p{L}0-9._-]*$"
RESERVED = r"(?i)^(accounts|dossiers)$|\.(json|csv|xlsx|svg)$"
"""Codes stand in the site's addresses, where these words and endings mean something else."""


def _codes(frame: pl.DataFrame, longest: int) -> Iterator[tuple[int, Fault]]:
    """Codes that no page could be found by."""
    code = frame["code"]
    bad = ~code.str.contains(CODE) | code.str.contains(RESERVED) | (code.str.len_chars() > longest)
    for row in bad.arg_true():
        yield (
            row,
            (
                f"mã phải có từ 1 đến {longest} chữ cái, chữ số, dấu . - _; không phải accounts, dossiers, "
                "không có đuôi .json, .csv, .xlsx, .svg",
                f"a code is 1 to {longest} letters, digits, . - or _; not accounts or dossiers, "
                "not ending in .json, .csv, .xlsx or .svg",
                "code",
            ),
        )


def _units(frame: pl.DataFrame) -> Iterator[tuple[int, Fault]]:
    yield from _codes(frame, LONGEST_UNIT)
    for row in (frame["valid_to"] < frame["valid_from"]).arg_true():
        yield row, ("ngày cuối trước ngày đầu", "the last day is before the first", "valid_to")


def _procedures(frame: pl.DataFrame) -> Iterator[tuple[int, Fault]]:
    yield from _codes(frame, LONGEST_CODE)
    for row in (frame["max_time"].is_not_null() & frame["max_time_unit"].is_null()).arg_true():
        yield (
            row,
            (
                "có thời hạn tối đa mà không có đơn vị (hour, day, workday, month)",
                "a maximum time without its unit (hour, day, workday, month)",
                "max_time_unit",
            ),
        )
    for unit, most in LONGEST_TIMES.items():
        for row in ((frame["max_time"] > most) & (frame["max_time_unit"] == unit)).arg_true():
            said = frame["max_time"][row]
            yield (
                row,
                (
                    f"thời hạn tối đa {said:,} {unit} là quá dài; nhiều nhất {most:,} {unit}",
                    f"a maximum time of {said:,} {unit} is too long; at most {most:,} {unit}",
                    "max_time",
                ),
            )


def _reports(frame: pl.DataFrame) -> Iterator[tuple[int, Fault]]:
    for row, period in enumerate(frame["period"]):
        try:
            Period.parse(period or "")
        except UnusableError as error:
            yield row, (error.problems[0].vi, error.problems[0].en, "period")


RULES: dict[str, Callable[[pl.DataFrame], Iterator[tuple[int, Fault]]]] = {
    "units": _units,
    "procedures": _procedures,
    "reports": _reports,
}
"""What must hold within a row, beyond its columns."""
