"""The same figures by another rule set."""

from decimal import Decimal

import polars as pl
import pytest

from phucvu.figures.table import SCHEMA
from phucvu.figures.units import Units
from phucvu.published import scored_2026
from phucvu.rules.loading import load
from phucvu.scoring import score
from phucvu.steering.other_rules import counted_otherwise, scored_by


@pytest.fixture(scope="module")
def published():
    return scored_2026().scores


def test_points_come_from_the_other_rules_targets():
    """4.2 asks for 100% by the portal, and by the written rules for 80%: 40 of 100 are 1.6 or 2 points."""
    figures = pl.DataFrame([("2026", "H21.227", "4.2", 40, 100)], schema=SCHEMA, orient="row")
    own = score(figures, load("portal-2026"), Units([]))
    other = scored_by(own, "2026", load("qd766-2022"))
    found = [s.components.filter(indicator="4.2")["score"][0] for s in (own, other)]
    assert found == [Decimal("1.60"), Decimal("2.00")]


def test_by_its_own_rules_nothing_changes(published):
    again = scored_by(published, "2026", load("portal-2026"))
    columns = ["unit", "score", "rank", "ranked"]
    assert again.totals.select(columns).sort("unit").equals(published.totals.select(columns).sort("unit"))
    assert counted_otherwise(published, "2026", load("portal-2026")) == []


def test_what_the_figures_do_not_allow_is_not_guessed(published):
    """Certified copies are not published of provinces, and the written rules count them."""
    by_law = scored_by(published, "2026", load("qd766-2022"))
    assert by_law.totals.filter(kind="province")["score"].null_count() == 34
    departments = by_law.totals.filter(kind="department", parent="H21")
    assert departments["rank"].null_count() < departments.height
    assert counted_otherwise(published, "2026", load("qd766-2022")) == ["3.6", "4.1", "4.3", "4.4"]
