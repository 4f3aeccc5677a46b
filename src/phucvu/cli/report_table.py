"""`phucvu report-table`: the report tables II.06a and 07a as workbooks, their identities checked."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from phucvu.cli.dossiers import one_unit_option
from phucvu.cli.home import CountingOptions, counting_options, period_option
from phucvu.cli.letter_home import AboutDossiers, facts_of
from phucvu.cli.named_files import out_option
from phucvu.figures.periods import Period
from phucvu.problems import Fault, NotFoundError

if TYPE_CHECKING:
    from phucvu.engine.sources import Tables
    from phucvu.letters.letter_facts import LetterFacts
    from phucvu.letters.report_table import Line, ReportForm


@click.command("report-table")
@one_unit_option
@period_option
@out_option("Tệp Excel. | The workbook.")
@click.option(
    "--form",
    type=click.Choice(["06a", "07a"]),
    default="06a",
    show_default=True,
    help="Biểu II.06a/VPCP/KSTT hoặc 07a/BTP. | The form.",
)
@click.option(
    "--by",
    type=click.Choice(["unit", "field"]),
    default="unit",
    show_default=True,
    help="Theo đơn vị hoặc lĩnh vực. | By unit or field.",
)
@click.option(
    "--declared",
    is_flag=True,
    help="Số đã báo cáo thay cho số tự thống kê. | What was declared, not the own count.",
)
@counting_options
def report_table(
    unit: str, period: Period, out: Path, form: str, by: str, declared: bool, asked: CountingOptions
) -> None:
    """Biểu II.06a hoặc 07a, kiểm tra các phép cộng. | The report table II.06a or 07a, its sums checked."""
    from phucvu.letters.report_table import with_total, write_table

    with tempfile.TemporaryDirectory() as folder:
        facts = facts_of(unit, period, asked, Path(folder), AboutDossiers())
        tables, _ = asked.open()
        made = (_of_07a if form == "07a" else _of_06a)(facts, tables, asked, None if declared else by)
    if not made.lines:
        raise NotFoundError(Fault("letter_nothing", unit=unit, period=period))
    first = "Lĩnh vực" if by == "field" and not declared else "Đơn vị"
    source = "số đã báo cáo trên Hệ thống báo cáo quốc gia" if declared else "số liệu tự thống kê từ hồ sơ"
    wrong = write_table(out, made.form, facts, with_total(made.lines), first, source, made.notes)
    for each in wrong:
        click.echo(str(each.fault(out.name)), err=True)
    click.echo(f"Biểu {made.form.name}: {out}")
    if wrong:
        click.get_current_context().exit(1)


class Made(NamedTuple):
    """A form with its lines, and what is said under them."""

    form: ReportForm
    lines: list[Line]
    notes: Sequence[str] = ()


def _of_06a(facts: LetterFacts, tables: Tables, asked: CountingOptions, by: str | None) -> Made:
    """``by`` is None for what was declared."""
    from phucvu.letters import report_table as form

    if by is None:
        return Made(form.II_06A, form.lines_declared(facts, _reports(tables), form.declared))
    if by == "unit":
        return Made(form.II_06A, form.lines_by_unit(facts))
    return Made(form.II_06A, form.lines_by_field(facts, _fields(tables)))


def _of_07a(facts: LetterFacts, tables: Tables, asked: CountingOptions, by: str | None) -> Made:
    from phucvu.engine.dossier_outcomes import dossier_outcomes
    from phucvu.letters import form_07a as form
    from phucvu.letters.report_table import lines_declared

    if by is None:
        lines = lines_declared(facts, _reports(tables), form.declared)
        return Made(form.FORM_07A, lines, form.NOT_DECLARED)
    found = dossier_outcomes(tables, asked.rule_set, facts.period, asked.now, facts.unit.code)
    by_field = by == "field"
    lines = form.lines_by_field(found, _fields(tables)) if by_field else form.lines_by_unit(facts, found)
    return Made(form.FORM_07A, lines, form.notes(facts, found))


def _reports(tables: Tables) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tables["reports"].to_polars().to_dicts()
    return found


def _fields(tables: Tables) -> dict[str, str]:
    return dict(tables["procedures"].select("code", "field").to_polars().iter_rows())
