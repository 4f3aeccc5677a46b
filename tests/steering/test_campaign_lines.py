"""Campaigns: shares summed up by day, what the rest has to bring, and what is left in an old system."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phucvu.engine.sources import Tables, of_store
from phucvu.records.store import Store
from phucvu.rules.loading import load
from phucvu.steering.campaign_lines import FULLY_ONLINE, OLD_SYSTEM, Line, countable, line

RULES = load("portal-2026")
START, END = dt.date(2026, 6, 1), dt.date(2026, 6, 10)
NOW = dt.datetime(2026, 6, 4, 12)


def day(number: int, month: int = 6) -> dt.datetime:
    return dt.datetime(2026, month, number, 9)


DOSSIERS: list[dict[str, Any]] = [
    {"code": "1", "received_at": day(1), "procedure": "fee", "channel": 2, "paid_online": 1},
    {"code": "2", "received_at": day(1), "procedure": "fee", "channel": 1},
    {"code": "3", "received_at": day(3), "procedure": "fee", "channel": 2, "paid_online": 2},
    {"code": "4", "received_at": day(3), "procedure": "other", "channel": 2},
    {"code": "5", "received_at": day(9, 5), "procedure": "other", "channel": 1},
    {"code": "6", "received_at": day(9, 5), "procedure": "other", "channel": 1, "ended_at": day(2)},
    {"code": "7", "received_at": day(9, 5), "procedure": "fee", "channel": 1, "ended_at": day(20, 5)},
    {"code": "8", "received_at": day(9, 5), "procedure": "fee", "channel": 1},
    {"code": "9", "received_at": day(9, 5), "procedure": "other", "channel": 1, "ended_at": day(4)},
]
"""4 of June, 2 of them paid online of 3 with a fee; 5 of May, of which 4 were open on 1 June and 3 of these
are of a procedure that was set up later."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("campaign"))
    units = [("H99", "UBND tỉnh Thử Nghiệm", "province", None), ("H99.01", "Sở Thử", "department", "H99")]
    store.append("units", pl.DataFrame(units, schema=["code", "name", "kind", "parent"], orient="row"))
    procedures = [
        {"code": "fee", "fee": True, "configured_on": dt.date(2026, 1, 1), "owner": "H99"},
        {"code": "other", "fee": False, "configured_on": dt.date(2026, 5, 25), "owner": "H99"},
    ]
    store.append("procedures", pl.DataFrame(procedures))
    services = [{"code": "s", "procedure": "fee", "unit": "H99.01", "level": "full", "status": "public"}]
    store.append("services", pl.DataFrame(services))
    rows = [{"sender": "H99", "unit": "H99.01", "status": 2} | row for row in DOSSIERS]
    store.append("dossiers", pl.DataFrame(rows, infer_schema_length=None))
    return store


def line_of(store: Store, measure: str, target: str, before: dt.date | None = None) -> Line:
    def found(tables: Tables) -> Line:
        return line(tables, RULES, measure, ["H99"], START, END, Decimal(target), before, NOW)

    with of_store(store) as tables:
        return found(tables)


def test_a_share_is_summed_up_by_the_day_of_receipt(store: Store) -> None:
    found = line_of(store, "3.6", "80")
    assert found.days == tuple(START + dt.timedelta(days=n) for n in range(4))
    assert list(zip(found.numerator, found.denominator, strict=True)) == [(1, 2), (1, 2), (2, 3), (2, 3)]
    assert found.values == [Decimal("50.00"), Decimal("50.00"), Decimal("66.67"), Decimal("66.67")]
    assert not found.reached
    # Three in four days, so 4.5 more in six; 80% of 7.5 is 6, so 4 of 4.5 are needed.
    assert found.rest == Decimal("88.89")
    assert line_of(store, "3.6", "66").reached


def test_fully_online_counts_where_such_a_service_is_applied(store: Store) -> None:
    found = line_of(store, FULLY_ONLINE, "70")
    assert list(zip(found.numerator, found.denominator, strict=True))[-1] == (2, 4)


def test_what_is_left_in_the_old_system_goes_down(store: Store) -> None:
    found = line_of(store, OLD_SYSTEM, "0", dt.date(2026, 5, 31))
    assert found.numerator == (3, 2, 2, 1), "two ended, on 2 and 4 June"
    assert found.denominator[0] == 3
    assert found.needed(START) == Decimal("2.70")
    assert found.needed(END) == 0
    assert found.rest is None


def test_the_indicators_offered_are_those_of_single_dossiers() -> None:
    names = {i.id for i in countable(RULES.at(START))}
    assert {"2.1", "3.3", "3.6", "4.1"} <= names
    assert not names & {"1.1", "1.4", "3.1", "5.2", "5.4"}


@given(
    numbers=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=30),
    target=st.integers(1, 100),
    more=st.integers(1, 60),
)
def test_what_the_rest_must_bring_brings_the_target(
    numbers: list[tuple[int, int]], target: int, more: int
) -> None:
    counted = [(min(n, d), d) for n, d in numbers]
    summed = [tuple(map(sum, zip(*counted[: k + 1], strict=True))) for k in range(len(counted))]
    days = tuple(START + dt.timedelta(days=k) for k in range(len(counted)))
    found = Line(
        "3.6",
        Decimal(target),
        START,
        days[-1] + dt.timedelta(days=more),
        days,
        tuple(n for n, _ in summed),
        tuple(d for _, d in summed),
    )
    if found.rest is None:
        assert not found.denominator[-1]
        return
    come = Decimal(found.denominator[-1]) * more / len(days)
    total = found.numerator[-1] + found.rest / 100 * come
    assert total >= Decimal(target) / 100 * (found.denominator[-1] + come) - Decimal("1e-9")
