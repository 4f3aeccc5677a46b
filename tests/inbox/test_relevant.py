"""Counting a month from what is held in memory gives the same figures as counting it from all records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path
from random import Random

import ibis
import polars as pl
import pytest

from phucvu.engine import live
from phucvu.engine.counts import Tallies
from phucvu.engine.evaluation import Evaluation
from phucvu.engine.figures import figures
from phucvu.figures.periods import Period
from phucvu.inbox import relevant
from phucvu.inbox.month import Month
from phucvu.inbox.relevant import Relevant
from phucvu.inbox.watching import Watch
from phucvu.records.schema import TABLES
from phucvu.records.store import Store
from phucvu.rules.loading import load

from .running import make_home

PERIOD = Period.parse("2026-11")
NOW = dt.datetime(2026, 11, 20, 9)


def test_the_same_figures_whatever_arrives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relevant, "MOST_ADDED", 60)  # so that everything is also read anew
    random = Random(766)
    store = make_home(tmp_path)
    for _ in range(4):
        arrive(random, store)
    held = Relevant(store, PERIOD, Watch(store, TABLES))
    month = Month(store, load("portal-2026"), PERIOD, Watch(store, TABLES))
    for turn in range(4):
        arrive(random, store)
        if turn == 1:
            store.compact(whole=True)
        if turn == 2:
            row = {"code": "1.000001", "name": "Thủ tục đổi", "owner": "H21", "fee": False}
            store.append("procedures", pl.DataFrame([row]))
        expected = counted(every(store))
        assert counted(held.tables()).equals(expected)
        assert month.figures(NOW).sort("unit", "indicator").equals(expected)


def test_an_answer_of_the_portal_costs_what_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing held is read again: neither the answers, nor a dossier that was over long ago."""
    store = make_home(tmp_path)
    row = {"sender": "H21", "unit": "H21.17", "procedure": "1.000001", "status": 9, "synchronised": False}
    spans = {
        "now": (dt.datetime(2026, 11, 2, 8), None),
        "over": (dt.datetime(2026, 9, 1), dt.datetime(2026, 9, 2)),
    }
    rows = [row | {"code": code, "received_at": at, "ended_at": end} for code, (at, end) in spans.items()]
    store.append("dossiers", pl.DataFrame(rows, schema=TABLES["dossiers"].types))
    month = Month(store, load("portal-2026"), PERIOD, Watch(store, TABLES))
    before = month.figures(NOW)
    for outcome in ("waiting", "refused", "acknowledged"):
        said = [{"sender": "H21", "code": code, "at": NOW, "outcome": outcome} for code in spans]
        store.append("portal_answers", pl.DataFrame(said))
        with monkeypatch.context() as patch:
            patch.setattr(Store, "table", lambda *_asked: pytest.fail("a table is read whole"))
            told = month.figures(NOW).sort("unit", "indicator")
        assert told.equals(counted(every(store)))
    assert not told.equals(before.sort("unit", "indicator"))
    # What was said of a dossier that was over is known once something new is said of it.
    store.append("dossiers", pl.DataFrame([rows[1] | {"received_at": spans["now"][0], "ended_at": None}]))
    assert month.figures(NOW).sort("unit", "indicator").equals(counted(every(store)))


def test_an_earlier_version_that_comes_late_changes_nothing(tmp_path: Path) -> None:
    """Alone, and together with a later version of another dossier."""
    store = make_home(tmp_path)
    month = Month(store, load("portal-2026"), PERIOD, Watch(store, TABLES))
    begun = {"sender": "H21", "unit": "H21.17", "procedure": "1.000001", "status": 4, "payload": "{}"}
    begun |= {"received_at": dt.datetime(2026, 11, 2), "due_at": dt.datetime(2026, 11, 5)}
    ended = begun | {"status": 9, "ended_at": dt.datetime(2026, 11, 4)}

    def arrive_together(*rows: dict[str, object]) -> pl.DataFrame:
        frame = pl.DataFrame(rows, schema=TABLES["dossiers"].types)
        assert store.append("dossiers", frame).taken == len(rows)
        found = month.figures(NOW).sort("unit", "indicator")
        assert found.equals(counted(every(store)))
        return found

    both = arrive_together(ended | {"code": "A"}, begun | {"code": "B"})
    assert arrive_together(begun | {"code": "A"}).equals(both)
    later = arrive_together(begun | {"code": "A", "status": 2}, ended | {"code": "B"})
    assert not later.equals(both)


def test_the_first_and_the_last_such_dossier_of_a_procedure_are_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that is neither makes no procedure or service be gone through again."""
    store = make_home(tmp_path)
    of_unit = [{"unit": "H21.17", "procedure": f"1.00000{n}"} for n in (2, 4)]
    store.append("authority", pl.DataFrame(of_unit))
    services = [row | {"code": f"S{n}", "level": "full", "status": "public"} for n, row in enumerate(of_unit)]
    store.append("services", pl.DataFrame(services))

    def arrives(code: str, procedure: str, **said: object) -> None:
        row = {"sender": "H21", "code": code, "unit": "H21.17", "procedure": procedure, "channel": 2}
        row |= {"status": 4, "received_at": dt.datetime(2026, 11, 2), "paid_online": 1} | said
        store.append("dossiers", pl.DataFrame([row], schema=TABLES["dossiers"].types))

    month = Month(store, load("portal-2026"), PERIOD, Watch(store, TABLES))
    arrives("A", "1.000002")
    month.figures(NOW)
    asked: set[str] = set()

    def noted(evaluation: Evaluation, sums: Tallies, things: Collection[str]) -> pl.DataFrame:
        asked.update(things)
        return found_of(evaluation, sums, things)

    found_of = live.counted
    monkeypatch.setattr(live, "counted", noted)
    for code, procedure, noticed in (
        ("B", "1.000004", True),
        ("C", "1.000004", False),
        ("A", "1.000004", True),
        ("B", "1.000002", True),
    ):
        asked.clear()
        arrives(code, procedure, moment=NOW if code != "A" else None, payload=procedure)
        found = month.figures(NOW).sort("unit", "indicator")
        assert found.equals(counted(every(store)))
        assert ("procedures" in asked) == noticed


def arrive(random: Random, store: Store) -> None:
    """Some versions of some dossiers, and some steps, from September to December."""

    def moment() -> dt.datetime:
        return dt.datetime(2026, 9, 1) + dt.timedelta(hours=random.randrange(24 * 100))

    def maybe(chance: float) -> dt.datetime | None:
        return moment() if random.random() < chance else None

    codes = [f"H21-{random.randrange(40)}" for _ in range(12)]
    dossiers = [
        {
            "sender": "H21",
            "code": code,
            "unit": random.choice(["H21", "H21.17", "H21.227"]),
            "procedure": f"1.00000{random.randrange(1, 10)}",
            "channel": random.randrange(1, 4),
            "status": 2,
            "received_at": moment(),
            "due_at": maybe(0.8),
            "ended_at": maybe(0.3),
            "returned_at": maybe(0.2),
            "fee_lines": random.randrange(2),
            "fees": 0,
            "files": random.randrange(2),
            "result_file": random.random() < 0.5,
            "moment": moment(),
            "payload": str(random.random()),
        }
        for code in codes
    ]
    steps = [
        {
            "sender": "H21",
            "code": f"H21-{random.randrange(40)}",
            "at": moment(),
            "status": random.randrange(1, 11),
        }
        for _ in range(25)
    ]
    store.append("dossiers", pl.DataFrame(dossiers, schema=TABLES["dossiers"].types))
    store.append("steps", pl.DataFrame(steps, schema=TABLES["steps"].types))


def every(store: Store) -> dict[str, ibis.Table]:
    con = ibis.duckdb.connect()
    return {name: store.table(con, name) for name in TABLES}


def counted(tables: dict[str, ibis.Table]) -> pl.DataFrame:
    return figures(tables, load("portal-2026"), PERIOD, NOW).sort("unit", "indicator")
