"""The history that forecasts learn from, out of the records; a handler is known by a digest alone."""

from __future__ import annotations

import datetime as dt
import hashlib

import ibis.expr.types as ir
import polars as pl

from phucvu.engine import features
from phucvu.engine.evaluation import Evaluation
from phucvu.engine.handlers import last_handlers
from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period
from phucvu.rules.model import RuleSetFile
from phucvu.steering.lateness import PAST
from phucvu.tables import plain

DAYS = 760
"""How far back dossiers are read: a year to learn from, and a year of months to try it in."""


def past_dossiers(tables: Tables, steps: ir.Table, rules: RuleSetFile, moment: dt.datetime) -> pl.DataFrame:
    """The dossiers with a deadline open in the last two years (``lateness.PAST``), as known at a moment.

    ``steps`` have their payload. The deadline has what was spent waiting for the citizen added.
    """
    first = moment.date() - dt.timedelta(days=DAYS)
    period = Period.parse(f"{first}..{moment.date()}")
    with Evaluation.at(tables, rules.at(period.last), period, moment) as evaluation:
        [found] = evaluation.ask("past", lambda: [_past(features.dossiers(evaluation))])
    found = found.filter(pl.col("due_at").is_not_null(), pl.col("received_at").is_not_null())
    return with_handlers(found, last_handlers(steps, moment)).select(PAST.keys()).cast(PAST)


def _past(rows: ir.Table) -> ir.Table:
    return rows.select(
        *("sender", "code", "unit", "procedure", "channel", "received_at"),
        due_at=rows.due + rows.waited.as_interval("s"),
        ended_at=rows.end,
    )


def with_handlers(dossiers: pl.DataFrame, last: pl.DataFrame) -> pl.DataFrame:
    """The dossiers (sender, code, unit, …) with the digest of who took their last step; empty where none.

    ``last`` is as ``last_handlers`` tells it.
    """
    found = dossiers.join(last.rename({"handler": "said"}), on=["sender", "code"], how="left")
    people = found.select("unit", "said").drop_nulls().unique()
    digests = [_digest(unit, said) for unit, said in people.iter_rows()]
    people = people.with_columns(handler=pl.Series(digests, dtype=pl.String))
    return found.join(people, on=["unit", "said"], how="left").with_columns(pl.col("handler").fill_null(""))


def _digest(unit: str, said: str) -> str:
    return hashlib.sha256(f"{unit} {plain(said)}".encode()).hexdigest()[:16]
