"""Scores of many days: from pulls that are kept and from tables, and how a changed formula is told."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from phucvu.cli.program import program
from phucvu.portal.daily_table import component_scores_by_day
from phucvu.portal.days import read_days
from phucvu.scoring.formula_watch import PUBLISHED

from .server import YEAR, Book, running

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def asked(*words, home="."):
    found = CliRunner().invoke(program, ["portal", "watch", *words, "--period", "2026", "--home", str(home)])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.output
    return found


@pytest.fixture
def home(pulled, tmp_path):
    """A home with the pulls of two days; on the second the portal scores 2.1 out of 18 points."""
    book = Book()
    with running(book) as server:
        pulled(server, now=dt.datetime(2026, 10, 8, 7), catalogue=False)
        pulled(server, now=dt.datetime(2026, 10, 9, 7), catalogue=False)
    for (unit, name), (on_time, handled) in book.figures.items():
        if name == "2.1" and handled:
            book.groups[unit, "progress"] = round(18 * on_time / handled, 2)
    with running(book) as server:
        pulled(server, now=dt.datetime(2026, 10, 9, 17), catalogue=False)
    return tmp_path


def test_the_last_pull_of_each_day_counts(home):
    days = component_scores_by_day(home, "H21", "2026")
    assert tuple(days.columns) == PUBLISHED
    of = days.filter(unit="H21", indicator="2.1").sort("as_of")
    assert of["as_of"].to_list() == [dt.date(2026, 10, 8), dt.date(2026, 10, 9)]
    assert of["score"][1] == pytest.approx(of["score"][0] * 0.9, abs=0.01)
    assert set(component_scores_by_day(home, None, "2026")["unit"]) == {"H21"}
    assert component_scores_by_day(home, "H22", "2026").is_empty()
    assert component_scores_by_day(home, "H21", "2025").is_empty()


def test_a_changed_maximum_is_told_with_its_day(home):
    said = asked("--root", "H21", home=home).output
    assert "2 ngày công bố" in said
    [line] = [line for line in said.splitlines() if line.startswith("2.1")]
    assert "09/10/2026" in line
    assert "▼" in line
    assert "điểm tối đa 18,00" in said


def test_a_table_of_real_days_follows_the_rules():
    said = asked(str(EXAMPLES / "published-days.csv")).output
    assert "18 ngày công bố" in said
    assert "đều tính đúng" in said


def test_rows_that_cannot_be_read_are_told(tmp_path):
    path = tmp_path / "ngay.csv"
    path.write_text(
        "as_of,unit,indicator,numerator,denominator,official_score\n"
        "2026-10-08,H21,2.1,9,10,18\n08.10,H21,2.1,9,10,18\n2026-10-09,H21,2.1,chín,10,18\n"
    )
    frame, problems = read_days(path, YEAR)
    assert frame.select(pl.exclude("as_of", "period")).rows() == [("H21", "2.1", 9, 10, 18.0)]
    assert [p.row for p in problems] == [3, 4]


def test_without_results_the_next_step_is_said(tmp_path):
    found = CliRunner().invoke(program, ["portal", "watch", "--period", "2026", "--home", str(tmp_path)])
    assert "phucvu portal pull" in str(found.exception)
