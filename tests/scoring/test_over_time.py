"""Units over time: each period ranks them in the blocks of its time."""

from __future__ import annotations

import datetime as dt

import polars as pl

from phucvu.figures.table import SCHEMA
from phucvu.figures.units import Unit, Units
from phucvu.rules.loading import load
from phucvu.scoring.scores import Scores, score, since_previous

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


def test_places_are_compared_only_in_the_same_block() -> None:
    """July is ranked in other blocks than June; August in those of July."""
    scored = with_totals("2025-06", "2025-07", "2025-08")
    changes = since_previous(scored.totals, units=scored.units)
    july, august = (
        {row["unit"]: row for row in changes.filter(period=period).to_dicts()}
        for period in ("2025-07", "2025-08")
    )
    for unit in ("H99.201", "H99.203"):  # one moved, the other's block has grown
        assert july[unit]["rank_change"] is None
        assert july[unit]["block_changed"]
        assert july[unit]["score_change"] is not None
        assert august[unit]["rank_change"] is not None
        assert not august[unit]["block_changed"]


def test_regrouped_under_the_units_of_a_day_places_are_compared() -> None:
    frozen = UNITS.frozen(dt.date(2025, 7, 15))
    assert "H99.31" not in frozen
    scored = with_totals("2025-06", "2025-07", units=frozen)
    changes = since_previous(scored.totals, units=scored.units).filter(period="2025-07", kind="commune")
    assert changes["unit"].to_list() == ["H99.201", "H99.203"]
    assert changes["rank_change"].to_list() == [0, 0]
    assert not changes["block_changed"].any()


def with_totals(*periods: str, units: Units = UNITS) -> Scores:
    groups = [g.id for g in load("portal-2026").at(AFTER).groups]
    rows = [(p, u, g, 1.0 + n) for p in periods for n, u in enumerate(ranked_codes(units)) for g in groups]
    columns = {"period": pl.String, "unit": pl.String, "group": pl.String, "score": pl.Float64}
    published = pl.DataFrame(rows, schema=columns, orient="row")
    return score(figures(), load("portal-2026"), units, published)


def ranked_codes(units: Units) -> list[str]:
    return sorted(u.code for u in units if u.kind != "province")
