"""The running month, counted by what changed, has the same figures as all records counted anew."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import ibis
import polars as pl
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from phucvu.engine.figures import figures
from phucvu.inbox.counting import running
from phucvu.inbox.month import Month
from phucvu.inbox.watching import Watch
from phucvu.records.codes import AtPortal
from phucvu.records.schema import TABLES
from phucvu.records.store import Store
from phucvu.rules.loading import load

from .running import make_home

RULES = load("qd766-2022")
"""They count something of every kind of record."""

BEGINS = dt.datetime(2026, 11, 27, 9)

CODES = [f"H21-{n}" for n in range(6)]
UNITS = ["H21.17", "H21.227", "H22.01", "H99"]
PROCEDURES = [f"1.00000{n}" for n in range(1, 4)]

HOURS = [-800, -100, -30, -1, 1, 5, 26, 60]
"""Moments lie so many hours from now, give or take a second or half of one, or exactly."""
SHIFTS = [
    dt.timedelta(),
    dt.timedelta(seconds=1),
    dt.timedelta(seconds=-1),
    dt.timedelta(microseconds=500_000),
]

STEPS_ON = [dt.timedelta(seconds=s) for s in (0, 1, 3600, 3601, 86_399, 86_400, 10 * 86_400)]
"""How the clock goes on; ten days lead into the next month."""


def add(store: Store, table: str, *rows: dict[str, Any]) -> None:
    store.append(table, pl.DataFrame(list(rows), schema=TABLES[table].types))


class Changing(RuleBasedStateMachine):
    """Records and the clock change in any order; after each change all figures are compared."""

    @initialize()
    def home(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="phucvu-")
        self.store = make_home(Path(self.folder.name))
        own = [(u, p) for u in UNITS for p in PROCEDURES]
        self.add("authority", *({"unit": u, "procedure": p} for u, p in own))
        services = [{"code": f"S{n}", "unit": u, "procedure": p} for n, (u, p) in enumerate(own)]
        self.add("services", *(s | {"level": "full", "status": "public"} for s in services))
        self.now = BEGINS
        self.month: Month | None = None

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def add(self, table: str, *rows: dict[str, Any]) -> None:
        add(self.store, table, *rows)

    def drawn_moment(self, data: st.DataObject) -> dt.datetime:
        hours, shift = data.draw(st.sampled_from(HOURS)), data.draw(st.sampled_from(SHIFTS))
        return self.now + dt.timedelta(hours=hours) + shift

    @rule(data=st.data())
    def dossiers_arrive(self, data: st.DataObject) -> None:
        """New ones, and later versions; half of them finished, with mistakes in all of it."""
        flag, maybe = st.booleans(), st.sampled_from([True, False, None])
        for code in data.draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=4)):
            moments = {
                name: self.drawn_moment(data) if data.draw(flag) else None
                for name in ("filed_at", "received_at", "due_at", "ended_at", "returned_at")
            }
            said = {
                name: data.draw(maybe) for name in ("vneid", "result_file", "files_reused", "synchronised")
            }
            row = (
                moments
                | said
                | {
                    "sender": "H21",
                    "code": code,
                    "unit": data.draw(st.sampled_from(UNITS)),
                    "procedure": data.draw(st.sampled_from(PROCEDURES)),
                    "channel": data.draw(st.sampled_from([1, 2, 3])),
                    "status": data.draw(st.sampled_from([2, 4, 9])),
                    "files": data.draw(st.sampled_from([0, 2])),
                    "payload": str(data.draw(st.integers(0, 10**9))),
                }
            )
            self.add("dossiers", row)

    @rule(data=st.data())
    def a_dossier_of_today_arrives(self, data: st.DataObject) -> None:
        """It is open and due soon, so that it becomes late by the clock alone."""
        row = {
            "sender": "H21",
            "code": data.draw(st.sampled_from(CODES)),
            "unit": data.draw(st.sampled_from(UNITS)),
            "procedure": PROCEDURES[0],
            "channel": 2,
            "status": 4,
            "received_at": self.now - dt.timedelta(hours=1),
            "due_at": self.now + data.draw(st.sampled_from(STEPS_ON)),
            "payload": str(data.draw(st.integers(0, 10**9))),
        }
        self.add("dossiers", row)

    @rule(data=st.data())
    def steps_arrive(self, data: st.DataObject) -> None:
        for code in data.draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=4)):
            status = data.draw(st.sampled_from([2, 4, 5, 5, 7, 9, 10]))
            self.add(
                "steps", {"sender": "H21", "code": code, "at": self.drawn_moment(data), "status": status}
            )

    @rule(data=st.data())
    def the_portal_answers(self, data: st.DataObject) -> None:
        outcome = data.draw(st.sampled_from([outcome.value for outcome in AtPortal]))
        code = data.draw(st.sampled_from(CODES))
        self.add("portal_answers", {"sender": "H21", "code": code, "at": self.now, "outcome": outcome})

    @rule(data=st.data(), table=st.sampled_from(["petitions", "ratings", "calendar", "procedures", "units"]))
    def others_change(self, data: st.DataObject, table: str) -> None:
        unit, code = data.draw(st.sampled_from(UNITS[:3])), data.draw(st.sampled_from(CODES))
        rows: dict[str, dict[str, Any]] = {
            "petitions": {
                "code": f"P{data.draw(st.integers(0, 3))}",
                "unit": unit,
                "class": "policy",
                "arrived_at": self.drawn_moment(data),
                "answered_at": self.drawn_moment(data),
                "likes": 1,
                "dossier": code,
            },
            "ratings": {"dossier": code, "unit": unit, "value": data.draw(st.sampled_from([1, -1]))},
            "calendar": {"date": self.drawn_moment(data).date(), "working": data.draw(st.booleans())},
            "procedures": {
                "code": data.draw(st.sampled_from(PROCEDURES)),
                "owner": "H21",
                "max_time": data.draw(st.sampled_from([1, 26])),
                "max_time_unit": data.draw(st.sampled_from(["hour", "workday"])),
                "fee": data.draw(st.booleans()),
                "status": "public",
            },
            "units": {
                "code": "H21.227",
                "name": "UBND xã Thử Nghiệm",
                "kind": "commune",
                "parent": data.draw(st.sampled_from(["H21", "H22"])),
            },
        }
        self.add(table, rows[table])

    @rule(on=st.sampled_from(STEPS_ON))
    def the_clock_goes_on(self, on: dt.timedelta) -> None:
        self.now += on

    @rule()
    def the_clock_is_set_back(self) -> None:
        self.now -= dt.timedelta(hours=2)

    @rule()
    def records_are_compacted(self) -> None:
        self.store.compact("dossiers", whole=True)
        self.store.compact("steps", whole=True)

    @rule()
    def the_process_is_killed(self) -> None:
        self.month = None

    @invariant()
    def figures_are_those_of_all_records(self) -> None:
        period = running(self.now.date())[0]
        if self.month is None or self.month.period != period:
            self.month = month_of(self.store, self.now)
        assert self.month.figures(self.now).equals(of_all_records(self.store, self.now))


def month_of(store: Store, now: dt.datetime) -> Month:
    return Month(store, RULES, running(now.date())[0], Watch(store, TABLES))


def of_all_records(store: Store, now: dt.datetime) -> pl.DataFrame:
    con = ibis.duckdb.connect()
    tables = {name: store.table(con, name) for name in TABLES}
    found = figures(tables, RULES, running(now.date())[0], now)
    con.disconnect()
    return found


TestChanging = Changing.TestCase
# Each state is counted from all records; --hypothesis-profile long tries a hundred lives.
TestChanging.settings = settings(max_examples=settings().max_examples // 50, stateful_step_count=15)


def test_the_clock_alone_changes_figures(tmp_path: Path) -> None:
    """Each moment told here changes some verdict; before it and at it the figures are those of that time."""
    hour, second = dt.timedelta(hours=1), dt.timedelta(seconds=1)

    def dossier(code: str, **said: Any) -> dict[str, Any]:
        row = {"sender": "H21", "code": code, "unit": "H21.17", "procedure": PROCEDURES[0], "status": 4}
        return row | {"received_at": BEGINS - 9 * hour, "due_at": BEGINS + 99 * hour} | said

    def step(code: str, at: dt.datetime, status: int) -> dict[str, Any]:
        return {"sender": "H21", "code": code, "at": at, "status": status}

    store = make_home(tmp_path)
    add(
        store,
        "dossiers",
        dossier("due", due_at=BEGINS + hour),
        dossier("waited", due_at=BEGINS),
        dossier("received", received_at=BEGINS + 4 * hour),
        dossier("ended", ended_at=BEGINS + 5 * hour),
        dossier("done"),
        dossier("named"),
    )
    waited = step("waited", BEGINS - 3 * hour, 5), step("waited", BEGINS - hour, 4)
    add(store, "steps", *waited, step("done", BEGINS + 3 * hour, 9))
    petition = {"unit": "H21.17", "class": "policy", "answered_at": None}
    add(
        store,
        "petitions",
        petition | {"code": "named", "arrived_at": BEGINS + 6 * hour, "dossier": "named"},
        petition | {"code": "limit", "arrived_at": BEGINS - 22 * 24 * hour},  # 15 working days end today
    )
    day = dt.datetime.combine(BEGINS.date(), dt.time())
    month = month_of(store, BEGINS)
    found = [month.figures(BEGINS)]
    moments = (
        BEGINS + hour + second,
        BEGINS + 2 * hour + second,
        BEGINS + 3 * hour,
        BEGINS + 4 * hour,
        BEGINS + 5 * hour,
        BEGINS + 6 * hour,
        day + 24 * hour,
    )
    for moment in moments:
        assert month.figures(moment - second).equals(found[-1])
        found.append(month.figures(moment))
        assert not found[-1].equals(found[-2])
        assert found[-1].equals(of_all_records(store, moment))
    # The clock is set back, just to a deadline, and goes on.
    assert month.figures(moments[0] - second).equals(found[0])
    assert month.figures(moments[0]).equals(found[1])
    add(store, "dossiers", dossier("due", status=9, ended_at=BEGINS))
    assert month.figures(moments[0]).equals(of_all_records(store, moments[0]))
    assert not month.figures(moments[0]).equals(found[1])
