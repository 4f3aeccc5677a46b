"""What has been built and translated once is asked again of other records, periods and connections."""

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from itertools import permutations

import ibis
import pytest

from phucvu.engine import evaluation as engine_evaluation
from phucvu.engine import features
from phucvu.engine.averages import averages
from phucvu.engine.by_procedure import figures_and_of_each
from phucvu.engine.data_quality import findings
from phucvu.engine.dossiers import dossiers
from phucvu.engine.evaluation import Evaluation
from phucvu.engine.figures import figures
from phucvu.engine.live import Live
from phucvu.engine.sources import from_frames
from phucvu.engine.tree import units_of
from phucvu.figures.periods import Period
from phucvu.rules.loading import load
from phucvu.steering.campaign_lines import FULLY_ONLINE, line

from . import plain, worked

PERIODS = [("2026-08", dt.datetime(2026, 9, 15)), ("2026-Q3", dt.datetime(2026, 8, 12, 9))]


@pytest.fixture(scope="module")
def examples():
    parts = ("Several spells add up", "Satisfaction with dossiers", "Fee procedures with an online payment")
    return [worked.frames(e) for _, e, _ in worked.examples() if any(p in e["title"]["en"] for p in parts)]


def counted(tables, rules, period, now):
    rows = figures(tables, load(rules), Period.parse(period), now).rows()
    return {(unit, indicator): figure for _, unit, indicator, *figure in rows}


WAYS = {
    "figures": figures,
    "with those of each procedure": lambda *asked: figures_and_of_each(*asked)[0],
    "what changed": lambda tables, rules, period, now: Live(rules, period).figures(tables, now),
}


@pytest.mark.parametrize("ways", [*permutations(WAYS, 2)], ids=" before ".join)
def test_what_one_way_to_count_has_asked_serves_the_others(examples, monkeypatch, ways):
    """They sum up more or less by unit and procedure; a question asks for no more than all of them know."""
    monkeypatch.setattr(engine_evaluation, "_queries", lru_cache(lambda *of: {}))
    period, now = Period.parse(PERIODS[0][0]), PERIODS[0][1]
    for frames in examples:
        first, second = (
            WAYS[way](from_frames(frames), load("qd766-2022"), period, now).sort("unit", "indicator")
            for way in ways
        )
        assert first.equals(second)


def test_nothing_is_built_again(examples, monkeypatch):
    counted(from_frames(examples[0]), "portal-2026", *PERIODS[0])
    monkeypatch.setattr(features, "with_filed", None)
    for frames in examples:
        for period, now in PERIODS:
            found = counted(from_frames(frames), "portal-2026", period, now)
            records = {name: frame.to_dicts() for name, frame in frames.items()}
            expected = plain.figures(records, "portal-2026", Period.parse(period), now)
            assert found == {key: list(figure) for key, figure in expected.items()}


def test_what_is_asked_of_one_unit_is_not_built_again_for_another(examples, monkeypatch):
    rules, tables = load("portal-2026"), from_frames(examples[0])

    def asked(unit, period, now):
        period = Period.parse(period)
        by_day = tables, rules, FULLY_ONLINE, [unit], period.first, period.last, Decimal(0), None, now
        return [
            *(dossiers(tables, rules, period, now, unit, one) for one in ("2.1", "3.2", "5.3")),
            averages(tables, rules, period, now, unit),
            findings(tables, rules, period, now, unit),
            line(*by_day),
        ]

    unit, *others = (u.code for u in units_of(tables))
    asked(unit, *PERIODS[0])
    monkeypatch.setattr(features, "with_filed", None)
    assert all(asked(unit, *PERIODS[1]) for unit in others)


def test_rules_do_not_answer_for_each_other(examples):
    for frames in examples:
        tables = from_frames(frames)
        for rules in ("qd766-2022", "portal-2026", "qd766-2022"):
            records = {name: frame.to_dicts() for name, frame in frames.items()}
            expected = plain.figures(records, rules, Period.parse("2026-08"), PERIODS[0][1])
            found = counted(tables, rules, *PERIODS[0])
            assert found == {key: list(figure) for key, figure in expected.items()}


def test_a_moment_of_one_evaluation_is_no_part_of_what_is_kept(examples):
    rules, period = load("portal-2026"), Period.parse("2026-08")
    with Evaluation.at(from_frames(examples[0]), rules.at(period.last), period, PERIODS[0][1]) as evaluation:
        rows = evaluation.tables["dossiers"]
        with pytest.raises(ValueError, match="2026"):
            list(evaluation.ask("late", lambda: [rows.filter(rows.due_at < evaluation.cut_off)]))


def test_nothing_stays_in_the_connection(examples):
    con = ibis.duckdb.connect()
    tables = {name: con.create_table(name, frame) for name, frame in from_frames(examples[0]).items()}

    def there():
        return sorted(con.raw_sql("SELECT table_name FROM information_schema.tables").fetchall())

    before = there()
    counted(tables, "portal-2026", *PERIODS[0])
    assert there() == before


def test_two_modules_may_choose_the_same_name(examples):
    rules, period = load("portal-2026"), Period.parse("2026-08")
    with Evaluation.at(from_frames(examples[0]), rules.at(period.last), period, PERIODS[0][1]) as evaluation:

        def codes():
            return [evaluation.tables["dossiers"].select("code")]

        def units():
            return [evaluation.tables["dossiers"].select("unit")]

        units.__module__ = "elsewhere"
        [one], [other] = evaluation.ask("rows", codes), evaluation.ask("rows", units)
        assert [one.columns, other.columns] == [["code"], ["unit"]]
