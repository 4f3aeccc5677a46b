"""How each procedure fares at each unit: dossiers received, handled on time, and how long they took."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

import ibis.expr.types as ir
import polars as pl

from phucvu.engine import features
from phucvu.engine.averages import in_own_unit
from phucvu.engine.counts import (
    Tallies,
    columns,
    dossier_figures,
    tallied_by_pair,
    tallies,
    time_figures,
)
from phucvu.engine.evaluation import Evaluation
from phucvu.engine.figures import by_count, counted, figures_of_several, showing, shown
from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period
from phucvu.figures.table import SCHEMA as FIGURES
from phucvu.records import histories
from phucvu.rules.model import Indicator, RuleSetFile

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "unit": pl.String,
    "procedure": pl.String,
    "received": pl.Int64,
    "handled": pl.Int64,
    "on_time": pl.Int64,
    "finished": pl.Int64,
    "average_days": pl.Float64,
    "median_days": pl.Float64,
    "time_unit": pl.String,
    "average_time": pl.Float64,
    "median_time": pl.Float64,
}


def by_procedure(tables: Tables, rules: RuleSetFile, period: Period, now: dt.datetime) -> pl.DataFrame:
    """The dossiers of a period by unit and procedure: the columns of ``SCHEMA``.

    One row for each unit shown and procedure with dossiers of the unit or of units below it, by their
    codes. ``received``: dossiers received in the period; ``handled``: these and those received earlier and
    not finished before it began; ``on_time``: of those handled, the ones not late at the cut-off (2.1);
    ``finished``: of those received, the ones finished by the cut-off, and ``average_days`` and
    ``median_days`` what they took in working days, not rounded (2.2; see ``averages``), ``average_time`` and
    ``median_time`` the same in the unit of the procedure's own limit, ``time_unit``; empty where none is
    finished. ``now`` is Vietnam's time without a zone.
    """
    with Evaluation.at(tables, rules.at(period.last), period, now) as evaluation:
        [frame] = evaluation.ask("by procedure", partial(_by_procedure, evaluation))
    return (
        frame.with_columns(**in_own_unit())
        .select(pl.col(c).cast(t) for c, t in SCHEMA.items())
        .sort("unit", "procedure")
    )


def _by_procedure(evaluation: Evaluation) -> Iterator[ir.Table]:
    rows = features.dossiers(evaluation)
    finished = rows.received & rows.end.notnull()
    rows = rows.select(
        *("unit", "procedure", "received", "in_time", "timed_in"),
        took=finished.ifelse(rows.worked_days, None),
        spent=finished.ifelse(rows.spent, None),
    )
    rows = rows.inner_join(evaluation.spread.select("unit", "above"), "unit")
    yield rows.group_by(unit=rows.above, procedure=rows.procedure).agg(
        received=rows.count(where=rows.received),
        handled=rows.count(),
        on_time=rows.count(where=rows.in_time),
        finished=rows.took.count(),
        average_days=rows.took.mean(),
        median_days=rows.took.median(),
        time_unit=rows.timed_in.max(where=rows.took.notnull()),
        average_time=rows.spent.mean(),
        median_time=rows.spent.median(),
    )


FiguresFrom = Callable[[ir.Table, Sequence[Indicator]], dict[str, ir.Value]]

OF_ONE = {"dossiers": dossier_figures, "processing_time": time_figures}
"""Counts that one procedure has figures of: those of its dossiers. The others count procedures, services,
decisions, petitions, or have a base that is declared for all procedures together."""

OF_EACH: dict[str, pl.DataType | type[pl.DataType]] = {"procedure": pl.String, **FIGURES}


def figures_and_of_each(
    tables: Tables, rules: RuleSetFile, period: Period, now: dt.datetime
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """As ``figures``, and ``figures_of_each`` from the same pass over the dossiers."""
    in_force = rules.at(period.last)
    with Evaluation.at(tables, in_force, period, now) as evaluation:
        sums = tallies(evaluation, tallied_by_pair(evaluation, by_count(in_force)))
        return shown(evaluation, counted(evaluation, sums)), figures_of_each(evaluation, sums)


def figures_of_each(evaluation: Evaluation, tallies: Tallies) -> pl.DataFrame:
    """The figures of every procedure at every unit shown: the columns of ``OF_EACH``.

    As ``figures_of_procedure`` of each, without those that have no base. ``tallies`` are of
    ``tallied_by_pair``.
    """
    sums, units = tallies.by_procedure, showing(evaluation)
    found = [pl.DataFrame(schema=OF_EACH)]
    for thing, figures_from in OF_ONE.items():
        indicators = [i for i in by_count(evaluation.rules) if i.count.of == thing]
        if not indicators:
            continue
        [wide] = evaluation.ask(("of each", thing), partial(_of_each, sums, figures_from, indicators))
        for indicator in indicators:
            above, below = columns(indicator)
            rows = wide.filter(pl.col(below) > 0).select(
                "procedure", of="above", numerator=above, denominator=below
            )
            rows = rows.join(units.filter(indicator=indicator.id), on="of")
            rows = rows.with_columns(period=pl.lit(str(evaluation.period)))
            found.append(rows.select(pl.col(c).cast(t) for c, t in OF_EACH.items()))
    return pl.concat(found).sort("procedure", "unit", "indicator")


def _of_each(
    sums: ir.Table, figures_from: FiguresFrom, indicators: Sequence[Indicator]
) -> Iterator[ir.Table]:
    yield sums.select("above", "procedure", **figures_from(sums, indicators))


def figures_of_procedure(
    tables: Tables,
    rules: RuleSetFile,
    periods: Sequence[Period],
    now: dt.datetime,
    procedure: str,
    units: Collection[str] | None = None,
    *,
    regroup: bool = False,
) -> pl.DataFrame:
    """As ``figures_of_several``, of the dossiers of one procedure alone, for the indicators ``OF_ONE``."""
    of_dossiers = ("dossiers", histories.NAME)
    own = {
        name: tables[name].filter(tables[name].procedure == procedure)
        for name in of_dossiers
        if name in tables
    }
    counted = figures_of_several({**tables, **own}, rules, periods, now, units, regroup=regroup)
    of_one = [(str(p), i.id) for p in periods for i in rules.at(p.last).indicators if i.count.of in OF_ONE]
    wanted = pl.DataFrame(of_one, schema=["period", "indicator"], orient="row")
    return counted.join(wanted, on=wanted.columns, how="semi", maintain_order="left")
