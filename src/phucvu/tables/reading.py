"""Reading a file of rows into text columns, each row with its number in the file.

Nothing is typed here: what a number or a date is, and which columns there must be, the caller knows.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import itertools
import json
import re
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from phucvu.problems import Fault, UnusableError, why
from phucvu.tables import apart

ROW = "row"
"""The column that holds a row's number in its file, from 1, as a spreadsheet shows it."""

HEADING_WITHIN = 50
"""How many rows may stand above the heading (titles, issuing body, date)."""

MOST_COLUMNS = 1000

LONGEST_LINE = 32 << 20
"""Bytes of a line; a longer one is not loaded. What systems send in one call may be as long."""

LONGEST_CELL = 131_072
"""Characters of a cell. A row with a longer one is set aside: most often a quote was never closed."""

LARGEST_WHOLE = 512 << 20
"""Bytes of a file that has to be held in memory as a whole: a JSON array, or text in UTF-16."""

LARGEST_UNPACKED = 1 << 30
"""Bytes of a workbook once unpacked, as it says itself."""

PIECE = 1 << 20

# The module's own limit is that of a cell, and raises in the middle of a file; rows are told by theirs.
csv.field_size_limit(LONGEST_LINE)

DELIMITERS = {",": "“,”", ";": "“;”", "\t": "tab", "|": "“|”"}

IsHeading = Callable[[list[str]], bool]

Joined = Callable[[list[str], list[str]], list[str] | None]
"""The heading that two rows make together; None where the lower one adds nothing."""


@dataclass(frozen=True)
class Sheet:
    """A table as read: ``frame`` has the text columns of its heading and ``row`` (Int64).

    ``set_aside`` lists rows that could not even be split into columns; ``notes`` what was assumed;
    ``number`` is the place of the sheet in its workbook, from 0; ``above`` the cells of the rows above
    its heading (titles, issuing body, period), of text and workbooks.
    """

    file: str
    frame: pl.DataFrame
    set_aside: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    number: int = 0
    above: list[list[str]] = field(default_factory=list)


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
    """The rows under the heading of a file, as ``Source.table`` says."""
    with Source(path) as source:
        return source.table(is_heading, expected)


class Source:
    """A file of rows that may be asked for its table several times, and is read once.

    What was read of a workbook, a Parquet file or JSON is held until ``close``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sheets: list[pl.DataFrame] = []
        self._more: Iterator[pl.DataFrame] | None = None
        self._fault: UnusableError | None = None
        self._objects: Objects | None = None
        self._text: tuple[str, Path | bytes] | None = None

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of what was read; the process that reads a workbook ends."""
        if isinstance(self._more, Generator):
            self._more.close()
        self._sheets, self._more, self._objects, self._text = [], None, None, None

    def table(self, is_heading: IsHeading, expected: str, joined: Joined | None = None) -> Sheet:
        """The rows under the heading.

        ``is_heading`` recognises the heading among the first rows; ``expected`` names the columns it
        should have had, for the message. ``joined`` makes one heading of two rows, where a file may
        have such. The format is told by the file's ending. Empty rows are left out; column names are
        stripped; empty cells are null.

        Raises UnusableError where the file is missing, empty, of another kind, or has no such heading.
        """
        with self._readable() as read:
            return read(self, is_heading, expected, joined, whole=True)

    def heading(self, is_heading: IsHeading, expected: str, joined: Joined | None = None) -> list[str]:
        """The names of the columns of ``table``; of text no more is read than the first rows."""
        with self._readable() as read:
            return [
                c for c in read(self, is_heading, expected, joined, whole=False).frame.columns if c != ROW
            ]

    @contextmanager
    def _readable(self) -> Iterator[Callable[..., Sheet]]:
        path = self.path
        with reading(path):
            if not path.is_file():
                path.stat()  # what is not there at all says so
                raise UnusableError(Fault("not_a_file", file=str(path)))
            if path.stat().st_size == 0:
                raise UnusableError(Fault("file_empty", file=path.name))
            read = READERS.get(path.suffix.lower())
            if read is None:
                raise UnusableError(Fault("kind_of_file_unknown", file=path.name, suffix=path.suffix))
            yield read

    def text(self) -> tuple[str, Path | bytes]:
        """How the text is encoded, and what Polars should read (see ``_encoding``)."""
        if self._text is None:
            self._text = _encoding(self.path)
        return self._text

    def objects(self) -> Objects:
        """The JSON objects with their rows, and what is none."""
        if self._objects is None:
            self._objects = _json_objects(self.path)
        return self._objects

    def sheets(self, reader: str, what: str) -> Iterator[pl.DataFrame]:
        """The tables of a workbook or Parquet file, each read when it is first asked for."""
        if self._more is None:
            self._more = apart.frames(reader, self.path, what)
        number = 0
        while True:
            if number == len(self._sheets):
                if self._fault:
                    raise self._fault
                try:
                    self._sheets.append(next(self._more))
                except StopIteration:
                    return
                except UnusableError as error:
                    self._fault = error
                    raise
            yield self._sheets[number]
            number += 1


Objects = tuple[list[tuple[int, dict[str, str | None]]], list[Fault]]
"""JSON objects as text cells with their rows, and the rows that are no object."""


def find_heading(
    rows: Sequence[list[str]], is_heading: IsHeading, joined: Joined | None
) -> tuple[int, list[str]] | None:
    """The number of rows up to the last row of the heading, and its cells; None where there is none.

    A row that is no heading alone may be one with the row below it, unless that is one alone.
    """
    for number, cells in enumerate(rows):
        below = rows[number + 1] if number + 1 < len(rows) else None
        both = joined(cells, below) if joined and below is not None else None
        if is_heading(cells):
            return (number + 2, both) if both else (number + 1, cells)
        if both and below is not None and is_heading(both) and not is_heading(below):
            return number + 2, both
    return None


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """What goes wrong while a file is read, said of the file. Raises UnusableError."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        cut = isinstance(error, EOFError)
        problem = Fault("gzip_cut" if cut else "not_gzip", file=path.name)
        raise UnusableError(problem) from error
    except OSError as error:
        problem = Fault("file_unreadable", file=str(path), why=why(error))
        raise UnusableError(problem) from error


def too_long(file: str, row: int) -> UnusableError:
    """What is said of a line longer than ``LONGEST_LINE``."""
    most = LONGEST_LINE >> 20
    return UnusableError(Fault("line_too_long", file=file, row=row, most=most))


def too_large(file: str, most: int) -> UnusableError:
    """What is said of a file that would have to be held in memory as a whole."""
    return UnusableError(Fault("larger_than", file=file, most=most >> 20))


def _no_heading(file: str, expected: str, seen: Iterable[list[str]]) -> UnusableError:
    first = next((", ".join(c for c in cells if c)[:80] for cells in seen if any(cells)), "")
    return UnusableError(Fault("heading_missing", file=file, expected=expected, first=first))


def _csv(
    source: Source, is_heading: IsHeading, expected: str, joined: Joined | None, *, whole: bool
) -> Sheet:
    path = source.path
    encoding, content = source.text()
    with path.open(encoding=encoding, newline="") as lines:
        head = list(itertools.islice(lines, HEADING_WITHIN))
    found = None
    for delimiter in DELIMITERS:
        rows = list(csv.reader(head, delimiter=delimiter))
        found = find_heading(rows, is_heading, joined)
        if found:
            break
    if not found:
        raise _no_heading(path.name, expected, csv.reader(head))
    skipped, cells = found
    above = rows[: skipped - 1]
    names = _names(cells, path.name, skipped)
    if not whole:
        return Sheet(path.name, _frame([], [], names))
    notes: list[Fault] = []
    if delimiter != "," and path.suffix.lower() == ".csv":
        sign = DELIMITERS[delimiter]
        notes.append(Fault("columns_divided_by", file=path.name, sign=sign))
    try:
        frame = pl.read_csv(
            content,
            separator=delimiter,
            has_header=False,
            skip_rows=skipped,
            schema=dict.fromkeys(names, pl.String),
            missing_columns="insert",
            row_index_name=ROW,
            row_index_offset=skipped + 1,
        ).with_columns(pl.col(ROW).cast(pl.Int64))
        return replace(_sheet(path, frame, names, [], notes), above=above)
    except pl.exceptions.NoDataError:
        return Sheet(path.name, _frame([], [], names), notes=notes, above=above)
    except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):
        # A row with more cells than the heading, or a stray quote: read on row by row and name it.
        return replace(_csv_by_row(path, encoding, delimiter, skipped, names, notes), above=above)


def _encoding(path: Path) -> tuple[str, Path | bytes]:
    """How the text is encoded, and what Polars (which reads UTF-8) should read.

    Raises UnusableError where it is neither UTF-8 nor UTF-16, or has a line that is too long.
    """
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0)
        try:
            if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                if path.stat().st_size > LARGEST_WHOLE:
                    raise too_large(path.name, LARGEST_WHOLE)
                text = file.read().decode("utf-16").encode()
                _check_lines(path, (text[n : n + PIECE] for n in range(0, len(text), PIECE)))
                return "utf-16", text
            _check_lines(path, _decodable(iter(lambda: file.read(PIECE), b"")))
        except UnicodeError as error:
            problem = Fault("not_utf8_save_again", file=path.name)
            raise UnusableError(problem) from error
    return "utf-8-sig", path


def _decodable(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, each once it is known to be UTF-8. Raises UnicodeDecodeError."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for piece in pieces:
        decoder.decode(piece)
        yield piece
    decoder.decode(b"", final=True)


def _check_lines(path: Path, pieces: Iterable[bytes]) -> None:
    """Raise UnusableError at a line that is too long to be loaded."""
    begun, row = 0, 1
    for piece in pieces:
        first, last = piece.find(b"\n"), piece.rfind(b"\n")
        if begun + (len(piece) if first < 0 else first) > LONGEST_LINE:
            raise too_long(path.name, row)
        begun = begun + len(piece) if last < 0 else len(piece) - last - 1
        row += piece.count(b"\n")


def _csv_by_row(
    path: Path, encoding: str, delimiter: str, skipped: int, names: list[str], notes: list[Fault]
) -> Sheet:
    rows: list[list[str | None]] = []
    numbers: list[int] = []
    aside: list[Fault] = []
    with path.open(encoding=encoding, newline="") as lines:
        reader = csv.reader(lines, delimiter=delimiter)
        try:
            for number, cells in enumerate(reader, 1):
                if number <= skipped:
                    continue
                if len(cells) > len(names) and any(c.strip() for c in cells[len(names) :]):
                    aside.append(
                        Fault(
                            "cells_too_many",
                            file=path.name,
                            row=number,
                            field=names[-1],
                            cells=len(cells),
                            columns=len(names),
                        )
                    )
                    continue
                cut = cells[: len(names)]
                rows.append([*cut, *[None] * (len(names) - len(cut))])
                numbers.append(number)
        except csv.Error as error:
            raise too_long(path.name, reader.line_num) from error
    return _sheet(path, _frame(rows, numbers, names), names, aside, notes)


def _json(source: Source, is_heading: IsHeading, expected: str, _: Joined | None, *, whole: bool) -> Sheet:
    name = source.path.name
    objects, aside = source.objects()
    keys = list(dict.fromkeys(key for _row, value in objects for key in value))
    if not is_heading(keys):
        raise _no_heading(name, expected, [keys])
    names = _names(keys, name, None)
    rows = [[value.get(key) for key in keys] for _row, value in objects] if whole else []
    frame = _frame(rows, [number for number, _value in objects] if whole else [], names)
    return _sheet(source.path, frame, names, aside) if whole else Sheet(name, frame)


def _json_objects(path: Path) -> Objects:
    encoding, _ = _encoding(path)
    if encoding == "utf-16":
        raise UnusableError(Fault("json_not_utf8", file=path.name))
    aside: list[Fault] = []
    objects: list[tuple[int, dict[str, str | None]]] = []
    for number, piece in _json_pieces(path):
        try:
            value = json.loads(piece) if isinstance(piece, str) else piece
            if not isinstance(value, dict):
                raise TypeError
            cells = {name.encode().decode(): _as_text(inner) for name, inner in value.items()}
            objects.append((number, cells))
        except (ValueError, TypeError, RecursionError):
            problem = Fault("not_a_json_object", file=path.name, row=number)
            aside.append(problem)
    return objects, aside


def _json_pieces(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open(encoding="utf-8-sig") as lines:
        start = lines.read(PIECE)
        lines.seek(0)
        if not start.lstrip().startswith("["):
            yield from ((n, line) for n, line in enumerate(lines, 1) if line.strip())
            return
        if path.stat().st_size > LARGEST_WHOLE:
            raise too_large(path.name, LARGEST_WHOLE)
        try:
            listed = json.load(lines)
        except (ValueError, RecursionError) as error:
            row = getattr(error, "lineno", None)
            problem = Fault("not_json", file=path.name, row=row)
            raise UnusableError(problem) from error
    yield from enumerate(listed, 1)


def _as_text(value: Any) -> str | None:
    """A value as a cell. Raises UnicodeEncodeError at half a character (``"\\ud800"``)."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode().decode()
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False).encode().decode()


def _excel(
    source: Source, is_heading: IsHeading, expected: str, joined: Joined | None, *, whole: bool
) -> Sheet:
    path = source.path
    _check_unpacked(path)
    seen: list[list[str]] = []
    for place, cells in enumerate(source.sheets(apart.EXCEL, "Excel")):
        if not cells.width:
            continue
        head = [[str(c or "") for c in row] for row in cells.head(HEADING_WITHIN).iter_rows()]
        found = find_heading(head, is_heading, joined)
        if found:
            number, heading = found
            names = _names(heading, path.name, number)
            if not whole:
                return Sheet(path.name, _frame([], [], names), number=place)
            frame = cells.rename(dict(zip(cells.columns, names, strict=True)))
            frame = frame.with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.Int64))
            return replace(_sheet(path, frame[number:], names), number=place, above=head[: number - 1])
        seen += head
    raise _no_heading(path.name, expected, seen)


def _check_unpacked(path: Path) -> None:
    """Raise UnusableError at a workbook that says itself that it is too large to unpack."""
    if not zipfile.is_zipfile(path):
        _check_sealed(path)
        return  # an old .xls, or nothing that can be read
    try:
        with zipfile.ZipFile(path) as parts:
            size = sum(part.file_size for part in parts.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        problem = Fault("not_excel", file=path.name)
        raise UnusableError(problem) from error
    if size > LARGEST_UNPACKED:
        most = LARGEST_UNPACKED >> 30
        raise UnusableError(Fault("unpacked_larger_than", file=path.name, most=most))


SEALED = "EncryptedPackage".encode("utf-16-le")
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def _check_sealed(path: Path) -> None:
    """Raise UnusableError at a workbook with a password: a container that names the package it seals."""
    with path.open("rb") as file:
        if file.read(len(OLE)) != OLE:
            return
        rest = b""
        while piece := file.read(PIECE):
            if SEALED in rest + piece:
                raise UnusableError(apart.has_password(path))
            rest = piece[-len(SEALED) :]


def _parquet(source: Source, is_heading: IsHeading, expected: str, _: Joined | None, *, whole: bool) -> Sheet:
    path = source.path
    [frame] = source.sheets(apart.PARQUET, "Parquet")
    if not is_heading(frame.columns):
        raise _no_heading(path.name, expected, [frame.columns])
    held = [n for n in frame.columns if n != ROW]
    names = _names(held, path.name, None)
    frame = frame.select(held).rename(dict(zip(held, names, strict=True)))
    numbered = frame.with_row_index(ROW, offset=1).with_columns(pl.col(ROW).cast(pl.Int64))
    return _sheet(path, numbered, names) if whole else Sheet(path.name, numbered.clear())


READERS: dict[str, Callable[..., Sheet]] = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), _csv),
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), _json),
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"), _excel),
    ".parquet": _parquet,
}
"""By the ending of a file's name, what reads it."""


def _names(cells: list[str], file: str, row: int | None) -> list[str]:
    """Column names from a heading row: stripped, unnamed columns numbered, none twice."""
    if len(cells) > MOST_COLUMNS:
        raise UnusableError(
            Fault("columns_too_many", file=file, row=row, count=len(cells), most=MOST_COLUMNS)
        )
    names = [" ".join(c.split()) or f"_{n}" for n, c in enumerate(cells, 1)]
    # Tables are read without regard to case, so names that differ by it alone are one.
    times = Counter(n.casefold() for n in names)
    twice = next((n for n in names if times[n.casefold()] > 1), None)
    if twice or ROW in times:
        raise UnusableError(
            Fault(
                "column_twice" if twice else "column_reserved",
                file=file,
                row=row,
                field=twice or ROW,
            )
        )
    return names


def _frame(rows: list[list[str | None]], numbers: list[int], names: list[str]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return frame.with_columns(pl.Series(ROW, numbers, dtype=pl.Int64))


def _sheet(
    path: Path,
    frame: pl.DataFrame,
    names: list[str],
    aside: list[Fault] | None = None,
    notes: list[Fault] | None = None,
) -> Sheet:
    """A sheet of stripped cells; rows without any are left out, those with an endless one set aside."""
    text = [pl.col(n).str.strip_chars().replace("", None) for n in names]
    tidy = frame.select(ROW, *text).filter(pl.any_horizontal(pl.col(names).is_not_null()))
    endless = {n: tidy[n].str.len_chars() > LONGEST_CELL for n in names if _may_be_endless(tidy[n])}
    problems = list(aside or [])
    for name, rows in endless.items():
        problems += [_endless(path.name, row, name) for row in tidy.filter(rows)[ROW]]
    if endless:
        tidy = tidy.filter(~pl.any_horizontal(pl.Series(rows).fill_null(False) for rows in endless.values()))
    return Sheet(path.name, tidy, problems, notes or [])


def _may_be_endless(cells: pl.Series) -> bool:
    longest = cells.str.len_bytes().max()
    return isinstance(longest, int) and longest > LONGEST_CELL


def _endless(file: str, row: int, name: str) -> Fault:
    return Fault("cell_too_long", file=file, row=row, field=name, longest_cell=LONGEST_CELL)
