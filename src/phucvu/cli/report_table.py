"""`phucvu report-table`: the report table II.06a as a workbook, its identities checked."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from phucvu.cli.dossiers import one_unit_option
from phucvu.cli.home import CountingOptions, counting_options, period_option
from phucvu.cli.letter_home import AboutDossiers, facts_of
from phucvu.figures.periods import Period
from phucvu.problems import Fault, NotFoundError


@click.command("report-table")
@one_unit_option
@period_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="TỆP",
    help="Tệp Excel. | The workbook.",
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
    unit: str, period: Period, out: Path, by: str, declared: bool, asked: CountingOptions
) -> None:
    """Biểu II.06a/VPCP/KSTT, kiểm tra các phép cộng. | The report table II.06a, its sums checked."""
    from phucvu.letters import report_table as form

    with tempfile.TemporaryDirectory() as folder:
        facts = facts_of(unit, period, asked, Path(folder), AboutDossiers())
        tables, _ = asked.open()
        if declared:
            lines = form.lines_declared(facts, tables["reports"].to_polars().to_dicts())
        elif by == "unit":
            lines = form.lines_by_unit(facts)
        else:
            fields = tables["procedures"].select("code", "field").to_polars()
            lines = form.lines_by_field(facts, dict(fields.iter_rows()))
    if not lines:
        raise NotFoundError(Fault("letter_nothing", unit=unit, period=period))
    first = "Lĩnh vực" if by == "field" and not declared else "Đơn vị"
    source = "số đã báo cáo trên Hệ thống báo cáo quốc gia" if declared else "số liệu tự thống kê từ hồ sơ"
    wrong = form.write_table(out, facts, form.with_total(lines), first, source)
    for each in wrong:
        click.echo(str(each.fault(out.name)), err=True)
    click.echo(f"Biểu II.06a: {out}")
    if wrong:
        click.get_current_context().exit(1)
