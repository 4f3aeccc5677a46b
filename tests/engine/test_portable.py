"""What runs on DuckDB can be said to Spark too: every expression of the engine compiles for it."""

import datetime as dt

import ibis
import pytest

from phucvu.engine import counts, features
from phucvu.engine.conditions import CONDITIONS
from phucvu.engine.evaluation import Evaluation
from phucvu.engine.sources import from_frames
from phucvu.figures.periods import Period
from phucvu.rules.loading import load

from . import worked


@pytest.fixture(scope="module")
def evaluation():
    example = next(e for _, e, _ in worked.examples() if "Several spells add up" in e["title"]["en"])
    period = Period.parse("2026-08")
    rules = load("qd766-2022").at(period.last)
    return Evaluation.at(from_frames(worked.frames(example)), rules, period, dt.datetime(2026, 9, 15))


def test_the_pass_over_dossiers(evaluation, monkeypatch):
    # As an engine is given it for which nothing is translated beforehand.
    monkeypatch.setattr(Evaluation, "view", lambda self, _name, rows: rows(self))
    wanted = counts.every_measure(evaluation.rules.indicators)
    assert {c for m in wanted.values() for c in m.conditions} <= set(CONDITIONS)
    facts = evaluation.tables["procedures"].select(*features.FACTS, procedure="code")
    tallied = counts.grouped(features.with_filed(evaluation), facts, wanted)
    assert "DATEDIFF(MICROSECOND, `" in ibis.to_sql(tallied, dialect="pyspark")


def test_every_count(evaluation):
    tallies = counts.tally(evaluation, evaluation.rules.indicators)
    for thing, count in counts.COUNTS.items():
        of_thing = [i for i in evaluation.rules.indicators if i.count.of == thing]
        tables = list(count(evaluation, tallies, of_thing))
        assert tables, thing
        for table in tables:
            assert ibis.to_sql(table, dialect="pyspark")
