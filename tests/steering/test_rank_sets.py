"""Confidence sets for ranks: as worked by hand, as the method promises, and in simulated worlds."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from phucvu.steering.rank_sets import _Tests, rank_set_alone, rank_sets
from tools.rank_coverage import RESULT, WAYS, departments, provinces
from tools.rank_coverage import coverage as covered

EXAMPLES = yaml.safe_load(Path(__file__).with_name("rank-sets.yaml").read_text(encoding="utf-8"))

units = st.lists(
    st.tuples(st.integers(0, 10_000).map(lambda s: s / 100), st.sampled_from([0.0, 0.1, 0.5, 1.0, 3.0])),
    min_size=2,
    max_size=12,
)


def sets_of(rows):
    scores, errors = np.array(rows, dtype=float).T
    return scores, errors, rank_sets(scores, errors, draws=400)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["title"])
def test_example(example):
    found = rank_sets(np.array(example["scores"], float), np.array(example["errors"], float))
    assert found.low.tolist() == example["from"]
    assert found.high.tolist() == example["to"]


@settings(deadline=None, max_examples=60)
@given(units)
def test_the_rank_is_within_its_set_and_one_alone_knows_no_less(rows):
    scores, errors, found = sets_of(rows)
    first = 1 + (scores[None] > scores[:, None]).sum(axis=1)
    last = len(scores) - (scores[None] < scores[:, None]).sum(axis=1)
    assert (found.low <= first).all()
    assert (last <= found.high).all()
    assert not (found.better & (scores[:, None] <= scores[None])).any()
    low, high = rank_set_alone(scores, errors, 0, draws=400)
    assert found.low[0] <= low <= first[0] <= last[0] <= high <= found.high[0]


@settings(deadline=None, max_examples=40)
@given(units, st.randoms(use_true_random=False))
def test_the_order_of_the_units_makes_no_difference(rows, random):
    _scores, _errors, found = sets_of(rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    _scores, _errors, shuffled = sets_of([rows[unit] for unit in order])
    assert (shuffled.low == found.low[order]).all()
    assert (shuffled.high == found.high[order]).all()


@settings(deadline=None, max_examples=40)
@given(units, st.floats(1, 5))
def test_more_doubt_never_narrows_a_set(rows, factor):
    scores, errors, found = sets_of(rows)
    wider = rank_sets(scores, errors * factor, draws=400)
    assert (wider.low <= found.low).all()
    assert (wider.high >= found.high).all()


def test_the_first_critical_value_is_that_of_tukey():
    """Of equal errors the studentised range of 10 means has a 95% point of 4.474 (tables), here over √2."""
    tests = _Tests(np.zeros(10), np.ones(10), 0.95, 40_000)
    largest = np.zeros(40_000, dtype=np.float32)
    for unit in range(9):
        np.maximum(largest, tests._largest(unit, tests.tested, unit + 1), out=largest)
    assert tests._quantile(largest) == pytest.approx(4.474 / np.sqrt(2), abs=0.03)


def test_the_steps_after_the_first_tell_more_apart():
    """Far apart are the most, so that for the last pair a test of fewer pairs is less strict."""
    scores, errors = np.array([*range(1000, 900, -10), 52.7, 50.0]), np.ones(12)
    tests = _Tests(scores, errors, 0.95, 4_000)
    largest = np.zeros(4_000, dtype=np.float32)
    for unit in range(11):
        np.maximum(largest, tests._largest(unit, tests.tested, unit + 1), out=largest)
    one_step = tests.statistics > tests._quantile(largest)
    assert not one_step[10, 11]
    scores[10] = 50 + 1.4142 * (tests._quantile(largest) - 0.02)
    assert not _Tests(scores, errors, 0.95, 4_000).statistics[10, 11] > tests._quantile(largest)
    assert rank_sets(scores, errors, draws=4_000).better[10, 11]


@pytest.mark.parametrize("block", [provinces, departments])
@pytest.mark.parametrize("way", WAYS)
def test_all_true_ranks_are_held_at_once(block, way):
    found = covered(block(), 50, **WAYS[way])
    assert found["covered"] >= 0.95
    assert found["places"] > found["places_naive"]
    if block is provinces:
        assert found["covered_naive"] < 0.9


def test_the_page_says_what_was_measured():
    measured = json.loads(RESULT.read_text(encoding="utf-8"))
    page = (RESULT.parents[1] / "firmness.md").read_text(encoding="utf-8")
    assert measured["worlds"] == 10_000
    for block, ways in measured["blocks"].items():
        for way, found in ways.items():
            assert found["covered"] >= 0.95
            cells = [f"{found[name]:.1%}" for name in ("covered", "covered_naive")]
            cells += [f"{found[name]:.1f}" for name in ("places", "places_naive")]
            assert f"| {block} | {way} | {' | '.join(cells)} |" in page
