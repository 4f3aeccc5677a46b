"""What must hold of scores whatever the figures are."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from phucvu.figures.periods import Period
from phucvu.figures.table import LARGEST, SCHEMA
from phucvu.figures.units import Units, unit_from_code
from phucvu.rules.loading import load, names
from phucvu.scoring import score
from phucvu.scoring.scores import since_previous

UNITS = ["H21", "H24", "H21.17", "H21.18", "H21.227", "H21.228", "H24.227", "G09", "G09.20"]
LAST_DAY = Period.parse("2026").last
rule_sets = st.sampled_from(names())


@st.composite
def figures(draw, largest=LARGEST, periods=("2026",)):
    """Figures with any numbers; small ones often, so that ties and full rates happen."""
    rules = load("portal-2026").at(LAST_DAY)
    ids = [i.id for i in rules.indicators if i.count.of != "processing_time"]
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from(periods), st.sampled_from(UNITS), st.sampled_from(ids)),
            min_size=1,
            max_size=60,
            unique=True,
        )
    )
    rows = []
    for key in keys:
        denominator = draw(st.integers(0, 12) | st.integers(0, largest))
        numerator = draw(st.integers(0, denominator) | st.just(denominator))
        rows.append((*key, numerator, denominator))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def plain_score(indicator, numerator, denominator, others, kind):
    """A second, plain reading: points of one figure, or None where they are not known."""
    if kind not in indicator.applies_to:
        return indicator.max_points if indicator.not_applicable == "full" else Decimal(0)
    if not indicator.scored:
        return Decimal(0)
    if denominator == 0:
        return indicator.max_points if indicator.zero_denominator == "full" else Decimal(0)
    rate = Fraction(numerator, denominator)
    if indicator.count.times is not None:
        if indicator.count.times not in others:
            return None
        other_numerator, other_denominator = others[indicator.count.times]
        if other_denominator == 0:
            return Decimal(0)
        rate *= Fraction(other_numerator, other_denominator)
    exact = Fraction(indicator.max_points) * min(Fraction(1), rate / indicator.target)
    return round(Decimal(0) + Decimal(round(exact * 100)) / 100, 2)


@settings(max_examples=60, deadline=None)
@given(figures(), rule_sets)
def test_scores_are_those_of_a_plain_reading(frame, name):
    scores = score(frame, load(name), Units([]))
    rules = load(name).at(LAST_DAY)
    by_unit = {}
    for row in frame.iter_rows(named=True):
        by_unit.setdefault(row["unit"], {})[row["indicator"]] = (row["numerator"], row["denominator"])
    expected = {}
    for unit, own in by_unit.items():
        kind = unit_from_code(unit).kind
        for indicator in rules.indicators:
            given_by_rule = indicator.scored and kind not in indicator.applies_to
            if indicator.id in own or given_by_rule:
                points = plain_score(indicator, *own.get(indicator.id, (0, 0)), own, kind)
                if points is not None:
                    expected[unit, indicator.id] = points
    found = {(r["unit"], r["indicator"]): r["score"] for r in scores.components.iter_rows(named=True)}
    assert found == expected
    of_nation, of_units = pl.col("kind") == "nation", pl.col("kind") != "nation"
    for row in scores.groups.filter(of_units).iter_rows(named=True):
        parts = [expected.get((row["unit"], i.id)) for i in rules.of_group(row["group"]) if i.scored]
        assert row["score"] == (None if None in parts else sum(parts))
    for row in scores.totals.filter(of_nation).iter_rows(named=True):
        known = scores.totals.filter(pl.col("kind") == "province")["score"].drop_nulls().to_list()
        assert row["score"] == (round(sum(known) / len(known), 2) if known else None)
    for row in scores.totals.filter(of_units).iter_rows(named=True):
        parts = scores.groups.filter(unit=row["unit"])["score"].to_list()
        assert row["score"] == (None if None in parts else sum(parts))


@settings(max_examples=60, deadline=None)
@given(figures(), rule_sets)
def test_scores_stay_between_nothing_and_the_maximum(frame, name):
    scores = score(frame, load(name), Units([]))
    for part in (scores.components, scores.groups, scores.totals):
        known = part.filter(pl.col("score").is_not_null())
        assert ((known["score"] >= 0) & (known["score"] <= known["max"])).all()
        assert (known["score"] + known["lost"] == known["max"]).all()


@settings(max_examples=60, deadline=None)
@given(figures(largest=5000), rule_sets, st.randoms(use_true_random=False))
def test_a_score_never_falls_when_the_numerator_rises(frame, name, random):
    higher = frame.with_columns(
        numerator=pl.Series(
            [random.randint(n, d) for n, d in frame.select("numerator", "denominator").rows()]
        )
    )
    before = score(frame, load(name), Units([])).components
    after = score(higher, load(name), Units([])).components
    both = before.join(after, on=["period", "unit", "indicator"], suffix="_after")
    assert both.height == before.height
    assert (both["score_after"] >= both["score"]).all()


@settings(max_examples=60, deadline=None)
@given(figures(periods=("2026", "2025", "2026-08")), rule_sets, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(frame, name, random):
    rows = frame.rows()
    random.shuffle(rows)
    shuffled = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    first, second = score(frame, load(name), Units([])), score(shuffled, load(name), Units([]))
    for part, key in (("components", "indicator"), ("groups", "group"), ("totals", "kind")):
        by = ["period", "unit", key]
        one, other = getattr(first, part).sort(by), getattr(second, part).sort(by)
        assert one.equals(other)


@settings(max_examples=60, deadline=None)
@given(figures(largest=5), rule_sets)
def test_ranks_are_those_of_the_plain_definition(frame, name):
    """A unit's rank is one more than the number of like units with a better score."""
    scores = score(frame, load(name), Units([]))
    for part, further in ((scores.groups, ["group"]), (scores.totals, [])):
        rows = part.to_dicts()
        for row in rows:
            like = [
                r["score"]
                for r in rows
                if all(r[c] == row[c] for c in ["period", "kind", "parent", *further])
                and r["score"] is not None
            ]
            better = sum(1 for s in like if row["score"] is not None and s > row["score"])
            if row["kind"] == "nation":
                assert (row["rank"], row["ranked"]) == (None, 0)
                continue
            alone = row["score"] is not None and len(like) == 1
            assert row["rank"] == (None if row["score"] is None or alone else better + 1)
            assert row["ranked"] == len(like)
            reason = "no_score" if row["score"] is None else "alone" if alone else None
            assert row["unranked"] == reason


@settings(max_examples=30, deadline=None)
@given(figures(largest=5, periods=("2026-07", "2026-08")))
def test_changes_are_against_the_period_before(frame):
    totals = score(frame, load("portal-2026"), Units([])).groups
    changed = {(r["period"], r["unit"], r["group"]): r for r in since_previous(totals, "group").to_dicts()}
    for (period, unit, group), row in changed.items():
        before = changed.get(("2026-07", unit, group)) if period == "2026-08" else None
        if before is None or before["score"] is None or row["score"] is None:
            assert row["score_change"] is None
            assert row["rank_change"] is None
        else:
            assert row["score_change"] == row["score"] - before["score"]
            assert row["rank_change"] == before["rank"] - row["rank"]


def test_every_hundredth_is_kept_as_points():
    """Points are divided as floats on their way to decimals: no hundredth may slip."""
    from phucvu.scoring.component_scores import as_points

    every = pl.DataFrame({"score": range(20001)}).select(as_points("score"))["score"]
    expected = [(Decimal(n) / 100).quantize(Decimal("0.01"), ROUND_HALF_EVEN) for n in range(20001)]
    assert every.to_list() == expected
