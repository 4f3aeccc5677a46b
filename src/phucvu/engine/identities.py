"""Whether numbers declared in the national reporting system agree with each other, at every level."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from phucvu.figures.periods import Period
from phucvu.figures.units import Units
from phucvu.problems import UnusableError
from phucvu.rules.model import Words

COLUMNS = {
    "unit": pl.String,
    "period": pl.String,
    "finding": pl.String,
    "field": pl.String,
    "declared": pl.Int64,
    "expected": pl.Int64,
}

IN_ALL = "report_received_carried"
SUM_OF_CHILDREN = "report_children"

SUMS = {
    "report_channels": ("received", ("online", "in_person", "postal")),
    "report_finished": ("finished", ("finished_on_time", "finished_late")),
}
"""By finding, a number and those that make it up. Postal may be declared together with in person."""

OPTIONAL = ("postal",)

WORDS = {
    IN_ALL: Words(
        vi="số báo cáo: tiếp nhận + kỳ trước chuyển sang khác đã giải quyết + đang giải quyết",
        en="declared: received + carried over is not finished + open",
    ),
    "report_channels": Words(
        vi="số báo cáo: tiếp nhận khác trực tuyến + trực tiếp + bưu chính công ích",
        en="declared: received is not online + in person + postal",
    ),
    "report_finished": Words(
        vi="số báo cáo: đã giải quyết khác đúng hạn, trước hạn + quá hạn",
        en="declared: finished is not on time + late",
    ),
    "report_open_late": Words(
        vi="số báo cáo: đang giải quyết quá hạn nhiều hơn đang giải quyết",
        en="declared: more open late than open",
    ),
    SUM_OF_CHILDREN: Words(
        vi="số báo cáo: tổng các đơn vị trực thuộc khác số của đơn vị",
        en="declared: the sum of the units below is not the unit's number",
    ),
}
"""The findings, by name."""

NUMBERS = (
    *("received", "online", "in_person", "postal", "carried_over"),
    *("finished", "finished_on_time", "finished_late", "open", "open_late"),
)


def of_row(row: dict[str, Any]) -> Iterator[tuple[str, str, int, int]]:
    """The identities that a report does not fulfil: finding, field, declared, expected.

    Only those whose numbers are all declared are asked.
    """
    given, gone = (row["received"], row["carried_over"]), (row["finished"], row["open"])
    if None not in (*given, *gone) and sum(given) != sum(gone):
        yield IN_ALL, "received", sum(given), sum(gone)
    for finding, (whole, parts) in SUMS.items():
        known = [0 if row[p] is None and p in OPTIONAL else row[p] for p in parts]
        if row[whole] is not None and None not in known and row[whole] != sum(known):
            yield finding, whole, row[whole], sum(known)
    if None not in (row["open"], row["open_late"]) and row["open_late"] > row["open"]:
        yield "report_open_late", "open_late", row["open_late"], row["open"]


def broken_identities(reports: pl.DataFrame, units: Units) -> pl.DataFrame:
    """The identities that reports do not fulfil: within a row, and between a unit and those just below it.

    Columns of COLUMNS; ``field`` is the column of ``declared``, ``expected`` what it should be. A unit is
    compared with those below where all of them declared the same period.
    """
    found: list[tuple[object, ...]] = []
    by_period: dict[str, dict[str, dict[str, Any]]] = {}
    for row in reports.iter_rows(named=True):
        found += [(row["unit"], row["period"], *one) for one in of_row(row)]
        by_period.setdefault(row["period"], {})[row["unit"]] = row
    for period, rows in by_period.items():
        found += _of_children(period, rows, units)
    return pl.DataFrame(found, schema=COLUMNS, orient="row").sort("period", "unit", "finding", "field")


def _of_children(period: str, rows: dict[str, dict[str, Any]], units: Units) -> list[tuple[object, ...]]:
    try:
        then = units.of_period(Period.parse(period))
    except UnusableError:
        return []  # that there is no such period is a finding of its own
    found: list[tuple[object, ...]] = []
    for code, row in rows.items():
        below = [rows.get(child.code) for child in then.children(code)]
        declared = [child for child in below if child is not None]
        if not declared or len(declared) < len(below):
            continue
        for name in NUMBERS:
            parts = [child[name] for child in declared]
            if row[name] is not None and None not in parts and row[name] != sum(parts):
                found.append((code, period, SUM_OF_CHILDREN, name, row[name], sum(parts)))
    return found
