"""Figures made for the online group give the score that was published, and records give the figures."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from phucvu.figures.units import Unit, Units
from phucvu.problems import UnusableError
from phucvu.published import portal_2026
from phucvu.rules.loading import load
from phucvu.simulation import simulate
from phucvu.simulation.online import with_online

from .consistent import frame
from .test_figures_come_out import OCTOBER, differences

RULES = load("portal-2026").at(dt.date(2026, 12, 31))
ONLINE = ("3.1", "3.2", "3.3")


def gia_lai() -> tuple[pl.DataFrame, dict[str, float], Units]:
    published = portal_2026()
    groups = published.groups.filter(pl.col("group") == "online", pl.col("unit").str.starts_with("H21"))
    figures = published.figures.filter(pl.col("unit").str.starts_with("H21"))
    return figures, dict(groups.select("unit", "score").iter_rows()), published.units


def test_published_scores_come_out() -> None:
    figures, scores, units = gia_lai()
    made = with_online(figures, scores, units, RULES)
    assert made.height == figures.height + 3 * len(scores)
    for unit, score in scores.items():
        total = 0
        of_unit = made.filter(pl.col("unit") == unit, pl.col("indicator").is_in(ONLINE))
        for row in of_unit.iter_rows(named=True):
            rule = RULES[row["indicator"]]
            if row["denominator"] and rule.target:
                rate = Fraction(row["numerator"], row["denominator"])
                total += round(100 * Fraction(rule.max_points) * min(Fraction(1), rate / rule.target))
        assert total == round(100 * score), unit


def test_records_have_the_figures_made(tmp_path: Path) -> None:
    figures, scores, units = gia_lai()
    made = with_online(figures, scores, units, RULES)
    some = made.filter(pl.col("unit").is_in(["H21.01", "H21.18", "H21.227"]))
    simulate(some, units, tmp_path, now=OCTOBER)
    asked = {(r["unit"], r["indicator"]): (r["numerator"], r["denominator"]) for r in some.to_dicts()}
    assert len(asked) == 66
    assert not differences(asked, tmp_path)


def test_a_score_that_nothing_gives() -> None:
    units = Units([Unit("H91.01", "Sở Thử nghiệm", "department", "H91")])
    figures = frame(
        "2026", {("H91.01", "1.4"): (0, 0), ("H91.01", "3.4"): (0, 3), ("H91.01", "4.5a"): (0, 2)}
    )
    with pytest.raises(UnusableError, match=r"H91\.01, indicator 3\.1: no figures of 3\.1 to 3\.3 give 7\.5"):
        with_online(figures, {"H91.01": 7.5}, units, RULES)
