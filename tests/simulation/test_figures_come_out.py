"""What is simulated counts to the figures it was made from, by the plain reading of the rules."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from phucvu.figures.periods import Period
from phucvu.figures.units import Unit, Units, unit_from_code
from phucvu.simulation import simulate

from ..engine import plain
from .consistent import UNITS, Figure, frame, sets_of_figures, whole
from .written import records

Found = dict[tuple[str, str], Figure]

OCTOBER = dt.datetime(2026, 10, 10, 17)


def differences(
    asked: Found, folder: Path, period: str = "2026", now: dt.datetime = OCTOBER
) -> dict[object, object]:
    counted = plain.figures(records(folder), "portal-2026", Period.parse(period), now)
    return {key: (counted.get(key), figure) for key, figure in asked.items() if counted.get(key) != figure}


# Some of these have so much to show as both paid and charged that others must leave it to them.
TIGHT = whole(Random(24), [u.code for u in UNITS], 120)


@example(asked=TIGHT, when=("2026", OCTOBER), seed=0)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    asked=sets_of_figures(),
    when=st.sampled_from(
        [
            ("2026", OCTOBER),
            ("2026", dt.datetime(2026, 2, 14, 9)),
            ("2025-07", dt.datetime(2026, 1, 1)),
            ("2026-Q2", dt.datetime(2026, 4, 27, 12)),
            ("2026-04-20..2026-05-10", dt.datetime(2026, 12, 1)),
        ]
    ),
    seed=st.integers(0, 100),
)
def test_every_figure_comes_out(asked: Found, when: tuple[str, dt.datetime], seed: int) -> None:
    period, now = when
    with tempfile.TemporaryDirectory() as folder:
        simulate(frame(period, asked), UNITS, Path(folder), seed=seed, now=now)
        assert not differences(asked, Path(folder), period, now)


def test_online_services_come_out(tmp_path: Path) -> None:
    asked: Found = {
        ("H91", "1.4"): (900, 950),
        ("H91", "2.1"): (930, 1000),
        ("H91", "3.1"): (70, 120),
        ("H91", "3.2"): (55, 140),
        ("H91", "3.3"): (610, 900),
        ("H91.01", "1.4"): (150, 150),
        ("H91.01", "2.1"): (160, 180),
        ("H91.01", "3.1"): (30, 40),
        ("H91.01", "3.2"): (10, 35),
        ("H91.01", "3.3"): (90, 150),
        ("H91.01", "3.4"): (6, 12),
        ("H91.01", "3.5"): (2, 12),
        ("H91.01", "4.5a"): (5, 20),
        ("H91.101", "2.1"): (60, 60),
        ("H91.101", "3.1"): (0, 25),
        ("H91.101", "3.2"): (0, 0),
        ("H91.101", "3.3"): (0, 55),
    }
    simulate(frame("2026", asked), UNITS, tmp_path, now=OCTOBER)
    assert not differences(asked, tmp_path)


@pytest.mark.parametrize("named", [["H91.101"], ["H91.02", "H91.02.11"], ["H91", "H91.101"]])
def test_figures_may_be_missing(named: list[str], tmp_path: Path) -> None:
    """What no figure says is free; what is said comes out."""
    asked = {
        key: figure
        for key, figure in whole(Random(7), named, 200).items()
        if key[1] in {"2.1", "3.4", "4.4", "4.5a"}
    }
    simulate(frame("2026", asked), UNITS, tmp_path, now=OCTOBER)
    assert not differences(asked, tmp_path)


def test_several_provinces(tmp_path: Path) -> None:
    units = Units([Unit(code, f"UBND tỉnh Thử {code}", "province") for code in ("H91", "H92")])
    one = whole(Random(3), ["H91"], 400)
    asked = one | {("H92", indicator): figure for (_, indicator), figure in one.items()}
    simulate(frame("2026", asked), units, tmp_path, now=OCTOBER)
    assert not differences(asked, tmp_path)


def published(official: Path, *units: str) -> pl.DataFrame:
    return pl.read_csv(
        official / "figures_2026_at_2026-10-10.csv",
        schema_overrides=dict.fromkeys(("period", "unit", "indicator"), pl.String),
    ).filter(pl.col("unit").is_in(units))


def known(official: Path) -> Units:
    rows = pl.read_csv(official / "units.csv", infer_schema=False)
    return Units(Unit(r["code"], r["name"], r["kind"], r["parent"]) for r in rows.iter_rows(named=True))


@pytest.mark.shared
def test_published_figures_come_out(official: Path, tmp_path: Path) -> None:
    """Two departments and two communes of Gia Lai, every published figure of theirs."""
    figures = published(official, "H21.13", "H21.17", "H21.172", "H21.227")
    simulate(figures, known(official), tmp_path, seed=1, now=OCTOBER)
    asked = {(r["unit"], r["indicator"]): (r["numerator"], r["denominator"]) for r in figures.to_dicts()}
    assert not differences(asked, tmp_path)


def test_communes_without_figures_are_made_up(tmp_path: Path) -> None:
    """What a province has beyond the units with figures goes to communes that say they are made up."""
    asked = whole(Random(5), ["H91", "H91.101"], 6000)
    summary = simulate(frame("2026", asked), UNITS, tmp_path, now=OCTOBER)
    assert not differences(asked, tmp_path)
    assert summary.made_up == 0  # the province has a commune without figures: it takes the rest

    alone = Units(unit for unit in UNITS if unit.code != "H91.102")
    summary = simulate(frame("2026", asked), alone, tmp_path, now=OCTOBER)
    assert not differences(asked, tmp_path)
    made_up = [unit for unit in records(tmp_path)["units"] if "mô phỏng" in unit["name"]]
    assert len(made_up) == summary.made_up > 5
    assert all(unit_from_code(unit["code"]).kind == unit["kind"] == "commune" for unit in made_up)
