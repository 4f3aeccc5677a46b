"""What became of the dossiers of a period by unit and procedure, with the level of their online service."""

from __future__ import annotations

import datetime as dt

import ibis.expr.types as ir
import polars as pl

from phucvu.engine import features
from phucvu.engine.conditions import CONDITIONS
from phucvu.engine.evaluation import Evaluation, cut_off
from phucvu.engine.fully_online import LEVEL
from phucvu.engine.look_up import look_up
from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period
from phucvu.records.codes import APPLIED, Channel, Status
from phucvu.records.histories import ID
from phucvu.rules.model import Count, RuleSetFile

DONE = (Status.DONE, Status.RETURNED)


def dossier_outcomes(
    tables: Tables, rules: RuleSetFile, period: Period, now: dt.datetime, unit: str
) -> pl.DataFrame:
    """How many dossiers of a unit and those below it there are, by unit and procedure.

    Columns: unit (that they count for), procedure; of those handled ``in_person``, ``post``,
    ``carried_over``, ``on_time``, ``late``, ``open_in_time``, ``open_late``, ``stopped``, ``withdrawn``,
    ``paid_online`` and ``payment_told`` (the records say whether they were paid online); of those filed too
    ``refused``; and received online, by the services that the unit applies: ``online_full``,
    ``online_partial``, ``online_other`` (it applies none of the procedure), ``online_unknown`` (no service
    of the unit is known).
    """
    with Evaluation.at(tables, rules.at(period.last), period, now) as evaluation:
        homes = evaluation.tree.spread.filter(above=unit).select("unit", "home")
        services = evaluation.ask_once("services", lambda: _services(evaluation)).join(homes, on="unit")
        counted = evaluation.ask_once("outcomes", lambda: _outcomes(evaluation))
    applied = services.filter(pl.col("status").is_in(APPLIED))
    levels = applied.group_by("home", "procedure").agg(full=(pl.col("level") == LEVEL).any())
    known = services.select("home", known=True).unique()
    rows = counted.with_columns(pl.exclude("unit", "procedure").fill_null(0).cast(pl.Int64))
    rows = rows.join(homes, on="unit").join(known, on="home", how="left")
    rows = rows.join(levels, on=["home", "procedure"], how="left")
    full, online = pl.col("full"), pl.col("online")
    split = {
        "online_full": full,
        "online_partial": ~full,
        "online_other": full.is_null() & pl.col("known"),
        "online_unknown": pl.col("known").is_null(),
    }
    rows = rows.with_columns(
        **{name: pl.when(which).then(online).otherwise(0) for name, which in split.items()}
    )
    counts = [name for name in rows.columns if rows.schema[name] == pl.Int64 and name != "online"]
    return (
        rows.group_by(unit="home", procedure="procedure").agg(pl.col(counts).sum()).sort("unit", "procedure")
    )


def _services(evaluation: Evaluation) -> ir.Table:
    return evaluation.tables["services"].select("unit", "procedure", "level", "status")


def _outcomes(evaluation: Evaluation) -> ir.Table:
    rows = look_up(features.with_filed(evaluation), _endings(evaluation), ID)
    count = Count(of="dossiers")
    in_time, online = CONDITIONS["on_time"](rows, count), CONDITIONS["online"](rows, count)
    handled, received, ended = rows.handled, rows.received & rows.handled, rows.end.notnull()
    post = (rows.channel == Channel.POST).fill_null(False)
    over = handled & ended & ~rows.done.fill_null(False)
    no_steps = rows.done.isnull()
    # A dossier that was never received may be refused in its fields alone.
    refused_at = rows.refused_at.isnull() | (rows.refused_at <= cut_off())
    by_field = (rows.status == Status.REFUSED) & refused_at & (no_steps | ~handled)

    def ending(status: Status) -> ir.BooleanValue:
        own = no_steps & (rows.status == status).fill_null(False)
        return rows[status.name.lower()].fill_null(False) | own

    refused = rows.refused.fill_null(False) | by_field.fill_null(False)
    told = {
        "online": received & online,
        "post": received & post,
        "in_person": received & ~online & ~post,
        "carried_over": handled & ~rows.received,
        "on_time": handled & ended & in_time,
        "late": handled & ended & ~in_time,
        "open_in_time": handled & ~ended & in_time,
        "open_late": handled & ~ended & ~in_time,
        "withdrawn": over & ending(Status.WITHDRAWN),
        "stopped": over & ending(Status.STOPPED) & ~ending(Status.WITHDRAWN),
        "refused": (over | ~handled) & refused & ~ending(Status.WITHDRAWN) & ~ending(Status.STOPPED),
        "paid_online": handled & CONDITIONS["paid_online"](rows, count),
        "payment_told": handled & rows.paid_online.notnull(),
    }
    return rows.group_by("unit", "procedure").agg(**{name: which.sum() for name, which in told.items()})


def _endings(evaluation: Evaluation) -> ir.Table:
    """Of dossiers with steps by the cut-off, which endings there are among them."""
    steps = evaluation.tables["steps"]
    steps = steps.filter(steps["at"] <= cut_off())
    names = {status: status.name.lower() for status in (Status.REFUSED, Status.WITHDRAWN, Status.STOPPED)}
    each = {name: (steps.status == status).any() for status, name in names.items()}
    return steps.group_by(ID).agg(done=steps.status.isin(DONE).any(), **each)
