"""The figures of a running period, counted again and again: only dossiers that changed are judged anew.

What each dossier adds to every measure (``counts.Measure``) is held, and so are the sums by unit and
procedure. A dossier that changed, or whose verdict the clock has changed, is judged by the same
expressions as all are (``features``, ``conditions``); what it added is taken off and what it adds now is
added. Services, procedures, communes and the units above come from the sums, as in ``figures``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

import ibis
import ibis.expr.types as ir
import polars as pl

from phucvu.engine import features
from phucvu.engine.counts import (
    COUNTS,
    OF_PAIRS,
    Measure,
    Tallied,
    Tallies,
    every_measure,
    tallies,
    with_above,
)
from phucvu.engine.evaluation import Evaluation, Types, cut_off
from phucvu.engine.figures import FOUND, by_count, counted, shown
from phucvu.engine.sources import Tables
from phucvu.engine.verdict import OF_OTHER_RECORDS
from phucvu.figures.periods import END_OF_DAY, Period
from phucvu.records.histories import ID
from phucvu.records.schema import MOMENTS, OF_DOSSIERS, TABLES, TIME
from phucvu.rules.model import RuleSetFile

PAIR = ("unit", "procedure")
SHARES = pl.exclude(ID, *PAIR)
"""What a dossier, or all of a unit and procedure, add to the measures."""

STANDS: Types = {ID: pl.Int64, "until": TIME}
"""Until when, this moment included, the verdict on a dossier stands if nothing new is said of it."""

MOMENT = dt.timedelta(microseconds=1)
"""The least time between two moments."""

NEVER = dt.datetime(1, 1, 1)

MOST_PIECES = 50
"""Of so many pieces at most a frame consists that grows by what arrives."""

SEEN = tuple(moment for moment in MOMENTS if moment != "due_at")
"""The moments of a dossier that are not seen before they have come."""

LASTING = (
    *(name for name in TABLES if name not in OF_DOSSIERS),
    *("roots", "spread", "workdays", "declared", "communes", "under_authority"),
)
"""What an evaluation works out that neither dossiers nor the time of day change."""


class Live:
    """What is held of a period from one count to the next.

    It is good as long as no records but dossiers and steps change, and ``serves`` says so of the moment.
    """

    def __init__(self, rules: RuleSetFile, period: Period) -> None:
        self._rules = rules.at(period.last)
        self._period = period
        self._measures = every_measure(by_count(self._rules))
        shares: Types = {name: pl.Int32 if m.worked else pl.Int8 for name, m in self._measures.items()}
        self._judged = pl.DataFrame(schema={ID: pl.Int64, **dict.fromkeys(PAIR, pl.Categorical), **shares})
        self._sums = _summed(self._judged)
        self._stands = pl.DataFrame(schema=STANDS)
        self._others = self._of_pairs = pl.DataFrame(schema=FOUND)
        self._tallies: Tallies | None = None
        self._evaluation: Evaluation | None = None
        self._counted_at = self._until = NEVER

    def serves(self, now: dt.datetime) -> bool:
        """Whether the figures of this moment can be had by judging only what ``to_judge`` says.

        On another day the limits of petitions and decisions have moved; a petition yet to come may name
        any dossier; and the clock must not have been turned back.
        """
        return self._counted_at <= self._period.cut_off(now) <= self._until

    def to_judge(self, changed: pl.Series, now: dt.datetime) -> pl.Series:
        """The numbers of the dossiers that changed, and of those whose verdict the clock may have changed."""
        passed = self._stands.filter(pl.col("until") < self._period.cut_off(now))
        return pl.concat([changed, passed[ID]]).unique()

    def figures(self, tables: Tables, now: dt.datetime, numbers: pl.Series | None = None) -> pl.DataFrame:
        """As ``figures.figures`` of all records gives them.

        ``tables`` hold all dossiers that can count; or, with their steps, only those of these ``numbers``,
        that are to be judged anew. An exception leaves this half changed, and of no use.
        """
        if numbers is None or self._evaluation is None:
            evaluation = Evaluation.at(tables, self._rules, self._period, now)
        else:
            evaluation = self._evaluation.later(tables, now, LASTING)
        turned = self._judge(evaluation, numbers)
        if self._tallies is None or numbers is None or turned:
            pairs = self._sums.with_columns(pl.col(PAIR).cast(pl.String))
            self._tallies = sums = tallies(evaluation, Tallied(pairs, pairs))
            self._of_pairs = counted(evaluation, sums, OF_PAIRS)
        else:
            # Nothing below asks for what is summed up by procedure.
            of_units = self._sums.group_by(pl.col("unit").cast(pl.String)).agg(SHARES.sum())
            sums = replace(self._tallies, by_unit=with_above(evaluation, of_units))
        if numbers is None:
            self._until = _alike_until(evaluation)
            self._others = counted(evaluation, sums, OF_OTHER_RECORDS)
        of_dossiers = counted(evaluation, sums, COUNTS.keys() - {*OF_OTHER_RECORDS, *OF_PAIRS})
        found = shown(evaluation, pl.concat([self._others, self._of_pairs, of_dossiers]))
        self._evaluation, self._counted_at = evaluation, evaluation.cut_off
        return found

    def _judge(self, evaluation: Evaluation, numbers: pl.Series | None) -> bool:
        """Judge the dossiers there are, in place of those of these numbers or of all.

        Whether some measure of a unit and procedure came to be nothing, or stopped being so.
        """
        [rows] = evaluation.ask(("judged", *self._measures), partial(_judged, evaluation, self._measures))
        [coming] = evaluation.ask("moments to come", partial(_moments_to_come, evaluation))
        if numbers is None:
            numbers = self._judged[ID]
        judged = rows.select(pl.col(c).cast(t) for c, t in self._judged.schema.items())
        gone = self._judged.filter(self._judged[ID].is_in(numbers.implode()))
        taken_off = _summed(gone).with_columns(-SHARES)
        changes = [taken_off, _summed(judged)]
        concerned = pl.concat(changes).select(pl.col(PAIR)).unique()
        before = self._sums.join(concerned, on=list(PAIR), how="semi", nulls_equal=True)
        after = _summed(pl.concat([before, *changes]))
        self._sums = pl.concat(
            [self._sums.join(concerned, on=list(PAIR), how="anti", nulls_equal=True), after]
        )
        self._judged = _in_place_of(self._judged, numbers, judged)
        on_time = rows.select(ID, until=pl.col("due") + pl.duration(microseconds="waited_exactly"))
        lasting = on_time.filter(pl.col("until") >= evaluation.cut_off)
        until_then = coming.select(ID, pl.col("until") - MOMENT)
        self._stands = _in_place_of(self._stands, numbers, pl.concat([lasting, until_then]))
        return not _positive(before).equals(_positive(after))


def _in_place_of(held: pl.DataFrame, numbers: pl.Series, rows: pl.DataFrame) -> pl.DataFrame:
    """What is held with these rows in place of those of dossiers with these numbers.

    Most that arrives is new: then what is held is not copied.
    """
    gone = held[ID].is_in(numbers.implode())
    found = pl.concat([held.filter(~gone) if gone.any() else held, rows])
    return found.rechunk() if found.n_chunks() > MOST_PIECES else found


def _summed(rows: pl.DataFrame) -> pl.DataFrame:
    """The shares of each unit and procedure."""
    return rows.group_by(PAIR).agg(SHARES.cast(pl.Int64).sum())


def _positive(sums: pl.DataFrame) -> pl.DataFrame:
    """Of which units and procedures there is something, and of which measures.

    As long as that stays, so do the figures of ``OF_PAIRS``.
    """
    something = sums.select(pl.col(PAIR), SHARES > 0)
    return something.filter(pl.any_horizontal(SHARES)).sort(pl.col(PAIR))


def _judged(evaluation: Evaluation, measures: Mapping[str, Measure]) -> Iterator[ir.Table]:
    """What each dossier adds to each measure; ``due`` and ``waited_exactly`` where it is not finished."""
    rows = features.with_filed(evaluation)
    yield rows.select(
        ID,
        *PAIR,
        "waited_exactly",
        **{name: measure.of_each(rows) for name, measure in measures.items()},
        due=rows.end.isnull().ifelse(rows.due, ibis.null("timestamp")),
    )


def _moments_to_come(evaluation: Evaluation) -> Iterator[ir.Table]:
    """Of each dossier the first moment after the cut-off that it or one of its steps tells of (``until``)."""
    dossiers, steps = evaluation.tables["dossiers"], evaluation.tables["steps"]
    told = ibis.union(
        *(dossiers.select(ID, until=dossiers[moment]) for moment in SEEN),
        steps.select(ID, until=steps["at"]),
    )
    coming = told.filter(told.until > cut_off())
    yield coming.group_by(ID).agg(until=coming.until.min())


def _alike_until(evaluation: Evaluation) -> dt.datetime:
    """The last moment up to which the clock changes no verdict but on single dossiers."""
    now = evaluation.cut_off
    [coming] = evaluation.ask("petitions to come", partial(_petitions_to_come, evaluation))
    turns = [
        *coming["at"].drop_nulls(),
        dt.datetime.combine(now.date(), END_OF_DAY),  # when the last day of a limit has run out
        dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time()),
    ]
    turn: dt.datetime = min(turn for turn in turns if turn > now)
    return turn - MOMENT


def _petitions_to_come(evaluation: Evaluation) -> Iterator[ir.Table]:
    petitions = evaluation.tables["petitions"]
    moments = [petitions.select(at=petitions[c]) for c, t in TABLES["petitions"].types.items() if t == TIME]
    coming = ibis.union(*moments)
    yield coming.filter(coming["at"] > cut_off()).agg(at=lambda rows: rows["at"].min())
