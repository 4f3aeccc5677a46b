"""Declared numbers and petitions' likes that counting leaves out, since they cannot be true."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import ibis
import polars as pl

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
    for table, (name, finding) in NAMED.items():
        rows = tables[table]
        for column, within in WITHIN[table].items():
            wrong = rows.filter(rows[column].notnull() & ~within(rows).fill_null(True))
            said = ibis.literal(f"{TABLES[table][column].vi}: ") + wrong[column].cast("string")
            found = wrong.select("unit", name=wrong[name], value=said).to_polars()
            yield from ((finding, row) for row in found.iter_rows(named=True))


def _periods(tables: Tables) -> Iterator[tuple[str, dict[str, str]]]:
    found = tables["reports"].select("unit", name="period", value="period").to_polars()
    for row in found.iter_rows(named=True):
        try:
            Period.parse(row["name"])
        except UnusableError:
            yield "impossible_period", row
