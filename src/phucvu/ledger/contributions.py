"""What each dossier adds to the figures of a unit, on both sides, by one pass of the engine's conditions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import sub

import ibis
import ibis.expr.types as ir
import polars as pl

from phucvu.engine import features
from phucvu.engine.conditions import CONDITIONS
from phucvu.engine.counts import WORKING_HOURS, Measure, every_measure, measures, taken_off
from phucvu.engine.evaluation import Evaluation, table
from phucvu.engine.listing import column_of
from phucvu.engine.on_time import ENDING
from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period
from phucvu.ledger.pairing import COLUMNS
from phucvu.records import histories
from phucvu.records.codes import Status
from phucvu.records.histories import ID
from phucvu.records.schema import TABLES
from phucvu.rules.model import Indicator, RuleSet

POPULATIONS = ("received", "handled", "filed")
FACTS = ("end", "due", "worked_days")

DONE = (*ENDING, Status.WITHDRAWN)


@dataclass(frozen=True)
class Question:
    """Of which records, by which rules, for which period, at which moment the two sides are judged."""

    tables: Tables
    rules: RuleSet
    period: Period
    cut_off: dt.datetime

    def judge(
        self, dossiers: pl.DataFrame, steps: pl.DataFrame, measured: Mapping[str, Measure], *, answered: bool
    ) -> pl.DataFrame:
        """What dossiers are, with their steps.

        Columns dossier_id, judged: a struct of POPULATIONS, FACTS, what each adds to the measures, and every
        condition of these. ``answered`` says whether what the portal answered is known to them.
        """
        flagged = {column_of(c, m.count): (c, m.count) for m in measured.values() for c in m.conditions}
        answers = self.tables["portal_answers"]
        others = {name: table for name, table in self.tables.items() if name != histories.NAME}
        tables: Tables = {
            **others,
            "dossiers": ibis.memtable(dossiers),
            "steps": ibis.memtable(steps),
            "portal_answers": answers if answered else answers.limit(0),
        }
        with Evaluation(tables, self.rules, self.period, self.cut_off) as evaluation:

            def rows() -> Iterator[ir.Table]:
                found = features.with_filed(evaluation)
                flags = {name: CONDITIONS[c](found, count) for name, (c, count) in flagged.items()}
                parts = {_part(name): measure.of_each(found) for name, measure in measured.items()}
                yield found.select(ID, *POPULATIONS, *FACTS, **flags, **parts)

            [found] = evaluation.ask(("judged", *measured), rows)
        return found.select(ID, pl.struct(pl.exclude(ID)).alias("judged"))


def _part(measure: str) -> str:
    """The column of what a dossier adds to a measure, by the measure's name."""
    return f"adds {measure}"


_PAIRED = table("paired", {ID: pl.Int64})


def steps_of(evaluation: Evaluation, pairs: pl.DataFrame) -> pl.DataFrame:
    """The steps of the own dossiers of pairs."""
    evaluation.hold(pairs.filter(pl.col("own_code").is_not_null()).select(ID), "paired")

    def theirs() -> Iterator[ir.Table]:
        steps = evaluation.tables["steps"]
        yield steps.select(ID, "at", "status").semi_join(_PAIRED, ID)

    [steps] = evaluation.ask("steps of pairs", theirs)
    return _completed(steps, "steps")


def judged(
    question: Question, pairs: pl.DataFrame, steps: pl.DataFrame, indicators: Sequence[Indicator]
) -> pl.DataFrame:
    """The pairs with what each side is at the cut-off.

    ``steps`` are those of the own dossiers. To the columns of ``pairing.apart`` come ``own`` and ``portal``:
    structs of POPULATIONS, FACTS and a boolean for each condition; empty where that side has no dossier that
    can count in the period.
    """
    measured = every_measure(indicators)
    own = _side(pairs, "own")
    found = question.judge(own, steps, measured, answered=True)
    pairs = pairs.join(found.rename({"judged": "own"}), on=ID, how="left")
    shared = steps.join(pairs.filter(_same_history()), on=ID, how="semi")
    found = question.judge(_side(pairs, "portal"), shared, measured, answered=False)
    return pairs.join(found.rename({"judged": "portal"}), on=ID, how="left")


def _same_history() -> pl.Expr:
    """Where the portal's row agrees with the own steps, so that they are what it was told.

    A list has no steps. What it says otherwise of the end or the status stands against them.
    """
    end = pl.col("own").struct.field("end")
    said = pl.coalesce("portal_ended_at", "portal_returned_at")
    of_fields = pl.coalesce("own_ended_at", "own_returned_at")
    status, own_status = pl.col("portal_status"), pl.col("own_status")
    same_status = status.eq_missing(own_status)
    ended = status.is_in([int(s) for s in DONE]) & end.is_not_null()
    agrees = (
        pl.when(said.is_null())
        .then(same_status | ended)
        .otherwise((said == end).fill_null(False) | ((said == of_fields).fill_null(False) & same_status))
    )
    return pl.col("own_code").is_not_null() & pl.col("portal_code").is_not_null() & agrees


def _side(pairs: pl.DataFrame, side: str) -> pl.DataFrame:
    """The dossiers of a side as the engine counts them."""
    rows = pairs.filter(pl.col(f"{side}_code").is_not_null())
    renamed = rows.select(ID, "sender", *(pl.col(f"{side}_{name}").alias(name) for name in COLUMNS))
    return _completed(renamed, "dossiers")


def _completed(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """With the other columns of a table of records, empty."""
    types = TABLES[name].types
    absent = [c for c in types if c not in rows.columns and c != "payload"]
    return rows.with_columns(pl.lit(None, types[c]).alias(c) for c in absent)


def value(measure: Measure, side: str) -> pl.Expr:
    """What the dossier of a side adds to a measure."""
    return pl.col(side).struct.field(_part(measure.name)).fill_null(0).cast(pl.Int64)


def numerator(indicator: Indicator, side: str) -> pl.Expr:
    """What the dossier of a side adds to the numerator, as ``phucvu.engine.counts`` puts it together."""
    above, below = (value(m, side) for m in measures(indicator))
    if apart := [below - value(m, side) for m in taken_off(indicator)]:
        return reduce(sub, apart, below)
    return above * WORKING_HOURS if indicator.count.of == "processing_time" else above


def denominator(indicator: Indicator, side: str) -> pl.Expr:
    return value(measures(indicator)[1], side)


def tallied_difference(
    pairs: pl.DataFrame, indicators: Sequence[Indicator], units: Collection[str]
) -> pl.DataFrame:
    """What the portal's side has more in each measure, by unit and procedure."""
    wanted = every_measure(indicators)
    parts = []
    for side, sign in (("own", -1), ("portal", 1)):
        rows = pairs.filter(pl.col(f"{side}_unit").is_in(list(units)))
        sums = [(value(m, side).sum() * sign).alias(name) for name, m in wanted.items()]
        keys = [pl.col(f"{side}_{name}").alias(name) for name in ("unit", "procedure")]
        parts.append(rows.group_by(keys).agg(sums))
    return pl.concat(parts)
