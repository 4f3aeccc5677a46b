"""What each loss costs adds up exactly, whatever the figures."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phucvu.figures.table import SCHEMA
from phucvu.figures.units import Units
from phucvu.rules.loading import load
from phucvu.scoring.scores import score
from phucvu.steering.fates import DECLARED_ONLY, NO_BASE, NOT_LISTED, OTHER_RATE, Fate
from phucvu.steering.losses import Loss
from phucvu.steering.points_lost import account, cost

UNIT, BELOW = "H91", ["H91.01", "H91.02", "H91"]
DAY = dt.date(2026, 8, 31)
RULES = {name: load(name) for name in ("portal-2026", "qd766-2022")}


def loss(indicator: str, fate: Fate, number: int, by_unit: dict[str, Fraction] | None = None) -> Loss:
    return Loss(
        indicator, (fate.name,), fate, (), (), number, by_unit or {UNIT: Fraction(number)}, shows=UNIT
    )


@st.composite
def worlds(draw: st.DrawFn):
    """A rule set, a figure of every indicator, and losses that add up to what each lacks, or nearly."""
    name = draw(st.sampled_from(sorted(RULES)))
    in_force = RULES[name].at(DAY)
    figures, losses = [], {}
    for indicator in in_force.indicators:
        denominator = draw(st.sampled_from([0, 1, 7, 100, 999_983]))
        numerator = draw(st.integers(0, denominator))
        figures.append(("2026-08", UNIT, indicator.id, numerator, denominator))
        lacking = max(0, denominator - numerator + draw(st.sampled_from([0, 0, 0, -1, 2])))
        cuts = sorted(draw(st.lists(st.integers(0, lacking), min_size=3, max_size=3)))
        numbers = [b - a for a, b in zip([0, *cuts], [*cuts, lacking], strict=True)]
        losses[indicator.id] = []
        for fate, number in zip(Fate, numbers, strict=True):
            if number:
                first = draw(st.integers(0, number))
                parts = {BELOW[0]: Fraction(first), BELOW[1]: Fraction(number - first)}
                losses[indicator.id].append(loss(indicator.id, fate, number, parts))
    return name, figures, losses


@given(world=worlds(), running=st.booleans())
def test_costs_add_up_to_the_total_and_the_units_below_to_the_unit(world, running) -> None:
    name, rows, losses = world
    in_force = RULES[name].at(DAY)
    scores = score(pl.DataFrame(rows, schema=SCHEMA, orient="row"), RULES[name], Units([]))
    [total] = scores.totals.to_dicts()
    found = account(scores.components.to_dicts(), in_force, UNIT, running, lambda i: losses[i.id])
    assert found.shown == Fraction(total["lost"])
    assert found.lost + found.rounding == found.shown
    assert sum(found.of(fate) for fate in Fate) == found.lost
    assert sum(found.by_unit().values()) == found.lost
    for each in found.costs:
        assert abs(each.rounding) <= Fraction(1, 200)
        assert sum((s.points for s in each.slices), Fraction(0)) == each.lost
        assert all(s.points >= 0 and sum(s.by_unit.values()) == s.points for s in each.slices)


def row(numerator: int, denominator: int, lost: str, state: str = "counted") -> dict[str, object]:
    return {"numerator": numerator, "denominator": denominator, "lost": Decimal(lost), "state": state}


def test_below_a_target_of_80_percent_what_is_lost_for_good_may_cost_nothing() -> None:
    indicator = RULES["portal-2026"].at(DAY)["4.3"]
    assert indicator.target == Fraction(4, 5)
    losses = [loss("4.3", Fate.GONE, 10), loss("4.3", Fate.NOW, 30)]
    found = cost(row(60, 100, "0.50"), indicator, UNIT, True, losses)
    assert (found.of(Fate.NOW), found.of(Fate.GONE)) == (Fraction(1, 2), 0)
    losses = [loss("4.3", Fate.GONE, 30), loss("4.3", Fate.NOW, 10)]
    found = cost(row(60, 100, "0.50"), indicator, UNIT, True, losses)
    assert (found.of(Fate.NOW), found.of(Fate.GONE)) == (Fraction(1, 4), Fraction(1, 4))


def test_what_no_record_explains_is_told_apart() -> None:
    in_force = RULES["qd766-2022"].at(DAY)
    for id_, reason in (("1.4", DECLARED_ONLY), ("2.1", NOT_LISTED)):
        found = cost(row(90, 100, "0"), in_force[id_], UNIT, True, [loss(id_, Fate.GONE, 4)])
        assert [(s.loss.reasons, s.loss.number) for s in found.slices if s.loss.fate is not Fate.GONE] == [
            ((reason,), 6)
        ]
    found = cost(row(0, 0, "6.00", "zero"), in_force["5.4"], UNIT, False, [])
    assert [(s.loss.reasons, s.loss.fate, s.points) for s in found.slices] == [((NO_BASE,), Fate.GONE, 6)]


def test_the_rate_that_multiplies_is_mended_where_it_is_lost() -> None:
    """Online filing under the written rule is multiplied by the rate of what the portal has."""
    in_force = RULES["qd766-2022"].at(DAY)
    rows = [
        {"indicator": "3.3", **row(40, 100, "2.40"), "score": Decimal("3.60")},
        {"indicator": "1.4", **row(75, 100, "1.50"), "score": Decimal("4.50")},
    ]
    losses = {"3.3": [loss("3.3", Fate.GONE, 60)], "1.4": [loss("1.4", Fate.NOW, 25)]}
    found = account(rows, in_force, UNIT, True, lambda i: losses[i.id])
    [of_3_3] = [each for each in found.costs if each.indicator.id == "3.3"]
    now = [s for s in of_3_3.slices if s.loss.fate is Fate.NOW]
    assert [s.loss.reasons for s in now] == [(OTHER_RATE,)]
    # 40% of 75% is 30%, of 100% it is 40%, and the target is 50%: 6 points × (40 − 30) / 50.
    assert [s.points for s in now] == [Fraction(6, 5)]


@pytest.mark.parametrize("numerator", [0, 50])
def test_what_is_taken_off_twice_is_counted_twice(numerator: int) -> None:
    indicator = RULES["portal-2026"].at(DAY)["5.4"]
    losses = [loss("5.4", Fate.GONE, 120 - numerator)]
    found = cost(row(numerator, 100, "0"), indicator, UNIT, True, losses if not numerator else [])
    assert sum(s.loss.number for s in found.slices) == (120 if not numerator else 50)
