"""`phucvu losses` and `changes`: their rows add up to the scores, in every form."""

from __future__ import annotations

import datetime as dt
import io
import json
from decimal import Decimal

import polars as pl
import pytest
from click.testing import CliRunner

from phucvu.cli.program import program
from phucvu.problems import NotFoundError, UnusableError
from phucvu.records.store import Store

from ..workspace import records

NOW = "2026-08-20T10:00:00"
MONTH, BEFORE = "2026-08", "2026-07"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("home"))
    records.fill(store, dt.datetime.fromisoformat(NOW))
    return store.home


def run(home, *words):
    done = CliRunner().invoke(
        program, [*words, "--home", home, "--now", NOW], catch_exceptions=False, standalone_mode=False
    )
    return done.stdout


def scores_of(home, period):
    said = run(home, "scoreboard", "--period", period, "--unit", "H99", "--format", "json")
    return {row["indicator"]: row["score"] for row in json.loads(said)["scores"] if row["unit"] == "H99"}


def test_losses_add_up_to_the_maximum_less_the_total(home):
    said = run(home, "losses", "--unit", "H99", "--period", MONTH, "--format", "csv")
    rows = pl.read_csv(io.StringIO(said))
    total = sum(Decimal(str(score)) for score in scores_of(home, MONTH).values() if score is not None)
    assert abs(rows["points"].sum() - float(100 - total)) < 0.01
    assert set(rows["fate"]) == {"now", "until", "to_come", "gone"}
    assert set(rows.filter(fate="gone")["who"]) <= {""}, "nobody can act on what is lost for good"
    table = run(home, "losses", "--unit", "H99", "--period", MONTH)
    assert "không khắc phục được nữa" in table


def test_changes_add_up_to_the_change(home):
    words = ["changes", "--unit", "H99", "--from", BEFORE, "--to", MONTH]
    rows = json.loads(run(home, *words, "--format", "json"))["changes"]
    then, now = scores_of(home, BEFORE), scores_of(home, MONTH)
    changed = sum((now[i] or 0) - (then[i] or 0) for i in now)
    assert rows
    assert abs(sum(float(row["points"]) for row in rows) - changed) < 1e-4
    assert "H99, 2026-07 → 2026-08" in run(home, *words)


def test_what_cannot_be_answered_is_said(home):
    with pytest.raises(NotFoundError):
        run(home, "losses", "--unit", "H00", "--period", MONTH)
    with pytest.raises(NotFoundError):
        run(home, "changes", "--unit", "H00", "--from", BEFORE, "--to", MONTH)
    with pytest.raises(UnusableError):
        run(home, "losses", "--unit", "H99", "--period", MONTH, "--engine", "spark://nobody:7077")
