"""Lateness by section and by who handles, for the monthly review of staff. Personal data, never public.

A dossier belongs to the handler of its last step by the cut-off that names one. Handlers are matched to the
office's officers by code or name; others are counted as one, without their names.
"""

from __future__ import annotations

import datetime as dt

import ibis.expr.types as ir
import polars as pl

from phucvu.engine import features
from phucvu.engine.embedded import answer, everything
from phucvu.engine.evaluation import Evaluation
from phucvu.engine.handlers import last_handlers
from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period
from phucvu.records.histories import ID
from phucvu.rules.model import RuleSetFile
from phucvu.tables import plain

FEW = 10
"""Dossiers below which a handler is not shown alone: a share of so few says little about a person."""

COLUMNS = {
    "unit": pl.String,
    "section": pl.String,
    "code": pl.String,
    "name": pl.String,
    "handled": pl.Int64,
    "late": pl.Int64,
    "open_late": pl.Int64,
}


def lateness_by_handler(
    tables: Tables, steps: ir.Table, rules: RuleSetFile, period: Period, now: dt.datetime, unit: str
) -> pl.DataFrame:
    """By handler of a unit and those below it, the dossiers of 2.1, the late ones, and those of them open.

    ``steps`` have their payload. Columns are ``COLUMNS``; code and name are empty for handlers who are no
    officers, and section too. Those with most late dossiers first.
    """
    with Evaluation.at(tables, rules.at(period.last), period, now) as evaluation:
        among = evaluation.among(evaluation.tree.below(unit))
        [dossiers] = evaluation.ask("late", lambda: [_late(features.dossiers(evaluation, among))])
        last = last_handlers(steps, evaluation.cut_off, dossiers.select(ID))
    found = dossiers.join(last, on=ID, how="left").join(
        _keys(tables, last), on=["unit", "handler"], how="left"
    )
    return (
        found.group_by("unit", "section", "code", "name")
        .agg(handled=pl.len(), late=pl.col("late").sum(), open_late=pl.col("open_late").sum())
        .select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())
        .sort("late", "handled", "unit", "name", descending=[True, True, False, False], nulls_last=True)
    )


def _late(rows: ir.Table) -> ir.Table:
    late = ~rows.in_time.fill_null(True)
    return rows.select(ID, "unit", late=late, open_late=late & rows.end.isnull())


def with_handlers(
    tables: Tables, steps: ir.Table, dossiers: pl.DataFrame, cut_off: dt.datetime
) -> pl.DataFrame:
    """Dossiers (columns sender, dossier, unit and any others) with section, code and name of their handler.

    ``steps`` have their payload. The three are empty where the handler is no officer, or none is named.
    """
    asked = dossiers.select("sender", code="dossier")
    last = last_handlers(steps, cut_off, asked).rename({"code": "dossier"})
    found = dossiers.join(last, on=["sender", "dossier"], how="left")
    return found.join(_keys(tables, last), on=["unit", "handler"], how="left").drop("handler")


def _keys(tables: Tables, last: pl.DataFrame) -> pl.DataFrame:
    """Columns unit, handler, section, code, name: what each handler named in a unit's steps stands for."""
    officers = answer(everything, tables["officers"])
    written: dict[str, list[str]] = {}
    for handler in last["handler"].unique():
        written.setdefault(plain(handler), []).append(handler)
    rows = {
        (row["unit"], handler): (row["unit"], handler, row["section"], row["code"], row["name"])
        for row in officers.iter_rows(named=True)
        for said in (row["name"], row["code"])
        for handler in written.get(plain(said), [])
    }
    names = ("unit", "handler", "section", "code", "name")
    return pl.DataFrame(list(rows.values()), schema=dict.fromkeys(names, pl.String), orient="row")


def by_section(found: pl.DataFrame) -> pl.DataFrame:
    """The same by unit and section."""
    numbers = [pl.col(name).sum() for name in ("handled", "late", "open_late")]
    summed = found.group_by("unit", "section").agg(numbers)
    return summed.sort("late", "unit", "section", descending=[True, False, False], nulls_last=True)


def few_together(found: pl.DataFrame, few: int = FEW) -> pl.DataFrame:
    """The same with the handlers of fewer dossiers counted as one in each section, without their names."""
    one = pl.col("handled") >= few
    alone = [pl.when(one).then(pl.col(name)).alias(name) for name in ("code", "name")]
    numbers = [pl.col(name).sum() for name in ("handled", "late", "open_late")]
    summed = found.with_columns(alone).group_by("unit", "section", "code", "name").agg(numbers)
    return summed.select(list(COLUMNS)).sort(
        "late", "handled", "unit", "name", descending=[True, True, False, False], nulls_last=True
    )
