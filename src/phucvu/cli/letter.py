"""`phucvu letter`: an official letter as a Word file, from figures, the portal's results and decisions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from phucvu.cli.dossiers import about_records, one_unit_option
from phucvu.cli.home import CountingOptions, counting_options, period_option
from phucvu.cli.output import write_tables
from phucvu.cli.publication import watched
from phucvu.cli.score import excel_option
from phucvu.figures.periods import Period
from phucvu.problems import Fault, UnusableError, why

if TYPE_CHECKING:
    from phucvu.letters.letter_facts import LetterFacts

KIND_NAMES = ("monthly-publication", "department-notice", "office-notice")
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

    facts = _facts(unit, period, asked)
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


def _facts(unit: str, period: Period, asked: CountingOptions) -> LetterFacts:
    """What is known of a unit in a period: its province's own count, the portal's results, the decisions."""
    import polars as pl

    from phucvu.engine.figures import figures
    from phucvu.engine.tree import Tree
    from phucvu.letters.letter_facts import LetterFacts
    from phucvu.published.daily_results import HomeDays, NoDays
    from phucvu.records.places import is_remote
    from phucvu.scoring.scores import score

    tables, units = asked.open()
    of_period = units.of_period(period)
    if unit not in of_period or not of_period[unit].exists_in(period):
        raise UnusableError(Fault("unit_not_in_period", unit=unit, period=period))
    before = period.previous()
    rules = asked.rule_set
    counted = [
        figures(tables, rules, each, asked.now) for each in (period, before) if rules.at(each.last).groups
    ]
    scores = score(pl.concat(counted), rules, units, from_records=True)
    root = Tree.of_period(units, period).root(unit) or unit
    decisions, limits = watched(asked, tables, units, unit)
    return LetterFacts(
        unit=of_period[unit],
        root=of_period[root],
        period=period,
        before=before,
        scores=scores,
        day=period.cut_off(asked.now).date(),
        days=NoDays() if is_remote(asked.home) else HomeDays(asked.home),
        decisions=decisions,
        limits=limits,
        now=asked.now.date(),
    )
