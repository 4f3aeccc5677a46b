"""`phucvu import`, `phucvu mappings` and `phucvu set-aside`: files into the records of a home."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phucvu.cli.home import home_option
from phucvu.cli.output import LANGUAGE, echo_csv, print_table, progress_bar, report
from phucvu.formats import whole
from phucvu.problems import Fault, UnusableError

if TYPE_CHECKING:
    from phucvu.intake.taking import Taken
    from phucvu.tables import Source

FIRST = ("units", "procedures")
"""What other files refer to is taken first, in whatever order they are given."""


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="TỆP…")
@click.option(
    "--kind", metavar="LOẠI", help="Loại tệp, nếu không tự nhận được. | Kind of file, if not told by itself."
)
@click.option(
    "--sender",
    metavar="MÃ",
    help="Đơn vị gửi của hồ sơ trong tệp. | The sending unit of the file's dossiers.",
)
@click.option(
    "--mapping",
    metavar="TÊN",
    help="Ánh xạ cột: tên đã lưu hoặc tệp .yaml. | Column mapping: a saved name or a .yaml file.",
)
@click.option("--dry-run", is_flag=True, help="Chỉ xem sẽ lấy gì. | Only show what would be taken.")
@click.option(
    "--synchronised",
    is_flag=True,
    help="Hồ sơ trong tệp đã đồng bộ lên Cổng DVCQG. | The dossiers are on the national portal already.",
)
@click.option(
    "--period",
    metavar="KỲ",
    help="Kỳ của biểu báo cáo, nếu biểu không ghi. | The period of a report's form that does not tell it.",
)
@home_option
def import_(
    files: tuple[Path, ...],
    kind: str | None,
    sender: str | None,
    mapping: str | None,
    dry_run: bool,
    synchronised: bool,
    period: str | None,
    home: str,
) -> int:
    """Nhập hồ sơ và danh mục từ tệp. | Take records from files.

    JSON đồng bộ hồ sơ, các bảng của phucvu, tệp Excel/CSV xuất từ hệ thống một cửa, nhật ký XES;
    một thư mục là mọi tệp trong đó. | A folder is every file in it.
    """
    from phucvu.figures.periods import Period
    from phucvu.intake import words
    from phucvu.intake.files import import_file
    from phucvu.intake.policy import Policy
    from phucvu.records.store import Store
    from phucvu.tables.reading import reading

    store = Store(home)
    status = 0
    told = Period.parse(words.period(period)) if period else None
    with reading(files[0]):
        every = [file for path in files for file in (sorted(path.iterdir()) if path.is_dir() else [path])]
    if not every:
        raise UnusableError(Fault("folder_empty", file=str(files[0])))
    for path, source in _in_order(every, kind, mapping):
        with progress_bar(path.name) as progress:
            taken = import_file(
                store,
                path,
                kind=kind,
                sender=sender,
                mapping=mapping,
                dry_run=dry_run,
                policy=Policy(synchronised=synchronised),
                progress=progress,
                source=source,
                period=told,
            )
        if dry_run:
            _preview(taken)
            status = max(status, 1 if taken.set_aside else 0)
        else:
            _say(taken)
            unlisted = taken.set_aside - len(taken.problems)
            status = max(status, report(taken.problems, taken.notes, unlisted))
    if dry_run:
        click.echo("chỉ xem trước, chưa ghi gì | a preview: nothing was written")
    return status


def _in_order(
    every: Sequence[Path], kind: str | None, mapping: str | None
) -> Iterator[tuple[Path, Source | None]]:
    """The files, those first that others refer to; what was looked into is handed on, so it is read once."""
    from phucvu.intake.files import recognise
    from phucvu.tables import Source

    if len(every) == 1 or kind:
        yield from ((path, None) for path in every)
        return
    found: list[tuple[int, Path, Source]] = []
    held = 0
    for path in every:
        source, order = Source(path), len(FIRST)
        if path.is_file() and (size := path.stat().st_size):
            name = recognise(source, mapping).kind
            order = FIRST.index(name) if name in FIRST else len(FIRST)
            held += size
            if held > MOST_HELD:
                source.close()
                held -= size
        found.append((order, path, source))
    for _, path, source in sorted(found, key=lambda f: f[0]):
        yield path, source


MOST_HELD = 64 << 20
"""Bytes of files that stay in memory once their kind is known; the rest are read again in their turn."""


def _say(taken: Taken) -> None:
    """What an import took, in a line or two."""
    said = [f"{name}: {_counted(added.taken, added.unchanged)}" for name, added in taken.added.items()]
    click.echo(f"{taken.file} ({taken.kind}) đã lấy | taken: {'; '.join(said) or '0'}")
    if taken.skipped:
        click.echo(
            f"  bỏ qua {taken.skipped} dòng không phải dữ liệu | {taken.skipped} rows that are no records"
        )


WIDTH = 80
EXAMPLES = 10
"""So many rows set aside are shown as examples of all."""
SHOWN = 3
"""So many rows are shown as they were understood."""


def _preview(taken: Taken) -> None:
    """What an import would take, in 80 columns."""
    click.echo(f"{taken.file}: {taken.kind}")
    if taken.because:
        click.echo(f"  vì {taken.because.vi}\n  because {taken.because.en}")
    if taken.columns:
        rows = [(heading, name or "không dùng | not used") for heading, name in taken.columns.items()]
        headings = [("cột của tệp | column", False), ("nhận là | taken for", False)]
        _table("Các cột | Columns", headings, rows)
    counts = [
        (name, *(whole(n, LANGUAGE) for n in (a.taken - a.changed, a.changed, a.unchanged)))
        for name, a in taken.added.items()
    ]
    headings = [
        ("bảng | table", False),
        ("mới | new", True),
        ("đổi | changed", True),
        ("như cũ | same", True),
    ]
    _table("Sẽ lấy | Would be taken", headings, counts)
    for name, frame in taken.preview.items():
        first = frame.head(SHOWN)
        said = [c for c in first.columns if c != "payload" and first[c].null_count() < first.height]
        cells = [(c, *(_cell(v) for v in first[c])) for c in said]
        if cells:
            columns = [(name, False), *((f"{n}", False) for n in range(1, first.height + 1))]
            _table("Những dòng đầu, như được hiểu | The first rows as understood", columns, cells)
    click.echo(f"\nDữ liệu chờ xử lý | Would be set aside: {whole(taken.set_aside, LANGUAGE)}")
    for problem in taken.problems[:EXAMPLES]:
        click.echo(str(problem), err=True)
    if taken.set_aside > EXAMPLES:
        click.echo(f"… {taken.set_aside - EXAMPLES} dòng nữa | more rows", err=True)
    if taken.skipped:
        click.echo(f"Bỏ qua | Left out as no records: {whole(taken.skipped, LANGUAGE)}")
    for note in taken.notes:
        click.echo(str(note), err=True)


def _table(title: str, columns: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]]) -> None:
    click.echo(f"\n{title}")
    print_table("", columns, rows, room=WIDTH)


def _counted(new: int, known: int) -> str:
    words = f"{whole(new, LANGUAGE)} mới | new"
    return f"{words}, {whole(known, LANGUAGE)} đã có | known" if known else words


def _cell(value: object) -> str:
    return "" if value is None else str(value)


@click.group()
def mappings() -> None:
    """Ánh xạ cột của tệp xuất: liệt kê, xem, lưu. | Column mappings of exports: list, show, save."""


@mappings.command("list")
@home_option
def list_mappings(home: str) -> None:
    """Các ánh xạ dùng được theo tên. | The mappings that can be named."""
    from phucvu.intake.mappings import names
    from phucvu.records.store import Store

    for name in names(Store(home).home):
        click.echo(name)


@mappings.command("show")
@click.argument("name", metavar="TÊN")
@home_option
def show_mapping(name: str, home: str) -> None:
    """Một ánh xạ dưới dạng YAML, để sửa rồi lưu tên khác. | A mapping as YAML, to change and save."""
    from phucvu.intake.mappings import load
    from phucvu.records.store import Store

    click.echo(load(Store(home).home, name).text(), nl=False)


@mappings.command("save")
@click.argument("file", metavar="TỆP.yaml")
@home_option
def save_mapping(file: str, home: str) -> None:
    """Lưu một ánh xạ để dùng lại theo tên. | Keep a mapping, to use it by name."""
    from phucvu.intake.mappings import load, save
    from phucvu.records.store import Store

    mapping = load(Store(home).home, file)
    save(Store(home).home, mapping)
    click.echo(f"đã lưu ánh xạ {mapping.name} | mapping {mapping.name} saved")


@click.group("set-aside")
def set_aside() -> None:
    """Dữ liệu chờ xử lý: xem, sửa, thử lại. | Rows set aside: list, mend, replay."""


@set_aside.command("list")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "csv"]),
    default="table",
    help="Dạng in ra. | What to print.",
)
@home_option
def list_set_aside(format_: str, home: str) -> None:
    """Dữ liệu còn chờ xử lý và lý do. | What waits to be mended, and why."""
    from phucvu.records.set_aside import pending
    from phucvu.records.store import Store

    waiting = pending(Store(home))
    if format_ == "csv":
        echo_csv(waiting.drop("payload", "state"))
        return
    print_table(
        f"Dữ liệu chờ xử lý | Set aside: {whole(waiting.height, LANGUAGE)}",
        [("tệp", False), ("dòng", True), ("trường", False), ("lý do | reason", False)],
        [
            (
                row["file"] or row["sender"] or "",
                _cell(row["row"]),
                row["field"] or "",
                f"{row['vi']} | {row['en']}",
            )
            for row in waiting.iter_rows(named=True)
        ],
    )


@set_aside.command()
@click.argument("kind", type=click.Choice(["unit", "procedure"]), metavar="unit|procedure")
@click.argument("name", metavar="TÊN")
@click.argument("code", metavar="MÃ")
@home_option
def mend(kind: str, name: str, code: str, home: str) -> None:
    """Cho biết một tên đơn vị, thủ tục lạ là mã nào. | Say once which code an unknown name stands for."""
    from phucvu.records.set_aside import mend
    from phucvu.records.store import Store

    concerned = mend(Store(home), "unit" if kind == "unit" else "procedure", name, code)
    click.echo(
        f"“{name}” = {code}; {concerned} dòng dữ liệu chờ xử lý liên quan, "
        "thử lại bằng: phucvu set-aside replay | "
        f"{concerned} rows set aside are concerned; try them again with: phucvu set-aside replay"
    )


@set_aside.command()
@home_option
def replay(home: str) -> int:
    """Thử lại mọi dữ liệu chờ xử lý. | Try again everything that was set aside."""
    from phucvu.intake.replay import replay
    from phucvu.records.store import Store

    taken = replay(Store(home))
    click.echo(f"{_counted(taken.taken, taken.unchanged)}")
    return report(taken.problems, taken.notes, taken.set_aside - len(taken.problems))
