"""`phucvu ledger`: what the portal shows, what is counted here, what was declared, and why they differ."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import polars as pl

from phucvu.cli.dossiers import about_records, limit_option, one_unit_option
from phucvu.cli.home import CountingOptions, counting_options, period_option
from phucvu.cli.named_files import NEW_FILE
from phucvu.cli.output import LANGUAGE, echo_csv, echo_json, print_table, write_tables
from phucvu.figures.periods import Period
from phucvu.formats import day, points, whole
from phucvu.problems import Fault, UnusableError

if TYPE_CHECKING:
    from phucvu.ledger.balance import Ledger


@click.command()
@one_unit_option
@period_option
@click.option("--indicator", metavar="MÃ", help="Chỉ chỉ số này. | Only this indicator.")
@click.option(
    "--cause",
    metavar="NGUYÊN_NHÂN",
    help="Chỉ hồ sơ của nguyên nhân này, ví dụ not_sent. | Only the dossiers of this cause.",
)
@click.option(
    "--resend",
    type=NEW_FILE,
    metavar="TỆP.csv|.jsonl",
    help="Ghi danh sách hồ sơ cần gửi lại: mã số, hoặc nội dung đồng bộ. | What to send again.",
)
@click.option(
    "--output",
    type=NEW_FILE,
    metavar="TỆP.xlsx",
    help="Tệp của --format xlsx. | The file of --format xlsx.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "csv", "json", "xlsx"]),
    default="table",
    show_default=True,
    help="Dạng in ra. | What to print.",
)
@limit_option
@counting_options
def ledger(
    unit: str,
    period: Period,
    indicator: str | None,
    cause: str | None,
    resend: Path | None,
    output: Path | None,
    format_: str,
    limit: int,
    asked: CountingOptions,
) -> None:
    """Đối chiếu Cổng, hệ thống này và số báo cáo, đến từng hồ sơ. | Reconcile the three, by dossier."""
    from phucvu.engine.identities import broken_identities
    from phucvu.ledger.balance import ledger as reconcile
    from phucvu.ledger.causes import Cause
    from phucvu.ledger.published_figures import published_figures
    from phucvu.published.daily_results import HomeDays

    if cause is not None and cause not in [c.value for c in Cause]:
        raise UnusableError(Fault("cause_unknown", cause=cause, listed=", ".join(c.value for c in Cause)))
    if format_ == "xlsx" and output is None:
        raise UnusableError(Fault("output_missing"))
    tables, units = asked.open(lists=True)
    published = published_figures(HomeDays(asked.home), period, unit)
    found = reconcile(tables, asked.rule_set, period, asked.now, unit, published.figures)
    if indicator is not None and found.figures.filter(indicator=indicator).is_empty():
        name = asked.rule_set.name
        raise UnusableError(Fault("no_figure_of_indicator", rules=name, indicator=indicator, unit=unit))
    if indicator is not None:
        found = found.only(indicator)
    if cause is not None:
        found = found.of_cause(cause)
    below = {u.code for u in units.of_period(period).below(unit)}
    reports = tables["reports"].filter(tables["reports"].unit.isin(list(below))).to_polars()
    identities = broken_identities(reports.filter(period=str(period)), units)
    if resend is not None:
        _write_resend(asked, found, resend)
    match format_:
        case "csv":
            echo_csv(found.all_dossiers if cause else found.causes)
        case "json":
            echo_json(
                figures=found.figures, causes=found.causes, dossiers=found.all_dossiers, identities=identities
            )
        case "xlsx":
            from phucvu.ledger.sheets import sheets

            about = about_records(asked, period, unit) | _sources(found, published.day)
            rules = asked.rule_set.at(period.last)
            write_tables(
                Path(str(output)), "Đối chiếu số liệu", sheets(found, rules, identities, LANGUAGE), about
            )
        case _:
            for name, said in _sources(found, published.day).items():
                click.echo(f"{name}: {said}")
            _print(found, limit, listed=cause is not None or indicator is not None)
            _print_identities(identities)


def _sources(found: Ledger, shown_on: Any) -> dict[str, str]:
    listed = found.portal_list
    return {
        "Cổng công bố | Published": day(shown_on) if shown_on else "không có | none",
        "Danh sách trên Cổng | Portal's list": (
            f"{listed.list_of}, {day(listed.taken_on)}, {whole(listed.dossiers, LANGUAGE)}"
            if listed
            else "không có | none"
        ),
    }


def _figure(row: dict[str, Any], side: str) -> str:
    above, below = (row[f"{side}_{part}"] for part in ("numerator", "denominator"))
    if below is None:
        return "—"
    return f"{'…' if above is None else whole(above, LANGUAGE)}/{whole(below, LANGUAGE)}"


def _signed(number: int | None) -> str:
    return "—" if number is None else f"{number:+d}" if number else "0"


def _print(found: Ledger, limit: int, *, listed: bool) -> None:
    from phucvu.ledger.causes import Cause
    from phucvu.ledger.sheets import differing

    print_table(
        f"{found.unit}, {found.period}: đối chiếu | ledger",
        [
            ("", False), ("Cổng", True), ("danh sách", True), ("ở đây", True), ("báo cáo", True),
            ("tử số ±", True), ("mẫu số ±", True), ("điểm ±", True),
        ],
        [
            (
                row["indicator"],
                *(_figure(row, side) for side in ("portal", "listed", "counted", "declared")),
                *(_signed(row[part]) for part in ("numerator", "denominator")),
                "—" if row["score"] is None else points(row["score"], LANGUAGE),
            )
            for row in found.figures.iter_rows(named=True)
        ],
    )  # fmt: skip
    click.echo()
    print_table(
        "Nguyên nhân | Causes",
        [
            ("", False),
            ("nguyên nhân", False),
            ("", False),
            ("số", True),
            ("tử số ±", True),
            ("mẫu số ±", True),
        ],
        [
            (
                one,
                cause,
                Cause(cause).words[LANGUAGE],
                "" if number is None else whole(number, LANGUAGE),
                _signed(above),
                _signed(below),
            )
            for one, cause, number, above, below in found.causes.iter_rows()
        ],
    )
    if not listed:
        return
    click.echo()
    print_table(
        "Hồ sơ | Dossiers",
        [
            ("", False),
            ("mã", False),
            ("ở đây", False),
            ("trên Cổng", False),
            ("nguyên nhân", False),
            ("khác", False),
        ],
        [
            (
                row["indicator"],
                row["code"],
                row["own_unit"] or "",
                row["portal_unit"] or "",
                row["cause"],
                ", ".join(differing(row["differs"], LANGUAGE)) or row["own_message"] or "",
            )
            for row in found.all_dossiers.head(limit).iter_rows(named=True)
        ],
    )


def _print_identities(identities: pl.DataFrame) -> None:
    from phucvu.engine.identities import WORDS

    if identities.is_empty():
        return
    click.echo()
    print_table(
        "Số báo cáo không khớp | Reports that do not add up",
        [("đơn vị", False), ("", False), ("báo cáo", True), ("tính ra", True)],
        [
            (
                row["unit"],
                f"{WORDS[row['finding']][LANGUAGE]} ({row['field']})",
                whole(row["declared"], LANGUAGE),
                whole(row["expected"], LANGUAGE),
            )
            for row in identities.iter_rows(named=True)
        ],
    )


def _write_resend(asked: CountingOptions, found: Ledger, path: Path) -> None:
    """The dossiers that the portal lacks: their numbers, or for .jsonl their payloads as they are held."""
    from phucvu.ledger.resending import payloads, to_send_again

    wanted = to_send_again(found)
    try:
        if path.suffix == ".jsonl":
            path.write_text("".join(f"{line}\n" for line in payloads(asked.home, wanted)), encoding="utf-8")
        else:
            wanted.write_csv(path)
    except OSError as error:
        raise UnusableError(Fault("output_file_not_written", file=str(path), why=error)) from error
    click.echo(f"{path}: {wanted.height} hồ sơ cần gửi lại | dossiers to send again", err=True)
