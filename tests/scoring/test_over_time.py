"""Units over time: each period ranks them in the blocks of its time."""

from __future__ import annotations

import datetime as dt

import polars as pl

from phucvu.figures.table import SCHEMA
from phucvu.figures.units import Unit, Units
from phucvu.rules.loading import load
from phucvu.scoring.scores import score

BEFORE, AFTER = dt.date(2025, 6, 30), dt.date(2025, 7, 1)
UNITS = Units(
    [
        Unit("H99", "Tỉnh Thử", "province"),
        Unit("H99.31", "Huyện Thử", "district", "H99", valid_to=BEFORE),
        Unit("H99.201", "Xã Một", "commune", "H99.31", valid_to=BEFORE),
        Unit("H99.201", "Xã Một", "commune", "H99", valid_from=AFTER),
        Unit("H99.202", "Xã Hai", "commune", "H99.31", valid_to=BEFORE),
        Unit("H99.202", "Chi nhánh Hai", "branch", "H99", valid_from=AFTER),
        Unit("H99.203", "Xã Ba", "commune", "H99"),
    ]
)


def figures(*periods: str) -> pl.DataFrame:
    rows = [
        (p, u.code, "2.1", 5 + n, 10) for p in periods for n, u in enumerate(UNITS) if u.kind != "province"
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def test_each_period_sees_kind_and_parent_of_its_time() -> None:
    periods = ["2025-06", "2025-07", "2025-Q2", "2025"]
    totals = score(figures(*periods), load("portal-2026"), UNITS).totals
    found = {(p, u): (k, o) for p, u, k, o in totals.select("period", "unit", "kind", "parent").iter_rows()}
    for period in periods:
        early = period in ("2025-06", "2025-Q2")
        assert found[period, "H99.201"] == ("commune", "H99.31" if early else "H99"), period
        assert found[period, "H99.202"] == (("commune", "H99.31") if early else ("branch", "H99")), period
        assert found[period, "H99.203"] == ("commune", "H99")
