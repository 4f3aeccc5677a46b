"""The Annex, the formula text and what was observed are told apart for every value of a rule set."""

import datetime as dt

import pytest
from click.testing import CliRunner

from phucvu.cli.rules import rules as command
from phucvu.rules.loading import load
from phucvu.rules.origins import origins

DAY = dt.date(2026, 12, 31)
ANNEX = "qd766"
OBSERVED = ("portal", "users")


@pytest.mark.parametrize("name", ["portal-2026", "qd766-2022"])
def test_the_annex_is_named_for_points_and_targets_alone(name):
    """How a figure is counted stands in the formula text, or was observed; never in the Annex."""
    rules = load(name).at(DAY)
    for indicator in rules.indicators:
        for field, source in indicator.sources.items():
            if field in ("max_points", "target"):
                assert source == ANNEX or source in OBSERVED, (indicator.id, field)
            else:
                assert source != ANNEX, (indicator.id, field)
                assert "Phụ lục" not in rules.sources[source].title.vi, (indicator.id, field)


def test_only_what_the_portal_does_otherwise_was_observed():
    written = load("qd766-2022").at(DAY)
    assert not {s for i in written.indicators for s in i.sources.values()} & set(OBSERVED)
    portal = load("portal-2026").at(DAY)
    observed = {(i.id, field) for i in portal.indicators for field, s in i.sources.items() if s in OBSERVED}
    counted = {(i, "count") for i in ("3.3", "3.6", "4.1", "4.3", "4.4")}
    scoped = {(i, "scope") for i in ("1.1", "1.2", "1.3")}
    assert observed == counted | scoped | {("4.2", "target"), ("4.6", "applies_to")}


def test_the_three_are_told_apart_for_each_value_where_rules_are_shown():
    """Of 3.6 the points stand in the Annex, the rest in the formula text, but its base was observed."""
    said = CliRunner().invoke(command, ["show", "portal-2026"]).output
    flat = " ".join(said.replace("│", " ").split())
    for words in ("Phụ lục", "Mô tả công thức", "Quan sát"):
        assert words in flat
    portal = load("portal-2026").at(DAY)
    found = {o.title.vi: o.said("vi") for o in origins(portal["3.6"], portal)}
    assert found[portal.sources[ANNEX].title.vi].endswith("Phụ lục: điểm tối đa, tỷ lệ đạt điểm tối đa")
    assert found[portal.sources["portal"].title.vi].endswith(": cách đếm")
    assert portal.sources["formula"].title.vi in found
    written = load("qd766-2022").at(DAY)
    assert len(origins(written["3.6"], written)) == 2


def test_22_component_indicators_in_5_groups():
    for name in ("portal-2026", "qd766-2022"):
        rules = load(name).at(DAY)
        assert (len(rules.components), len(rules.group_numbers), len(rules.groups)) == (22, 5, 6)
        assert [i.id for i in rules.indicators if i.beside] == ["5.1a", "5.1b"]
