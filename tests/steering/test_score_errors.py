"""Standard errors of scores, worked by hand."""

import datetime as dt
from math import sqrt

import polars as pl
import pytest

from phucvu.figures.table import SCHEMA
from phucvu.figures.units import Units
from phucvu.published import scored_2026
from phucvu.rules.loading import load
from phucvu.scoring import score
from phucvu.steering.firm_ranks import firm_ranks, ranked_units, with_firm_ranks
from phucvu.steering.score_errors import is_sample, score_errors

RULES = load("portal-2026")


def errors(rules=RULES, kind="province", **figures):
    """The error of one unit with these figures, such as i2_1=(90, 100)."""
    rows = [
        ("2026", "H01", name[1:].replace("_", "."), numerator, denominator)
        for name, (numerator, denominator) in figures.items()
    ]
    scores = score(pl.DataFrame(rows, schema=SCHEMA, orient="row"), rules, Units([]))
    return score_errors(scores.components, ["H01"], scores.rules["2026"], kind)[0]


def chance(numerator, denominator):
    return (numerator + 0.5) / (denominator + 1)


def test_one_indicator():
    p = chance(90, 100)
    assert errors(i2_1=(90, 100)) == pytest.approx(20 * sqrt(p * (1 - p) / 100))


def test_a_target_makes_points_and_doubt_larger():
    p = chance(30, 100)
    assert errors(i4_3=(30, 100)) == pytest.approx(2 / 0.8 * sqrt(p * (1 - p) / 100))


def test_conditions_of_the_same_dossiers_may_go_together():
    """Both hold of 80 of 100 dossiers, and the same may lack both: the errors add up."""
    p = chance(80, 100)
    assert errors(i2_1=(80, 100), i4_1=(80, 100)) == pytest.approx((20 + 6) * sqrt(p * (1 - p) / 100))


def test_conditions_of_other_things_are_independent():
    p = chance(80, 100)
    one, other = 20 * sqrt(p * (1 - p) / 100), 6 * sqrt(p * (1 - p) / 100)
    assert errors(i2_1=(80, 100), i5_2=(80, 100)) == pytest.approx(sqrt(one**2 + other**2))


def test_few_cases_all_alike_are_no_certainty():
    assert errors(i5_2=(3, 3)) == pytest.approx(6 * sqrt(chance(3, 3) * (1 - chance(3, 3)) / 3))


def test_full_points_far_above_the_target_are_sure():
    assert errors(i3_3=(950, 1000)) == 0
    assert errors(i3_3=(505, 1000)) > 0


@pytest.mark.parametrize("figures", [{"i5_2": (0, 0)}, {"i2_1": (0, 0)}, {"i1_3": (5, 9)}, {"i3_1": (5, 9)}])
def test_what_a_rule_gives_and_what_a_register_holds_has_no_chance(figures):
    assert errors(**figures) == 0


def test_what_all_units_of_a_province_show_is_no_difference_between_them():
    rules = RULES.at(dt.date(2026, 10, 1))
    assert is_sample(rules["1.1"], "province")
    assert not is_sample(rules["1.1"], "commune")
    assert is_sample(load("qd766-2022").at(dt.date(2026, 10, 1))["1.1"], "commune")


def test_a_rate_that_another_multiplies_has_the_doubt_that_is_left():
    """By the written rule 3.3 is multiplied by 1.4's rate: with half, an error of half as many points."""
    rules = load("qd766-2022")
    p = chance(20, 100)
    alone = errors(rules, i3_3=(20, 100), i1_4=(100, 100))
    assert alone == pytest.approx(12 * sqrt(p * (1 - p) / 100), rel=0.5)
    assert errors(rules, i3_3=(20, 100), i1_4=(0, 100)) < alone


@pytest.fixture(scope="module")
def published():
    return scored_2026()


def test_more_cases_at_the_same_rates_are_firmer(published):
    figures = published.scores.components.filter(pl.col("numerator").is_not_null())
    more = figures.with_columns(pl.col("numerator", "denominator") * 9).select(SCHEMA.keys())
    scores = score(more, RULES, published.scores.units)
    few = score(figures.select(SCHEMA.keys()), RULES, published.scores.units)
    for part in ("payment", "satisfaction", "progress"):
        wide, narrow = (firm_ranks(s, "2026", ("province", None), part) for s in (few, scores))
        assert wide.keys() == narrow.keys()
        assert all(wide[u].low <= narrow[u].low <= narrow[u].high <= wide[u].high for u in wide)


def test_ranks_of_totals_stand_in_their_intervals(published):
    rows = with_firm_ranks(published.scores.totals, published.scores).filter(pl.col("rank").is_not_null())
    assert rows["rank_from"].null_count() == 0
    assert (rows["rank_from"] <= rows["rank"]).all()
    assert (rows["rank"] <= rows["rank_to"]).all()


def test_those_that_cannot_be_told_apart_say_so_of_each_other(published):
    firm = firm_ranks(published.scores, "2026", ("province", None))
    assert len(firm) == 34
    assert any(one.alike for one in firm.values())
    for code, one in firm.items():
        assert code not in one.alike
        assert all(code in firm[other].alike for other in one.alike)
    low, high = ranked_units(published.scores, "2026", ("province", None)).alone("H21")
    assert firm["H21"].low <= low <= 4 <= high <= firm["H21"].high
    assert ranked_units(published.scores, "2026", ("province", None)).alone("H21.17") is None


def test_a_block_of_one_has_no_interval(published):
    assert firm_ranks(published.scores, "2026", ("district", "H21")) == {}
