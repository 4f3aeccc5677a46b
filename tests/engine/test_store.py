"""The engine counts the tables of a store as it counts the same rows in memory."""

import datetime as dt

import ibis

from phucvu.engine.figures import figures
from phucvu.engine.sources import from_frames
from phucvu.figures.periods import Period
from phucvu.records.schema import TABLES
from phucvu.records.store import Store
from phucvu.rules.loading import load

from . import worked


def test_figures_of_a_store(tmp_path):
    example = next(e for _, e, _ in worked.examples() if "Several spells add up" in e["title"]["en"])
    frames = worked.frames(example)
    store = Store(tmp_path)
    for name, frame in frames.items():
        if not frame.is_empty():
            store.append(name, frame)
    con = ibis.duckdb.connect()
    period, now = Period.parse("2026-08"), dt.datetime(2026, 9, 15)
    held = {name: store.table(con, name) for name in TABLES}
    rules = load("qd766-2022")
    assert figures(held, rules, period, now).equals(figures(from_frames(frames), rules, period, now))
