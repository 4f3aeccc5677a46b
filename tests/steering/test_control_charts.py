"""Control charts: as worked by hand, after a shift, and how often they err when nothing has changed."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from phucvu.steering.control_charts import Increment, control_chart, increments

EXAMPLES = yaml.safe_load(Path(__file__).with_name("control-charts.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["title"])
def test_example(example):
    chart = control_chart(example["values"])
    if "mean" not in example:
        assert chart is None
        return
    limits = chart.limits
    assert (limits.low, limits.mean, limits.high) == pytest.approx(
        (example["low"], example["mean"], example["high"]), abs=1e-3
    )
    assert chart.signals == example["signals"]


BASE = [9, 11, 10, 12, 8, 10, 11, 9] * 3


def test_a_shift_begins_a_new_base_and_not_before():
    shifted = [13, 14, 13, 12, 13, 14, 12, 13]
    chart = control_chart(BASE + shifted)
    assert (chart.limits.first, chart.latest) == (0, "run")
    chart = control_chart([*BASE, *shifted, 13])
    assert (chart.limits.first, chart.latest) == (24, None)
    assert chart.limits.mean == pytest.approx(np.mean(shifted))


def test_the_base_stays_as_it_is_while_nothing_shifts():
    short, longer = control_chart(BASE[:21]), control_chart([*BASE, 10, 9])
    assert short.limits == longer.limits


def test_limits_end_at_what_a_value_can_be():
    chart = control_chart([0.9, 1.0] * 5, 0, 1)
    assert chart.limits.high == 1
    assert chart.limits.low > 0.5


def test_false_alarms_are_rare_when_nothing_changes():
    """Of series of 13 months and of 40 days that only vary, the latest value alarms in some 3 of 100."""
    rng = np.random.default_rng(1)
    for length, most in ((13, 0.05), (40, 0.05)):
        for series in (rng.normal(80, 3, (2_000, length)), rng.binomial(300, 0.9, (2_000, length)) / 300):
            alarms = sum(control_chart(row.tolist()).latest is not None for row in series)
            assert alarms / 2_000 <= most


def test_a_change_of_four_deviations_is_seen_more_often_than_not():
    rng = np.random.default_rng(2)
    series = rng.normal(0, 1, (500, 13))
    series[:, -1] += 4
    assert sum(control_chart(row.tolist()).latest is not None for row in series) > 300


def test_a_running_figure_is_charted_by_what_each_day_adds():
    figures = [(80, 100), (89, 110), None, (97, 120), (97, 120), (95, 121), (99, 124)]
    assert list(increments(figures)) == [
        None,
        Increment(9, 10),
        None,
        Increment(8, 10),
        None,
        None,
        None,
    ]
    assert Increment(9, 10).rate == 0.9
    assert next(iter(list(increments([(95, 121), (98, 124)]))[1:])) == Increment(3, 3)
