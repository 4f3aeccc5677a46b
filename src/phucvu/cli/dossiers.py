"""`phucvu dossiers`, `findings`, `averages` and `fully-online`: what stands behind and beside figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click
import polars as pl

from phucvu import configuration
from phucvu.cli.home import CountingOptions, counting_options, period_option, regroup_option
from phucvu.cli.output import LANGUAGE, echo_csv, echo_json, print_table, write_excel
from phucvu.cli.score import excel_option, format_option
from phucvu.figures.periods import Period
from phucvu.figures.units import circle_of
from phucvu.formats import TIME_UNITS, decimal, moment, whole

limit_option = click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    metavar="SỐ",
    help="Nhiều nhất bấy nhiêu dòng. | At most so many rows.",
)
offset_option = click.option(
    "--offset",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="SỐ",
    help="Bỏ qua bấy nhiêu dòng đầu. | Leave out so many first.",
)
one_unit_option = click.option("--unit", required=True, metavar="MÃ", help="Đơn vị. | The unit.")


@click.command()
@one_unit_option
@click.option(
    "--indicator", required=True, metavar="MÃ", help="Chỉ số, ví dụ 2.1. | The indicator, such as 2.1."
)
@period_option
@click.option("--lost", is_flag=True, help="Chỉ hồ sơ bị trừ điểm. | Only those that cost points.")
@limit_option
@offset_option
@counting_options
@regroup_option
@format_option
@excel_option
def dossiers(
    unit: str,
    indicator: str,
    period: Period,
    lost: bool,
    limit: int,
    offset: int,
    asked: CountingOptions,
    regroup: bool,
    format_: str,
    excel: Path | None,
) -> None:
    """Hồ sơ đứng sau một số liệu, hồ sơ bị trừ điểm trước. | The records behind a figure, lost ones first."""
    from phucvu.engine.dossiers import dossiers as behind

    tables, _ = asked.open()
    rule_set = asked.rule_set
    found = behind(
        tables,
        rule_set,
        period,
        asked.now,
        unit,
        indicator,
        lost_only=lost,
        limit=limit,
        offset=offset,
        regroup=regroup,
    ).drop("reasons")
    about = about_records(asked, period, unit) | {"Chỉ số": indicator}
    if not said_otherwise("dossiers", found, format_, excel, about):
        name = rule_set.at(period.last)[indicator].short.vi
        print_table(
            f"{unit}, {period}: {indicator} {name}",
            [
                ("mã", False),
                ("đơn vị", False),
                ("TTHC", False),
                ("bắt đầu", False),
                ("hạn", False),
                ("kết thúc", False),
                ("", False),
                ("lý do bị trừ điểm", False),
            ],
            [
                (
                    row["code"] or "",
                    row["unit"] or "",
                    row["procedure"] or "",
                    *(moment(row[c]) if row[c] else "" for c in ("began", "due", "ended")),
                    "được tính" if row["counted"] else "chưa đạt",
                    row["reason_vi"] or "",
                )
                for row in found.iter_rows(named=True)
            ],
        )


@click.command()
@period_option
@click.option(
    "--unit",
    metavar="MÃ",
    help="Đơn vị và các đơn vị trực thuộc; mặc định tất cả. | A unit and those below it.",
)
@limit_option
@offset_option
@counting_options
@format_option
@excel_option
def findings(
    period: Period,
    unit: str | None,
    limit: int,
    offset: int,
    asked: CountingOptions,
    format_: str,
    excel: Path | None,
) -> None:
    """Dữ liệu cần rà soát: hồ sơ nào, sai gì. | What is doubtful in the records, by dossier."""
    from phucvu.engine.data_quality import findings as doubtful
    from phucvu.engine.handlers import unknown_handlers
    from phucvu.engine.left_out import left_out
    from phucvu.engine.table_findings import table_findings
    from phucvu.records.store import Store

    tables, units = asked.open()
    for circle in units.circles():
        click.echo(str(circle_of(*circle)), err=True)
    found = doubtful(tables, asked.rule_set, period, asked.now, unit, limit=limit, offset=offset)
    if not offset:
        below = None if unit is None else {u.code for u in units.below(unit)} if unit in units else set()
        con = tables["steps"].get_backend()
        steps = Store(asked.home).table(con, "steps", asked.as_of, payload=True)
        handlers = unknown_handlers(steps, tables, period, asked.now)
        rules, today = asked.rule_set.at(period.last), asked.now.date()
        of_tables = table_findings(tables, units, rules, period, today, below, handlers)
        found = pl.concat([left_out(tables, below), of_tables, found])
    if not said_otherwise("findings", found, format_, excel, about_records(asked, period, unit)):
        print_table(
            f"Dữ liệu cần rà soát | Findings, {period}",
            [("hồ sơ", False), ("đơn vị", False), ("lỗi", False), ("giá trị", False)],
            [
                (row["dossier"], row["unit"], row["vi"], row["value"] or "")
                for row in found.iter_rows(named=True)
            ],
        )


@click.command()
@one_unit_option
@period_option
@counting_options
@regroup_option
@format_option
@excel_option
def averages(
    unit: str,
    period: Period,
    asked: CountingOptions,
    regroup: bool,
    format_: str,
    excel: Path | None,
) -> None:
    """Thời gian giải quyết trung bình theo thủ tục (2.2). | Average handling time by procedure (2.2)."""
    from phucvu.engine.averages import averages as by_procedure

    tables, _ = asked.open()
    found = by_procedure(tables, asked.rule_set, period, asked.now, unit, regroup=regroup)
    if not said_otherwise("averages", found, format_, excel, about_records(asked, period, unit)):
        print_table(
            f"{unit}, {period}: thời gian giải quyết, theo đơn vị thời hạn của từng TTHC",
            [
                ("TTHC", False),
                ("hồ sơ", True),
                ("trung bình", True),
                ("trung vị", True),
                ("đơn vị tính", False),
            ],
            [
                (
                    row["procedure"],
                    whole(row["dossiers"], LANGUAGE),
                    decimal(row["average_time"], LANGUAGE),
                    decimal(row["median_time"], LANGUAGE),
                    TIME_UNITS[row["time_unit"]][LANGUAGE],
                )
                for row in found.iter_rows(named=True)
            ],
        )


@click.command("fully-online")
@one_unit_option
@period_option
@click.option(
    "--not-offered",
    "missing",
    is_flag=True,
    help="Chỉ TTHC đủ điều kiện mà chưa cung cấp toàn trình. | Only eligible procedures not offered so.",
)
@counting_options
@regroup_option
@format_option
@excel_option
def fully_online(
    unit: str,
    period: Period,
    missing: bool,
    asked: CountingOptions,
    regroup: bool,
    format_: str,
    excel: Path | None,
) -> None:
    """Hồ sơ nộp toàn trình; TTHC đủ điều kiện. | Dossiers filed fully online; eligible procedures."""
    from phucvu.engine import fully_online as services

    tables, _ = asked.open()
    every = services.fully_online(tables, asked.rule_set, period, asked.now, unit, regroup=regroup)
    found = services.not_offered(every) if missing else every
    if not said_otherwise("fully_online", found, format_, excel, about_records(asked, period, unit)):
        online, received = (whole(int(every[name].sum()), LANGUAGE) for name in ("fully_online", "received"))
        print_table(
            f"{unit}, {period}: {online} / {received} hồ sơ nộp toàn trình; "
            f"{whole(services.not_offered(every).height, LANGUAGE)} TTHC đủ điều kiện chưa cung cấp",
            [("TTHC", False), ("đủ điều kiện", False), ("cung cấp", False), ("hồ sơ", True), ("nộp", True)],
            [
                (
                    row["procedure"] or "—",
                    {True: "có", False: "không", None: "—"}[row["fully_online_eligible"]],
                    "có" if row["offered"] else "không",
                    whole(row["received"], LANGUAGE),
                    whole(row["fully_online"], LANGUAGE),
                )
                for row in found.iter_rows(named=True)
            ],
        )


def about_records(asked: CountingOptions, period: Period, unit: str | None) -> dict[str, str]:
    """Where rows come from, for a workbook."""
    return {
        "Kỳ": period.title(LANGUAGE),
        "Số liệu tính đến": moment(period.cut_off(asked.now)),
        "Nguồn": "hồ sơ đã nhận vào phucvu",
        "Quy tắc": asked.rules or configuration.current().rules,
        "Đơn vị": unit or "tất cả",
    }


def said_otherwise(
    name: str, found: pl.DataFrame, format_: str, excel: Path | None, about: Mapping[str, str]
) -> bool:
    """Write a workbook where asked; print CSV or JSON where asked, and say whether that was so."""
    if excel:
        write_excel(excel, {name: found}, about)
    if format_ == "csv":
        echo_csv(found)
    elif format_ == "json":
        echo_json(**{name: found})
    return format_ != "table"
