"""Killed at random moments under load: nothing is lost, nothing overtakes, and fates are the portal's.

PHUCVU_KILLS says how often (a few times, if not said); PHUCVU_SEED which moments.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import threading
import time
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest

from phucvu.records.store import Store

from ..inbox.clients import SecondStyle
from ..inbox.running import WORKER, Site, make_home, make_senders
from ..inbox.test_kill import kill_part, until
from .conftest import dossier, outcomes, step
from .stand_in import BAD_PROCEDURE, SECRET, USER, StandIn, served

pytestmark = [pytest.mark.kill, pytest.mark.site]

KILLS = int(os.environ.get("PHUCVU_KILLS", "3"))
SEED = int(os.environ.get("PHUCVU_SEED", "766"))

RELAY = "phucvu:relay"
"""The name of the process that passes on."""

DOSSIERS = 40
"""Of each sender; each has ever more versions."""

MOST_AHEAD = 100
"""Versions of a sender that wait to be passed on, at most, about."""

OF_FILES = 2
"""Dossiers known from a file alone, which the portal is asked about."""


class Load(threading.Thread):
    """Sends later and later versions of its dossiers, each until it is acknowledged."""

    def __init__(self, number: int, site: Site, secret: str, portal: StandIn) -> None:
        super().__init__(daemon=True)
        self.number, self.site, self.secret, self.portal = number, site, secret, portal
        self.ended = threading.Event()
        self.random = random.Random(SEED + number)
        self.acknowledged: dict[str, list[bytes]] = defaultdict(list)
        self.steps: set[str] = set()

    @property
    def count(self) -> int:
        return sum(map(len, self.acknowledged.values()))

    @property
    def ahead(self) -> int:
        """Versions acknowledged here that have not arrived there."""
        arrived = [self.portal.arrived["H21", code] for code in list(self.acknowledged)]
        return self.count - sum(len(set(versions)) for versions in arrived)

    def run(self) -> None:
        batch: list[tuple[str, bytes]] = []
        while not self.ended.is_set() or batch:
            with contextlib.suppress(OSError, http.client.HTTPException, json.JSONDecodeError):
                client = SecondStyle(self.site.url, "gialai", self.secret)
                while client.token and (batch or not self.ended.is_set()):
                    batch = batch or self._drawn()
                    answer = client.send("DongBoHoSoMC", b"[" + b",".join(item for _, item in batch) + b"]")
                    if answer["error_code"] == "503":
                        break
                    for code, item in batch:
                        self.acknowledged[code].append(item)
                    batch = []
                    code = self.random.choice(list(self.acknowledged))
                    client.send("CapNhatTienDoHoSoMC", step(code))
                    self.steps.add(code)
                    # Else what is sent would outrun what can be passed on by processes that are killed.
                    while not self.ended.wait(0.1) and self.ahead > MOST_AHEAD:
                        pass
            self.ended.wait(0.05)

    def _drawn(self) -> list[tuple[str, bytes]]:
        codes = [f"KILL-{self.number}-{n}" for n in self.random.sample(range(DOSSIERS), 4)]
        procedures = ["1.000001", "1.000002", BAD_PROCEDURE]
        return [
            (code, dossier(code, len(self.acknowledged[code]) + 1, self.random.choice(procedures)))
            for code in codes
        ]


def test_killed_under_load(tmp_path: Path, database: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(StandIn(SEED, trouble=0.1)) as portal:
        for name, value in (
            ("ADDRESS", portal.url),
            ("USER", USER),
            ("SECRET", SECRET),
            ("RATE", "200"),
            ("BATCH", "20"),
            ("LOOK_UP", "1"),
        ):
            monkeypatch.setenv(f"PHUCVU_RELAY_{name}", value)
        killed_under_load(tmp_path / "home", database, portal)


def killed_under_load(home: Path, database: str | None, portal: StandIn) -> None:
    store = make_home(home)
    by_file = {"sender": "H21", "unit": "H21.17", "procedure": "1.000001", "synchronised": False}
    rows = [by_file | {"code": f"TEP-{n}", "payload": "{}"} for n in range(OF_FILES)]
    frame = pl.DataFrame(rows).with_columns(received_at=pl.lit("2026-11-01 08:00:00").str.to_datetime())
    store.append("dossiers", frame)
    portal.held["H21", "TEP-0"] = "1"  # it came there by another way
    secret = make_senders(home, database, gialai="H21")["gialai"]
    moments = random.Random(SEED)
    site = Site(home, database, workers=1, counts="nothing")
    loads = [Load(n, site, secret, portal) for n in range(2)]
    try:
        site.start()
        for load in loads:
            load.start()
        for _ in range(KILLS):
            wait_for_more(loads, portal, site)
            time.sleep(moments.uniform(0, 0.5))
            if moments.random() < 0.25:
                site.kill()
                site.start()
            else:
                kill_part(site, moments.choice([RELAY, RELAY, WORKER]))
        for load in loads:
            load.ended.set()
        until(site, lambda: not any(load.is_alive() for load in loads))
        portal.trouble = 0
        wait_until_passed_on(site, store, portal)
    finally:
        site.stop()
    everything_arrived_in_order(loads, portal)
    said = outcomes(store)
    assert {d: fate for d, fate in said.items() if d[1].startswith("KILL")} == portal.fate
    assert said["H21", "TEP-0"][0] == "acknowledged"
    assert said["H21", "TEP-1"][0] == "absent"
    versions = sum(load.count for load in loads)
    sent = sum(map(len, portal.arrived.values()))
    fates = pl.Series([fate for fate, _ in said.values()]).value_counts().sort("").rows()
    print(f"{database or 'sqlite'}: {KILLS} kills, {versions} versions acknowledged, {sent} arrived, {fates}")


def wait_for_more(loads: list[Load], portal: StandIn, site: Site) -> None:
    """Until more was acknowledged here, and more arrived there."""
    before, calls = sum(load.count for load in loads), len(portal.calls)
    until(site, lambda: sum(load.count for load in loads) > before and len(portal.calls) > calls)


def wait_until_passed_on(site: Site, store: Store, portal: StandIn) -> None:
    """Until nothing waits, and the records have every fate."""
    until(
        site,
        lambda: (
            site.metric("phucvu_relay_waiting_items")[""] == 0
            and len(outcomes(store)) >= len(portal.fate) + OF_FILES
        ),
        400,
    )
    time.sleep(2)  # the last answer reaches the records right after it is kept


def everything_arrived_in_order(loads: list[Load], portal: StandIn) -> None:
    for load in loads:
        for code, items in load.acknowledged.items():
            arrived = portal.arrived["H21", code]
            once = [item for n, item in enumerate(arrived) if item not in arrived[:n]]
            # Each version as it came, none before an earlier one; sent again after a kill is the same again.
            assert once == items
            assert arrived == sorted(arrived, key=items.index)
        assert all(portal.steps["H21", code] for code in load.steps)
