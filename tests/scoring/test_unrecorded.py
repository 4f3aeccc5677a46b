"""Counted figures of a unit of which nothing was recorded give no total; figures that were given do."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from phucvu.figures.units import Unit, Units
from phucvu.rules.loading import load
from phucvu.scoring import score

UNITS = Units([Unit("H99", "Tỉnh Thử", "province"), Unit("H99.101", "Xã Thử", "commune", "H99")])
RULES = load("portal-2026")


def figures(**denominators):
    """Every figure of both units, 0/0 but for those named as ``commune_2_1=5``."""
    indicators = [i for i in RULES.at(dt.date(2026, 12, 31)).indicators if i.applies_to]
    rows = []
    for name, code in (("province", "H99"), ("commune", "H99.101")):
        for i in indicators:
            n = denominators.get(f"{name}_{i.id.replace('.', '_')}", 0)
            rows.append(("2026", code, i.id, n, n))
    columns = ["period", "unit", "indicator", "numerator", "denominator"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def totals(frame, counted=True):
    scores = score(frame, RULES, UNITS, from_records=counted)
    return dict(scores.totals.select("unit", "score").iter_rows()), set(scores.unrecorded["unit"])


def test_nothing_recorded_is_no_achievement():
    assert totals(figures()) == ({"H99": None, "H99.101": None}, {"H99", "H99.101"})
    # Registers of procedures stand before anything happens.
    registered = figures(province_1_3=9, commune_1_3=9, province_3_1=4, commune_3_1=4)
    assert totals(registered) == ({"H99": None, "H99.101": None}, {"H99", "H99.101"})


@pytest.mark.parametrize("happened", ["2_1", "5_2", "1_4"])
def test_one_dossier_petition_or_report_is_enough(happened):
    scores, unrecorded = totals(figures(**{f"commune_{happened}": 1, f"province_{happened}": 1}))
    assert None not in scores.values()
    assert unrecorded == set()


def test_a_unit_without_dossiers_of_a_province_at_work_is_scored_as_the_portal_does():
    # Thanh tra tỉnh Gia Lai has one procedure and no dossier, and 19.79 points in 2026.
    scores, unrecorded = totals(figures(province_2_1=5, commune_3_4=1))
    assert None not in scores.values()
    assert unrecorded == set()


def test_what_is_shown_of_the_province_is_not_the_communes_own():
    scores, unrecorded = totals(figures(province_1_1=3, commune_1_1=3))
    assert scores["H99"] is not None
    assert scores["H99.101"] is None
    assert unrecorded == {"H99.101"}


def test_figures_that_were_given_are_scored_by_the_rules_alone():
    scores, unrecorded = totals(figures(), counted=False)
    assert scores == {"H99": Decimal("14.00"), "H99.101": Decimal("14.00")}
    assert unrecorded == set()


def test_components_stay_as_the_rules_give_them():
    of = {c: score(figures(), RULES, UNITS, from_records=c).components for c in (True, False)}
    assert of[True].equals(of[False])
