"""Writing results: a table for the eye, CSV, JSON, or an Excel workbook."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from phucvu.figures.periods import now_in_vietnam
from phucvu.formats import moment
from phucvu.problems import Fault, UnusableError

if TYPE_CHECKING:
    import polars as pl

    from phucvu.tables.workbook import Table as Sheet

LANGUAGE = "vi"


PIPED = 120
"""Columns of a table where output is no terminal."""

WIDE = 26
"""A column of text wider than this may be folded, at its spaces, down to this width."""

GAP, INDENT = 2, 4


def width() -> int:
    """Columns of standard output."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or PIPED
    except (OSError, ValueError):
        return PIPED


def print_table(
    title: str,
    columns: Sequence[tuple[str, bool]],
    rows: Iterable[Sequence[str]],
    *,
    room: int | None = None,
) -> None:
    """A table for the eye; each column is its heading and whether it holds numbers.

    Columns without any content are left out, and nothing is cut: where a row has no room on one line,
    long texts are folded, or the row takes several lines, with the headings above in the same places.
    ``room`` is the letters of a line, if not those of the terminal.
    """
    cells = [list(row) for row in rows]
    filled = [n for n, _ in enumerate(columns) if any(row[n] for row in cells)]
    columns = [columns[n] for n in filled]
    cells = [[row[n] for n in filled] for row in cells]
    widths = [
        max(cell_len(line) for text in (heading, *(row[n] for row in cells)) for line in text.split("\n"))
        for n, (heading, _) in enumerate(columns)
    ]
    room = room or width()
    screen = Console(width=room, highlight=False, soft_wrap=False)
    if title:
        screen.print(Text(title, style="bold"))
    least = [w if is_number else min(w, WIDE) for w, (_, is_number) in zip(widths, columns, strict=True)]
    if sum(least) + GAP * (len(least) - 1) <= room:
        table = Table(box=None, pad_edge=False)
        for (heading, is_number), natural, smallest in zip(columns, widths, least, strict=True):
            folded = natural > smallest
            table.add_column(
                heading,
                justify="right" if is_number else "left",
                no_wrap=not folded,
                overflow="fold",
                min_width=smallest,
            )
        for row in cells:
            table.add_row(*map(Text, row))
        screen.print(table)
        return
    lines = _packed(widths, room)
    for row in ([heading for heading, _ in columns], *cells):
        for number, line in enumerate(lines):
            _echo_line([(row[n], min(widths[n], room), columns[n][1]) for n in line], number > 0, room)


def _packed(widths: Sequence[int], room: int) -> list[list[int]]:
    """The columns on as many lines as it takes, in order; the lines after the first are indented."""
    lines: list[list[int]] = [[]]
    used = 0
    for n, natural in enumerate(widths):
        if lines[-1] and used + GAP + natural > room:
            lines.append([])
            used = INDENT
        used += natural + (GAP if lines[-1] else 0)
        lines[-1].append(n)
    return lines


def _echo_line(parts: Sequence[tuple[str, int, bool]], indented: bool, room: int) -> None:
    """A line of cells, each a text, its width and whether it is a number; none where all are empty."""
    if not any(text for text, _, _ in parts):
        return
    indent = " " * INDENT if indented else ""
    texts = [
        text.rjust(natural) if is_number else text + " " * (natural - cell_len(text))
        for text, natural, is_number in parts
    ]
    line = indent + (" " * GAP).join(texts).rstrip()
    if cell_len(line) > room:  # one text longer than a line
        line = textwrap.fill(line, room, initial_indent="", subsequent_indent=indent, drop_whitespace=True)
    click.echo(line)


ENCODER = msgspec.json.Encoder(decimal_format="number")


def echo_json(**frames: pl.DataFrame) -> None:
    """Frames as the lists of one JSON object on standard output, one row a line.

    Points are numbers with their two decimals. Rows are written as they are read, so that a
    million of them take no more memory than a few.
    """
    for position, (name, frame) in enumerate(frames.items()):
        click.echo(f'{"," if position else "{"}"{name}": [', nl=False)
        first = True
        for part in frame.iter_slices(10_000):
            lines = ",\n".join(ENCODER.encode(row).decode() for row in part.to_dicts())
            click.echo(("\n" if first else ",\n") + lines, nl=False)
            first = False
        click.echo("]")
    click.echo("}")


def echo_csv(frame: pl.DataFrame) -> None:
    """A frame as CSV on standard output; lists are joined with spaces, no text is taken for a formula."""
    import polars as pl

    from phucvu.tables.cells import harmless_frame

    lists = [name for name, kind in frame.schema.items() if kind == pl.List(pl.String)]
    joined = frame.with_columns(pl.col(lists).list.join(" "))
    click.echo(harmless_frame(joined).write_csv(), nl=False)


def write_excel(path: Path, sheets: dict[str, pl.DataFrame], about: Mapping[str, str] | None = None) -> None:
    """Frames as the sheets of a workbook, with their source as the last (see ``phucvu.tables.workbook``)."""
    from phucvu.tables.headings import of_frame

    tables = [of_frame(name, frame, LANGUAGE) for name, frame in sheets.items()]
    write_tables(path, " · ".join(sheets), tables, about)


def write_tables(
    path: Path, title: str, tables: Sequence[Sheet], about: Mapping[str, str] | None = None
) -> None:
    """Sheets of a workbook, with their source as the last."""
    from xlsxwriter.exceptions import FileCreateError

    from phucvu.tables.workbook import write

    made = {"Lập lúc": moment(now_in_vietnam())}
    try:
        write(str(path), title, tables, {**(about or {}), **made}, LANGUAGE)
    except (OSError, FileCreateError) as error:
        problem = Fault("output_file_not_written", file=str(path), why=error)
        raise UnusableError(problem) from error


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error while a long job runs; yields what to tell it: done, and all."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def report(set_aside: Sequence[Fault], notes: Sequence[Fault] = (), unlisted: int = 0) -> int:
    """Lists on standard error what was noted and set aside; the exit status that follows.

    ``unlisted`` is how many more rows were set aside than are listed.
    """
    for problem in [*notes, *set_aside]:
        click.echo(str(problem), err=True)
    count = len(set_aside) + unlisted
    if count:
        more = f" (ở trên liệt kê {len(set_aside)} | {len(set_aside)} listed above)" if unlisted else ""
        click.echo(
            f"{count} dòng dữ liệu chờ xử lý; phần còn lại đã xong | "
            f"{count} rows set aside, the rest done{more}",
            err=True,
        )
    return 1 if count else 0
