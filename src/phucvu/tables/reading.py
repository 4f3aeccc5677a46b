"""Reading a file of rows into text columns, each row with its number in the file.

Nothing is typed here: what a number or a date is, and which columns there must be, the caller knows.
"""

from __future__ import annotations

import codecs
import csv
import itertools
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl

from phucvu.problems import Problem, UnusableError

ROW = "row"
"""The column that holds a row's number in its file, from 1, as a spreadsheet shows it."""

HEADING_WITHIN = 50
"""How many rows may stand above the heading (titles, issuing body, date)."""

DELIMITERS = {",": "«,»", ";": "«;»", "\t": "tab", "|": "«|»"}

IsHeading = Callable[[list[str]], bool]


@dataclass(frozen=True)
class Sheet:
    """A table as read: ``frame`` has the text columns of its heading and ``row`` (Int64).

    ``set_aside`` lists rows that could not even be split into columns; ``notes`` what was assumed.
    """

    file: str
    frame: pl.DataFrame
    set_aside: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def plain(text: str) -> str:
    """A heading or name without accents, case, punctuation or doubled spaces.

    >>> plain("  Mã  hồ sơ (*) ")
    'ma ho so'
    """
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    bare = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", bare).split())


def heading_with(*required: str) -> Callable[[list[str]], bool]:
    """A test for the heading row: the one that has all these columns, in any case."""

    def is_heading(cells: list[str]) -> bool:
        return set(required) <= {c.strip().casefold() for c in cells}

    return is_heading


def read_table(path: Path, is_heading: IsHeading, expected: str) -> Sheet:
    """The rows under the heading of a file.

    ``is_heading`` recognises the heading among the first rows; ``expected`` names the columns it
    should have had, for the message. The format is told by the file's ending. Empty rows are left
    out; column names are stripped; empty cells are null.

    Raises UnusableError where the file is missing, empty, of another kind, or has no such heading.
    """
    try:
        if path.stat().st_size == 0:
            raise UnusableError(Problem("tệp rỗng", "the file is empty", file=path.name))
        match path.suffix.lower():
            case ".csv" | ".tsv" | ".txt":
                return _csv(path, is_heading, expected)
            case ".jsonl" | ".ndjson" | ".json":
                return _json(path, is_heading, expected)
            case ".xlsx" | ".xls" | ".xlsm" | ".xlsb" | ".ods":
                return _excel(path, is_heading, expected)
            case ".parquet":
                return _parquet(path, is_heading, expected)
    except OSError as error:
        problem = Problem(
            f"không đọc được tệp: {error.strerror or error}",
            f"cannot read the file: {error.strerror or error}",
            file=str(path),
        )
        raise UnusableError(problem) from error
    raise UnusableError(
        Problem(
            f"không nhận loại tệp {path.suffix!r}; dùng .csv, .jsonl, .xlsx hoặc .parquet",
            f"unknown kind of file {path.suffix!r}; use .csv, .jsonl, .xlsx or .parquet",
            file=path.name,
        )
    )


def _no_heading(file: str, expected: str, seen: Iterable[list[str]]) -> UnusableError:
    first = next((", ".join(c for c in cells if c)[:80] for cells in seen if any(cells)), "")
    return UnusableError(
        Problem(
            f"không thấy dòng tiêu đề có các cột: {expected}; dòng đầu là «{first}»",
            f"no heading row with the columns: {expected}; the first row is «{first}»",
            file=file,
        )
    )


def _csv(path: Path, is_heading: IsHeading, expected: str) -> Sheet:
    encoding, source = _encoding(path)
    with path.open(encoding=encoding, newline="") as lines:
        head = list(itertools.islice(lines, HEADING_WITHIN))
    found = None
    for delimiter in DELIMITERS:
        for number, cells in enumerate(csv.reader(head, delimiter=delimiter)):
            if is_heading(cells):
                found = delimiter, number, cells
                break
        if found:
            break
    if not found:
        raise _no_heading(path.name, expected, csv.reader(head))
    delimiter, skipped, cells = found
    names = _names(cells, path.name, skipped + 1)
    notes = []
    if delimiter != "," and path.suffix.lower() == ".csv":
        sign = DELIMITERS[delimiter]
        notes.append(Problem(f"cột ngăn bằng {sign}", f"columns are divided by {sign}", file=path.name))
    try:
        frame = pl.read_csv(
            source,
            separator=delimiter,
            has_header=False,
            skip_rows=skipped + 1,
            schema=dict.fromkeys(names, pl.String),
            missing_columns="insert",
            row_index_name=ROW,
            row_index_offset=skipped + 2,
        ).with_columns(pl.col(ROW).cast(pl.Int64))
        return Sheet(path.name, _tidy(frame, names), notes=notes)
    except pl.exceptions.NoDataError:
        return Sheet(path.name, _frame([], [], names), notes=notes)
    except pl.exceptions.ComputeError:
        # A row with more cells than the heading, or a stray quote: read on row by row and name it.
        return _csv_by_row(path, encoding, delimiter, skipped, names, notes)


def _encoding(path: Path) -> tuple[str, Path | bytes]:
    """How the text is encoded, and what Polars (which reads UTF-8) should read."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", path.read_text(encoding="utf-16").encode()
    try:
        with path.open(encoding="utf-8-sig") as text:
            while text.read(1 << 20):
                pass
    except UnicodeDecodeError as error:
        problem = Problem(
            "chữ không phải UTF-8; lưu lại dạng «CSV UTF-8»",
            "the text is not UTF-8; save it again as “CSV UTF-8”",
            file=path.name,
        )
        raise UnusableError(problem) from error
    return "utf-8-sig", path


def _csv_by_row(
    path: Path, encoding: str, delimiter: str, skipped: int, names: list[str], notes: list[Problem]
) -> Sheet:
    rows: list[list[str | None]] = []
    numbers: list[int] = []
    aside: list[Problem] = []
    with path.open(encoding=encoding, newline="") as lines:
        reader = csv.reader(lines, delimiter=delimiter)
        for number, cells in enumerate(reader, 1):
            if number <= skipped + 1:
                continue
            if len(cells) > len(names) and any(c.strip() for c in cells[len(names) :]):
                aside.append(
                    Problem(
                        f"có {len(cells)} ô nhưng tiêu đề chỉ có {len(names)} cột",
                        f"has {len(cells)} cells but the heading has {len(names)} columns",
                        file=path.name,
                        row=number,
                        field=names[-1],
                    )
                )
                continue
            cut = cells[: len(names)]
            rows.append([*cut, *[None] * (len(names) - len(cut))])
            numbers.append(number)
    return Sheet(path.name, _tidy(_frame(rows, numbers, names), names), aside, notes)


def _json(path: Path, is_heading: IsHeading, expected: str) -> Sheet:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnusableError(Problem("chữ không phải UTF-8", "not UTF-8 text", file=path.name)) from error
    aside: list[Problem] = []
    objects: list[tuple[int, dict[str, Any]]] = []
    for number, piece in _json_pieces(path, text):
        try:
            value = json.loads(piece) if isinstance(piece, str) else piece
            if not isinstance(value, dict):
                raise TypeError
            objects.append((number, value))
        except (ValueError, TypeError, RecursionError):
            problem = Problem(
                "không phải một đối tượng JSON", "not a JSON object", file=path.name, row=number
            )
            aside.append(problem)
    names: list[str] = []
    for _, value in objects:
        names.extend(name for name in value if name not in names)
    if not is_heading(names):
        raise _no_heading(path.name, expected, [names])
    rows = [[_as_text(value.get(name)) for name in names] for _, value in objects]
    frame = _frame(rows, [number for number, _ in objects], names)
    return Sheet(path.name, _tidy(frame, names), aside)


def _json_pieces(path: Path, text: str) -> list[tuple[int, Any]]:
    if text.lstrip().startswith("["):
        try:
            return list(enumerate(json.loads(text), 1))
        except (ValueError, RecursionError) as error:
            row = getattr(error, "lineno", None)
            problem = Problem("không phải JSON đúng", "not correct JSON", file=path.name, row=row)
            raise UnusableError(problem) from error
    return [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def _excel(path: Path, is_heading: IsHeading, expected: str) -> Sheet:
    try:
        book = fastexcel.read_excel(path)
    except Exception as error:
        problem = Problem("không phải tệp Excel đọc được", "not a readable Excel file", file=path.name)
        raise UnusableError(problem) from error
    seen: list[list[str]] = []
    for sheet in book.sheet_names:
        cells = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
        if not cells.width:
            continue
        for number, row in enumerate(cells.head(HEADING_WITHIN).iter_rows()):
            heading = [str(c or "") for c in row]
            if is_heading(heading):
                names = _names(heading, path.name, number + 1)
                frame = cells.rename(dict(zip(cells.columns, names, strict=True)))
                frame = frame.with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.Int64))
                return Sheet(path.name, _tidy(frame[number + 1 :], names))
            seen.append(heading)
    raise _no_heading(path.name, expected, seen)


def _parquet(path: Path, is_heading: IsHeading, expected: str) -> Sheet:
    try:
        frame = pl.read_parquet(path)
    except pl.exceptions.PolarsError as error:
        problem = Problem("không phải tệp Parquet đọc được", "not a readable Parquet file", file=path.name)
        raise UnusableError(problem) from error
    if not is_heading(frame.columns):
        raise _no_heading(path.name, expected, [frame.columns])
    names = [n for n in frame.columns if n != ROW]
    booleans = [n for n in names if frame.schema[n] == pl.Boolean]
    frame = frame.with_columns(pl.col(booleans).cast(pl.Int8)).select(pl.col(names).cast(pl.String))
    numbered = frame.with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.Int64))
    return Sheet(path.name, _tidy(numbered, names))


def _names(cells: list[str], file: str, row: int) -> list[str]:
    """Column names from a heading row: stripped, unnamed columns numbered, none twice."""
    names = [" ".join(c.split()) or f"_{n}" for n, c in enumerate(cells, 1)]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice or ROW in names:
        raise UnusableError(
            Problem(
                "tên cột có hai lần trong dòng tiêu đề" if twice else "tên cột này dành riêng",
                "the column stands twice in the heading" if twice else "this column name is reserved",
                file=file,
                row=row,
                field=twice or ROW,
            )
        )
    return names


def _frame(rows: list[list[str | None]], numbers: list[int], names: list[str]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return frame.with_columns(pl.Series(ROW, numbers, dtype=pl.Int64))


def _tidy(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    text = [pl.col(n).str.strip_chars().replace("", None) for n in names]
    stripped = frame.select(ROW, *text)
    return stripped.filter(pl.any_horizontal(pl.col(names).is_not_null()))
