"""Why points changed: the causes add up exactly, and each is what it is called."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from phucvu.engine.by_procedure import OF_EACH
from phucvu.figures.table import SCHEMA
from phucvu.figures.units import Units
from phucvu.rules.loading import load
from phucvu.scoring.scores import score
from phucvu.steering.changes import CAUSES, Period, changes

UNIT, BELOW = "H91", ("H91.01", "H91.02")
DAY = dt.date(2026, 8, 31)
RULES = {name: load(name) for name in ("portal-2026", "qd766-2022")}

Cells = dict[tuple[str, str], tuple[int, int]]
"""Numerator and denominator by part and procedure."""

ONE_OF_DOSSIERS = ["2.1", "3.3", "4.3"]


def period(cells: Cells, name: str = "portal-2026", others: tuple[int, int] = (3, 4)) -> Period:
    """A period in which three indicators have these figures, all the others the one given."""
    rules = RULES[name]
    in_force = rules.at(DAY)
    whole = tuple(sum(cell[k] for cell in cells.values()) for k in (0, 1))
    rows = [
        ("2026-08", UNIT, i.id, *(whole if i.id in ONE_OF_DOSSIERS else others)) for i in in_force.indicators
    ]
    scores = score(pl.DataFrame(rows, schema=SCHEMA, orient="row"), rules, Units([]))
    components = {row["indicator"]: row for row in scores.components.to_dicts()}
    each = []
    for id_ in ONE_OF_DOSSIERS:
        procedures = {procedure for _, procedure in cells}
        for (part, procedure), (n, d) in cells.items():
            if part != UNIT and d:
                each.append((procedure, "2026-08", part, id_, n, d))
        for p in procedures:
            n, d = (sum(cell[k] for (_, q), cell in cells.items() if q == p) for k in (0, 1))
            if d:
                each.append((p, "2026-08", UNIT, id_, n, d))
    return Period(components, in_force, pl.DataFrame(each, schema=OF_EACH, orient="row"))


@st.composite
def cells(draw: st.DrawFn) -> Cells:
    found = {}
    for part in (*BELOW, UNIT):
        for procedure in ("1.001", "1.002", "1.003"):
            d = draw(st.sampled_from([0, 0, 1, 9, 1000, 123_457]))
            found[part, procedure] = (draw(st.integers(0, d)), d)
    return found


@settings(deadline=None)
@given(
    then=cells(), now=cells(), names=st.tuples(*[st.sampled_from(sorted(RULES))] * 2), other=st.integers(0, 4)
)
def test_the_causes_add_up_to_the_change(then: Cells, now: Cells, names: tuple[str, str], other: int) -> None:
    first, last = period(then, names[0]), period(now, names[1], (other, 4))
    found = changes(UNIT, BELOW, first, last)
    for change in found:
        assert sum((p.points for p in change.pieces), Fraction(0)) == change.points
        assert sum((change.of(cause) for cause in CAUSES), Fraction(0)) == change.points
        assert {p.cause for p in change.pieces} <= CAUSES.keys()
        assert {p.unit for p in change.pieces} <= {UNIT, *BELOW}
        # Two scores are rounded, each by up to half a hundredth.
        assert abs(change.of("rounding")) <= Fraction(1, 100) + Fraction(1, 10_000)
    scored = [i.id for i in last.rules.indicators if i.scored]
    total = sum(
        (Fraction(last.components[i]["score"] - first.components[i]["score"]) for i in scored), Fraction(0)
    )
    assert sum((change.points for change in found), Fraction(0)) == total


def one(then: Cells, now: Cells) -> dict[tuple[str, str], Fraction]:
    """By cause and unit, what the points of 2.1 changed by."""
    [change] = [c for c in changes(UNIT, BELOW, period(then), period(now)) if c.indicator.id == "2.1"]
    return {(p.cause, p.unit): p.points for p in change.pieces if p.cause != "rounding"}


A, B = BELOW
THEN: Cells = {(A, "1.001"): (90, 100), (A, "1.002"): (50, 100), (B, "1.001"): (60, 100)}


def test_better_work_is_performance_alone() -> None:
    found = one(THEN, {**THEN, (B, "1.001"): (90, 100)})
    assert found == {("performance", B): Fraction(20 * 30, 300)}


def test_more_of_everything_changes_nothing() -> None:
    assert one(THEN, {key: (10 * n, 10 * d) for key, (n, d) in THEN.items()}) == {}


def test_more_of_a_bad_procedure_is_mix_of_its_unit() -> None:
    now = {**THEN, (A, "1.001"): (45, 50), (A, "1.002"): (75, 150)}
    assert one(THEN, now) == {("mix", A): round(Fraction(20 * -20, 300), 6)}


def test_more_dossiers_of_a_unit_below_the_average_cost_points_as_volume() -> None:
    """The unit with 60 on time of 100 is worse than the average of 66.7, and then has half of all."""
    found = one(THEN, {**THEN, (B, "1.001"): (120, 200)})
    assert {cause for cause, _ in found} == {"volume"}
    assert all(points < 0 for points in found.values())
    assert abs(sum(found.values()) - 20 * (Fraction(260, 400) - Fraction(200, 300))) < Fraction(1, 100_000)


def test_what_is_new_changes_in_size_alone() -> None:
    found = one({(A, "1.001"): (90, 100)}, {(A, "1.001"): (90, 100), (B, "1.001"): (0, 100)})
    assert {cause for cause, _ in found} == {"volume"}


def test_what_is_counted_once_over_all_is_split_into_its_numbers() -> None:
    changed = changes(UNIT, BELOW, period(THEN, others=(3, 4)), period(THEN, others=(3, 6)))
    [change] = [c for c in changed if c.indicator.id == "3.2"]
    assert {(p.cause, p.unit) for p in change.pieces} == {("volume", UNIT)}
    assert change.points == -1


def test_another_target_is_a_change_of_the_rules() -> None:
    then, now = period(THEN), period(THEN)
    indicators = tuple(
        replace(i, target=Fraction(4, 5)) if i.id == "2.1" else i for i in now.rules.indicators
    )
    components = {**now.components, "2.1": {**now.components["2.1"], "score": 20 * Fraction(5, 6)}}
    now = replace(now, rules=replace(now.rules, indicators=indicators), components=components)
    [change] = changes(UNIT, BELOW, then, now)[:1]
    assert {p.cause for p in change.pieces} <= {"rules", "rounding"}
    assert change.of("rules") == 20 * (Fraction(5, 6) - Fraction(2, 3))


def test_without_a_base_there_is_nothing_to_divide() -> None:
    changed = changes(UNIT, BELOW, period(THEN, others=(0, 0)), period(THEN, others=(4, 4)))
    [change] = [c for c in changed if c.indicator.id == "3.2"]
    assert {(p.cause, p.points) for p in change.pieces} == {("no_base", Fraction(4))}
