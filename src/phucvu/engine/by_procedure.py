"""How each procedure fares at each unit: dossiers received, handled on time, and how long they took."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import polars as pl

from phucvu.engine import features
from phucvu.engine.averages import in_own_unit
from phucvu.engine.evaluation import Evaluation
from phucvu.engine.figures import figures
from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period
from phucvu.records import histories
from phucvu.rules.model import RuleSetFile

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
        rows = features.dossiers(evaluation)
        finished = rows.received & rows.end.notnull()
        rows = rows.select(
            *("unit", "procedure", "received", "in_time", "timed_in"),
            took=finished.ifelse(rows.worked_days, None),
            spent=finished.ifelse(rows.spent, None),
        )
        rows = rows.inner_join(evaluation.spread.select("unit", "above"), "unit")
        counted = rows.group_by(unit=rows.above, procedure=rows.procedure).agg(
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
        frame = evaluation.fetch(counted)
    return (
        frame.with_columns(**in_own_unit())
        .select(pl.col(c).cast(t) for c, t in SCHEMA.items())
        .sort("unit", "procedure")
    )


OF_ONE = ("dossiers", "processing_time")
"""Counts that one procedure has figures of: those of its dossiers. The others count procedures, services,
decisions, petitions, or have a base that is declared for all procedures together."""


def figures_of_procedure(
    tables: Tables,
    rules: RuleSetFile,
    period: Period,
    now: dt.datetime,
    procedure: str,
    units: Collection[str] | None = None,
    *,
    regroup: bool = False,
) -> pl.DataFrame:
    """The figures of one procedure: as ``figures``, of its dossiers alone, for the indicators ``OF_ONE``."""
    of_dossiers = ("dossiers", histories.NAME)
    own = {
        name: tables[name].filter(tables[name].procedure == procedure)
        for name in of_dossiers
        if name in tables
    }
    counted = figures({**tables, **own}, rules, period, now, units, regroup=regroup)
    of_one = [i.id for i in rules.at(period.last).indicators if i.count.of in OF_ONE]
    return counted.filter(pl.col("indicator").is_in(of_one))
