"""What is doubtful in the tables of an office: decisions, catalogue, targets, procedures, reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

import polars as pl

from phucvu.engine.embedded import answer, everything
from phucvu.engine.identities import WORDS as IDENTITIES
from phucvu.engine.identities import broken_identities
from phucvu.engine.left_out import COLUMNS
from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period
from phucvu.figures.units import Units
from phucvu.problems import UnusableError
from phucvu.rules.model import RuleSet, Words

WORDS = {
    "shown_not_decided": Words(
        vi="thủ tục đang hiển thị công khai mà không có quyết định công bố",
        en="shown in the public catalogue without a decision",
    ),
    "shown_abolished": Words(
        vi="thủ tục đã bãi bỏ mà còn hiển thị công khai",
        en="still shown in the public catalogue though abolished",
    ),
    "decided_not_shown": Words(
        vi="thủ tục đã có quyết định công bố mà không hiển thị công khai",
        en="decided and not shown in the public catalogue",
    ),
    "shown_otherwise": Words(
        vi="nội dung thủ tục hiển thị công khai khác giữa các đơn vị",
        en="units show different contents of the same procedure",
    ),
    "decision_not_public": Words(vi="quyết định chưa công khai", en="a decision that is not public yet"),
    "decision_not_in_database": Words(
        vi="quyết định của bộ, ngành chưa có trong CSDL quốc gia, cũng không có văn bản đến",
        en="the ministry's decision is not in the national database, and no document brought it",
    ),
    "taken_down_late": Words(
        vi="thủ tục bãi bỏ được gỡ muộn, hoặc chưa gỡ",
        en="an abolished procedure was taken down late, or not yet",
    ),
    "parts_contradict": Words(
        vi="thủ tục ghi đủ các bộ phận tạo thành mà lại ghi bộ phận còn thiếu",
        en="all parts are said to be there, and some to be missing",
    ),
    "target_unit_unknown": Words(
        vi="chỉ tiêu giao cho đơn vị không có trong danh mục", en="a target for a unit that is not known"
    ),
    "target_measure_unknown": Words(
        vi="chỉ tiêu giao theo chỉ số không có trong bộ quy tắc",
        en="a target for an indicator that the rules do not have",
    ),
    "target_due": Words(vi="chỉ tiêu đã đến thời hạn hoàn thành", en="a target whose day has passed"),
    "handler_unknown": Words(
        vi="bước xử lý có người xử lý không có trong danh sách cán bộ",
        en="steps whose handler is not among the officers",
    ),
    **IDENTITIES,
}
"""The findings, by name."""


class Found(NamedTuple):
    """A finding: the record's name, its unit, which, and the value that is wrong."""

    name: str
    unit: str | None
    finding: str
    value: str | None


def table_findings(
    tables: Tables,
    units: Units,
    rules: RuleSet,
    period: Period,
    today: dt.date,
    of_units: Collection[str] | None = None,
    handlers: Mapping[str, int] | None = None,
) -> pl.DataFrame:
    """What is doubtful in the tables on a day, of these units or of all; of reports those of the period.

    Columns as of ``findings``; ``dossier`` names the record: a procedure, a decision, what a target is for,
    or the period of a report. ``handlers`` are the steps of the period whose handler is unknown, by unit. A
    unit that is not known is told to those who ask for a whole province or ministry.
    """
    highest = of_units is None or any(root.code in of_units for root in units.roots)
    procedures = _rows(tables, "procedures", ["code", "owner", "parts_complete", "parts_missing"])
    decisions, catalogue = _rows(tables, "decisions"), _rows(tables, "catalogue")
    found = [
        *_of_catalogue(catalogue, decisions, {row["code"]: row["owner"] for row in procedures}, today),
        *_of_decisions(decisions, today),
        *_of_procedures(procedures),
        *_of_targets(_rows(tables, "targets"), units, rules, today),
        *_of_reports(answer(everything, tables["reports"]), units, period),
        *(Found(str(period), code, "handler_unknown", str(n)) for code, n in (handlers or {}).items()),
    ]
    rows = [
        (one.name, None, one.unit, one.finding, WORDS[one.finding].vi, WORDS[one.finding].en, one.value)
        for one in found
        if of_units is None or one.unit in of_units or (highest and (one.unit or "") not in units)
    ]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row").sort("unit", "finding", "dossier", "value")


def _rows(tables: Tables, name: str, columns: list[str] | None = None) -> list[dict[str, Any]]:
    return answer(everything, tables[name]).select(columns or pl.all()).to_dicts()


def _of_catalogue(
    catalogue: list[dict[str, Any]],
    decisions: list[dict[str, Any]],
    owners: dict[str, str | None],
    today: dt.date,
) -> Iterator[Found]:
    """Where what is shown is not what was decided; only of units of which both are held."""
    in_force: dict[tuple[str, str], dict[str, Any]] = {}
    for row in sorted(decisions, key=lambda r: (r["decided_on"], r["number"])):
        if _in_force_on(row) <= today:
            in_force[row["unit"], row["procedure"]] = row
    shown = {(row["unit"], row["procedure"]) for row in catalogue}
    deciding = {unit for unit, _ in in_force}
    showing = {unit for unit, _ in shown}
    for unit, procedure in sorted(shown):
        decision = in_force.get((unit, procedure))
        if decision is None and unit in deciding:
            yield Found(procedure, unit, "shown_not_decided", None)
        elif decision is not None and decision["kind"] == "abolished":
            yield Found(procedure, unit, "shown_abolished", decision["number"])
    for (unit, procedure), decision in in_force.items():
        if unit in showing and decision["kind"] != "abolished" and (unit, procedure) not in shown:
            yield Found(procedure, unit, "decided_not_shown", decision["number"])
    contents: dict[str, dict[str, str]] = {}
    for row in catalogue:
        if row["content_hash"]:
            contents.setdefault(row["procedure"], {})[row["unit"]] = row["content_hash"]
    for procedure, by_unit in contents.items():
        right = by_unit.get(owners.get(procedure) or "")
        for unit, content in by_unit.items():
            if content != right and len(set(by_unit.values())) > 1:
                yield Found(procedure, unit, "shown_otherwise", content)


def _in_force_on(decision: dict[str, Any]) -> dt.date:
    day: dt.date = decision["effective_on"] or decision["decided_on"]
    return day


def _of_decisions(decisions: list[dict[str, Any]], today: dt.date) -> Iterator[Found]:
    for row in decisions:
        name, unit = f"{row['number']}, {row['procedure']}", row["unit"]
        if row["published_on"] is None and row["decided_on"] < today:
            yield Found(name, unit, "decision_not_public", str(row["decided_on"]))
        known = row["in_national_database_on"] or row["incoming_number"]
        if row["ministry_decision"] and not known:
            yield Found(name, unit, "decision_not_in_database", row["ministry_decision"])
        if row["kind"] == "abolished" and (row["taken_down_on"] or today) > _in_force_on(row):
            down = row["taken_down_on"]
            yield Found(name, unit, "taken_down_late", str(down) if down else None)


def _of_procedures(procedures: list[dict[str, Any]]) -> Iterator[Found]:
    for row in procedures:
        if row["parts_complete"] and row["parts_missing"]:
            yield Found(row["code"], row["owner"], "parts_contradict", row["parts_missing"])


def _of_targets(
    targets: list[dict[str, Any]], units: Units, rules: RuleSet, today: dt.date
) -> Iterator[Found]:
    measures = {"total", *(group.id for group in rules.groups)}
    for row in targets:
        name, unit = f"{row['indicator']}, {row['period']}", row["unit"]
        if unit not in units:
            yield Found(name, unit, "target_unit_unknown", unit)
        if row["indicator"] not in measures and row["indicator"] not in rules:
            yield Found(name, unit, "target_measure_unknown", row["indicator"])
        if row["due_on"] is not None and row["due_on"] < today:
            yield Found(name, unit, "target_due", str(row["due_on"]))


def _of_reports(reports: pl.DataFrame, units: Units, period: Period) -> Iterator[Found]:
    """The declared numbers of the period, and of periods within it, that do not add up."""
    within = [said for said in reports["period"].unique() if _is_within(said, period)]
    broken = broken_identities(reports.filter(pl.col("period").is_in(within)), units)
    for row in broken.iter_rows(named=True):
        value = f"{row['field']}: {row['declared']} ≠ {row['expected']}"
        yield Found(row["period"], row["unit"], row["finding"], value)


def _is_within(said: str, period: Period) -> bool:
    try:
        other = Period.parse(said)
    except UnusableError:
        return False
    return period.first <= other.first and other.last <= period.last
