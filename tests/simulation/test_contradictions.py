"""Figures that no records can have together are refused, with the unit and the indicator named."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from phucvu.cli.program import program
from phucvu.problems import Fault, UnusableError
from phucvu.simulation import simulate
from phucvu.simulation.simulator import Summary, without_contradictions

from .consistent import UNITS, Figure, frame
from .test_figures_come_out import OCTOBER, known, published

PROVINCE: dict[tuple[str, str], Figure] = {
    ("H91", "1.1"): (3, 10),
    ("H91", "1.2"): (5, 8),
    ("H91", "1.4"): (80, 80),
    ("H91", "2.1"): (90, 100),
    ("H91", "3.4"): (6, 20),
    ("H91", "3.5"): (2, 20),
    ("H91", "3.6"): (20, 30),
    ("H91", "4.1"): (70, 100),
    ("H91", "4.2"): (50, 100),
    ("H91", "4.4"): (5, 100),
    ("H91", "4.5b"): (40, 100),
    ("H91", "5.1a"): (3, 5),
    ("H91", "5.1b"): (2, 5),
    ("H91", "5.2"): (4, 5),
    ("H91", "5.3"): (3, 5),
    ("H91", "5.4"): (85, 100),
}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({("H91", "2.1"): (101, 100)}, "H91, indicator 2.1"),
        ({("H91", "4.3"): (10, 99)}, "H91, indicator 4.3"),
        ({("H91", "1.4"): (101, 101)}, "H91, indicator 1.4"),
        ({("H91", "3.3"): (10, 81)}, "H91, indicator 3.3"),
        ({("H91", "3.5"): (2, 21)}, "H91, indicator 3.5"),
        ({("H91", "3.6"): (20, 101)}, "H91, indicator 3.6"),
        ({("H91", "3.5"): (31, 40), ("H91", "3.4"): (6, 40)}, "H91, indicator 3.5"),
        ({("H91", "4.4"): (41, 100)}, "H91, indicator 4.4"),
        (
            {("H91", "4.1"): (99, 100), ("H91", "4.4"): (40, 100), ("H91", "4.2"): (30, 100)},
            "H91, indicator 4.4",
        ),
        ({("H91", "4.5a"): (41, 50)}, "H91, indicator 4.5a"),
        ({("H91", "5.1b"): (3, 5)}, "H91, indicator 5.1b"),
        ({("H91", "5.3"): (5, 5)}, "H91, indicator 5.3"),
        ({("H91", "5.4"): (91, 100)}, "H91, indicator 5.4"),
        ({("H91", "1.2"): (5, 11)}, "H91, indicator 1.2"),
        ({("H91.101", "1.1"): (2, 10)}, "H91.101, indicator 1.1"),
        ({("H91.101", "2.1"): (91, 91)}, "H91, indicator 2.1"),
        ({("H91.101", "2.1"): (101, 101)}, "H91, indicator 2.1"),
        ({("H91.101", "3.4"): (7, 10)}, "H91, indicator 3.4"),
        ({("H91.101", "2.1"): (50, 60), ("H91.01", "2.1"): (30, 41)}, "H91, indicator 2.1"),
        ({("H91", "3.1"): (10, 15)}, "H91, indicator 3.1"),
        ({("H91", "9.9"): (1, 1)}, "H91: indicator 9.9"),
    ],
)
def test_contradictions(changed: dict[tuple[str, str], Figure], named: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableError) as error:
        simulate(frame("2026", PROVINCE | changed), UNITS, tmp_path, now=OCTOBER)
    assert any(named in problem.en for problem in error.value.faults)
    assert not list(tmp_path.iterdir())


def made(figures: pl.DataFrame, out: Path) -> tuple[Summary, list[Fault]]:
    return without_contradictions(figures, UNITS, lambda left: simulate(left, UNITS, out, now=OCTOBER))


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({("H91", "5.3"): (5, 5)}, [("H91", "5.3")]),
        ({("H91", "4.4"): (41, 100), ("H91", "3.3"): (10, 81)}, [("H91", "3.3"), ("H91", "4.4")]),
        ({("H91.101", "1.1"): (2, 10)}, [("H91.101", "1.1")]),
    ],
)
def test_a_figure_that_contradicts_others_is_named_and_the_rest_is_made(
    changed: dict[tuple[str, str], Figure], named: list[tuple[str, str]], tmp_path: Path
) -> None:
    figures = PROVINCE | changed
    _, found = made(frame("2026", figures), tmp_path / "made")
    assert sorted({(one.parameters["unit"], one.parameters["indicator"]) for one in found}) == named
    rest = frame("2026", {key: figure for key, figure in figures.items() if key not in named})
    simulate(rest, UNITS, tmp_path / "rest", now=OCTOBER)
    for path in (tmp_path / "rest").iterdir():
        assert (tmp_path / "made" / path.name).read_bytes() == path.read_bytes()


def test_figures_of_which_none_would_be_left_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match=r"H91, indicator 2\.1"):
        made(frame("2026", {("H91", "2.1"): (2, 1)}), tmp_path)


def test_the_command_names_what_contradicts_and_ends_with_status_1(tmp_path: Path) -> None:
    like, made = tmp_path / "like.csv", tmp_path / "made"
    frame("2026", PROVINCE | {("H91", "5.3"): (5, 5)}).write_csv(like)
    args = ["simulate", "--like", str(like), "--out", str(made), "--now", OCTOBER.isoformat()]
    ended = CliRunner().invoke(program, args, standalone_mode=False)
    assert ended.return_value == 1, ended.output
    assert "H91, chỉ số 5.3: cần 5 nhưng chỉ có 4" in ended.stderr
    assert "H91, indicator 5.3: 5 are needed but there are only 4" in ended.stderr
    assert (made / "units.csv").stat().st_size


def test_one_period_that_has_begun(tmp_path: Path) -> None:
    two = pl.concat([frame("2026", PROVINCE), frame("2025", PROVINCE)])
    with pytest.raises(UnusableError, match="exactly one period"):
        simulate(two, UNITS, tmp_path, now=OCTOBER)
    with pytest.raises(UnusableError, match="has not begun"):
        simulate(frame("2027", PROVINCE), UNITS, tmp_path, now=OCTOBER)


def test_a_day_is_too_short_for_a_late_petition(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match=r"H91, indicator 5\.2"):
        simulate(frame("2026", PROVINCE), UNITS, tmp_path, now=dt.datetime(2026, 1, 1, 12))


@pytest.mark.shared
def test_published_figures_that_contradict_each_other(official: Path, tmp_path: Path) -> None:
    """For An Giang and Đà Nẵng the portal counts other dossiers in 4.x and 5.4 than in 2.1."""
    for province in ("H01", "H17"):
        with pytest.raises(UnusableError) as error:
            simulate(published(official, province), known(official), tmp_path, now=OCTOBER)
        named = [problem.en.split(":")[0] for problem in error.value.faults]
        assert named == [f"{province}, indicator {i}" for i in ("4.1", "4.2", "4.3", "4.4", "4.5b", "5.4")]
