"""The engine and the plain reading give the same figures on random records."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phucvu.engine.by_procedure import figures_of_procedure
from phucvu.engine.figures import figures
from phucvu.engine.sources import from_frames
from phucvu.records.schema import TABLES
from phucvu.rules.loading import load

from . import plain
from .plain_records import Case, Row, cases


def frames(records: dict[str, list[Row]]) -> dict[str, pl.DataFrame]:
    return {
        name: pl.DataFrame(
            [{column: row.get(column) for column in table.types} for row in records.get(name, [])],
            schema=table.types,
        )
        for name, table in TABLES.items()
    }


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases(), data=st.data())
def test_one_procedure_agrees(case: Case, data: st.DataObject) -> None:
    """The plain reading of the dossiers of one procedure alone."""
    records, period, now = case.records, case.period, case.now
    codes = sorted({row["procedure"] for row in records["dossiers"] if row["procedure"]})
    procedure = data.draw(st.sampled_from(codes or ["1.000001"]))
    tables = from_frames(frames(records))
    counted = figures_of_procedure(tables, load("portal-2026"), [period], now, procedure)
    own = [row for row in records["dossiers"] if row["procedure"] == procedure]
    expected = plain.figures({**records, "dossiers": own}, "portal-2026", period, now)
    found = {(u, i): (n, d) for _, u, i, n, d in counted.iter_rows()}
    assert {"2.1", "2.2", "3.3", "3.6", "4.1", "4.5b", "5.4"} <= {i for _, i in found}
    assert not {"1.4", "3.1", "3.4", "5.2"} & {i for _, i in found}
    assert found == {key: expected[key] for key in found}


@pytest.mark.parametrize("rules", ["portal-2026", "qd766-2022"])
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases())
def test_engine_agrees(rules: str, case: Case) -> None:
    records, period, now = case.records, case.period, case.now
    tables = from_frames(frames(records))
    counted = figures(tables, load(rules), period, now)
    engine = {
        (row["unit"], row["indicator"]): (row["numerator"], row["denominator"])
        for row in counted.iter_rows(named=True)
    }
    expected = plain.figures(records, rules, period, now)
    differences = {
        key: (engine.get(key), expected.get(key))
        for key in sorted(engine.keys() | expected.keys())
        if engine.get(key) != expected.get(key)
    }
    assert not differences, f"(engine, plain) for {period} at {now}: {differences}"
