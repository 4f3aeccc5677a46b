"""`phucvu template`: a workbook to be filled in, for each kind of file."""

from __future__ import annotations

from pathlib import Path

import click

from phucvu.problems import Fault, UnusableError


@click.command()
@click.argument("kind", metavar="LOẠI")
@click.option(
    "-o", "out", type=click.Path(path_type=Path), metavar="TỆP.xlsx", required=True,
    help="Tệp sẽ ghi. | The file to write.",
)  # fmt: skip
def template(kind: str, out: Path) -> None:
    """Ghi mẫu Excel để điền một bảng rồi nhập. | Write a workbook to fill in and import."""
    from phucvu.intake import templates

    templates.columns(kind)
    if not templates.is_template_path(out):
        problem = Fault("not_xlsx", file=str(out))
        raise UnusableError(problem)
    if out.exists():
        raise UnusableError(Fault("file_exists", file=str(out)))
    templates.write(kind, str(out))
    click.echo(f"đã ghi mẫu {templates.title(kind)}: {out} | template of {kind} written: {out}")
