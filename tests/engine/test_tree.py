"""The tree of units that a period is shown in."""

import datetime as dt

from phucvu.engine.tree import Tree
from phucvu.figures.periods import Period
from phucvu.figures.units import Unit, Units

from . import plain

AUGUST = Period.parse("2026-08")
ENDED = dt.date(2025, 6, 30)

UNITS = [
    {"code": "H99", "name": "Tỉnh thử", "kind": "province"},
    {
        **{"code": "H99.50", "name": "Huyện thử", "kind": "district", "parent": "H99"},
        **{"valid_to": ENDED, "successor": "H99.101"},
    },
    {"code": "H99.101", "name": "Xã thử", "kind": "commune", "parent": "H99.50"},
    {"code": "H99.102", "name": "Xã khác", "kind": "commune", "parent": "H99.50"},
]


def test_a_commune_that_succeeds_the_district_above_it_stays_in_the_province():
    tree = Tree.of_period(Units(Unit(**row) for row in UNITS), AUGUST)
    assert tree.above("H99.101") == ["H99.101", "H99"]
    assert tree.root("H99.101") == "H99"
    # What is below the ended district counts for its successor, which is above them now.
    assert tree.above("H99.102") == ["H99.102", "H99.101", "H99"]
    assert set(tree.below("H99")) == {row["code"] for row in UNITS}


def test_the_plain_reading_sees_it_so_too():
    tree = plain.Tree(UNITS, AUGUST)
    assert tree.above("H99.101") == ["H99.101", "H99"]
    assert tree.above("H99.102") == ["H99.102", "H99.101", "H99"]
