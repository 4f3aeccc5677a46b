"""Figures and points of one procedure, and the portal's place beside the own count, on the command line."""

import json
from datetime import date

import polars as pl
import pytest
from click.testing import CliRunner

from phucvu.cli.program import program
from phucvu.portal.daily_table import _append
from phucvu.problems import UnusableError
from phucvu.published.daily_results import COLUMNS
from phucvu.records.store import Store


@pytest.fixture
def home(tmp_path):
    """Two dossiers of one procedure, one of them late, and one of another."""
    place = tmp_path / "home"
    store = Store(place)
    units = [("H99", "UBND tỉnh Ví Dụ", "province", None), ("H99.01", "Sở Thử", "department", "H99")]
    store.append("units", pl.DataFrame(units, schema=["code", "name", "kind", "parent"], orient="row"))
    store.append("procedures", pl.DataFrame({"code": ["1.000001", "1.000002"], "owner": ["H99", "H99"]}))
    names = ("sender", "code", "unit", "procedure", "status", "received_at", "due_at", "ended_at", "channel")
    rows = [
        ("H99", "a", "H99.01", "1.000001", 9, "2026-08-03", "2026-08-10", "2026-08-05", 2),
        ("H99", "b", "H99.01", "1.000001", 9, "2026-08-03", "2026-08-10", "2026-08-20", 1),
        ("H99", "c", "H99.01", "1.000002", 9, "2026-08-03", "2026-08-10", "2026-08-05", 1),
    ]
    frame = pl.DataFrame(rows, schema=names, orient="row").with_columns(
        pl.col("received_at", "due_at", "ended_at").str.to_datetime("%Y-%m-%d")
    )
    store.append("dossiers", frame)
    return place


def asked(home, *words):
    words = [*words, "--period", "2026-08", "--home", str(home)]
    return CliRunner().invoke(program, words, standalone_mode=False, catch_exceptions=False).output


def test_one_procedure_has_the_figures_and_points_of_its_dossiers(home):
    said = json.loads(asked(home, "figures", "--procedure", "1.000001", "--format", "json"))["figures"]
    of = {(r["unit"], r["indicator"]): (r["numerator"], r["denominator"]) for r in said}
    assert of["H99", "2.1"] == of["H99.01", "2.1"] == (1, 2)
    assert of["H99.01", "3.3"] == (1, 2)
    assert ("H99", "1.4") not in of
    scores = json.loads(asked(home, "scoreboard", "--procedure", "1.000001", "--format", "json"))
    points = {(r["unit"], r["indicator"]): r["score"] for r in scores["scores"]}
    assert points["H99.01", "2.1"] == 10.0
    assert points["H99.01", "3.3"] == 6.0
    assert {row["score"] for row in scores["totals"]} == {None}  # a procedure has no total
    table = asked(home, "scoreboard", "--procedure", "1.000001")
    assert "1.000001" in table
    assert "10,00" in table
    words = (
        "--procedure",
        "1.000001",
        "--period",
        "2026-07",
        "--period",
        "2026-08",
    )  # which ``asked`` adds too
    months = json.loads(asked(home, "figures", *words, "--format", "json"))["figures"]
    assert [row for row in months if row["period"] == "2026-08"] == said
    assert {row["period"] for row in months} == {"2026-07", "2026-08"}
    assert len(months) == 2 * len(said)
    table = asked(home, "figures", *words)
    assert table.index("H99, 2026-07") < table.index("H99, 2026-08")
    with pytest.raises(UnusableError, match=r"9\.9"):
        asked(home, "figures", "--procedure", "9.9")


def test_the_scoreboard_has_what_the_portal_published(home):
    assert "Cổng DVCQG" not in asked(home, "scoreboard")
    values = {"day": date(2026, 8, 31), "period": "2026-08", "unit": "H99", "part": "total"}
    values |= {"score": 64.5, "rank": 6, "ranked": 34, "pull": "H99/2026-08/20260831T070000"}
    _append(home, pl.DataFrame([values], schema=COLUMNS))
    table = asked(home, "scoreboard")
    assert "64,50, hạng 6/34 (31/08/2026)" in " ".join(table.split())
    totals = json.loads(asked(home, "scoreboard", "--format", "json"))["totals"]
    own = next(row for row in totals if row["unit"] == "H99")
    assert (own["rank"], own["unranked"] is None) == (None, False)
    assert (own["published_score"], own["published_rank"], own["published_ranked"]) == (64.5, 6, 34)
