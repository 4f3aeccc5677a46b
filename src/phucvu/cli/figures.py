"""`phucvu figures` and `phucvu scoreboard`: the records of a home, counted and scored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
import polars as pl

from phucvu.cli.dossiers import about_records
from phucvu.cli.home import CountingOptions, counting_options, period_option, regroup_option, unit_option
from phucvu.cli.output import LANGUAGE, echo_csv, echo_json, print_table
from phucvu.cli.score import excel_option, format_option, scores_with_changes, show
from phucvu.figures.periods import Period
from phucvu.figures.units import Units
from phucvu.formats import percent, some, whole
from phucvu.problems import Fault, UnusableError
from phucvu.scoring import score


@click.command()
@period_option
@unit_option
@counting_options
@regroup_option
@format_option
def figures(
    period: Period,
    unit: str | None,
    asked: CountingOptions,
    regroup: bool,
    format_: str,
) -> None:
    """Đếm số liệu mọi chỉ số từ hồ sơ. | Count the figures of every indicator from the records."""
    counted, _ = count(asked, [period], unit, regroup)
    if format_ == "csv":
        echo_csv(counted)
    elif format_ == "json":
        echo_json(figures=counted)
    else:
        in_force = asked.rule_set.at(period.last)
        for (code,), rows in counted.group_by(["unit"], maintain_order=True):
            print_table(
                f"{code}, {period}",
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
@counting_options
@regroup_option
@format_option
@excel_option
def scoreboard(
    period: Period,
    unit: str | None,
    asked: CountingOptions,
    regroup: bool,
    format_: str,
    excel: Path | None,
) -> None:
    """Đếm, chấm điểm và xếp hạng, so với kỳ liền trước. | Count, score and rank, against the period before.

    Với --unit: đơn vị ấy và các đơn vị ngay dưới. | With --unit: that unit and those just below it.
    """
    counted, units = count(asked, [period, period.previous()], unit, regroup, every=True)
    scores = score(counted, asked.rule_set, units, from_records=True)
    groups, totals = scores_with_changes(scores, None)
    this = pl.col("period") == str(period)
    if unit is not None:
        this &= pl.col("unit").is_in([unit, *(u.code for u in units.of_period(period).children(unit))])
    components = scores.components.filter(this)
    show(
        replace(
            scores,
            components=components,
            groups=groups.filter(this),
            totals=totals.filter(this),
            unrecorded=scores.unrecorded.filter(this),
        ),
        groups.filter(this),
        totals.filter(this),
        format_,
        excel,
        about_records(asked, period, unit),
    )


def count(
    asked: CountingOptions, periods: list[Period], unit: str | None, regroup: bool, *, every: bool = False
) -> tuple[pl.DataFrame, Units]:
    """The figures of some periods from the records of a home, and the units known there.

    Of one unit they are its own alone, unless ``every`` asks for the others too. With ``regroup`` the
    units are those of the present in every period. Raises UnusableError where the home does not hold the
    unit asked for.
    """
    from phucvu.engine.figures import figures as count_figures

    tables, units = asked.open()
    if unit is not None and unit not in units:
        raise UnusableError(_no_unit(unit, units, asked.home))
    wanted = None if unit is None or every else [unit]
    frames = [count_figures(tables, asked.rule_set, p, asked.now, wanted, regroup=regroup) for p in periods]
    return pl.concat(frames), units.frozen(asked.now.date()) if regroup else units


MOST_NAMED = 5


def _no_unit(said: str, units: Units, home: str) -> Fault:
    """That a unit is not known, with those that may be meant: by the code or name, else the first."""
    meant = [u for u in units if said.casefold() in (u.code.casefold(), u.name.casefold())]
    meant = meant or [u for u in units if said.casefold() in u.name.casefold()] or list(units)
    codes = some([f"{u.code} ({u.short_name})" for u in meant], MOST_NAMED)
    return Fault("unit_not_held", file=home, field="--unit", unit=said, codes=codes)
