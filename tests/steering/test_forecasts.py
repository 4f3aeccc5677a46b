"""Chances of being late: from what was known alone, worth showing, and safe to keep in a file."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from phucvu.steering import prequential
from phucvu.steering.lateness import Lateness, in_hours, learn, opened
from phucvu.steering.odds import chances, log_odds
from phucvu.steering.prequential import Bounds, Measures, auc, beats, measured, walk
from phucvu.steering.working_time import WorkingTime
from tools.measure_forecasts import LOG, SETS, Weekdays, municipal_log
from tools.simulated_offices import offices

NOW = dt.datetime(2026, 3, 2, 8)


@pytest.fixture(scope="module")
def time():
    return WorkingTime(Weekdays(), dt.date(2024, 12, 1), dt.date(2027, 1, 31))


@pytest.fixture(scope="module")
def past(time):
    return in_hours(offices(units=6), time)


@pytest.mark.parametrize(
    ("moment", "hours"),
    [
        (dt.datetime(2026, 3, 2, 8), 0),
        (dt.datetime(2026, 3, 2, 12, 30), 4),
        (dt.datetime(2026, 3, 2, 15), 6),
        (dt.datetime(2026, 3, 2, 23, 59, 59), 8),
        (dt.datetime(2026, 3, 7, 10), 40),
        (dt.datetime(2026, 3, 9, 9), 41),
    ],
)
def test_working_hours(moment, hours):
    """From Monday 2 March 2026 on; the 7th is a Saturday."""
    time = WorkingTime(Weekdays(), dt.date(2026, 3, 2), dt.date(2026, 12, 31))
    assert time.hour(moment) == hours


def test_nothing_later_is_known(past, time):
    """What happens after a moment, and what comes in after it, changes no forecast made at it."""
    future = past.filter(pl.col("received_at") < NOW).with_columns(
        *(
            pl.when(pl.col("ended_at") > NOW).then(None).otherwise(pl.col(name)).alias(name)
            for name in ("ended_at", "end")
        )
    )
    assert future.height < past.height
    assert future["ended_at"].null_count() > past.head(future.height)["ended_at"].null_count()
    said = []
    for held in (past, future):
        known = learn(held, NOW, time)
        rows = opened(held, NOW, time, known.usual_load)
        said.append((known.to_json(), known.late(rows).tolist(), rows.height))
    assert said[0] == said[1]
    assert said[0][2] > 100


def test_it_is_kept_as_plain_numbers(past, time):
    known = learn(past, NOW, time)
    kept = Lateness.from_json(json.loads(json.dumps(known.to_json())))
    rows = opened(past, NOW, time, known.usual_load)
    assert np.array_equal(known.late(rows), kept.late(rows))


def test_less_time_left_is_more_likely_late(past, time):
    known = learn(past, NOW, time)
    rows = opened(past, NOW, time, known.usual_load).head(200)
    chance = [known.late(rows.with_columns(used=pl.lit(used))) for used in (0.0, 0.5, 0.9)]
    assert (chance[0] < chance[1]).all()
    assert (chance[1] < chance[2]).all()


def test_what_was_never_seen_has_a_chance(past, time):
    known = learn(past, NOW, time)
    new = opened(past, NOW, time, known.usual_load).head(1)
    new = new.with_columns(unit=pl.lit("?"), procedure=pl.lit("?"), handler=pl.lit(""), load=pl.lit("usual"))
    [chance] = known.late(new)
    assert 0 < chance < 1


def test_simulated_offices_month_by_month(past, time):
    """In queues it beats the clerk's rule in every month, and rules out what it may."""
    made = walk(past, SETS["offices"][0][-6:], time)
    found = prequential.measures(made, SETS["offices"][1])
    assert len(found) == 6
    assert beats(found)
    whole = measured("all", made.filter(pl.col("month") > made["month"].min()))
    assert whole.auc > 0.8
    assert whole.auc > whole.rule_auc
    assert 0.86 <= whole.covered <= 0.94


@pytest.mark.shared
def test_the_municipal_log():
    if not Path(LOG).is_file():
        pytest.skip("the receipt log (../shared/data/receipt) is not there")
    past = municipal_log()
    months, until = SETS["log"]
    time = WorkingTime(Weekdays(), dt.date(2010, 9, 1), dt.date(2013, 6, 30))
    made = walk(in_hours(past, time), months, time)
    whole = measured("all", made.filter(pl.col("due_at") <= until))
    assert whole.brier < whole.rule_brier
    assert whole.auc > whole.rule_auc
    assert 0.88 <= whole.covered <= 0.92


def test_what_is_ruled_out_holds_nine_times_in_ten():
    rng = np.random.default_rng(7)
    chance = rng.beta(1, 3, 20_000)
    late = (rng.random(20_000) < chance).astype(float)
    bounds = Bounds.of(chance[:10_000], late[:10_000])
    for happened in (0, 1):
        covered = bounds.covers(chance[10_000:], late[10_000:])[late[10_000:] == happened].mean()
        assert covered == pytest.approx(0.9, abs=0.02)


def test_few_dossiers_rule_nothing_out():
    assert Bounds.of(np.array([0.9, 0.1]), np.array([1.0, 0.0])) == Bounds(0.0, 1.0)


def test_the_weights_find_what_is_off():
    """Readings twice too sure in log-odds are drawn back to what they are worth."""
    rng = np.random.default_rng(3)
    true = rng.beta(2, 5, 20_000)
    late = (rng.random(20_000) < true).astype(float)
    sure = chances(2 * log_odds(true))
    parts = np.column_stack((np.ones(20_000), log_odds(sure)))
    found = prequential.weights(parts, late, np.ones(20_000), np.array([0.0, 1.0]), 1.0)
    assert found == pytest.approx([0, 0.5], abs=0.05)


def test_auc_by_hand():
    assert auc(np.array([0.1, 0.4, 0.4, 0.9]), np.array([0.0, 0.0, 1.0, 1.0])) == 0.875
    assert auc(np.array([0.1]), np.array([0.0])) is None


@pytest.mark.parametrize(
    ("briers", "shown"), [([1, 3, 1, 1, 1], True), ([1, 1, 3, 1, 1], False), ([1, 1], False)]
)
def test_it_is_shown_only_after_three_months_of_beating_the_rule(briers, shown):
    made = [Measures("2026-01", 1, 0, None, b / 10, None, 0.2, 1.0, 0.0, 0, 0) for b in briers]
    assert beats(made) is shown


def test_no_odds_are_too_long() -> None:
    with np.errstate(all="raise"):
        found = chances(np.array([-2000.0, -1.5, 0.0, 1.5, 2000.0]))
    assert found == pytest.approx([0, 1 / (1 + np.exp(1.5)), 0.5, 1 / (1 + np.exp(-1.5)), 1], abs=1e-15)
