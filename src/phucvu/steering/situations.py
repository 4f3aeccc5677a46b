"""What the cases of the fates ask of a dossier in a listing, as DuckDB expressions."""

from __future__ import annotations

from collections.abc import Mapping

from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression

from phucvu.engine import listing
from phucvu.engine.listing import YES
from phucvu.engine.origin import MINISTRY
from phucvu.engine.verdict import all_of
from phucvu.records.codes import Channel, Status
from phucvu.records.histories import STOPPED
from phucvu.steering.fates import REASONS

NO = ~YES

IN_MINISTRY = ColumnExpression("origin") == ConstantExpression(MINISTRY)
"""The dossiers that a ministry's own system took in."""


def situations(running: bool) -> dict[str, Expression]:
    """By name (``fates.Situation``), the dossiers of which it is true; ``running`` is of the period."""
    is_open = ColumnExpression("ended").isnull()
    late, channel = ColumnExpression("seconds_late"), ColumnExpression("channel")
    within = late.isnull() | (late <= ConstantExpression(0))
    without = ColumnExpression("status").isin(*map(ConstantExpression, WITHOUT_RESULT))
    return {
        "running": YES if running else NO,
        "open": is_open,
        "without_result": ColumnExpression("status").isnotnull() & without,
        "waits_within_time": listing.holds("unanswered") & within,
        "channel_unknown": channel.isnull(),
        "filed_online": channel.isnotnull() & (channel == ConstantExpression(int(Channel.ONLINE))),
        "fee_free": ColumnExpression("fee_free"),
        "has_file": ColumnExpression("has_file"),
    }


WITHOUT_RESULT = sorted({int(Status.WITHDRAWN), *map(int, STOPPED)})
"""The statuses of dossiers that ended without a result to give."""


def case_number(reason: str, lacking: Expression, known: Mapping[str, Expression]) -> Expression:
    """Which case of a reason is a dossier's (``Reason.cases``); empty where it does not lack it."""
    cases = REASONS[reason].cases
    found = ConstantExpression(None)
    for number in reversed(range(len(cases))):
        when = all_of((known[name] for name in cases[number].when), YES)
        found = CaseExpression(when, ConstantExpression(number)).otherwise(found)
    return CaseExpression(lacking, found).otherwise(ConstantExpression(None))
