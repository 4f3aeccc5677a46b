"""Killed at random moments under load: every acknowledged dossier is there, once, and none half.

PHUCVU_KILLS says how often (a few times, if not said); PHUCVU_SEED which moments.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from phucvu.records.store import Store

from .clients import SecondStyle, dossier, step
from .running import PARTS, WORKER, Site, inside, make_home, make_senders

pytestmark = [pytest.mark.kill, pytest.mark.site]

KILLS = int(os.environ.get("PHUCVU_KILLS", "3"))
SEED = int(os.environ.get("PHUCVU_SEED", "766"))

OF_A_BATCH = 8


class Load(threading.Thread):
    """Sends batches one after another and notes which were acknowledged, whatever happens meanwhile."""

    def __init__(self, number: int, site: Site, secret: str) -> None:
        super().__init__(daemon=True)
        self.number, self.site, self.secret = number, site, secret
        self.ended = threading.Event()
        self.sent: list[str] = []
        self.acknowledged: list[str] = []
        self.steps: list[str] = []

    def run(self) -> None:
        while not self.ended.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException, json.JSONDecodeError):
                client = SecondStyle(self.site.url, "gialai", self.secret)
                while client.token and not self.ended.is_set():
                    self._send_one(client)
            self.ended.wait(0.05)

    def _send_one(self, client: SecondStyle) -> None:
        batch = f"{self.number}-{len(self.sent)}"
        self.sent.append(batch)
        codes = codes_of(batch)
        answer = client.send("DongBoHoSoMC", [dossier(c, GhiChu=batch) for c in codes])
        if answer["error_code"] != "0":
            return
        self.acknowledged.append(batch)
        answer = client.send("CapNhatTienDoHoSoMC", [step(c, "20261103080000", 4) for c in codes])
        if answer["error_code"] == "0":
            self.steps.append(batch)


def codes_of(batch: str) -> list[str]:
    return [f"KILL-{batch}-{n}" for n in range(OF_A_BATCH)]


def test_killed_under_load(tmp_path: Path, database: str | None) -> None:
    home = tmp_path / "home"
    store = make_home(home)
    secret = make_senders(home, database, gialai="H21")["gialai"]
    moments = random.Random(SEED)
    site = Site(home, database, workers=1)
    loads = [Load(n, site, secret) for n in range(3)]
    try:
        site.start()
        for load in loads:
            load.start()
        for _ in range(KILLS):
            wait_for_another(loads, site)
            time.sleep(moments.uniform(0, 0.7))
            kill_something(site, moments)
        wait_for_another(loads, site)
        for load in loads:
            load.ended.set()
        until(site, lambda: not any(load.is_alive() for load in loads))
        until(site, lambda: site.metric("phucvu_inbox_waiting_messages")[""] == 0)
    finally:
        site.stop()
    acknowledged = [b for load in loads for b in load.acknowledged]
    sent = sum(len(load.sent) for load in loads)
    print(f"{database or 'sqlite'}: {KILLS} kills, {len(acknowledged)} of {sent} batches acknowledged")
    everything_once(store, "dossiers", acknowledged)
    everything_once(store, "steps", [b for load in loads for b in load.steps])
    the_same_figures_from_the_inbox_alone(home, tmp_path / "again", database)


def kill_something(site: Site, moments: random.Random) -> None:
    match moments.choice(("everything", "a worker", "the inbox's processes")):
        case "everything":
            site.kill()
            site.start()
        case "a worker":
            kill_part(site, WORKER)
        case _:
            kill_part(site, PARTS)


def wait_for_another(loads: list[Load], site: Site) -> None:
    """Until the server has acknowledged another batch."""
    before = count(loads)
    until(site, lambda: count(loads) != before)


def until(site: Site, done: Callable[[], bool], seconds: float = 180) -> None:
    """Until something is so.

    Granian takes a worker that dies twice within seconds for one that cannot work, and ends. Then the server
    is started again, as the service manager does it (docs/running.md); that may be at any moment.
    """
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException, KeyError):
            if done():
                return
        assert time.monotonic() < end, site.log
        if site.has_ended:
            site.kill()
            site.start()
        time.sleep(0.01)


def count(loads: list[Load]) -> int:
    return sum(len(load.acknowledged) for load in loads)


def kill_part(site: Site, named: str) -> None:
    """SIGKILL to the processes that the server started under this name; it has to start others."""
    for pid in site.started(named):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def everything_once(store: Store, table: str, acknowledged: list[str]) -> None:
    """Of the batches acknowledged every row is there once, of others all rows or none."""
    snapshot = store._files(table).snapshot()
    assert snapshot is not None
    log = pl.concat(pl.read_parquet(uri) for uri in snapshot.uris(snapshot.log))
    rows = log.filter(pl.col("code").str.starts_with("KILL-"))
    counts = dict(rows.group_by("code").len().iter_rows())
    assert set(counts.values()) == {1}
    for batch in acknowledged:
        assert set(codes_of(batch)) <= counts.keys()
    batches = rows.group_by(pl.col("code").str.replace(r"-\d+$", "")).len()
    assert set(batches["len"]) == {OF_A_BATCH}
    said = [json.loads(p)["MaHoSo"] for p in rows["payload"]]
    assert said == rows["code"].to_list()


def the_same_figures_from_the_inbox_alone(home: Path, again: Path, database: str | None) -> None:
    said: list[Any] = inside(
        home,
        f"""
        import datetime as dt, ibis
        from phucvu.engine.figures import figures
        from phucvu.figures.periods import Period
        from phucvu.inbox.replaying import replay
        from phucvu.records.schema import TABLES
        from phucvu.records.store import Store
        from phucvu.rules.loading import load

        def counted(of):
            con = ibis.duckdb.connect()
            tables = {{name: of.table(con, name) for name in TABLES}}
            found = figures(tables, load("portal-2026"), Period.parse("2026"), dt.datetime(2026, 11, 20))
            return found.sort("unit", "indicator")

        other = Store({str(again)!r})
        replay(store, other)
        kept = counted(store)
        say([kept.equals(counted(other)), kept.filter(unit="H21", indicator="2.1")["denominator"][0]])
        """,
        database,
    )
    assert said[0]
    assert said[1] > 0
