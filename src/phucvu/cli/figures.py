"""`phucvu figures` and `phucvu scoreboard`: the records of a home, counted and scored."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import polars as pl

from phucvu.cli.dossiers import about_records
from phucvu.cli.home import (
    CountingOptions,
    counting_options,
    period_option,
    periods_option,
    regroup_option,
    unit_option,
)
from phucvu.cli.output import LANGUAGE, echo_csv, echo_json, print_table
from phucvu.cli.score import excel_option, format_option, scores_with_changes, show
from phucvu.figures.periods import Period
from phucvu.figures.units import Units
from phucvu.formats import percent, points, some, whole
from phucvu.problems import Fault, UnusableError
from phucvu.rules.model import RuleSet
from phucvu.scoring import score
from phucvu.steering.firm_ranks import with_firm_ranks

if TYPE_CHECKING:
    from phucvu.engine.sources import Tables


procedure_option = click.option(
    "--procedure",
    metavar="MÃ",
    help="Chỉ hồ sơ của một thủ tục. | The dossiers of one procedure alone.",
)


@click.command()
@periods_option
@unit_option
@procedure_option
@counting_options
@regroup_option
@format_option
def figures(
    periods: tuple[Period, ...],
    unit: str | None,
    procedure: str | None,
    asked: CountingOptions,
    regroup: bool,
    format_: str,
) -> None:
    """Đếm số liệu mọi chỉ số từ hồ sơ. | Count the figures of every indicator from the records."""
    counted, _ = count(asked, list(dict.fromkeys(periods)), unit, regroup, procedure=procedure)
    if format_ == "csv":
        echo_csv(counted)
    elif format_ == "json":
        echo_json(figures=counted)
    else:
        rules = {str(period): asked.rule_set.at(period.last) for period in periods}
        for (period, code), rows in counted.group_by(["period", "unit"], maintain_order=True):
            in_force = rules[str(period)]
            print_table(
                f"{code}, {period}{f', {procedure}' if procedure else ''}",
                [("", False), ("chỉ số", False), ("tử số", True), ("mẫu số", True), ("tỷ lệ", True)],
                [
                    (
                        row["indicator"],
                        in_force[row["indicator"]].short.vi,
                        whole(row["numerator"], LANGUAGE),
                        whole(row["denominator"], LANGUAGE),
                        percent(row["numerator"] / row["denominator"], LANGUAGE)
                        if row["denominator"] and in_force[row["indicator"]].count.of != "processing_time"
                        else "—",
                    )
                    for row in rows.iter_rows(named=True)
                ],
            )
            click.echo()


@click.command()
@period_option
@unit_option
@procedure_option
@counting_options
@regroup_option
@format_option
@excel_option
def scoreboard(
    period: Period,
    unit: str | None,
    procedure: str | None,
    asked: CountingOptions,
    regroup: bool,
    format_: str,
    excel: Path | None,
) -> None:
    """Đếm, chấm điểm và xếp hạng, so với kỳ liền trước. | Count, score and rank, against the period before.

    Với --unit: đơn vị ấy và các đơn vị ngay dưới. | With --unit: that unit and those just below it.
    """
    periods = [period, period.previous()]
    counted, units = count(asked, periods, unit, regroup, every=True, procedure=procedure)
    scores = score(counted, asked.rule_set, units, from_records=True)
    groups, totals = scores_with_changes(scores, None)
    this = pl.col("period") == str(period)
    if unit is not None:
        this &= pl.col("unit").is_in([unit, *(u.code for u in units.of_period(period).children(unit))])
    components, groups, totals = scores.components.filter(this), groups.filter(this), totals.filter(this)
    groups, totals = (with_firm_ranks(frame, scores) for frame in (groups, totals))
    if procedure is not None and format_ == "table" and excel is None:
        _print_components(components, units, asked.rule_set.at(period.last), f"{procedure}, {period}")
        return
    if procedure is None:
        groups, totals = (_with_published(frame, asked.home, period) for frame in (groups, totals))
    show(
        replace(
            scores,
            components=components,
            groups=groups,
            totals=totals,
            unrecorded=scores.unrecorded.filter(this),
        ),
        groups,
        totals,
        format_,
        excel,
        about_records(asked, period, unit),
    )


def _with_published(frame: pl.DataFrame, home: str, period: Period) -> pl.DataFrame:
    """Groups or totals with what the portal last published of the same: day, score, rank and ranked."""
    from phucvu.published.daily_results import HomeDays, places

    rows = [
        (unit, part, place.day, place.score, place.rank, place.ranked)
        for (unit, part), place in places(HomeDays(home), period).items()
    ]
    names = ("published_day", "published_score", "published_rank", "published_ranked")
    types: tuple[Any, ...] = (pl.String, pl.String, pl.Date, pl.Decimal(10, 2), pl.Int64, pl.Int64)
    schema = dict(zip(("unit", "group", *names), types, strict=True))
    known = pl.DataFrame(rows, schema=schema, orient="row")
    if "group" in frame.columns:
        return frame.join(known, on=["unit", "group"], how="left", maintain_order="left")
    return frame.join(known.filter(group="total").drop("group"), on="unit", how="left", maintain_order="left")


def _print_components(components: pl.DataFrame, units: Units, in_force: RuleSet, title: str) -> None:
    """The points of each unit's indicators that have a base: what one procedure has of the index."""
    of_something = components.filter(pl.col("denominator") > 0)
    for (code,), rows in of_something.group_by(["unit"], maintain_order=True):
        print_table(
            f"{code} {units[str(code)].short_name}, {title}",
            [("", False), ("chỉ số", False), ("số liệu", True), ("tỷ lệ", True), ("điểm", True), ("/", True)],
            [
                (
                    row["indicator"],
                    in_force[row["indicator"]].short.vi,
                    f"{whole(row['numerator'], LANGUAGE)}/{whole(row['denominator'], LANGUAGE)}",
                    "—" if row["rate"] is None else percent(float(row["rate"]), LANGUAGE),
                    "—" if row["score"] is None else points(row["score"], LANGUAGE),
                    points(row["max"], LANGUAGE),
                )
                for row in rows.iter_rows(named=True)
                if in_force[row["indicator"]].scored
            ],
        )
        click.echo()
    if of_something.is_empty():
        click.echo(
            "không có hồ sơ nào của thủ tục này trong kỳ | no dossiers of this procedure in the period"
        )


def count(
    asked: CountingOptions,
    periods: list[Period],
    unit: str | None,
    regroup: bool,
    *,
    every: bool = False,
    procedure: str | None = None,
) -> tuple[pl.DataFrame, Units]:
    """The figures of some periods from the records of a home, and the units known there.

    Of one ``procedure`` they are those of its dossiers. Of one unit they are its own alone, unless ``every``
    asks for the others too. With ``regroup`` the units are those of the present in every period. Raises
    UnusableError where the home does not hold the unit or the procedure asked for.
    """
    from phucvu.engine.by_procedure import figures_of_procedure
    from phucvu.engine.figures import figures_of_several

    tables, units = asked.open()
    if unit is not None and unit not in units:
        raise UnusableError(_no_unit(unit, units, asked.home))
    wanted = None if unit is None or every else [unit]
    count_all = figures_of_several
    if procedure is not None:
        if not _is_held(tables, procedure):
            raise UnusableError(Fault("procedure_not_held", field="--procedure", procedure=procedure))
        count_all = partial(figures_of_procedure, procedure=procedure)
    counted = count_all(tables, asked.rule_set, periods, asked.now, units=wanted, regroup=regroup)
    return counted, units.frozen(asked.now.date()) if regroup else units


def _is_held(tables: Tables, procedure: str) -> bool:
    """Whether the records name a procedure."""
    known, dossiers = tables["procedures"], tables["dossiers"]
    return bool(
        known.filter(known.code == procedure).count().execute()
        or dossiers.filter(dossiers.procedure == procedure).count().execute()
    )


MOST_NAMED = 5


def _no_unit(said: str, units: Units, home: str) -> Fault:
    """That a unit is not known, with those that may be meant: by the code or name, else the first."""
    meant = [u for u in units if said.casefold() in (u.code.casefold(), u.name.casefold())]
    meant = meant or [u for u in units if said.casefold() in u.name.casefold()] or list(units)
    codes = some([f"{u.code} ({u.short_name})" for u in meant], MOST_NAMED)
    return Fault("unit_not_held", file=home, field="--unit", unit=said, codes=codes)
