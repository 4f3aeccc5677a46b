"""The records behind a figure: which count, which are lost, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import ibis
import ibis.expr.types as ir
import polars as pl

from phucvu.engine import features
from phucvu.engine.conditions import limits_missed
from phucvu.engine.counts import (
    Tallies,
    communes,
    of_things,
    owned_procedures,
    procedures,
    services,
    tally,
)
from phucvu.engine.evaluation import Evaluation, cut_off
from phucvu.engine.figures import counted_for
from phucvu.engine.look_up import look_up
from phucvu.engine.on_time import end_of_day, seconds_late
from phucvu.engine.origin import why_missing
from phucvu.engine.reasons import by_reason, sentence
from phucvu.engine.sources import Tables
from phucvu.engine.verdict import OF_DOSSIERS, YES, Verdict, any_of, of_records
from phucvu.figures.periods import Period
from phucvu.problems import Fault, NotFoundError
from phucvu.records.histories import ID
from phucvu.records.schema import TIME
from phucvu.rules.model import Indicator, RuleSetFile

NOTHING = {
    "code": ibis.null("string"),
    "unit": ibis.null("string"),
    "above": ibis.null("string"),
    "procedure": ibis.null("string"),
    "began": ibis.null("timestamp"),
    "due": ibis.null("timestamp"),
    "ended": ibis.null("timestamp"),
    "seconds_late": ibis.null("int64"),
    "unanswered": ibis.literal(False),
    "portal_said": ibis.null("string"),
}
"""What is said of a record; where a kind of record has no such thing, nothing."""

LACKS = "lacks "
"""What the column is called that says whether a record lacks something; its reason code follows."""


@dataclass(frozen=True)
class Behind:
    """Records, with the columns of ``NOTHING`` that they have, and what each is.

    ``above`` is the unit whose figure a record counts for; a record has a row for each.
    ``reasons`` are expressions by reason code: what the verdict lacks, or more exactly why.
    """

    rows: ir.Table
    said: dict[str, ir.Value]
    verdict: Verdict[ir.BooleanValue]
    reasons: dict[str, ir.BooleanValue] | None = None


def dossiers(
    tables: Tables,
    rules: RuleSetFile,
    period: Period,
    now: dt.datetime,
    unit: str,
    indicator: str,
    *,
    lost_only: bool = False,
    limit: int | None = None,
    offset: int = 0,
    regroup: bool = False,
) -> pl.DataFrame:
    """The records in the denominator of a unit's figure, those that do not count in the numerator first.

    Mostly dossiers; for indicators that count other things, the procedures, services, communes,
    decisions or petitions. Columns: code, unit, procedure, began (received, arrived or decided), due,
    ended, counted, taken_off (how many times the numerator is less for it, 0 where it counts), reason_vi,
    reason_en (why it does not count; empty where it does), reasons (the same as a list of reason codes, see
    ``phucvu.engine.reasons``). Raises NotFoundError where there is no such unit or indicator in the period,
    or no figure of it.
    """
    in_force = rules.at(period.last)
    with Evaluation.at(tables, in_force, period, now, regroup=regroup) as evaluation:
        wanted = _wanted(evaluation, unit, indicator)
        behind = _behind(evaluation, counted_for(evaluation, unit, wanted), wanted)

        def asked() -> Iterator[ir.Table]:
            rows = behind()
            rows = rows.filter(~rows.counted) if lost_only else rows
            yield rows.order_by("counted", "began", "code", "unit").limit(limit, offset=offset)

        [page] = evaluation.ask((wanted.id, lost_only, limit, offset), asked)
    return _with_reasons(page, wanted)


def told(behind: Behind) -> ir.Table:
    """The records looked at: the columns of ``NOTHING``, what each lacks, and whether it is counted."""
    verdict = behind.verdict
    rows = behind.rows.select(
        **{**NOTHING, **behind.said},
        **{LACKS + code: lacking for code, lacking in (behind.reasons or verdict.lacks).items()},
        taken_off=verdict.taken_off("int64"),
        looked_at=verdict.looked_at,
        counted=verdict.counted,
    )
    return rows.filter("looked_at").drop("looked_at")


def _behind(evaluation: Evaluation, unit: str, indicator: Indicator) -> Callable[[], ir.Table]:
    """How to ask for the records behind the figure of one unit (see ``told``)."""
    below, of = evaluation.tree.below(unit), indicator.count.of
    if of in OF_DOSSIERS:
        among = evaluation.among(below)
        return lambda: told(_of_dossiers(evaluation, among, indicator))
    tallies = tally(evaluation, [indicator], below)
    own = evaluation.among([unit])
    return lambda: told(OTHERS[of](evaluation, tallies, indicator)).semi_join(own, [("above", "unit")])


def _wanted(evaluation: Evaluation, unit: str, indicator: str) -> Indicator:
    shown = next((u for u in evaluation.tree.shown if u.code == unit), None)
    if shown is None:
        raise NotFoundError(Fault("unit_not_in_period", unit=unit, period=evaluation.period))
    found = next((i for i in evaluation.rules.indicators if i.id == indicator), None)
    if found is None or shown.kind not in found.applies_to:
        raise NotFoundError(
            Fault("no_figure_of_indicator", rules=evaluation.rules.name, indicator=indicator, unit=unit)
        )
    return found


def _of_dossiers(evaluation: Evaluation, units: ir.Table, indicator: Indicator) -> Behind:
    rows = features.dossiers(evaluation, units)
    answers = evaluation.tables["portal_answers"]
    message, code = answers.message.nullif(""), answers.error_code
    words = ibis.coalesce(message + " (" + code + ")", message, code)
    rows = look_up(rows, answers.select(ID, portal_said=words), ID)
    said = {
        "code": rows.code,
        "unit": rows.unit,
        "procedure": rows.procedure,
        "began": rows.received_at,
        "due": rows.due,
        "ended": rows.end,
        "seconds_late": seconds_late(rows, cut_off()),
        "unanswered": rows.unanswered,
        "portal_said": rows.portal_said,
    }
    verdict = of_records(rows, indicator)
    return Behind(rows, said, verdict, by_reason(verdict.lacks, why_missing(rows).__getitem__))


def _of_services(evaluation: Evaluation, tallies: Tallies, indicator: Indicator) -> Behind:
    rows = services(evaluation, tallies, [indicator])
    said = {"above": rows.above, "code": rows.code, "unit": rows.home, "procedure": rows.procedure}
    return Behind(rows, said, of_things(rows, indicator))


def _of_communes(evaluation: Evaluation, tallies: Tallies, indicator: Indicator) -> Behind:
    rows = communes(evaluation, tallies, [indicator])
    said = {"above": rows.above, "code": rows.commune, "unit": rows.commune}
    return Behind(rows, said, of_things(rows, indicator))


def _of_procedures(evaluation: Evaluation, tallies: Tallies, indicator: Indicator) -> Behind:
    rows = procedures(evaluation, tallies, [indicator])
    said = {"above": rows.above, "code": rows.procedure, "unit": rows.above, "procedure": rows.procedure}
    return Behind(rows, said, of_things(rows, indicator))


def _of_owned_procedures(evaluation: Evaluation, _tallies: Tallies, indicator: Indicator) -> Behind:
    rows = owned_procedures(evaluation)
    said = {"above": rows.root, "code": rows.code, "unit": rows.root, "procedure": rows.code}
    return Behind(rows, said, of_records(rows, indicator))


def _of_decisions(evaluation: Evaluation, _tallies: Tallies, indicator: Indicator) -> Behind:
    rows = features.decisions(evaluation, indicator.count)
    limits = {"decided_in_time": "decide_by", "made_public_in_time": "publish_by"}
    limit = next((limits[c] for c in indicator.count.numerator if c in limits), None)
    said = {
        "above": rows.root,
        "code": rows.number,
        "unit": rows.root,
        "procedure": rows.procedure,
        "began": rows.decided_on.cast("timestamp"),
        "ended": rows.published_on.cast("timestamp"),
    }
    if limit is not None:
        said["due"] = end_of_day(rows[limit])
    return Behind(rows, said, of_records(rows, indicator))


def _of_petitions(evaluation: Evaluation, _tallies: Tallies, indicator: Indicator) -> Behind:
    rows = features.petitions(evaluation, indicator.count).inner_join(evaluation.spread, "unit")
    said = {
        "above": rows.above,
        "code": rows.code,
        "unit": rows.unit,
        "began": rows.arrived_at,
        "ended": ibis.coalesce(rows.refused_at, rows.answered_at),
    }
    if indicator.count.working_days:
        said["due"] = end_of_day(rows.refused_at.notnull().ifelse(rows.refuse_by, rows.answer_by))
    verdict = of_records(rows, indicator)
    lacks = verdict.lacks
    if PETITION in lacks:
        exactly = {code: missed.fill_null(False) for code, missed in limits_missed(rows).items()}
        # Where a limit is not known the petition does not count either; what is then said is that it is late.
        exactly[PETITION] = lacks[PETITION] & ~any_of(exactly.values(), YES)
        lacks = exactly | {c: lacks[c] for c in lacks if c != PETITION}
    return Behind(rows, said, verdict, lacks)


PETITION = "petition_on_time"


OTHERS: dict[str, Callable[[Evaluation, Tallies, Indicator], Behind]] = {
    "communes": _of_communes,
    "services": _of_services,
    "procedures": _of_procedures,
    "owned_procedures": _of_owned_procedures,
    "decisions": _of_decisions,
    "petitions": _of_petitions,
}
"""The records of every unit that are no dossiers, by what is counted."""


def _with_reasons(page: pl.DataFrame, indicator: Indicator) -> pl.DataFrame:
    lacks = {c.removeprefix(LACKS): pl.col(c) for c in page.columns if c.startswith(LACKS)}
    named = [pl.when(lacking).then(pl.lit(code)) for code, lacking in lacks.items()]
    listed = pl.concat_list(named).list.drop_nulls() if named else pl.lit([], pl.List(pl.String))
    said = partial(sentence, lacks, pl.col("taken_off"), indicator)
    page = page.with_columns(reasons=listed, reason_vi=said("vi"), reason_en=said("en"))
    times = pl.col("began", "due", "ended").cast(TIME)
    columns = "counted", "taken_off", "reason_vi", "reason_en", "reasons"
    return page.select("code", "unit", "procedure", times, *columns)
