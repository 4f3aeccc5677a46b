"""`phucvu letter`: an official letter as a Word file, from figures, the portal's results and decisions."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from phucvu.cli.dossiers import about_records, one_unit_option
from phucvu.cli.home import CountingOptions, counting_options, period_option
from phucvu.cli.letter_home import facts_of
from phucvu.cli.output import write_tables
from phucvu.cli.score import excel_option
from phucvu.figures.periods import Period
from phucvu.problems import Fault, UnusableError, why

KIND_NAMES = (
    *("monthly-publication", "department-notice", "office-notice", "remedy-order"),
    *("quarterly-report", "implementation-plan"),
)
A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("kind", type=click.Choice(KIND_NAMES), metavar="LOẠI")
@one_unit_option
@period_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="TỆP",
    help="Tệp Word (.docx). | The Word file.",
)
@click.option("--template", type=A_FILE, metavar="TỆP", help="Mẫu của cơ quan. | The office's own template.")
@click.option(
    "--fields",
    type=A_FILE,
    metavar="TỆP",
    help="Thông tin của cơ quan (YAML). | What the office says of itself.",
)
@excel_option
@counting_options
def letter(
    kind: str,
    unit: str,
    period: Period,
    out: Path,
    template: Path | None,
    fields: Path | None,
    excel: Path | None,
    asked: CountingOptions,
) -> None:
    """Lập văn bản để cơ quan ghi số và ký. | An official letter, ready to be numbered and signed."""
    from phucvu.letters.appendix_sheets import appendix_sheets
    from phucvu.letters.letter_kinds import KINDS, context_of, fields_of
    from phucvu.letters.letter_numbers import period_words
    from phucvu.letters.office_fields import read_fields
    from phucvu.letters.template_filling import fill, fill_apart, read_template, shipped

    with tempfile.TemporaryDirectory() as folder:
        facts = facts_of(unit, period, asked, Path(folder))
        known = fields_of(KINDS[kind], facts)
        said = known | read_fields(fields, known) if fields else known
        context = context_of(KINDS[kind], facts, said)
    content = (
        fill_apart(read_template(template), context, template.name)
        if template
        else fill(shipped(KINDS[kind].template), context)
    )
    try:
        out.write_bytes(content)
    except OSError as error:
        raise UnusableError(Fault("output_file_not_written", file=str(out), why=why(error))) from error
    click.echo(f"{KINDS[kind].name}: {out}")
    if excel is not None:
        title = f"{facts.unit.short_name}, {period_words(period)}"
        write_tables(excel, title, appendix_sheets(facts), about_records(asked, period, unit))
