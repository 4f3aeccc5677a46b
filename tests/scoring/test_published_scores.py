"""What the national portal published for 2026 comes out of its own figures."""

from decimal import Decimal

import polars as pl
import pytest

from phucvu.figures.table import read_figures
from phucvu.figures.units import read_units
from phucvu.published import portal_2026
from phucvu.rules.loading import load
from phucvu.scoring import score
from phucvu.scoring.published_groups import read_group_scores

FIGURES = "figures_2026_at_2026-10-10.csv"
GROUPS = "group_scores_2026_at_2026-10-10.csv"
CENT = 0.01 + 1e-9


@pytest.fixture(scope="module")
def scores(official):
    rules = load("portal-2026")
    table = read_figures(official / FIGURES, rules)
    assert table.set_aside == []
    published = read_group_scores(official / GROUPS, rules)
    return score(table.frame, rules, read_units(official / "units.csv"), published)


@pytest.mark.shared
def test_every_component_score_to_a_hundredth(scores):
    stated = scores.components.filter(pl.col("official_score").is_not_null())
    assert stated.height == 787
    assert (stated["score"] == stated["official_score"].cast(pl.Decimal(9, 2))).all()


@pytest.mark.shared
def test_every_group_score_whose_components_are_all_there(scores, official):
    published = read_group_scores(official / GROUPS, load("portal-2026"))
    counted = scores.groups.filter(pl.col("origin") == "counted")
    both = counted.join(published, on=["period", "unit", "group"], suffix="_published")
    # Five of the six groups of 57 units; one unit lacks its petitions' figures.
    assert both.height == counted.height == 57 * 5 - 1
    assert (both["score"].cast(pl.Float64) - both["score_published"]).abs().max() <= CENT


@pytest.mark.shared
def test_totals_and_ranks_of_the_provinces(scores, official):
    published = pl.read_csv(official / GROUPS, schema_overrides={"period": pl.String})
    provinces = scores.totals.filter(pl.col("kind") == "province").join(
        published, on="unit", suffix="_published"
    )
    assert provinces.height == 34
    assert (provinces["score"].cast(pl.Float64) - provinces["total"]).abs().max() <= 0.02 + 1e-9
    assert provinces["rank"].to_list() == provinces["rank_published"].to_list()


@pytest.mark.shared
def test_the_nation(scores):
    assert abs(scores.nation("2026") - Decimal("62.59")) <= Decimal("0.02")


@pytest.mark.shared
def test_the_projects_own_table_says_what_the_portal_published(official):
    own = portal_2026()
    figures = read_figures(official / FIGURES, load("portal-2026")).frame
    key = ["period", "unit", "indicator"]
    assert own.figures.sort(key).equals(figures.select(own.figures.columns).sort(key))
    groups = read_group_scores(official / GROUPS, load("portal-2026"))
    key = ["period", "unit", "group"]
    assert own.groups.sort(key).equals(groups.sort(key))
    units = read_units(official / "units.csv")
    assert {u.code: u for u in own.units} == {u.code: u for u in units}
    derived = pl.read_csv(official / FIGURES).filter(pl.col("note").is_not_null())
    assert derived["indicator"].unique().to_list() == list(own.derived)


def test_no_group_is_guessed_without_its_figures():
    own = portal_2026()
    scores = score(own.figures, load("portal-2026"), own.units)
    online = scores.groups.filter(pl.col("group") == "online")
    assert online["score"].null_count() == online.height == 57 + 1  # the units, and the nation
    assert online["missing"].to_list() == [["3.1", "3.2", "3.3"]] * 58
    assert scores.totals["score"].null_count() == 58
    assert scores.totals["rank"].null_count() == 58
    assert scores.nation("2026") is None
