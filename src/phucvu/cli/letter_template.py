"""`phucvu letter-template`: an office's own templates of its letters, with their history."""

from __future__ import annotations

from pathlib import Path

import click

from phucvu.cli.dossiers import one_unit_option
from phucvu.cli.home import CountingOptions, counting_options, home_option, open_site, period_option
from phucvu.cli.letter import KIND_NAMES
from phucvu.cli.letter_home import context_for
from phucvu.cli.named_files import A_FILE, out_option
from phucvu.cli.output import print_table
from phucvu.figures.periods import Period
from phucvu.formats import moment
from phucvu.problems import Fault, UnusableError, why

kind_argument = click.argument("kind", type=click.Choice(KIND_NAMES), metavar="LOẠI")
note_option = click.option("--note", default="", metavar="CÂU", help="Đã sửa gì. | What was changed.")


@click.group("letter-template")
def letter_template() -> None:
    """Mẫu văn bản riêng của cơ quan. | An office's own templates of its letters."""


@letter_template.command("list")
@kind_argument
@one_unit_option
@home_option
def list_(kind: str, unit: str, home: str) -> None:
    """Các mẫu đã dùng; mẫu trên cùng đang dùng. | Every version; the first is in force."""
    open_site(home)
    from phucvu.accounts.letter_templates import history

    rows = [
        (
            str(one.number),
            moment(one.kept_at),
            one.account,
            one.note if one.hash else "mẫu kèm chương trình | ships",
            one.hash[:12],
        )
        for one in history(unit, kind)
    ]
    if not rows:
        click.echo("Đang dùng mẫu kèm chương trình. | The template that ships is in force.")
        return
    columns = ("số", "lúc", "người tải lên", "ghi chú", "SHA-256")
    print_table(f"{unit}, {kind}", [(c, n == 0) for n, c in enumerate(columns)], rows)


@letter_template.command("get")
@kind_argument
@one_unit_option
@click.option("--number", type=int, metavar="SỐ", help="Mặc định mẫu đang dùng. | Default: that in force.")
@out_option("Tệp Word (.docx). | The Word file.")
@home_option
def get(kind: str, unit: str, number: int | None, out: Path, home: str) -> None:
    """Ghi một mẫu ra tệp Word để sửa. | Write a template as a Word file, to be edited."""
    open_site(home)
    from phucvu.accounts import letter_templates
    from phucvu.letters.letter_kinds import KINDS
    from phucvu.letters.template_filling import shipped

    own = (
        letter_templates.in_force(unit, kind)
        if number is None
        else letter_templates.version(unit, kind, number)
        if number
        else None
    )
    content = bytes(own.content) if own else shipped(KINDS[kind].template)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise UnusableError(Fault("output_file_not_written", file=str(out), why=why(error))) from error
    said = (
        f"Mẫu số {own.number} | Template {own.number}" if own else "Mẫu kèm chương trình | The one that ships"
    )
    click.echo(f"{said}: {out}")


@letter_template.command("keep")
@kind_argument
@one_unit_option
@period_option
@click.argument("file", type=A_FILE, metavar="TỆP")
@note_option
@counting_options
def keep(kind: str, unit: str, period: Period, file: Path, note: str, asked: CountingOptions) -> None:
    """Thử một mẫu với số liệu của kỳ rồi dùng. | Try a template with a period's figures, then use it."""
    from phucvu.letters.template_filling import fill_apart, read_template

    content = read_template(file)
    fill_apart(content, context_for(kind, unit, period, None, asked)[1], file.name)
    open_site(asked.home)
    from phucvu.accounts import audit, letter_templates

    made = letter_templates.keep(audit.COMMAND_LINE, unit, kind, content, note)
    click.echo(f"Đang dùng mẫu số {made.number}. | Template {made.number} is in force.")


@letter_template.command("back")
@kind_argument
@one_unit_option
@click.argument("number", type=int, metavar="SỐ")
@note_option
@home_option
def back(kind: str, unit: str, number: int, note: str, home: str) -> None:
    """Dùng lại mẫu trước; 0: kèm chương trình. | Use an earlier version; 0: the one that ships."""
    open_site(home)
    from phucvu.accounts import audit, letter_templates

    made = letter_templates.go_back(audit.COMMAND_LINE, unit, kind, number, note)
    click.echo(f"Đang dùng mẫu số {made.number}. | Template {made.number} is in force.")
