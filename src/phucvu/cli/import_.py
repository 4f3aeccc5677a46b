"""`phucvu import`, `phucvu mappings` and `phucvu set-aside`: files into the records of a home."""

from __future__ import annotations

from pathlib import Path

import click

from phucvu.cli.home import home_option
from phucvu.cli.output import LANGUAGE, echo_csv, print_table, progress_bar, report
from phucvu.formats import whole

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
@home_option
def import_(
    files: tuple[Path, ...],
    kind: str | None,
    sender: str | None,
    mapping: str | None,
    dry_run: bool,
    home: str,
) -> int:
    """Nhập hồ sơ và danh mục từ tệp. | Take records from files.

    JSON đồng bộ hồ sơ, các bảng của phucvu, tệp Excel/CSV xuất từ hệ thống một cửa, nhật ký XES;
    một thư mục là mọi tệp trong đó. | A folder is every file in it.
    """
    from phucvu.intake.files import import_file, kind_of
    from phucvu.records.store import Store
    from phucvu.tables.reading import reading

    store = Store(home)
    status = 0
    with reading(files[0]):
        every = [file for path in files for file in (sorted(path.iterdir()) if path.is_dir() else [path])]

    def order(path: Path) -> int:
        found = kind or (kind_of(path, mapping) if path.is_file() and path.stat().st_size else "")
        return FIRST.index(found) if found in FIRST else len(FIRST)

    for path in sorted(every, key=order) if len(every) > 1 else every:
        with progress_bar(path.name) as progress:
            taken = import_file(
                store, path, kind=kind, sender=sender, mapping=mapping, dry_run=dry_run, progress=progress
            )
        said = [f"{name}: {_counted(added.taken, added.unchanged)}" for name, added in taken.added.items()]
        would = ("sẽ lấy", "would be taken") if dry_run else ("đã lấy", "taken")
        click.echo(f"{path.name} ({taken.kind}) {would[0]} | {would[1]}: {'; '.join(said) or '0'}")
        if taken.skipped:
            click.echo(
                f"  bỏ qua {taken.skipped} dòng không phải dữ liệu | {taken.skipped} rows that are no records"
            )
        if dry_run:
            for name, frame in taken.preview.items():
                if frame.height:
                    columns = [
                        c for c in frame.columns if c != "payload" and frame[c].null_count() < frame.height
                    ]
                    rows = [[_cell(v) for v in row] for row in frame.select(columns).iter_rows()]
                    print_table(name, [(c, False) for c in columns], rows)
        unlisted = taken.set_aside - len(taken.problems)
        status = max(status, report(taken.problems, taken.notes, unlisted))
    return status


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
