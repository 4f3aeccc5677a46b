"""What is doubtful in the records: a row for each dossier and finding, saying what is wrong."""

from __future__ import annotations

import datetime as dt
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir
import polars as pl

from phucvu.engine import declared, features
from phucvu.engine.connections import Over
from phucvu.engine.evaluation import Evaluation, input_table, moment
from phucvu.engine.limits import possible_time
from phucvu.engine.look_up import look_up
from phucvu.engine.on_time import last_moment
from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period, around
from phucvu.problems import UnusableError
from phucvu.records.histories import ID
from phucvu.rules.model import RuleSetFile, Words

WORDS = {
    "no_deadline": Words(
        vi="không có ngày hẹn trả và thủ tục không có thời hạn tối đa; được tính đúng hạn",
        en="no due date and no maximum time of the procedure; counted as on time",
    ),
    "impossible_time": Words(
        vi="thời hạn tối đa của thủ tục là số không thể có (âm hoặc quá dài); không dùng để tính",
        en="the procedure's maximum time is impossible (negative or too long); not used",
    ),
    "end_before_receipt": Words(vi="kết thúc xử lý trước khi tiếp nhận", en="ended before it was received"),
    "due_before_receipt": Words(vi="ngày hẹn trả trước khi tiếp nhận", en="due before it was received"),
    "unknown_unit": Words(vi="đơn vị không có trong danh mục đơn vị", en="unit not among the units"),
    "unknown_procedure": Words(vi="thủ tục không có trong danh mục", en="procedure not among the procedures"),
    "no_fee_line": Words(
        vi="thủ tục có phí nhưng hồ sơ không có thông tin phí, lệ phí", en="fee procedure, no fee line"
    ),
    "no_result_file": Words(
        vi="đã xử lý xong nhưng không có tệp kết quả", en="finished without a result file"
    ),
    "not_reported": Words(
        vi="tiếp nhận trong tháng mà Hệ thống báo cáo quốc gia không có số của đơn vị",
        en="received in a month for which the national reporting system shows nothing of the unit",
    ),
    "future_step": Words(vi="có bước xử lý ở tương lai", en="a step in the future"),
}
"""The findings, by name."""


def findings(
    tables: Tables,
    rules: RuleSetFile,
    period: Period,
    now: dt.datetime,
    unit: str | None = None,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> pl.DataFrame:
    """What is doubtful in the dossiers of a period's populations, of a unit and those below it or of all.

    Columns: dossier, sender, unit, finding (a name in ``WORDS``), vi, en, value (what is wrong, as
    text); ordered by unit and dossier. ``limit`` and ``offset`` count dossiers. Nothing listed is left
    out of the figures; a unit that is unknown has no figures to be counted in.
    """
    with Evaluation.at(tables, rules.at(period.last), period, now) as evaluation:
        units = None if unit is None else evaluation.among(evaluation.tree.below(unit))
        evaluation.put_moment(NOW, now)
        asked = units is None, limit, offset
        [page] = evaluation.ask(
            ("doubtful", *asked), lambda: [_doubtful(evaluation, units).limit(limit, offset=offset)]
        )
    found = pl.concat(
        page.filter(pl.col(f"wrong_{name}")).select(
            pl.col("code").alias("dossier"),
            "sender",
            "unit",
            pl.lit(name).alias("finding"),
            pl.lit(words.vi).alias("vi"),
            pl.lit(words.en).alias("en"),
            pl.col(f"value_{name}").alias("value"),
        )
        for name, words in WORDS.items()
    )
    return found.sort("unit", "dossier", "sender", maintain_order=True)


def _doubtful(evaluation: Evaluation, units: ir.Table | None) -> ir.Table:
    rows = with_what_is_known(features.dossiers(evaluation, units), evaluation)
    wrong = doubts(rows)
    shown = rows.select(
        *("sender", "code", "unit"),
        **{f"wrong_{name}": found.fill_null(False) for name, (found, _) in wrong.items()},
        **{f"value_{name}": value.cast("string") for name, (_, value) in wrong.items()},
    )
    doubtful = shown.filter(reduce(or_, (shown[f"wrong_{name}"] for name in wrong)))
    return doubtful.order_by("unit", "code", "sender")


def doubts(rows: ir.Table) -> dict[str, tuple[ir.BooleanValue, ir.Value]]:
    """For each finding, which dossiers have it and the value that is wrong."""
    return {
        "no_deadline": (rows.due.isnull(), rows.procedure),
        "impossible_time": (rows.impossible_time.notnull(), rows.impossible_time),
        "end_before_receipt": (rows.end < rows.received_at, rows.end),
        "due_before_receipt": (last_moment(rows.due_at) < rows.received_at, rows.due_at),
        "unknown_unit": (rows.unit_known.isnull(), rows.unit),
        "unknown_procedure": (rows.procedure_known.isnull(), rows.procedure),
        "no_fee_line": (rows.fee & (rows.fee_lines.fill_null(0) == 0), rows.procedure),
        "no_result_file": (rows.end.notnull() & ~rows.result_file.fill_null(False), rows.end),
        "not_reported": (rows.received & rows.reported.isnull(), rows.received_at.date()),
        "future_step": (rows.future_step.notnull(), rows.future_step),
    }


NOW = "phucvu_now"
"""What ``with_what_is_known`` calls the present; the cut-off of a period that is over lies before it."""

_now = moment(NOW)


def with_what_is_known(rows: ir.Table, evaluation: Evaluation) -> ir.Table:
    """The dossiers with what ``doubts`` looks at; the evaluation is to be told ``NOW``."""
    tables, yes = evaluation.tables, ibis.literal(True)
    steps, own = tables["steps"], rows.columns
    later = steps.filter(steps["at"] > _now()).group_by(ID).agg(future_step=lambda s: s["at"].max())
    rows = rows.mutate(month=rows.received_at.truncate("M").date())
    for table, keys in (
        (tables["units"].select(unit="code", unit_known=yes).distinct(), ("unit",)),
        (tables["procedures"].select(procedure="code", procedure_known=yes), ("procedure",)),
        (later, (ID,)),
        (_impossible_times(evaluation), ("procedure",)),
        (_reported(evaluation), ("unit", "month")),
    ):
        rows = look_up(rows, table, *keys)
    return rows.select(*own, "unit_known", "procedure_known", "future_step", "reported", "impossible_time")


@input_table("impossible_times", {"procedure": pl.String, "impossible_time": pl.Int64})
def _impossible_times(evaluation: Evaluation) -> Over:
    """What is held of the procedures whose time is left out."""
    return Over(evaluation.records["procedures"], _impossible)


def _impossible(held: ir.Table) -> ir.Table:
    held = held.filter(held.max_time.notnull(), ~possible_time(held).fill_null(True))
    return held.select(procedure="code", impossible_time=held.max_time.cast("int64"))


@input_table("reported", {"unit": pl.String, "month": pl.Date, "reported": pl.Boolean})
def _reported(evaluation: Evaluation) -> pl.DataFrame:
    """The months for which a unit, or one above it, declared dossiers.

    A number declared for a longer period, or for a unit, covers its months and the units below it. A sum of
    numbers (see ``declared.totals``) covers its months, and the unit alone: those below it have their own.
    """
    tree, reports = evaluation.tree, declared.by_period(evaluation)
    stated: dict[str, set[dt.date]] = {}
    for covered, numbers in reports.items():
        for code in (code for code, number in numbers.items() if number > 0):
            stated.setdefault(code, set()).update(_months(covered))
    summed: dict[str, set[dt.date]] = {}
    for period in {period for month in _months(str(evaluation.period)) for period in around(month)}:
        for code in (code for code, number in declared.totals(tree, reports, period).items() if number > 0):
            summed.setdefault(code, set()).update(_months(str(period)))
    rows = [
        (unit.code, month)
        for unit in tree.units
        for month in set().union(
            summed.get(tree.home(unit.code) or "", ()),
            *(stated.get(above.code, ()) for above in tree.units.above(unit.code)),
        )
    ]
    frame = pl.DataFrame(rows, schema={"unit": pl.String, "month": pl.Date}, orient="row")
    return frame.with_columns(reported=True)


def _months(period: str) -> set[dt.date]:
    try:
        known = Period.parse(period)
    except UnusableError:
        return set()
    return {(known.first + dt.timedelta(days=n)).replace(day=1) for n in range(known.days)}
