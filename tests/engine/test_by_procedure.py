"""Received, handled, on time and how long, by procedure and unit."""

import datetime as dt

import polars as pl
import pytest

from phucvu.engine.averages import averages
from phucvu.engine.by_procedure import (
    OF_EACH,
    SCHEMA,
    by_procedure,
    figures_and_of_each,
    figures_of_procedure,
)
from phucvu.engine.figures import figures
from phucvu.engine.sources import from_frames
from phucvu.figures.periods import Period
from phucvu.rules.loading import load

from . import worked

NOW = dt.datetime(2026, 9, 15)
AUGUST = Period.parse("2026-08")
RULES = load("portal-2026")

RECORDS = {
    "units": [
        {"code": "H99", "name": "Tỉnh Thí Dụ", "kind": "province"},
        {"code": "H99.01", "name": "Sở Một", "kind": "department", "parent": "H99"},
        {"code": "H99.201", "name": "Xã Một", "kind": "commune", "parent": "H99"},
    ],
    "procedures": [{"code": "1.000001", "max_time": "200", "max_time_unit": "hour"}, {"code": "1.000002"}],
    "dossiers": [
        # Monday 3 August is the day of receipt of all but the last two.
        {"code": "1", "unit": "H99.201", "procedure": "1.000001", "ended_at": "2026-08-04 09:00"},
        {"code": "2", "unit": "H99.201", "procedure": "1.000001", "ended_at": "2026-08-06 09:00"},
        {"code": "3", "unit": "H99.01", "procedure": "1.000001", "ended_at": "2026-08-11 09:00"},
        {"code": "4", "unit": "H99.01", "procedure": "1.000001", "ended_at": "2026-09-01 09:00"},
        {"code": "5", "unit": "H99.01", "procedure": "1.000002", "ended_at": None},
        {
            "code": "6",
            "unit": "H99.01",
            "procedure": "1.000002",
            "received_at": "2026-07-20 08:00",
            "due_at": "2026-08-31 17:00",
            "ended_at": "2026-08-05 09:00",
        },
        {
            "code": "7",
            "unit": "H99.01",
            "procedure": "1.000002",
            "received_at": "2026-07-20 08:00",
            "ended_at": "2026-07-30 09:00",
        },
    ],
}
COMMON = {"sender": "H99", "received_at": "2026-08-03 08:00", "due_at": "2026-08-10 17:00"}


def test_by_hand():
    dossiers = [COMMON | dossier for dossier in RECORDS["dossiers"]]
    tables = from_frames(
        {name: worked.frame(name, rows) for name, rows in (RECORDS | {"dossiers": dossiers}).items()}
    )
    found = by_procedure(tables, RULES, AUGUST, NOW)
    assert found.schema == SCHEMA
    assert found.rows() == [
        # 1, 3 and 6 working days, or 25, 73 and 193 hours by the clock; of the fourth the end is not seen
        # yet, and it is late.
        ("H99", "1.000001", 4, 4, 2, 3, pytest.approx(10 / 3), 3.0, "hour", pytest.approx(97), 73.0),
        # Received in July: one finished in August, on time, but its days are not of this period.
        ("H99", "1.000002", 1, 2, 1, 0, None, None, None, None, None),
        ("H99.01", "1.000001", 2, 2, 0, 1, 6.0, 6.0, "hour", 193.0, 193.0),
        ("H99.01", "1.000002", 1, 2, 1, 0, None, None, None, None, None),
        ("H99.201", "1.000001", 2, 2, 2, 2, 2.0, 2.0, "hour", 49.0, 49.0),
    ]


@pytest.mark.parametrize("period", ["2026-08", "2026"])
def test_the_sums_are_those_of_the_indicators(period):
    """On worked examples: 2.1 and 2.2 of every unit, and 2.2 of the province by procedure."""
    for _, example, _ in list(worked.examples())[::25]:
        tables = from_frames(worked.frames(example))
        found = by_procedure(tables, RULES, Period.parse(period), NOW)
        figured = figures(tables, RULES, Period.parse(period), NOW)
        for indicator, above, below in (("2.1", "on_time", "handled"), ("2.2", None, "finished")):
            sums = found.group_by("unit").agg(pl.col("on_time", "handled", "finished").sum())
            figure = figured.filter(indicator=indicator).join(sums, on="unit", how="left").fill_null(0)
            assert figure["denominator"].to_list() == figure[below].to_list()
            if above:
                assert figure["numerator"].to_list() == figure[above].to_list()
        for row in averages(tables, RULES, Period.parse(period), NOW, "H99").iter_rows(named=True):
            [own] = found.filter(unit="H99", procedure=row["procedure"]).iter_rows(named=True)
            for name in ("average_days", "median_days", "average_time", "median_time"):
                assert own[name] == pytest.approx(row[name])
            assert own["time_unit"] == row["time_unit"]


def test_the_figures_of_each_procedure_are_those_of_its_dossiers_alone():
    """On worked examples: what one pass gives for all procedures, and what is counted of each by itself."""
    compared = 0
    for _, example, _ in list(worked.examples())[::40]:
        frames = worked.frames(example)
        tables = from_frames(frames)
        every, each = figures_and_of_each(tables, RULES, AUGUST, NOW)
        assert every.equals(figures(tables, RULES, AUGUST, NOW))
        assert each.schema == OF_EACH
        for procedure in frames["dossiers"]["procedure"].unique():
            alone = figures_of_procedure(tables, RULES, [AUGUST], NOW, procedure)
            alone = alone.filter(pl.col("denominator") > 0).sort("unit", "indicator")
            assert each.filter(procedure=procedure).drop("procedure").equals(alone)
            compared += alone.height
    assert compared > 20
