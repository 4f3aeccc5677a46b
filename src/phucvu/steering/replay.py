"""A plan replayed: its deeds are done to a copy of the records, which are counted and scored again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

import ibis
import ibis.expr.types as ir
import polars as pl

from phucvu.engine.counts import tally
from phucvu.engine.evaluation import Evaluation
from phucvu.engine.figures import by_count, counted, shown
from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period
from phucvu.records.codes import AtPortal, ProcedureState
from phucvu.records.histories import NAME as HISTORIES
from phucvu.rules.model import RuleSetFile
from phucvu.scoring.scores import Scores, score
from phucvu.steering.mendable import Record

RESULT, CODE, FILES, SENT = "result", "code_too", "papers", "sent"
EFFECTS = {
    "attach_result": (RESULT,),
    "issue_result": (RESULT, CODE),
    "digitise": (FILES,),
    "send": (SENT,),
    "send_again": (SENT,),
}
"""What the deeds on dossiers change."""


def replay(
    tables: Tables,
    rules: RuleSetFile,
    period: Period,
    now: dt.datetime,
    unit: str,
    records: Iterable[Record],
) -> Scores:
    """The scores of a unit, counted from the records with what a plan does to them done."""
    done = with_done(tables, list(records), now)
    with Evaluation.at(done, rules.at(period.last), period, now) as evaluation:
        tallies = tally(evaluation, by_count(evaluation.rules), evaluation.tree.below(unit))
        figures = shown(evaluation, counted(evaluation, tallies), [unit])
        return score(figures, rules, evaluation.tree.units)


def total(scores: Scores, unit: str) -> Decimal:
    found: Decimal = scores.totals.filter(unit=unit)["score"][0]
    return found


def with_done(tables: Tables, records: list[Record], now: dt.datetime) -> Tables:
    """The records with the deeds done, at a moment where that matters."""
    frame = pl.DataFrame(
        [
            (record.table, record.sender, record.code, *(e in _effects(record) for e in ALL))
            for record in records
        ],
        schema={"table": pl.String, "sender": pl.String, "code": pl.String, **dict.fromkeys(ALL, pl.Boolean)},
        orient="row",
    )
    dossiers = frame.filter(table="dossiers").drop("table")
    found = dict(tables)
    for name in ("dossiers", HISTORIES):
        if name in tables:
            found[name] = _mended(tables[name], dossiers)
    found["portal_answers"] = _sent(tables["portal_answers"], dossiers.filter(SENT).select("sender", "code"))
    if procedures := [record.code for record in records if record.table == "procedures"]:
        rows = tables["procedures"]
        of_them = rows.code.isin(procedures)
        found["procedures"] = rows.mutate(
            parts_complete=rows.parts_complete | of_them,
            status=(of_them & rows.status.isnull()).ifelse(str(ProcedureState.PUBLIC), rows.status),
        )
    if petitions := [record.code for record in records if record.table == "petitions"]:
        rows = tables["petitions"]
        answered = rows.code.isin(petitions) & rows.answered_at.isnull()
        moment = ibis.literal(now, "timestamp(6)")
        found["petitions"] = rows.mutate(
            answered_at=answered.ifelse(moment, rows.answered_at),
            published_at=answered.ifelse(moment, rows.published_at),
        )
    return found


ALL = (RESULT, CODE, FILES, SENT)


def _effects(record: Record) -> set[str]:
    return {effect for deed in record.deeds for effect in EFFECTS.get(deed, ())}


def _mended(rows: ir.Table, done: pl.DataFrame) -> ir.Table:
    """Dossiers with their files and marks as they are after the deeds."""
    mine = ibis.memtable(done.rename({c: f"done_{c}" for c in done.columns}))
    joined = rows.left_join(mine, [rows.sender == mine.done_sender, rows.code == mine.done_code])
    has = {effect: joined[f"done_{effect}"].fill_null(False) for effect in ALL}
    mended = {
        "result_file": _or(joined.result_file, has[RESULT]),
        "result_code": _or(joined.result_code, has[CODE]),
        "files": has[FILES].ifelse(ibis.greatest(joined.files.fill_null(0), 1), joined.files),
        "files_digitised": _or(joined.files_digitised, has[FILES]),
        "digitised_parts": _or(joined.digitised_parts, has[FILES]),
        "synchronised": _or(joined.synchronised, has[SENT]),
    }
    types = rows.schema()
    return joined.select(
        **{name: mended[name].cast(types[name]) if name in mended else joined[name] for name in rows.columns}
    )


def _or(column: ir.Value, done: ir.BooleanValue) -> ir.Value:
    return done.ifelse(ibis.literal(True), column)


def _sent(answers: ir.Table, sent: pl.DataFrame) -> ir.Table:
    """The portal's answers: of what is sent it says that it has it."""
    mine = ibis.memtable(sent.rename({c: f"sent_{c}" for c in sent.columns}))
    joined = answers.left_join(mine, [answers.sender == mine.sent_sender, answers.code == mine.sent_code])
    outcome = joined.sent_code.notnull().ifelse(str(AtPortal.ACKNOWLEDGED), joined.outcome)
    return joined.select(**{c: outcome if c == "outcome" else joined[c] for c in answers.columns})
