"""Formula watch: silent on real days, and every change of the formula named, dated and explained."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from phucvu.figures.units import Units
from phucvu.rules.loading import load
from phucvu.scoring.component_scores import component_scores, rules_frame
from phucvu.scoring.formula_watch import Explanation, crossed, formula_changes

DAYS = [dt.date(2026, 10, n) for n in range(6, 13)]
SINCE = DAYS[3]
TEXTS = {"indicator": pl.String, "period": pl.String, "official_score": pl.Float64}


def watched(published: pl.DataFrame) -> list:
    return formula_changes(published, load("portal-2026"), Units([]))


@pytest.fixture(scope="module")
def provinces(official: Path) -> pl.DataFrame:
    """The provinces' real figures, growing a little each day, with the scores they give."""
    real = pl.read_csv(
        official / "figures_2026_at_2026-10-10.csv", schema_overrides=TEXTS, infer_schema_length=None
    )
    real = real.filter(pl.col("unit").str.len_chars() == 3).drop_nulls(["numerator", "denominator"])
    grown = pl.concat(
        real.select(
            pl.lit(day).alias("as_of"),
            *("period", "unit", "indicator"),
            numerator=pl.col("numerator") + n * pl.col("numerator") // 50,
            denominator=pl.col("denominator") + n * pl.col("denominator") // 40,
        )
        for n, day in enumerate(DAYS)
    )
    return grown.with_columns(score=scored(grown, {}))


def scored(figures: pl.DataFrame, changed: dict[str, dict[str, object]]) -> pl.Series:
    """Points of figures by the portal's rules, of which some indicators' values are changed."""
    rules = rules_frame({"2026": load("portal-2026").at(dt.date(2026, 12, 31))}, ["province"])
    for name, values in changed.items():
        rules = rules.with_columns(
            pl.when(pl.col("indicator") == name).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)
            for column, value in values.items()
        )
    scores = component_scores(figures.with_columns(kind=pl.lit("province")), rules)
    on = ["as_of", "unit", "indicator"]
    points = scores.select(*on, points=pl.col("score") / 100)
    return figures.join(points, on=on, how="left", maintain_order="left")["points"]


def with_change(provinces: pl.DataFrame, changed: dict[str, dict[str, object]]) -> pl.DataFrame:
    after = pl.col("as_of") >= SINCE
    return provinces.with_columns(
        score=pl.when(after).then(scored(provinces, changed)).otherwise(pl.col("score"))
    )


def test_no_alarm_on_the_real_days(official: Path) -> None:
    days = pl.read_csv(official / "daily" / "H15_figures.csv", schema_overrides=TEXTS, try_parse_dates=True)
    assert days["as_of"].n_unique() == 18
    assert watched(days.rename({"official_score": "score"}).with_columns(period=pl.lit("2026"))) == []
    year = pl.read_csv(
        official / "figures_2026_at_2026-10-10.csv", schema_overrides=TEXTS, infer_schema_length=None
    )
    assert year.drop_nulls("official_score").height > 700
    one_day = year.with_columns(as_of=pl.lit(DAYS[4])).rename({"official_score": "score"})
    assert watched(one_day) == []


def test_no_alarm_on_days_without_a_change(provinces: pl.DataFrame) -> None:
    assert watched(provinces) == []


def maximum(points: int | float) -> dict[str, object]:
    return {"max": int(points * 100)}


def target(percent: int) -> dict[str, object]:
    share = Fraction(percent, 100)
    return {"target_part": share.numerator, "target_whole": share.denominator}


MAXIMA = [("1.1", 4), ("1.2", 6), ("1.3", 1.5), ("2.1", 18), ("2.1", 22), ("3.4", 3), ("3.5", 2.5)]
MAXIMA += [("3.6", 5), ("4.1", 8), ("4.2", 3.5), ("5.2", 4), ("5.4", 7)]
TARGETS = [("1.3", 90), ("2.1", 98), ("3.5", 100), ("3.4", 50), ("3.6", 80), ("4.4", 80), ("4.5b", 90)]
TARGETS += [("4.1", 85), ("4.2", 80), ("4.3", 100), ("5.4", 95)]


@pytest.mark.parametrize(("name", "points"), MAXIMA)
def test_another_maximum(provinces: pl.DataFrame, name: str, points: float) -> None:
    [change] = watched(with_change(provinces, {name: maximum(points)}))
    assert (change.indicator, change.since, change.until) == (name, SINCE, DAYS[-1])
    assert (
        Explanation("max", max_points=Decimal(str(points)).quantize(Decimal("0.01"))) in change.explanations
    )
    own = load("portal-2026").at(SINCE)
    lowered = points < next(i for i in own.indicators if i.id == name).max_points
    assert change.costs
    assert all((cost < 0) == lowered for cost in change.costs.values())


@pytest.mark.parametrize(("name", "percent"), TARGETS)
def test_another_target(provinces: pl.DataFrame, name: str, percent: int) -> None:
    [change] = watched(with_change(provinces, {name: target(percent)}))
    assert (change.indicator, change.since, change.until) == (name, SINCE, DAYS[-1])
    assert Explanation("target", target=Fraction(percent, 100)) in change.explanations
    assert change.costs


@pytest.mark.parametrize(
    ("name", "zero"), [("5.2", "none"), ("5.3", "none"), ("1.1", "full"), ("4.1", "full")]
)
def test_another_rule_for_nothing_to_count(provinces: pl.DataFrame, name: str, zero: str) -> None:
    empty = (pl.col("indicator") == name) & (pl.col("unit") == "H01")
    emptied = provinces.with_columns(
        pl.when(empty).then(0).otherwise(pl.col(c)).alias(c) for c in ("numerator", "denominator")
    )
    emptied = emptied.with_columns(score=scored(emptied, {}))
    assert watched(emptied) == []
    [change] = watched(with_change(emptied, {name: {"zero": zero}}))
    assert (change.indicator, change.since) == (name, SINCE)
    assert change.explanations[0] == Explanation("zero", zero=zero)
    assert "H01" in change.costs


def test_a_maximum_and_a_target_together(provinces: pl.DataFrame) -> None:
    [change] = watched(with_change(provinces, {"3.6": maximum(8) | target(60)}))
    assert (change.indicator, change.since) == ("3.6", SINCE)
    both = Explanation("max_and_target", max_points=Decimal(8), target=Fraction(60, 100))
    assert both in change.explanations


@pytest.mark.parametrize(("name", "base"), [("4.1", "3.6"), ("4.3", "1.4")])
def test_a_score_by_another_denominator(provinces: pl.DataFrame, name: str, base: str) -> None:
    other = provinces.filter(indicator=base).select("as_of", "unit", other="denominator")
    moved = provinces.join(other, on=["as_of", "unit"], how="left", maintain_order="left")
    mine = (pl.col("indicator") == name) & (pl.col("as_of") >= SINCE)
    counted = moved.with_columns(denominator=pl.when(mine).then("other").otherwise("denominator"))
    published = provinces.with_columns(score=scored(counted.select(provinces.columns), {}))
    [change] = watched(published)
    assert (change.indicator, change.since) == (name, SINCE)
    assert Explanation("base", base=base) in change.explanations


def test_denominators_that_move_to_another_indicator_s(provinces: pl.DataFrame) -> None:
    """4.1 counts dossiers handled, as 4.2 does, and then those with fees, as 3.6 does."""
    by = {
        n: provinces.filter(indicator=n).select("as_of", "unit", **{n: "denominator"}) for n in ("3.6", "4.2")
    }
    rows = provinces
    for name in by:
        rows = rows.join(by[name], on=["as_of", "unit"], how="left", maintain_order="left")
    base = pl.when(pl.col("as_of") >= SINCE).then("3.6").otherwise("4.2")
    rows = rows.with_columns(
        denominator=pl.when(pl.col("indicator") == "4.1").then(base).otherwise("denominator")
    )
    rows = rows.select(provinces.columns).with_columns(score=scored(rows.select(provinces.columns), {}))
    changes = [c for c in watched(rows) if c.indicator == "4.1"]
    assert [(c.since, c.until) for c in changes] == [(SINCE, DAYS[-1])]
    assert Explanation("base", base="3.6") in changes[0].explanations


def test_several_at_once_and_one_after_the_other(provinces: pl.DataFrame) -> None:
    changed = with_change(provinces, {"2.1": maximum(18), "5.4": target(95), "1.2": maximum(6)})
    later = pl.col("as_of") >= DAYS[5]
    again = changed.with_columns(
        score=pl.when(later)
        .then(scored(provinces, {"2.1": maximum(16), "5.4": target(95), "1.2": maximum(6)}))
        .otherwise(pl.col("score"))
    )
    found = [(c.indicator, c.since, c.until) for c in watched(again)]
    assert found == [
        ("1.2", SINCE, DAYS[-1]),
        ("2.1", SINCE, DAYS[4]),
        ("5.4", SINCE, DAYS[-1]),
        ("2.1", DAYS[5], DAYS[-1]),
    ]


def test_what_nothing_explains_is_told_too(provinces: pl.DataFrame) -> None:
    odd = (pl.col("indicator") == "2.1") & (pl.col("as_of") == SINCE)
    shuffled = provinces.with_columns(score=pl.when(odd).then(20 - pl.col("score") / 2).otherwise("score"))
    [change] = watched(shuffled)
    assert (change.indicator, change.since, change.until, change.explanations) == ("2.1", SINCE, SINCE, ())


def test_days_across_a_change_are_not_like_with_like(provinces: pl.DataFrame) -> None:
    changes = watched(with_change(provinces, {"2.1": maximum(18)}))
    assert crossed(changes, DAYS[0], DAYS[2]) == []
    assert crossed(changes, DAYS[5], DAYS[1]) == changes
    assert crossed(changes, DAYS[4], DAYS[6]) == []


def test_an_explanation_says_itself_in_both_languages() -> None:
    assert Explanation("max", max_points=Decimal("1.50")).words.vi == "điểm tối đa 1,50"
    assert Explanation("target", target=Fraction(9, 10)).words.en == "a target of 90%"
    assert Explanation("base", base="3.3").words.vi == "mẫu số là mẫu số của chỉ số 3.3"
