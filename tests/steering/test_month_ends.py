"""What a month will end with: whole numbers, from what was known alone, within what the records allow."""

import datetime as dt
import json

import numpy as np
import polars as pl
import pytest

from phucvu.figures.periods import Period
from phucvu.rules.loading import rules_in_use
from phucvu.steering import kept_month_ends
from phucvu.steering.kept_month_ends import KeptMonthEnds
from phucvu.steering.month_ends import (
    LEVELS,
    MIDDLES,
    SO_FAR,
    MonthEnds,
    Spread,
    draw,
    learn,
    points_of,
    steps_of,
)
from phucvu.steering.month_ends_tried import LEARNT_FROM, Month, expected, months, shown, walk, wider, within
from tools.measure_month_ends import rules_of, tried_offices

RULES = rules_in_use().at(dt.date(2026, 1, 31))
KNOWN = MonthEnds({"U 2.1": 2.0, "U 4.2": 1.0}, {"2.1": 0.8, "U 4.2": 0.5}, {"2.1": Spread(0.05, 0.2, 0.3)})


def so_far(left=40.0, risk=(), numerator=90, denominator=100):
    rows = [
        ("U", "department", "2.1", numerator, denominator, left, list(risk)),
        ("U", "department", "4.2", 30, 60, left, []),
    ]
    return pl.DataFrame(rows, schema=SO_FAR, orient="row")


@pytest.fixture(scope="module")
def tried():
    return tried_offices(units=6, last=9)


def test_draws_are_whole_and_possible():
    risk = steps_of(np.array([0.1] * 30 + [0.9] * 20))
    assert sum(risk) == 50
    assert risk[45] == 20
    numerator, denominator = draw(KNOWN, so_far(risk=risk))
    assert numerator.dtype.kind == denominator.dtype.kind == "i"
    assert (denominator >= [[100], [60]]).all()
    assert ((numerator >= 0) & (numerator <= denominator)).all()
    expect = 90 + 40 * 2 * 0.8 - 30 * 0.1 - 20 * 0.9
    assert numerator[0].mean() == pytest.approx(expect, abs=3)
    assert np.array_equal(numerator, draw(KNOWN, so_far(risk=risk))[0])


def test_nothing_left_is_as_counted():
    found = expected(KNOWN, so_far(left=0.0), RULES)
    for row in found.iter_rows(named=True):
        assert row["now"] == row["low"] == row["middle"] == row["high"]
    assert found.filter(part="total")["now"][0] == pytest.approx(
        found.filter(pl.col("part") != "total")["now"].sum()
    )


def test_points_are_the_scorers():
    """90 of 100 in time of 20 points."""
    rows = so_far()
    found = points_of(rows, np.array([[90, 100], [0, 60]]), np.array([[100, 100], [60, 60]]), RULES)
    assert found[0].tolist() == [1800, 2000]
    assert found[1, 0] == 0


def test_what_is_learnt_is_what_happened(tried):
    known = learn(tried)
    assert known == MonthEnds.from_json(json.loads(json.dumps(known.to_json())))
    last = tried["month"].unique().sort().tail(6)
    rows = tried.filter(pl.col("month").is_in(last.implode()), unit="H99", indicator="2.1")
    gained = (rows["end_denominator"] - rows["denominator"]).sum()
    assert known.pace["H99 2.1"] == pytest.approx(gained / rows["left"].sum(), rel=1e-4)
    assert known.spread["2.1"].late > 0


def test_lost_dossiers_were_forecast(tried):
    """Of the dossiers at risk about as many became late as their chances say."""
    rows = tried.filter(indicator="2.1", unit="H99")
    said = float((np.array(rows["risk"].to_list()) @ MIDDLES).sum())
    assert rows["lost"].sum() == pytest.approx(said, rel=0.3)
    assert rows["risk"].list.len().unique().to_list() == [LEVELS]


def test_intervals_hold_nine_in_ten_and_beat_the_plain_rules(tried):
    made = walk(tried, rules_of(tried))
    found = [m for m in months(made) if m.part == "total"][1:]
    assert len(found) == tried["month"].n_unique() - LEARNT_FROM - 1
    number = sum(m.number for m in found)
    assert 0.83 <= sum(m.covered for m in found) / number <= 0.99
    errors = [sum(getattr(m, n) for m in found) for n in ("error", "so_far_error", "last_error")]
    assert errors[0] < min(errors[1:])


def test_no_later_month_is_known(tried):
    """What a month was expected to end with is the same whatever came after it."""
    whole = walk(tried, rules_of(tried))
    month = whole["month"].unique().sort()[1]
    cut = walk(tried.filter(pl.col("month") <= month), rules_of(tried))
    assert cut.filter(month=month).equals(whole.filter(month=month))


def test_intervals_are_as_wide_as_the_past_needed():
    """Of 19 errors, the 18th in order: nine in ten of the next are no larger."""
    made = pl.DataFrame(
        {
            "part": ["total"] * 19, "month": ["2026-01"] * 19, "low": [9.0] * 19, "middle": [10.0] * 19,
            "high": [12.0] * 19, "came": [10 + 2 * n / 10 for n in range(1, 20)],
        }
    )  # fmt: skip
    wide = wider(made)
    assert wide == {"total": pytest.approx(1.8)}
    said = within(made.head(1), wide)
    assert said["from"][0] == pytest.approx(8.2)
    assert said["to"][0] == pytest.approx(13.6)


def test_it_is_shown_only_where_it_beat_both_plain_rules():
    def month(error, so_far, last):
        return Month("total", "2026-01", 10, 9, 1.0, error, so_far, last)

    good, bad = month(0.1, 0.2, 0.3), month(0.25, 0.2, 0.3)
    assert shown([bad, good, good, good], "total")
    assert not shown([good, good, bad], "total")
    assert not shown([good, good], "total")
    assert not shown([good] * 3, "2.1")


def test_the_file(tmp_path):
    path = tmp_path / "scores.json"
    kept = KeptMonthEnds(
        dt.datetime(2026, 9, 1), KNOWN, {"total": 1.2}, [Month("total", "2026-08", 9, 8, 1, 1, 2, 2)]
    )
    kept.write(path)
    assert kept_month_ends.read(path) == kept
    assert path.stat().st_mode & 0o077 == 0
    path.write_text('{"meaning": 1, "at": "x"}', encoding="utf-8")
    assert kept_month_ends.read(path) is None
    assert Period.parse("2026-08").kind == "month"
