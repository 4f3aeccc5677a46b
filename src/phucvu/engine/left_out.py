"""Declared numbers and petitions' likes that counting leaves out, since they cannot be true."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial

import ibis
import ibis.expr.types as ir
import polars as pl

from phucvu.engine.embedded import answer, everything
from phucvu.engine.limits import WITHIN
from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period
from phucvu.problems import UnusableError
from phucvu.records.schema import TABLES
from phucvu.rules.model import Words

WORDS = {
    "impossible_report": Words(
        vi="số báo cáo trên Hệ thống báo cáo quốc gia là số không thể có; không dùng để tính",
        en="the declared number is impossible; not used",
    ),
    "impossible_period": Words(
        vi="kỳ báo cáo không có thật; số báo cáo không dùng để tính",
        en="there is no such period; the declared number is not used",
    ),
    "impossible_likes": Words(
        vi="số lượt đánh giá của phản ánh, kiến nghị là số không thể có; không dùng để tính",
        en="the likes or dislikes of a petition are impossible; not used",
    ),
}
"""The findings, by name."""

COLUMNS = {
    "dossier": pl.String,
    "sender": pl.String,
    "unit": pl.String,
    "finding": pl.String,
    "vi": pl.String,
    "en": pl.String,
    "value": pl.String,
}
NAMED = {"reports": ("period", "impossible_report"), "petitions": ("code", "impossible_likes")}
"""By table, the column that names a record, and the finding."""


def left_out(tables: Tables, units: Collection[str] | None = None) -> pl.DataFrame:
    """What is left out of the figures of every period, of these units or of all.

    Columns as of ``findings``; ``dossier`` holds the petition's code, or the period of a report.
    """
    rows = [
        (row["name"], None, row["unit"], finding, WORDS[finding].vi, WORDS[finding].en, row["value"])
        for finding, row in (*_numbers(tables), *_periods(tables))
        if units is None or row["unit"] in units
    ]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row").sort("unit", "finding", "dossier", "value")


def _numbers(tables: Tables) -> Iterator[tuple[str, dict[str, str]]]:
    for table, (_name, finding) in NAMED.items():
        found = answer(IMPOSSIBLE[table], tables[table])
        yield from ((finding, row) for row in found.iter_rows(named=True))


def _impossible(table: str, rows: ir.Table) -> ir.Table:
    """Columns unit, name, value: each number of a table that cannot be, with what it is."""

    def wrong(column: str, within: Callable[[ir.Table], ir.BooleanValue]) -> ir.Table:
        found = rows.filter(rows[column].notnull() & ~within(rows).fill_null(True))
        said = ibis.literal(f"{TABLES[table][column].vi}: ") + found[column].cast("string")
        return found.select("unit", name=found[NAMED[table][0]], value=said)

    return ibis.union(*(wrong(column, within) for column, within in WITHIN[table].items()))


IMPOSSIBLE = {table: partial(_impossible, table) for table in NAMED}


def _periods(tables: Tables) -> Iterator[tuple[str, dict[str, str]]]:
    found = answer(everything, tables["reports"]).select("unit", name="period", value="period")
    for row in found.iter_rows(named=True):
        try:
            Period.parse(row["name"])
        except UnusableError:
            yield "impossible_period", row
