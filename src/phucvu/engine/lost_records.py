"""The records other than dossiers that the figures of a period lack, of every unit and indicator at once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import ibis
import ibis.expr.types as ir
import polars as pl

from phucvu.engine.counts import Tallied, Tallies, tallies
from phucvu.engine.dossiers import LACKS, OTHERS, told
from phucvu.engine.evaluation import Evaluation, input_table
from phucvu.engine.figures import by_count
from phucvu.engine.look_up import look_up
from phucvu.records.schema import TIME
from phucvu.rules.model import Indicator

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "period": pl.String,
    "indicator": pl.String,
    "above": pl.String,
    "unit": pl.String,
    "code": pl.String,
    "procedure": pl.String,
    "due": TIME,
    "ended": TIME,
    "reasons": pl.List(pl.String),
    "of_ministry": pl.Boolean,
}
"""``above`` is the unit whose figure lacks the record, ``unit`` the record's own; ``of_ministry`` says that
its procedure runs in a ministry's system."""


def lost_others(evaluation: Evaluation, measured: Tallied) -> pl.DataFrame:
    """The columns of ``SCHEMA``: a row for each record and each unit above it.

    ``measured`` are the measures of the dossiers.
    """
    indicators = [i for i in by_count(evaluation.rules) if i.count.of in OTHERS]
    sums = tallies(evaluation, measured)
    frames = evaluation.ask("lost others", partial(_each, evaluation, sums, indicators))
    found = [pl.DataFrame(schema=SCHEMA)]
    for indicator, rows in zip(indicators, frames, strict=True):
        codes = [column for column in rows.columns if column.startswith(LACKS)]
        named = [pl.when(pl.col(c)).then(pl.lit(c.removeprefix(LACKS))) for c in codes]
        about = {"period": str(evaluation.period), "indicator": indicator.id}
        rows = rows.with_columns(
            *(pl.lit(value).alias(name) for name, value in about.items()),
            reasons=pl.concat_list(named).list.drop_nulls(),
        )
        found.append(rows.select(pl.col(c).cast(t) for c, t in SCHEMA.items()))
    return pl.concat(found)


def _each(evaluation: Evaluation, sums: Tallies, indicators: list[Indicator]) -> Iterator[ir.Table]:
    for indicator in indicators:
        rows = told(OTHERS[indicator.count.of](evaluation, sums, indicator))
        lost = rows.filter(~rows.counted)
        lost = look_up(lost, _of_ministries(evaluation), "procedure")
        yield lost.mutate(of_ministry=lost.of_ministry.fill_null(ibis.literal(False)))


@input_table("of_ministries", {"procedure": pl.String, "of_ministry": pl.Boolean})
def _of_ministries(evaluation: Evaluation) -> pl.DataFrame:
    """The procedures that run in a ministry's system."""
    units = evaluation.tree.units
    rows = evaluation.ask_once("systems", lambda: _systems(evaluation))
    theirs = [
        code for code, system in rows.iter_rows() if system in units and units[system].kind == "ministry"
    ]
    return pl.DataFrame({"procedure": theirs}, schema={"procedure": pl.String}).with_columns(of_ministry=True)


def _systems(evaluation: Evaluation) -> ir.Table:
    procedures = evaluation.tables["procedures"]
    return procedures.filter(procedures.system.notnull()).select("code", "system")
