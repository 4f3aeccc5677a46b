"""The running month, counted by what changed, has the same figures as all records counted anew."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from random import Random
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

HOURS = [-800, -100, -30, -3, -1, 1, 1, 5, 26]
"""Moments lie so many hours from now, give or take a second or half of one, or exactly."""
SHIFTS = [
    dt.timedelta(),
    dt.timedelta(seconds=1),
    dt.timedelta(seconds=-1),
    dt.timedelta(microseconds=500_000),
]

STEPS_ON = [dt.timedelta(seconds=s) for s in (1, 3600, 86_400, 10 * 86_400)]
"""How the clock goes on; ten days lead into the next month."""


OTHERS = ["petitions", "ratings", "calendar", "procedures", "units", "authority", "services", "decisions"]
OTHERS += ["reports"]


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
        self.coming: set[dt.datetime] = set()
        self.steps = 0
        self.begin()

    def begin(self) -> None:
        """Something of every kind, so that each change has something to change."""
        hour = dt.timedelta(hours=1)
        known = {"sender": "H21", "unit": "H21.17", "procedure": PROCEDURES[0], "channel": 2, "status": 4}
        over = {"received_at": BEGINS - 2000 * hour, "ended_at": BEGINS - 1900 * hour, "status": 9}
        of_today = {"received_at": BEGINS - hour, "due_at": BEGINS + hour}
        open_long = {"received_at": BEGINS - 800 * hour, "due_at": BEGINS - hour}
        finished = {"received_at": BEGINS - 30 * hour, "ended_at": BEGINS - hour, "status": 9}
        lives = [over, over, of_today, open_long, finished, {"received_at": BEGINS + 5 * hour}]
        self.add("dossiers", *(known | {"code": c} | said for c, said in zip(CODES, lives, strict=True)))
        asked = {"sender": "H21", "code": CODES[3], "at": BEGINS - 3 * hour, "status": 5}
        self.add("steps", asked)
        named = {"unit": "H21.17", "class": "policy", "arrived_at": BEGINS - hour, "dossier": CODES[4]}
        self.add("petitions", named | {"code": "P0"})
        self.coming = {BEGINS + hour, BEGINS + 5 * hour}

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def add(self, table: str, *rows: dict[str, Any]) -> None:
        add(self.store, table, *rows)

    @rule(seed=st.integers(0, 10**9))
    def something_happens(self, seed: int) -> None:
        """What, is drawn here: hypothesis leaves out half of the rules in each life, and lives are few."""
        self.steps += 1
        self.random = Random(f"{seed} {self.steps}")
        changes = [self.dossiers_arrive, self.steps_arrive, self.the_clock_goes_on]
        rarer = [self.the_portal_answers, self.others_change, self.the_clock_is_set_back, self.is_killed]
        self.random.choice([*changes, *changes, *rarer])()

    def drawn_moment(self) -> dt.datetime:
        hours, shift = self.random.choice(HOURS), self.random.choice(SHIFTS)
        moment = self.now + dt.timedelta(hours=hours) + shift
        self.coming.add(moment)
        return moment

    def dossiers_arrive(self) -> None:
        """New ones, and later versions, also late ones; half of them finished, with mistakes in all of it."""
        draw = self.random
        rows = []
        for code in self.random.sample(CODES, self.random.randint(1, 3)):
            moments = {
                name: self.drawn_moment() if draw.random() < 0.5 else None
                for name in ("filed_at", "due_at", "ended_at", "returned_at", "moment")
            }
            said = {
                name: draw.choice([True, False, None])
                for name in ("vneid", "result_file", "files_reused", "synchronised")
            }
            row = moments | said
            row |= {"sender": "H21", "code": code, "received_at": self.drawn_moment()}
            row |= {
                name: self.random.choice(values)
                for name, values in {
                    "unit": UNITS,
                    "procedure": PROCEDURES,
                    "channel": [1, 2, 3],
                    "status": [2, 4, 9],
                    "files": [0, 2],
                }.items()
            }
            rows.append(row | {"payload": str(self.random.randint(0, 10**9))})
        self.add("dossiers", *rows)
        if draw.random() < 0.2:
            self.store.compact("dossiers", whole=True)
            self.store.compact("steps", whole=True)

    def steps_arrive(self) -> None:
        self.add(
            "steps",
            *(
                {"sender": "H21", "code": code, "at": self.drawn_moment()}
                | {"status": self.random.choice([2, 4, 5, 5, 7, 9, 10])}
                for code in self.random.sample(CODES, self.random.randint(2, 4))
            ),
        )

    def the_portal_answers(self) -> None:
        """Of each dossier, so that some answer changes a figure."""
        outcomes = [outcome.value for outcome in AtPortal]
        said = [
            {"sender": "H21", "code": c, "at": self.now, "outcome": self.random.choice(outcomes)}
            for c in CODES
        ]
        self.add("portal_answers", *said)

    def others_change(self) -> None:
        unit, code = self.random.choice(UNITS[:3]), self.random.choice(CODES)
        procedure, number = self.random.choice(PROCEDURES), self.random.randint(0, 3)
        rows: dict[str, dict[str, Any]] = {
            "petitions": {
                "code": f"P{number}",
                "unit": unit,
                "class": "policy",
                "arrived_at": self.drawn_moment(),
                "answered_at": self.drawn_moment(),
                "likes": 1,
                "dossier": code,
            },
            "ratings": {"dossier": code, "unit": unit, "value": self.random.choice([1, -1])},
            "calendar": {"date": self.drawn_moment().date(), "working": self.random.random() < 0.5},
            "procedures": {
                "code": procedure,
                "owner": "H21",
                "max_time": self.random.choice([1, 26]),
                "max_time_unit": self.random.choice(["hour", "workday"]),
                "fee": self.random.random() < 0.5,
                "status": "public",
            },
            "units": {
                "code": "H21.227",
                "name": "UBND xã Thử Nghiệm",
                "kind": "commune",
                "parent": self.random.choice(["H21", "H22"]),
            },
            "authority": {"unit": "H21.18", "procedure": procedure},
            "services": {
                "code": f"S{number}",
                "unit": unit,
                "procedure": procedure,
                "level": self.random.choice(["partial", "full"]),
                "status": self.random.choice(["public", "stopped"]),
            },
            "decisions": {
                "number": f"Q{number}",
                "unit": "H21",
                "kind": "new",
                "decided_on": self.drawn_moment().date(),
                "effective_on": self.drawn_moment().date(),
                "procedure": procedure,
            },
            "reports": {"unit": unit, "period": str(running(self.now.date())[0]), "received": number},
        }
        for table in self.random.sample(OTHERS, 3):
            self.add(table, rows[table])

    def the_clock_goes_on(self) -> None:
        """To a moment that something was said to happen at or just after it, or by some time."""
        told = sorted(moment for moment in self.coming if moment > self.now)[:3]
        after = [m + dt.timedelta(seconds=s) for m in told for s in (0, 1)]
        self.now = self.random.choice([*after, *after, *(self.now + on for on in STEPS_ON)])

    def the_clock_is_set_back(self) -> None:
        self.now -= dt.timedelta(hours=2)

    def is_killed(self) -> None:
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
