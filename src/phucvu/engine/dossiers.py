"""The records behind a figure: which count, which are lost, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import add, or_

import ibis
import ibis.expr.types as ir
import polars as pl

from phucvu.engine import judged
from phucvu.engine.conditions import CONDITIONS
from phucvu.engine.counts import (
    at_least_one,
    communes,
    held,
    measures,
    owned_procedures,
    procedure_holds,
    procedures,
    services,
    tally,
)
from phucvu.engine.figures import counted_for
from phucvu.engine.listing import said_reasons
from phucvu.engine.on_time import seconds_late
from phucvu.engine.situation import Situation
from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period
from phucvu.problems import Problem, UnusableError
from phucvu.records.schema import TIME
from phucvu.rules.model import Indicator, RuleSetFile, Words

DAY = 86_400

NOTHING = {
    "code": ibis.null("string"),
    "unit": ibis.null("string"),
    "procedure": ibis.null("string"),
    "began": ibis.null("timestamp"),
    "due": ibis.null("timestamp"),
    "ended": ibis.null("timestamp"),
    "seconds_late": ibis.null("int64"),
    "unanswered": ibis.literal(False),
}
"""What is said of a record; where a kind of record has no such thing, nothing."""


@dataclass(frozen=True)
class Lost:
    """Which records lack something that the numerator asks for, and the words for it."""

    words: Words
    records: ir.BooleanValue
    late: bool = False
    """Whether it is being late, so that the days can be said."""
    group: int = 0
    """Which of the groups of conditions that are taken off each by itself (``Count.groups``)."""


@dataclass(frozen=True)
class Behind:
    """The records looked at, with the columns of ``NOTHING`` that they have, and why each may be lost."""

    rows: ir.Table
    said: dict[str, ir.Value]
    lost: list[Lost]


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
    reason_en (why it does not count; empty where it does). Raises UnusableError where there is no such
    unit or indicator in the period, or no figure of it.
    """
    in_force = rules.at(period.last)
    with Situation.at(tables, in_force, period, now, regroup=regroup) as situation:
        wanted = _wanted(situation, unit, indicator)
        behind = BEHIND[wanted.count.of](situation, counted_for(situation, unit, wanted), wanted)
        flags = {f"lost_{n}": lost.records for n, lost in enumerate(behind.lost)}
        rows = behind.rows.select(**{**NOTHING, **behind.said, **flags})
        rows = rows.mutate(counted=~reduce(or_, (rows[f] for f in flags), ibis.literal(False)))
        groups: dict[int, list[ir.BooleanValue]] = {}
        for flag, lost in zip(flags, behind.lost, strict=True):
            groups.setdefault(lost.group, []).append(rows[flag])
        times = (reduce(or_, lacking).cast("int64") for lacking in groups.values())
        rows = rows.mutate(taken_off=reduce(add, times, ibis.literal(0)))
        if lost_only:
            rows = rows.filter(~rows.counted)
        ordered = rows.order_by("counted", "began", "code", "unit")
        page = situation.fetch(ordered.limit(limit, offset=offset))
    return _with_reasons(page, behind.lost)


def _wanted(situation: Situation, unit: str, indicator: str) -> Indicator:
    shown = next((u for u in situation.tree.shown if u.code == unit), None)
    if shown is None:
        raise UnusableError(
            Problem(
                f"không có đơn vị {unit!r} trong kỳ {situation.period}",
                f"there is no unit {unit!r} in the period {situation.period}",
            )
        )
    found = next((i for i in situation.rules.indicators if i.id == indicator), None)
    if found is None or shown.kind not in found.applies_to:
        raise UnusableError(
            Problem(
                f"bộ quy tắc {situation.rules.name} không có số liệu của chỉ số {indicator!r} cho {unit}",
                f"rule set {situation.rules.name} has no figure of indicator {indicator!r} for {unit}",
            )
        )
    return found


def _lost(rows: ir.Table, indicator: Indicator, but: str | None = None) -> list[Lost]:
    """For each condition of the numerator, ``but`` for one, the records that do not meet it."""
    return [
        Lost(CONDITIONS[c].lost, ~CONDITIONS[c](rows, indicator.count), late=c == "on_time", group=number)
        for number, group in enumerate(indicator.count.groups)
        for c in group
        if c != but
    ]


def _of_dossiers(situation: Situation, unit: str, indicator: Indicator) -> Behind:
    count = indicator.count
    rows = judged.dossiers(situation, situation.tree.below(unit))
    rows = rows.filter(rows[count.population], held(rows, indicator)[1])
    said = {
        "code": rows.code,
        "unit": rows.unit,
        "procedure": rows.procedure,
        "began": rows.received_at,
        "due": rows.due,
        "ended": rows.end,
        "seconds_late": seconds_late(rows, situation.cut_off),
        "unanswered": rows.unanswered,
    }
    return Behind(rows, said, _lost(rows, indicator))


def _no_dossier(rows: ir.Table, indicator: Indicator) -> list[Lost]:
    """The records without a single dossier that meets the numerator's conditions on dossiers."""
    found = measures(indicator)
    if not found or not found[0].conditions:
        return []
    met = [CONDITIONS[c].met for c in found[0].conditions]
    words = Words(
        vi=f"chưa có hồ sơ nào {', '.join(w.vi for w in met)}",
        en=f"no dossier {', '.join(w.en for w in met)}",
    )
    return [Lost(words, ~at_least_one(rows, found[0]))]


def _of_services(situation: Situation, unit: str, indicator: Indicator) -> Behind:
    rows = services(situation, tally(situation, [indicator], situation.tree.below(unit)))
    rows = rows.filter(rows.above == unit, at_least_one(rows, measures(indicator)[1]))
    said = {"code": rows.code, "unit": rows.home, "procedure": rows.procedure}
    return Behind(rows, said, _no_dossier(rows, indicator))


def _of_communes(situation: Situation, unit: str, indicator: Indicator) -> Behind:
    rows = communes(situation, tally(situation, [indicator], situation.tree.below(unit)))
    rows = rows.filter(rows.above == unit, at_least_one(rows, measures(indicator)[1]))
    return Behind(rows, {"code": rows.commune, "unit": rows.commune}, _no_dossier(rows, indicator))


def _of_procedures(situation: Situation, unit: str, indicator: Indicator) -> Behind:
    tallies = tally(situation, [indicator], situation.tree.below(unit))
    rows = procedures(situation, tallies, [indicator])
    rows = rows.filter(rows.above == unit, procedure_holds(rows, indicator)[1])
    own = [c for c in indicator.count.numerator if CONDITIONS[c].of != "dossier"]
    lost = [Lost(CONDITIONS[c].lost, ~CONDITIONS[c](rows, indicator.count)) for c in own]
    said = {"code": rows.procedure, "unit": rows.above, "procedure": rows.procedure}
    return Behind(rows, said, [*lost, *_no_dossier(rows, indicator)])


def _of_owned_procedures(situation: Situation, unit: str, indicator: Indicator) -> Behind:
    rows = owned_procedures(situation)
    rows = rows.filter(rows.root == unit, held(rows, indicator)[1])
    said = {"code": rows.code, "unit": rows.root, "procedure": rows.code}
    return Behind(rows, said, _lost(rows, indicator))


def _of_decisions(situation: Situation, unit: str, indicator: Indicator) -> Behind:
    rows = judged.decisions(situation, indicator.count)
    rows = rows.filter(rows.root == unit, held(rows, indicator)[1])
    limits = {"decided_in_time": "decide_by", "made_public_in_time": "publish_by"}
    limit = next((limits[c] for c in indicator.count.numerator if c in limits), None)
    said = {
        "code": rows.number,
        "unit": rows.root,
        "procedure": rows.procedure,
        "began": rows.decided_on.cast("timestamp"),
        "ended": rows.published_on.cast("timestamp"),
    }
    if limit is not None:
        said["due"] = _end_of_day(rows[limit])
    return Behind(rows, said, _lost(rows, indicator))


def _of_petitions(situation: Situation, unit: str, indicator: Indicator) -> Behind:
    rows = judged.petitions(situation, indicator.count)
    rows = rows.filter(
        rows.unit.isin(situation.tree.below(unit)),
        rows[indicator.count.population],
        held(rows, indicator)[1],
    )
    said = {
        "code": rows.code,
        "unit": rows.unit,
        "began": rows.arrived_at,
        "ended": ibis.coalesce(rows.refused_at, rows.answered_at),
    }
    if indicator.count.working_days:
        said["due"] = _end_of_day(rows.refused_at.notnull().ifelse(rows.refuse_by, rows.answer_by))
    return Behind(rows, said, [*_late_petitions(rows, indicator), *_lost(rows, indicator, but=PETITION)])


PETITION = "petition_on_time"


def _late_petitions(rows: ir.Table, indicator: Indicator) -> list[Lost]:
    """Why each petition that is late is so: at which of its limits; in the order of the condition's cases."""
    if PETITION not in indicator.count.numerator:
        return []
    refused = rows.refused_at.notnull()
    answered = ~refused & rows.answered_at.notnull()
    asked = ~refused & rows.answered_at.isnull() & rows.supplement_asked_at.notnull()
    waits = ~refused & rows.answered_at.isnull() & rows.supplement_asked_at.isnull()
    today = rows.cut_off.date()
    causes = [
        ("từ chối quá hạn", "refused late", refused & (rows.refused_at.date() > rows.refuse_by)),
        ("trả lời quá hạn", "answered late", answered & (rows.answered_at.date() > rows.answer_by)),
        (
            "công khai câu trả lời quá hạn",
            "answer made public late",
            answered & (rows.published_at.date() > rows.publish_by),
        ),
        (
            "đã trả lời nhưng quá hạn chưa công khai",
            "answered, not made public in time",
            answered & rows.published_at.isnull() & (today > rows.publish_by),
        ),
        (
            "yêu cầu bổ sung thông tin quá hạn",
            "supplement asked for late",
            asked & (rows.supplement_asked_at.date() > rows.supplement_by),
        ),
        ("chưa trả lời, đã quá hạn", "not answered, past its deadline", waits & (today > rows.answer_by)),
    ]
    late = ~CONDITIONS[PETITION](rows, indicator.count)
    found = [(Words(vi=vi, en=en), late & cause.fill_null(False)) for vi, en, cause in causes]
    # Where a limit is not known the petition does not count either; what is then said is that it is late.
    unknown = late & ~reduce(or_, (cause for _, cause in found))
    return [Lost(*each) for each in [*found, (CONDITIONS[PETITION].lost, unknown)]]


def _end_of_day(day: ir.DateValue) -> ir.TimestampValue:
    return day.cast("timestamp") + ibis.interval(seconds=DAY - 1)


BEHIND: dict[str, Callable[[Situation, str, Indicator], Behind]] = {
    "dossiers": _of_dossiers,
    "processing_time": _of_dossiers,
    "synchronised": _of_dossiers,
    "communes": _of_communes,
    "services": _of_services,
    "procedures": _of_procedures,
    "owned_procedures": _of_owned_procedures,
    "decisions": _of_decisions,
    "petitions": _of_petitions,
}


def _with_reasons(page: pl.DataFrame, lost: list[Lost]) -> pl.DataFrame:
    days = ((pl.col("seconds_late") + DAY - 1) // DAY).cast(pl.String)

    def reason(language: str) -> pl.Expr:
        by_days = {"vi": pl.format("quá hạn {} ngày", days), "en": pl.format("late by {} days", days)}[
            language
        ]
        asked = {
            "vi": "quá hạn: đã yêu cầu bổ sung giấy tờ nhiều lần",
            "en": "late: supplements asked for repeatedly",
        }
        lateness = pl.when("unanswered").then(pl.lit(asked[language])).otherwise(by_days)
        parts = [
            pl.when(f"lost_{n}").then(lateness if part.late else pl.lit(part.words[language]))
            for n, part in enumerate(lost)
        ]
        return said_reasons(parts, pl.col("taken_off"), language)

    return page.with_columns(reason_vi=reason("vi"), reason_en=reason("en")).select(
        "code",
        "unit",
        "procedure",
        pl.col("began", "due", "ended").cast(TIME),
        "counted",
        "taken_off",
        "reason_vi",
        "reason_en",
    )
