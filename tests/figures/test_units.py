"""Units in a circle, which records may hold from before import refused them, stop no walk."""

import datetime as dt

import pytest

from phucvu.engine.tree import Tree
from phucvu.figures.periods import Period
from phucvu.figures.units import Unit, Units, read_units
from phucvu.problems import UnusableError

RING = [Unit(code, code, "district", after, successor=after) for code, after in ("AB", "BC", "CA")]
OTHERS = [
    Unit("D", "D", "commune", "A", successor="A"),
    Unit("E", "E", "province"),
    Unit("F", "F", "commune", "F"),
]


def codes(units):
    return [u.code for u in units]


def test_every_walk_over_a_circle_ends():
    units = Units([*RING, *OTHERS])
    assert codes(units.above("A")) == ["A", "B", "C"]
    assert codes(units.above("D")) == ["D", "A", "B", "C"]
    assert codes(units.above("F")) == ["F"]
    assert sorted(codes(units.below("A"))) == ["A", "B", "C", "D"]
    assert units.survivor("A").code == "C"
    assert units.survivor("E").code == "E"


def test_circles_are_named():
    way = ["A", "B", "C", "A"]
    assert Units([*RING, *OTHERS]).circles() == [("parent", way), ("parent", ["F", "F"]), ("successor", way)]
    assert Units(OTHERS[:2]).circles() == []


@pytest.mark.parametrize("gone", [None, dt.date(2020, 1, 1)])
def test_a_tree_with_a_circle_is_counted_in(gone):
    units = Units(Unit(u.code, u.name, u.kind, u.parent, None, gone, u.successor) for u in (*RING, *OTHERS))
    tree = Tree.of_period(units, Period.parse("2026-08"))
    assert tree.spread.height >= 0
    for unit in units:
        tree.home(unit.code)
        tree.root(unit.code)
        tree.below(unit.code)


def test_a_file_of_units_in_a_circle_is_refused_with_the_circle(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("code,name,kind,parent\nA,A,district,B\nB,B,district,A\n", encoding="utf-8")
    with pytest.raises(UnusableError, match=r"units\.csv, cột parent: .*A → B → A \| .*A → B → A"):
        read_units(path)
