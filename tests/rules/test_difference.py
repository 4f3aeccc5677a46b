"""The difference between two rule sets is said in words, with the points at stake."""

import datetime as dt
from decimal import Decimal

from phucvu.rules.difference import at_stake, difference
from phucvu.rules.loading import load

DAY = dt.date(2026, 12, 31)
WRITTEN, PORTAL = load("qd766-2022").at(DAY), load("portal-2026").at(DAY)


def test_nothing_changes_from_a_set_to_itself():
    assert difference(PORTAL, PORTAL) == []


def test_from_the_written_rules_to_the_portals():
    changes = difference(WRITTEN, PORTAL)
    assert {c.indicator for c in changes} == {
        "1.1",
        "1.2",
        "1.3",
        "3.3",
        "3.6",
        "4.1",
        "4.2",
        "4.3",
        "4.4",
        "4.6",
    }
    target = next(c for c in changes if c.indicator == "4.2")
    assert target.vi == "tỷ lệ đạt điểm tối đa: 80% → 100%"
    assert target.en == "target rate: 80% → 100%"
    assert target.at_stake == Decimal(4)
    # 6 + 4 + 2 (scope), 6 (3.3), 6 (3.6), 6 (4.1), 4 (4.2), 2 (4.3), 4 (4.4), 2 (4.6): each counts once.
    assert at_stake(changes) == Decimal(42)


def test_where_only_the_maximum_moves_the_difference_is_at_stake(tmp_path):
    path = tmp_path / "moi.yaml"
    path.write_text(
        """
name: moi
based_on: portal-2026
indicators:
  - {id: "4.3", max_points: [{from: 2022-06-23, value: 3.5, source: portal}]}
  - {id: "4.4", max_points: [{from: 2022-06-23, value: 2.5, source: portal}]}
""",
        encoding="utf-8",
    )
    changes = difference(PORTAL, load(str(path)).at(DAY))
    assert [(c.indicator, c.at_stake, c.vi) for c in changes] == [
        ("4.3", Decimal("1.5"), "điểm tối đa: 2 → 3,5"),
        ("4.4", Decimal("1.5"), "điểm tối đa: 4 → 2,5"),
    ]
