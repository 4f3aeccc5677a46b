"""Several periods counted in one pass have the figures that each has by itself."""

from __future__ import annotations

import datetime as dt
import tempfile
from random import Random
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phucvu.engine import figures as engine_figures
from phucvu.engine.connections import connect
from phucvu.engine.figures import figures, figures_of_several
from phucvu.engine.sources import Tables, from_frames
from phucvu.figures.periods import Period
from phucvu.records import histories
from phucvu.records.store import Store
from phucvu.rules.loading import load

from . import worked
from .plain_records import PERIODS, Case, cases
from .test_histories import FIRST_ARRIVAL, arrivals, frame

RULES = "qd766-2022"
MONTHS = [Period.months(2026, month, 1) for month in range(2, 7)]
SUMMER = [Period.months(2026, month, 1) for month in (7, 8, 9)]


def one_by_one(
    tables: Tables, rules: str, periods: list[Period], now: dt.datetime, **how: bool
) -> pl.DataFrame:
    return pl.concat(figures(tables, load(rules), period, now, **how) for period in periods)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases(), seed=st.integers(0, 2**40))
def test_of_random_homes(case: Case, seed: int) -> None:
    """Corrections, late arrivals, units that change between periods, summed up or not, and as of before;
    in one pass, or one for each period, which asks nothing anew that stays the same."""
    r = Random(seed)
    periods = list(dict.fromkeys([case.period, r.choice(PERIODS), r.choice(MONTHS)]))
    regroup = r.random() < 0.3
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        for name, rows in case.records.items():
            if name not in ("dossiers", "steps"):
                store.append(name, frame(name, rows), FIRST_ARRIVAL)
        batches = arrivals(r, case.records)
        for number, (name, rows) in enumerate(batches):
            store.append(name, frame(name, rows), FIRST_ARRIVAL + dt.timedelta(hours=number + 1))
            if number == len(batches) // 2 and r.random() < 0.7:
                store.compact("dossiers", whole=True)
        con = connect()
        tables = store.tables(con, FIRST_ARRIVAL + dt.timedelta(hours=r.randint(len(batches) // 2, 99)))
        with patch.object(engine_figures, "MOST_TOGETHER", r.choice((0, engine_figures.MOST_TOGETHER))):
            together = figures_of_several(tables, load(RULES), periods, case.now, regroup=regroup)
        assert together.equals(one_by_one(tables, RULES, periods, case.now, regroup=regroup))
        con.disconnect()


def test_the_dossiers_of_months_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    example = next(e for _, e, _ in worked.examples() if "Several spells add up" in e["title"]["en"])
    tables, now = from_frames(worked.frames(example)), dt.datetime(2026, 9, 15)
    expected = one_by_one(tables, "portal-2026", SUMMER, now)
    passes = []
    through = engine_figures.tallied
    monkeypatch.setattr(
        engine_figures, "tallied", lambda *asked: passes.append(asked[0].together) or through(*asked)
    )
    assert figures_of_several(tables, load("portal-2026"), SUMMER, now).equals(expected)
    assert passes == [tuple(SUMMER)]


def test_periods_that_lie_apart_are_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies between them is not read; those that overlap go together."""
    example = next(e for _, e, _ in worked.examples() if "Several spells add up" in e["title"]["en"])
    tables, now = from_frames(worked.frames(example)), dt.datetime(2026, 9, 15)
    asked = [Period.parse(p) for p in ("2026-Q3", "2026-01", "2026-08", "2026-07")]
    found = figures_of_several(tables, load("portal-2026"), asked, now)
    assert found.equals(one_by_one(tables, "portal-2026", asked, now))
    runs = engine_figures._runs(
        dict.fromkeys(asked, engine_figures.Tree.of_period(engine_figures.units_of(tables), asked[0])),
        load("portal-2026"),
    )
    assert [[str(p) for p in run] for run in runs] == [["2026-01"], ["2026-07", "2026-Q3", "2026-08"]]


def test_of_many_units_each_period_is_counted_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    example = next(e for _, e, _ in worked.examples() if "Several spells add up" in e["title"]["en"])
    tables, now = from_frames(worked.frames(example)), dt.datetime(2026, 9, 15)
    trees = engine_figures._trees(engine_figures.units_of(tables), SUMMER, None)
    shown = len(trees[SUMMER[0]].shown)
    assert trees[SUMMER[0]] is trees[SUMMER[2]]
    for most, runs in ((3 * shown, [3]), (3 * shown - 1, [2, 1]), (1, [1, 1, 1])):
        monkeypatch.setattr(engine_figures, "MOST_TOGETHER", most)
        found = engine_figures._runs(trees, load("portal-2026"))
        assert [len(run) for run in found] == runs
        counted = figures_of_several(tables, load("portal-2026"), SUMMER, now)
        assert counted.equals(one_by_one(tables, "portal-2026", SUMMER, now))


def test_it_is_counted_from_sums_where_there_are_any(tmp_path) -> None:
    example = next(e for _, e, _ in worked.examples() if "Several spells add up" in e["title"]["en"])
    store = Store(tmp_path)
    for name, rows in worked.frames(example).items():
        if rows.height:
            store.append(name, rows)
    store.compact()
    con = connect()
    tables = store.tables(con)
    assert histories.NAME in tables
    now = dt.datetime(2026, 9, 15)
    expected = one_by_one(from_frames(worked.frames(example)), "portal-2026", SUMMER, now)
    assert figures_of_several(tables, load("portal-2026"), SUMMER, now).equals(expected)
    con.disconnect()
