"""Fully online services («dịch vụ công trực tuyến toàn trình»): followed beside the index, never scored."""

from __future__ import annotations

import datetime as dt

import ibis.expr.types as ir
import polars as pl

from phucvu.engine import features
from phucvu.engine.conditions import CONDITIONS
from phucvu.engine.evaluation import Evaluation
from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period
from phucvu.records.codes import APPLIED
from phucvu.rules.model import Count, RuleSetFile

LEVEL = "full"
"""The level of a service that is fully online."""

COLUMNS = ("procedure", "name", "fully_online_eligible", "offered", "received", "fully_online")


def fully_online(
    tables: Tables, rules: RuleSetFile, period: Period, now: dt.datetime, unit: str, *, regroup: bool = False
) -> pl.DataFrame:
    """What a unit and those below it offer fully online, and what is filed so, by procedure.

    Columns: procedure, name, fully_online_eligible (as the procedures say it; empty where they do not),
    offered (whether the unit or one below applies a fully online service of it), received (dossiers
    received in the period), fully_online (of these, filed online where the unit that received them
    applies such a service). Procedures of the unit's authority, and those of its dossiers (a row without
    a procedure has those that name none); those with most dossiers first.
    """
    with Evaluation.at(tables, rules.at(period.last), period, now, regroup=regroup) as evaluation:
        homes = evaluation.tree.spread.filter(above=unit).select("unit", "home")
        services, authority, facts = evaluation.ask(
            "services, authority and procedures",
            lambda: [
                evaluation.tables["services"].select("unit", "procedure", "level", "status"),
                evaluation.tables["authority"].select("unit", "procedure"),
                evaluation.tables["procedures"].select("name", "fully_online_eligible", procedure="code"),
            ],
        )
        # Of all units: what is asked is then always the same, and few rows are answered.
        counted = evaluation.ask_once("received by unit and procedure", lambda: _received(evaluation))
        found = counted.cast({"received": pl.Int64, "online": pl.Int64})
    offers = services.filter(pl.col("level") == LEVEL, pl.col("status").is_in(APPLIED))
    offers = offers.join(homes, on="unit").select("home", "procedure", offered=True).unique()
    dossiers = found.join(homes, on="unit").join(offers, on=["home", "procedure"], how="left")
    by_procedure = dossiers.group_by("procedure").agg(
        pl.col("received").sum(), fully_online=pl.col("online").filter(pl.col("offered")).sum()
    )
    own = authority.join(homes, on="unit").select("procedure")
    return (
        pl.concat([own, by_procedure.select("procedure")])
        .unique()
        .join(facts, on="procedure", how="left")
        .join(offers.select("procedure", "offered").unique(), on="procedure", how="left")
        .join(by_procedure, on="procedure", how="left", nulls_equal=True)
        .with_columns(pl.col("offered").fill_null(False), pl.col("received", "fully_online").fill_null(0))
        .select(*COLUMNS)
        .sort("received", "procedure", descending=[True, False])
    )


def _received(evaluation: Evaluation) -> ir.Table:
    rows = features.dossiers(evaluation)
    rows = rows.filter(rows.received)
    online = CONDITIONS["online"](rows, Count(of="dossiers")).fill_null(False)
    return rows.group_by("unit", "procedure").agg(received=rows.count(), online=online.sum())


def not_offered(found: pl.DataFrame) -> pl.DataFrame:
    """Of the rows of ``fully_online``, the eligible procedures that are not offered so."""
    return found.filter(pl.col("fully_online_eligible") & ~pl.col("offered"))
