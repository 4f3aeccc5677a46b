"""Sums of histories, whenever they were made, count what the steps themselves count."""

from __future__ import annotations

import datetime as dt
import tempfile
from itertools import pairwise
from random import Random

import ibis
import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phucvu.engine.figures import figures
from phucvu.records import histories
from phucvu.records.schema import TABLES
from phucvu.records.store import Store
from phucvu.rules.loading import load

from . import plain
from .plain_records import Case, Row, cases

RULES = "portal-2026"
FIRST_ARRIVAL = dt.datetime(2027, 1, 1)


def arrivals(r: Random, records: dict[str, list[Row]]) -> list[tuple[str, list[Row]]]:
    """Dossiers and steps in batches in any order: steps before their dossier, late ones, corrections."""
    dossiers = [("dossiers", row) for row in records["dossiers"]]
    corrected = []
    for _, row in dossiers:
        if row["received_at"] and r.random() < 0.3:
            moved = dt.timedelta(days=r.choice((-30, -2, 3, 40)))
            corrected.append(("dossiers", row | {"received_at": row["received_at"] + moved}))
    rest = dossiers + [("steps", row) for row in records["steps"]]
    r.shuffle(rest)
    rows = corrected + rest
    r.shuffle(corrected)
    cuts = sorted({0, len(corrected) // 2, *(r.randint(0, len(rows)) for _ in range(4)), len(rows)})
    return [
        (name, batch)
        for first, last in pairwise(cuts)
        for name in r.sample(("dossiers", "steps"), 2)
        if (batch := [row for of, row in rows[first:last] if of == name])
    ]


def counted(tables: dict[str, ibis.Table], case: Case) -> dict[tuple[str, str], tuple[int, int]]:
    found = figures(tables, load(RULES), case.period, case.now)
    return {(unit, indicator): (a, b) for _, unit, indicator, a, b in found.iter_rows()}


def frame(name: str, rows: list[Row]) -> pl.DataFrame:
    columns = TABLES[name].types
    return pl.DataFrame([{c: row.get(c) for c in columns} for row in rows], schema=columns)


def known(records: dict[str, list[Row]], arrived: list[tuple[str, list[Row]]]) -> dict[str, list[Row]]:
    """What counts of the records after these arrivals."""
    dossiers = {(row["sender"], row["code"]): row for of, rows in arrived if of == "dossiers" for row in rows}
    steps = [row for of, rows in arrived if of == "steps" for row in rows]
    return records | {"dossiers": list(dossiers.values()), "steps": steps}


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases(), seed=st.integers(0, 2**40))
def test_sums_agree_with_the_plain_reading(case: Case, seed: int) -> None:
    r = Random(seed)
    batches = arrivals(r, case.records)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        for name, rows in case.records.items():
            if name not in ("dossiers", "steps"):
                store.append(name, frame(name, rows), FIRST_ARRIVAL)
        summed = False
        for number, (name, rows) in enumerate(batches):
            store.append(name, frame(name, rows), FIRST_ARRIVAL + dt.timedelta(hours=number + 1))
            if r.random() < 0.4:
                whole = r.random() < 0.5
                for of in ("dossiers", "steps"):  # the other tables are as they were
                    store.compact(of, whole=whole)
                summed = True
        con = ibis.duckdb.connect()
        tables = store.tables(con)
        if not summed:
            assert histories.NAME not in tables
        expected = plain.figures(known(case.records, batches), RULES, case.period, case.now)
        assert counted(tables, case) == expected
        number = r.randrange(len(batches))
        then = store.tables(con, FIRST_ARRIVAL + dt.timedelta(hours=number + 1))
        expected = plain.figures(known(case.records, batches[: number + 1]), RULES, case.period, case.now)
        assert counted(then, case) == expected
        con.disconnect()
