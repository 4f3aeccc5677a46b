"""Writing results: a table for the eye, CSV, JSON, or an Excel workbook."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec
import polars as pl
import xlsxwriter
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from phucvu.figures.periods import now_in_vietnam
from phucvu.formats import moment
from phucvu.problems import Problem, UnusableError
from phucvu.tables.cells import harmless_frame
from phucvu.tables.headings import of_frame
from phucvu.tables.workbook import write

LANGUAGE = "vi"


def console() -> Console:
    """Standard output for tables; wide enough for a whole row where it is not a terminal."""
    return Console(width=None if sys.stdout.isatty() else 120, highlight=False, soft_wrap=False)


def print_table(
    title: str,
    columns: Sequence[tuple[str, bool]],
    rows: Iterable[Sequence[str]],
    *,
    width: int | None = None,
) -> None:
    """A table for the eye; each column is its heading and whether it holds numbers.

    Columns without any content are left out. ``width`` is the letters of a line, if not those of the
    terminal.
    """
    table = Table(title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False)
    cells = [list(row) for row in rows]
    filled = [n for n, _ in enumerate(columns) if any(row[n] for row in cells)]
    for n in filled:
        heading, is_number = columns[n]
        table.add_column(heading, justify="right" if is_number else "left", no_wrap=is_number)
    for row in cells:
        table.add_row(*(row[n] for n in filled))
    out = console()
    if width:
        out.width = width
    out.print(table)


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
    lists = [name for name, kind in frame.schema.items() if kind == pl.List(pl.String)]
    joined = frame.with_columns(pl.col(lists).list.join(" "))
    click.echo(harmless_frame(joined).write_csv(), nl=False)


def write_excel(path: Path, sheets: dict[str, pl.DataFrame], about: Mapping[str, str] | None = None) -> None:
    """Frames as the sheets of a workbook, with their source as the last (see ``phucvu.tables.workbook``)."""
    tables = [of_frame(name, frame, LANGUAGE) for name, frame in sheets.items()]
    made = {"Lập lúc": moment(now_in_vietnam())}
    try:
        write(str(path), " · ".join(sheets), tables, {**(about or {}), **made}, LANGUAGE)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        problem = Problem(f"không ghi được tệp: {error}", f"cannot write the file: {error}", file=str(path))
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


def report(set_aside: Sequence[Problem], notes: Sequence[Problem] = (), unlisted: int = 0) -> int:
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
