"""The project's own tables (units, procedures, decisions …) from CSV, JSON Lines, Excel or Parquet."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from phucvu.figures.periods import Period
from phucvu.figures.units import Unit, Units, circle_of, same_days, same_days_as_held, units_of_rows
from phucvu.formats import some
from phucvu.intake import words
from phucvu.intake.taking import Taking
from phucvu.intake.values import counts, decimals, flags, moments, whole
from phucvu.problems import Both, Fault, UnusableError
from phucvu.records.schema import AMOUNT, LONGEST_TIMES, OF_DOSSIERS, PARTS, TABLES, TIME, Column, Table
from phucvu.records.set_aside import Aside
from phucvu.tables import Sheet, Source
from phucvu.tables.reading import ROW

KINDS = {name: table for name, table in TABLES.items() if name not in OF_DOSSIERS}

LONGEST_UNIT = 50
LONGEST_CODE = 100
"""Characters of a unit's and a procedure's code."""


@dataclass
class Typed:
    """Rows of a table as its columns' types, and what cannot be used, by place among the rows given.

    ``places`` says where among them each row of the frame stood.
    """

    frame: pl.DataFrame
    places: list[int]
    faults: dict[int, Fault]


@dataclass(frozen=True)
class Fit:
    """A table that a file may hold; ``columns`` of it stand in the file, or its name says so."""

    kind: str
    columns: int
    by_name: bool = False


def fit(source: Source) -> Fit | None:
    """Which of the tables a file holds: told by its name, else by its columns; None if it is none."""
    said = re.split(r"[^a-z]+", source.path.name.lower())
    named = [kind for kind in KINDS if kind in said]
    if len(named) == 1:
        return Fit(named[0], 0, by_name=True)
    try:
        heading = source.heading(lambda cells: _fitting(cells) is not None, ", ".join(KINDS))
    except UnusableError:
        return None
    return _fitting(heading)


def typed(table: Table, frame: pl.DataFrame) -> Typed:
    """Text columns as the table's types; a row with a value that does not fit is faulty as a whole."""
    columns = columns_of(table, frame.columns)
    faults: dict[int, Fault] = {}
    read = {}
    for column in table.columns:
        if column.name in columns:
            text = frame[columns[column.name]]
        else:
            text = pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
        read[column.name] = _column(table, column, text, faults)
    whole_rows = pl.DataFrame(read)
    for row, fault in RULES.get(table.name, _no_rule)(whole_rows):
        faults.setdefault(row, fault)
    places = [n for n in range(frame.height) if n not in faults]
    return Typed(whole_rows[places] if faults else whole_rows, places, faults)


def columns_of(table: Table, headings: Iterable[str]) -> dict[str, str]:
    """By column of the table, the heading that it is read from: one of the column's own name first."""
    found: dict[str, str] = {}
    for heading in headings:
        column = None if heading == ROW else words.column_of(table, heading)
        if column and (column.name not in found or heading.casefold() == column.name):
            found[column.name] = heading
    return found


def asides(kind: str, rows: pl.DataFrame, faults: dict[int, Fault]) -> dict[int, Aside]:
    """The faulty ones of text rows, to be set aside, by place."""
    found = {}
    for place, fault in sorted(faults.items()):
        row = rows.row(place, named=True)
        said = {name: value for name, value in row.items() if value is not None and name != ROW}
        found[place] = Aside(kind, fault.at(row=row.get(ROW)), json.dumps(said, ensure_ascii=False))
    return found


def take(taking: Taking, source: Source, kind: str) -> None:
    """Take the rows of the table ``kind`` from a file.

    Raises UnusableError if it cannot be read, or lacks the table's heading.
    """
    table = KINDS[kind]
    sheet = source.table(lambda cells: has_needed(table, cells), _needed(table))
    rows = fitting(table, typed(table, sheet.frame), taking.store.rows("units"), sheet.frame[ROW].to_list())
    taking.take(kind, rows.frame)
    taking.aside(asides(kind, sheet.frame, rows.faults).values())
    taking.unread(sheet.set_aside)
    taking.taken.notes += sheet.notes
    _understood(taking, table, sheet)


def _needed(table: Table) -> str:
    """The columns that a heading must have, for a message."""
    return ", ".join(f"{c.name} “{words.heading_of(table, c)}”" for c in table.columns if c.required)


def expected() -> str:
    """The columns that each kind of file must have, for a message of a file that is of none."""
    return "; ".join(f"{kind}: {_needed(table)}" for kind, table in KINDS.items())


def has_needed(table: Table, cells: Iterable[str]) -> bool:
    """Whether a heading has the columns that a table must have."""
    return {c.name for c in table.columns if c.required} <= columns_of(table, cells).keys()


def fitting(table: Table, rows: Typed, units: pl.DataFrame, numbers: Sequence[int | None]) -> Typed:
    """Rows that agree with each other; those of units make a registry with the units known.

    ``numbers`` are the rows' numbers in their file, by place among those given.
    """
    if table.name != "units":
        return _without_contradictions(table, rows, numbers)
    agreeing = _without_overlaps(rows, numbers)
    return _without_circles(_without_overlaps_of_held(agreeing, units), units)


def _without_contradictions(table: Table, rows: Typed, numbers: Sequence[int | None]) -> Typed:
    """Rows without those that say different things of the same: which holds, nobody knows."""
    key = list(table.key)
    alike = rows.frame.with_columns(
        place=pl.Series(rows.places, dtype=pl.Int64),
        content=pl.struct(pl.all()).rank("dense"),
    )
    if alike.is_empty() or not alike.select(key).is_duplicated().any():
        return rows
    several = alike.filter(pl.col("content").n_unique().over(key) > 1)
    faults = dict(rows.faults)
    for group in several.partition_by(key, maintain_order=True):
        said = " ".join(str(group[name][0]) for name in table.key)
        listed = sorted(numbers[place] or 0 for place in group["place"])
        where = some([str(number) for number in listed], MOST_NAMED)
        for place in group["place"]:
            faults[place] = Fault("rows_contradict", field=table.key[0], key=said, rows=where)
    return _kept(rows, faults)


MOST_NAMED = 10
"""So many rows that contradict each other are named."""


def _without_overlaps(rows: Typed, numbers: Sequence[int | None]) -> Typed:
    """Rows of units without those that tell of one unit on the same days: which holds, nobody knows."""
    faults = dict(rows.faults)
    of_code: dict[str, list[tuple[int, Unit]]] = {}
    for place, row in zip(rows.places, units_of_rows(rows.frame), strict=True):
        of_code.setdefault(row.code, []).append((place, row))
    for several in of_code.values():
        for place, row in several:
            other = next((o for o in several if o[1] != row and o[1].overlaps(row)), None)
            if other is not None:
                first, second = sorted([(place, row), other], key=lambda pair: pair[0])
                named = [(numbers[at] if numbers else None, one) for at, one in (first, second)]
                faults[place] = same_days(named[0], named[1])
    return _kept(rows, faults)


def _without_overlaps_of_held(rows: Typed, known: pl.DataFrame) -> Typed:
    """Rows of units without those that would do away with where a unit was: see ``_in_the_way``."""
    held: dict[str, list[Unit]] = {}
    for row in units_of_rows(known):
        held.setdefault(row.code, []).append(row)
    given = units_of_rows(rows.frame)
    begun = Counter((row.code, row.valid_from) for row in dict.fromkeys(given))
    faults = dict(rows.faults)
    for place, row in zip(rows.places, given, strict=True):
        others = [
            other
            for other in held.get(row.code, ())
            if other.overlaps(row)
            and begun[other.code, other.valid_from] <= (other.first_day == row.first_day)
        ]
        if (other := _in_the_way(row, others)) is not None:
            faults[place] = same_days_as_held(row, other)
    return _kept(rows, faults)


def _in_the_way(row: Unit, held: list[Unit]) -> Unit | None:
    """Of the rows held that share days with a row of a unit, one that the row cannot take the place of.

    ``held`` are those without a row of their own in the file. A row takes the place of one that begins on
    the same day, and of any of the same kind under the same unit: that is a correction. Otherwise the unit
    has moved, and where it was before must be told beside it, with its last day.
    """
    moved = [other for other in held if (other.kind, other.parent) != (row.kind, row.parent)]
    alone = len(held) == 1 and held[0].first_day == row.first_day
    return moved[0] if moved and not alone else None


def _without_circles(rows: Typed, known: pl.DataFrame) -> Typed:
    """Rows of units without those that close a circle, at any time: of units above, or of successors."""
    faults = dict(rows.faults)
    given = units_of_rows(rows.frame)
    place_of = {id(row): place for place, row in zip(rows.places, given, strict=True)}
    for link, circle in Units([*units_of_rows(known), *given]).circles_of_rows():
        ours = {place_of[id(row)]: n for n, row in enumerate(circle[:-1]) if id(row) in place_of}
        if ours and not faults.keys() & ours.keys():
            first = ours[min(ours)]
            way = [row.code for row in [*circle[first:-1], *circle[: first + 1]]]
            faults[min(ours)] = circle_of(link, way).at(field=link)
    return _kept(rows, faults)


def _kept(rows: Typed, faults: dict[int, Fault]) -> Typed:
    kept = [n for n, place in enumerate(rows.places) if place not in faults]
    return Typed(rows.frame[kept], [rows.places[n] for n in kept], faults)


def _understood(taking: Taking, table: Table, sheet: Sheet) -> None:
    columns = columns_of(table, sheet.frame.columns)
    names = {heading: name for name, heading in columns.items()}
    headings = [c for c in sheet.frame.columns if c != ROW and (c in names or not NAMELESS.fullmatch(c))]
    told = any(heading.casefold() != name for heading, name in names.items())
    taking.understood({heading: names.get(heading) for heading in headings}, told=told)


NAMELESS = re.compile(r"_\d+")
"""How a column without a heading is called."""


def _fitting(headings: Iterable[str]) -> Fit | None:
    """The table that has most of the columns, among those whose required columns are all there."""
    listed = list(headings)
    fits = [
        Fit(kind, len(columns_of(table, listed)))
        for kind, table in KINDS.items()
        if has_needed(table, listed)
    ]
    best = max((f.columns for f in fits), default=0)
    found = [f for f in fits if f.columns == best]
    return found[0] if len(found) == 1 else None


def _column(table: Table, column: Column, text: pl.Series, faults: dict[int, Fault]) -> pl.Series:
    said = text
    if column.values:
        text = _meant(text, lambda t: words.meaning(table.name, column.name, t))
    elif column.name in SAID_OTHERWISE:
        text = _meant(text, SAID_OTHERWISE[column.name])
    value, bad = _read(column, text)
    if column.values:
        bad |= ~value.cast(pl.String).is_in(column.values).fill_null(True)
    for row in bad.arg_true():
        fault = Fault("value_wrong", field=column.name, value=said[row], expected=_expected(table, column))
        faults.setdefault(row, fault)
    if column.required:
        for row in text.is_null().arg_true():
            faults.setdefault(row, Fault("value_missing", field=column.name))
    return value.alias(column.name)


SAID_OTHERWISE: dict[str, Callable[[str], str]] = {
    "period": words.period,
    "parts_missing": words.parts,
    "indicator": words.measure,
}
"""By column, what the text stands for that offices write in it."""


EXAMPLES: dict[Any, str] = {pl.Date: "2026-08-15", pl.Boolean: "0, 1", TIME: "2026-08-15T09:30:00"}
"""What a value of a type looks like."""


def _expected(table: Table, column: Column) -> Both:
    """The values allowed, in Vietnamese each with what it is called; else what a value looks like."""
    if not column.values:
        example = EXAMPLES.get(column.type)
        return Both(example, example) if example else Both("số nguyên", "a whole number")
    called = words.called(table.name, column.name)
    vi = (f"{value} (“{called[value]}”)" if value in called else value for value in column.values)
    return Both(", ".join(vi), ", ".join(column.values))


def _meant(text: pl.Series, meaning: Callable[[str], str]) -> pl.Series:
    """Each different text once, as what it means."""
    different = text.drop_nulls().unique()
    meant = pl.Series([meaning(t) for t in different], dtype=pl.String)
    return text.replace_strict(different, meant, default=None, return_dtype=pl.String)


def _read(column: Column, text: pl.Series) -> tuple[pl.Series, pl.Series]:
    if column.type == pl.String:
        value = text.str.to_lowercase() if column.values else text
        return value, pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(text))
    if column.type == pl.Boolean:
        return flags(text)
    if column.type == pl.Int64:
        return counts(text)
    if column.type == AMOUNT:
        return decimals(text)
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
        yield row, Fault("code_unusable", field="code", longest=longest)


def _units(frame: pl.DataFrame) -> Iterator[tuple[int, Fault]]:
    yield from _codes(frame, LONGEST_UNIT)
    for row in (frame["valid_to"] < frame["valid_from"]).arg_true():
        yield row, Fault("ends_before_it_begins", field="valid_to")


def _procedures(frame: pl.DataFrame) -> Iterator[tuple[int, Fault]]:
    yield from _codes(frame, LONGEST_CODE)
    yield from _parts(frame)
    for row in (frame["max_time"].is_not_null() & frame["max_time_unit"].is_null()).arg_true():
        yield row, Fault("time_without_unit", field="max_time_unit")
    for unit, most in LONGEST_TIMES.items():
        for row in ((frame["max_time"] > most) & (frame["max_time_unit"] == unit)).arg_true():
            said = frame["max_time"][row]
            yield row, Fault("time_too_long", field="max_time", time=said, unit=unit, most=most)


def _parts(frame: pl.DataFrame) -> Iterator[tuple[int, Fault]]:
    missing = frame["parts_missing"].str.split(" ")
    for row in (~missing.list.eval(pl.element().is_in(PARTS)).list.all()).arg_true():
        expected = Both("; ".join(word[0] for word in words.PARTS_CALLED.values()), " ".join(PARTS))
        said = frame["parts_missing"][row]
        yield row, Fault("no_parts", field="parts_missing", value=said, expected=expected)
    for row in (frame["parts_complete"] & missing.is_not_null()).arg_true():
        yield row, Fault("parts_both_ways", field="parts_missing")


def _periods(frame: pl.DataFrame) -> Iterator[tuple[int, Fault]]:
    for row, period in enumerate(frame["period"]):
        try:
            Period.parse(period or "")
        except UnusableError as error:
            yield row, error.faults[0].at(field="period")


MEASURE = r"^\d\.\d[ab]?$"


def _targets(frame: pl.DataFrame) -> Iterator[tuple[int, Fault]]:
    yield from _periods(frame)
    known = frame["indicator"].str.contains(MEASURE) | frame["indicator"].is_in(list(words.MEASURES))
    for row in (~known).arg_true():
        yield row, Fault("no_measure", field="indicator", value=frame["indicator"][row])


RULES: dict[str, Callable[[pl.DataFrame], Iterator[tuple[int, Fault]]]] = {
    "units": _units,
    "procedures": _procedures,
    "reports": _periods,
    "targets": _targets,
}
"""What must hold within a row, beyond its columns."""
