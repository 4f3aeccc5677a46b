"""How long each procedure takes on average (2.2)."""

from __future__ import annotations

import datetime as dt

import ibis.expr.types as ir
import polars as pl

from phucvu.engine import features
from phucvu.engine.counts import WORKING_HOURS
from phucvu.engine.evaluation import Evaluation
from phucvu.engine.sources import Tables
from phucvu.engine.verdict import of_records
from phucvu.figures.periods import Period
from phucvu.problems import Fault, UnusableError
from phucvu.rules.model import Indicator, RuleSetFile

COLUMNS = (
    *("procedure", "dossiers", "working_days", "average_days", "median_days", "average_hours"),
    *("time_unit", "average_time", "median_time"),
)


def in_own_unit() -> dict[str, pl.Expr]:
    """The columns average_time and median_time, of seconds and days, in the unit that ``time_unit`` names."""
    whole = pl.col("time_unit").replace_strict(features.TIMES, default=1, return_dtype=pl.Float64)
    return {name: pl.col(name).cast(pl.Float64) / whole for name in ("average_time", "median_time")}


def averages(
    tables: Tables, rules: RuleSetFile, period: Period, now: dt.datetime, unit: str, *, regroup: bool = False
) -> pl.DataFrame:
    """The processing time of a unit's finished dossiers, and of units below it, by procedure.

    Columns: procedure, dossiers (how many), working_days (their sum), average_days, median_days and
    average_hours (working days and working hours, not rounded), time_unit (hour, day, workday or month:
    that of the procedure's own limit, working days where it has none), average_time and median_time (in
    it, not rounded); procedures with most dossiers first.

    A dossier's working time is the number of working days after the day of receipt up to the day of its
    end of processing, less those spent waiting for the citizen, eight hours each; likewise its days. Hours
    run by the clock, a month is 30 days. Working time is what procedures of different units are added up
    in. Raises UnusableError where the rules count no processing time.
    """
    in_force = rules.at(period.last)
    indicator = next((i for i in in_force.indicators if i.count.of == "processing_time"), None)
    if indicator is None:
        raise UnusableError(Fault("no_processing_time", rules=rules.name))
    with Evaluation.at(tables, in_force, period, now, regroup=regroup) as evaluation:
        among = evaluation.among(evaluation.tree.below(unit))
        [frame] = evaluation.ask("averages", lambda: [_averages(evaluation, among, indicator)])
    whole = pl.col("dossiers", "working_days").cast(pl.Int64)
    hours = pl.col("working_days") * WORKING_HOURS / pl.col("dossiers")
    return (
        frame.with_columns(whole)
        .with_columns(average_hours=hours, **in_own_unit())
        .select(*COLUMNS)
        .sort("dossiers", "procedure", descending=[True, False])
    )


def _averages(evaluation: Evaluation, among: ir.Table, indicator: Indicator) -> ir.Table:
    rows = features.dossiers(evaluation, among)
    rows = rows.filter(of_records(rows, indicator).looked_at)
    return rows.group_by("procedure").agg(
        dossiers=rows.count(),
        working_days=rows.worked_days.sum(),
        average_days=rows.worked_days.mean(),
        median_days=rows.worked_days.median().cast("float64"),
        time_unit=rows.timed_in.max(),
        average_time=rows.spent.mean(),
        median_time=rows.spent.median().cast("float64"),
    )
