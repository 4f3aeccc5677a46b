"""`phucvu score`: figures in, points and ranks out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import polars as pl

from phucvu.cli.home import chosen_rules, rules_option
from phucvu.cli.named_files import NEW_FILE
from phucvu.cli.output import LANGUAGE, echo_csv, echo_json, print_table, report, write_excel
from phucvu.figures.periods import Period
from phucvu.figures.table import read_figures
from phucvu.figures.units import NATION, Units, read_units, unit_from_code
from phucvu.formats import change, day, points
from phucvu.scoring.published_groups import read_group_scores
from phucvu.scoring.ranks import ALONE
from phucvu.scoring.scores import Scores, since_previous, with_changes
from phucvu.scoring.scores import score as score_figures
from phucvu.steering.firm_ranks import with_firm_ranks

format_option = click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="Dạng in ra. | What to print.",
)
excel_option = click.option(
    "--excel",
    type=NEW_FILE,
    metavar="TỆP.xlsx",
    help="Ghi thêm một sổ Excel. | Also write an Excel workbook.",
)


@click.command()
@click.argument("figures", type=click.Path(path_type=Path), metavar="SỐ_LIỆU")
@rules_option
@click.option(
    "--units",
    "units_file",
    type=click.Path(path_type=Path),
    metavar="TỆP",
    help="Bảng đơn vị (code, name, kind, parent). | Table of units; else told from their codes.",
)
@click.option(
    "--groups",
    "groups_file",
    type=click.Path(path_type=Path),
    metavar="TỆP",
    help="Điểm nhóm đã công bố, cho nhóm thiếu số liệu. | Published scores of groups without figures.",
)
@click.option(
    "--against",
    metavar="KỲ",
    help="So với kỳ này; mặc định kỳ liền trước. | Compare with this period; else the one before.",
)
@format_option
@excel_option
def score(
    figures: Path,
    rules: str | None,
    units_file: Path | None,
    groups_file: Path | None,
    against: str | None,
    format_: str,
    excel: Path | None,
) -> int:
    """Chấm điểm các số liệu (CSV, JSON Lines, Excel, Parquet). | Score a file of figures.

    Cột: period, unit, indicator, numerator, denominator; các cột khác được giữ nguyên.
    """
    rule_set = chosen_rules(rules)
    units = read_units(units_file) if units_file else Units([])
    table = read_figures(figures, rule_set)
    published = read_group_scores(groups_file, rule_set) if groups_file else None
    scores = score_figures(table.frame, rule_set, units, published)
    groups, totals = scores_with_changes(scores, against)
    groups, totals = (with_firm_ranks(frame, scores) for frame in (groups, totals))
    show(scores, groups, totals, format_, excel, {"Nguồn": figures.name})
    return report(table.set_aside, table.notes)


def scores_with_changes(scores: Scores, against: str | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Groups and totals with their changes since the period named, or the one before each."""
    units = scores.units
    if against is None:
        groups = since_previous(scores.groups, "group", units=units)
        return groups, since_previous(scores.totals, units=units)
    then = pl.col("period") == str(Period.parse(against))
    return (
        with_changes(scores.groups, scores.groups.filter(then), "group", units=units),
        with_changes(scores.totals, scores.totals.filter(then), units=units),
    )


def show(
    scores: Scores,
    groups: pl.DataFrame,
    totals: pl.DataFrame,
    format_: str,
    excel: Path | None,
    about: Mapping[str, str],
) -> None:
    """Print scores in a format, and write them to a workbook where asked."""
    sheets = {"scores": scores.components, "groups": groups, "totals": totals}
    if excel:
        periods = totals["period"].unique(maintain_order=True)
        told = {"Kỳ": ", ".join(Period.parse(p).title(LANGUAGE) for p in periods)}
        rules = {"Quy tắc": ", ".join(dict.fromkeys(scores.rules[p].name for p in periods))}
        write_excel(excel, sheets, {**told, **about, **rules})
    if format_ == "csv":
        echo_csv(scores.components)
    elif format_ == "json":
        echo_json(**sheets)
    else:
        for period in totals["period"].unique(maintain_order=True):
            print_scoreboard(scores, groups, totals, period)


def print_scoreboard(scores: Scores, groups: pl.DataFrame, totals: pl.DataFrame, period: str) -> None:
    """One table for each block of like units, best first, and the nation's score where there is one."""
    rules, units = scores.rules[period], scores.units.of_period(Period.parse(period))
    by_group = {(row["unit"], row["group"]): row for row in groups.filter(period=period).to_dicts()}
    ranked = totals.filter(pl.col("period") == period, pl.col("kind") != NATION.kind)
    blocks = ranked.group_by("kind", "parent", maintain_order=True)
    for (kind, parent), block in blocks:
        above = units.get(str(parent)) or (unit_from_code(str(parent)) if parent else None)
        title = f"{KIND_TITLES[str(kind)]}{f' — {above.plain_name}' if above else ''}, {period}"
        columns = [("hạng", True), ("chắc từ–đến", True), ("", True), ("mã", False), ("đơn vị", False)]
        columns += [("tổng", True), ("", True), *((group.short.vi, True) for group in rules.groups)]
        columns.append(("Cổng DVCQG", True))
        rows = [
            (
                str(row["rank"] or "—"),
                _places(row["rank_from"], row["rank_to"]),
                _change(row["rank_change"]),
                row["unit"],
                units[row["unit"]].short_name,
                _points(row["score"]),
                _change(row["score_change"]),
                *(_points(by_group[row["unit"], group.id]["score"]) for group in rules.groups),
                _published(row),
            )
            for row in block.sort("rank", "unit", nulls_last=True).to_dicts()
        ]
        print_table(title, columns, rows)
        if (block["unranked"] == ALONE).any():
            click.echo(
                "— Không xếp hạng: không có đơn vị cùng loại để so sánh | not ranked: no like unit to compare"
            )
        if block["block_changed"].any():
            click.echo(
                "— Hạng không so được với kỳ kia: khối xếp hạng đã khác | "
                "no change of rank: other units were ranked together then"
            )
        click.echo()
    if (nation := scores.nation(period)) is not None:
        click.echo(f"Cả nước | The nation: {points(nation, LANGUAGE)}")
    unrecorded = scores.unrecorded.filter(period=period)
    if unrecorded.height:
        click.echo(
            f"— {unrecorded.height} đơn vị chưa có hồ sơ, phản ánh, kiến nghị hay báo cáo nào của kỳ "
            f"{period}, nên chưa có điểm | {unrecorded.height} units have no records of {period}, so no score"
        )
    missing = groups.filter(pl.col("period") == period, pl.col("kind") != NATION.kind)
    _say_what_is_missing(missing.join(unrecorded, on="unit", how="anti"))


def _places(low: int | None, high: int | None) -> str:
    """The places that a unit may have; empty where they are not known."""
    if low is None:
        return ""
    return "chắc" if low == high else f"{low}–{high}"


def _published(row: Mapping[str, Any]) -> str:
    """What the portal last published of a unit's total: points, place and day; empty where not known."""
    if row.get("published_score") is None:
        return ""
    rank = row["published_rank"]
    place = f", hạng {rank}/{row['published_ranked']}" if rank is not None else ""
    return f"{_points(row['published_score'])}{place} ({day(row['published_day'])})"


KIND_TITLES = {
    "ministry": "Bộ, cơ quan ngang bộ | Ministries",
    "province": "Tỉnh, thành phố | Provinces",
    "department": "Sở, ban, ngành | Departments",
    "district": "Huyện | Districts",
    "commune": "Xã, phường | Communes",
    "branch": "Đơn vị trực thuộc | Branches",
}


def _say_what_is_missing(groups: pl.DataFrame) -> None:
    published = groups.filter(pl.col("origin") == "published")
    for (group, missing), rows in published.group_by("group", "missing", maintain_order=True):
        click.echo(
            f"— Nhóm {group}: {rows.height} đơn vị chỉ có điểm nhóm đã công bố, không có số liệu "
            f"{_listed(missing)} | group {group}: {rows.height} units have only its published score, "
            "no figures"
        )
    lacking = groups.filter(pl.col("score").is_null())
    for (group, missing), rows in lacking.group_by("group", "missing", maintain_order=True):
        click.echo(
            f"— Nhóm {group}: {rows.height} đơn vị thiếu số liệu {_listed(missing)}, nên chưa có điểm nhóm "
            f"và tổng | group {group}: {rows.height} units lack figures, so its score and the total "
            "are not known"
        )


def _listed(indicators: Any) -> str:
    return ", ".join(indicators)


def _points(value: Any) -> str:
    return "—" if value is None else points(value, LANGUAGE)


def _change(value: Any) -> str:
    return "" if value is None else change(value, LANGUAGE)
