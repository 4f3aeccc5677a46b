"""Random records of every table: histories out of order, gaps, and every branch of the rules.

Hypothesis draws one seed a row and the row is made from it: it can still take rows away to show a
small failing case, and an example holds many rows at little cost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st

from phucvu.figures.periods import Period

Row = dict[str, Any]

UNITS: list[Row] = [
    {"code": code, "name": f"Đơn vị thử {code}", "kind": kind, "parent": parent, **days}
    for code, kind, parent, days in [
        ("H91", "province", None, {}),
        ("H91.01", "department", "H91", {}),
        ("H91.01.11", "branch", "H91.01", {}),
        ("H91.50", "district", "H91", {"valid_to": dt.date(2025, 6, 30), "successor": "H91.101"}),
        ("H91.50.90", "commune", "H91.50", {"valid_to": dt.date(2025, 6, 30), "successor": "H91.101"}),
        ("H91.101", "commune", "H91", {"valid_from": dt.date(2025, 7, 1)}),
        ("H91.102", "commune", "H91", {}),
        ("H91.60", "district", "H91", {"valid_to": dt.date(2025, 6, 30)}),
        ("H91.104", "commune", "H91.60", {"valid_to": dt.date(2025, 6, 30)}),
        ("H91.104", "commune", "H91", {"valid_from": dt.date(2025, 7, 1)}),
        ("H91.105", "branch", "H91.01", {"valid_to": dt.date(2026, 4, 26)}),
        (
            "H91.105",
            "commune",
            "H91.102",
            {"valid_from": dt.date(2026, 4, 27), "valid_to": dt.date(2026, 5, 4)},
        ),
        ("H91.105", "commune", "H91", {"valid_from": dt.date(2026, 5, 9)}),
        ("H92", "province", None, {}),
        ("H92.103", "commune", "H92", {}),
        ("H93", "province", None, {}),
        ("G91", "ministry", None, {}),
        ("G91.20", "branch", "G91", {}),
    ]
]
UNIT_CODES = list(dict.fromkeys(u["code"] for u in UNITS))

PERIODS = [
    Period.parse(text)
    for text in (
        "2025",
        "2025-06",
        "2025-07",
        "2025-Q3",
        "2026-02",
        "2026-04",
        "2026-05",
        "2026-Q2",
        "2026",
        "2026-04-20..2026-05-10",
    )
]

PROCEDURE_CODES = [
    "1.001000",
    "1.002000",
    "1.003000",
    "1.004000",
    "1.005000",
    "1.006000",
    "1.007000",
    "2.000815",
]
TIMES = [
    (8, "hour"),
    (30, "hour"),
    (3, "day"),
    (3, "workday"),
    (10, "workday"),
    (1, "month"),
    (None, "day"),
    (5, None),
]

T = TypeVar("T")

MAYBE = [True, False, None]
CLOCK = [dt.time(8), dt.time(9, 30), dt.time(16, 59, 59), dt.time(17), dt.time(0), dt.time(23, 59, 59)]
NOTABLE = [dt.date(2026, 2, 13), dt.date(2026, 4, 24), dt.date(2026, 4, 29), dt.date(2026, 5, 4)]


def day(r: Random, period: Period, before: int = 40, after: int = 20) -> dt.date:
    """A day in the period mostly, else near it; the days around its ends and the holidays often."""
    one = dt.timedelta(days=1)
    near = [period.first, period.last, period.first - one, period.last + one]
    near += [d for d in NOTABLE if abs(d - period.first) < dt.timedelta(days=70)]
    if r.random() < 0.2:
        return r.choice(near)
    return period.first + dt.timedelta(days=r.randint(-before, min(period.days, 90) + after))


def moment(r: Random, period: Period) -> dt.datetime:
    return dt.datetime.combine(day(r, period), r.choice(CLOCK))


def after(r: Random, start: dt.datetime, most: int = 25) -> dt.datetime:
    """The moment itself, or later by parts of a second, hours or days."""
    parts = r.choice((0, 0, 0, 400, 700))
    return start + dt.timedelta(days=r.randint(0, most), hours=r.randint(0, 9), milliseconds=parts)


def sometimes(r: Random, value: T, chance: float = 0.5) -> T | None:
    return value if r.random() < chance else None


HISTORIES = [
    (2, 4, 9, 10),
    (2, 4, 5, 4, 9, 10),
    (2, 5, 2, 4, 5, 5, 4, 9),
    (1, 2, 5),
    (2, 5, 4, 5),
    (2, 5, 5),
    (2, 4, 5, 9),
    (2, 4, 6),
    (5, 6, 4, 10),
    (2, 3),
    (1, 7),
    (2, 8, 3),
    (4,),
    (9, 5),
    (2, 9, 4, 9),
]


def history(r: Random, code: str, sender: str, start: dt.datetime) -> list[Row]:
    """Steps of one dossier: of a usual shape or any, in any order, some at the same moment."""
    if r.random() < 0.1:
        return []
    usual = r.random() < 0.7
    statuses = r.choice(HISTORIES) if usual else [r.randint(1, 10) for _ in range(r.randint(1, 6))]
    at = start - dt.timedelta(days=sometimes(r, 2, 0.2) or 0)
    rows = {}
    for status in statuses:
        at = at if r.random() < 0.15 else after(r, at, 9)
        rows[at, status] = {"sender": sender, "code": code, "at": at, "status": status}
    return r.sample(list(rows.values()), len(rows))


def due(r: Random, start: dt.datetime) -> dt.datetime | None:
    kind = r.choice(["none", "day", "midnight", "moment", "before"])
    if kind in ("day", "midnight"):
        return dt.datetime.combine(after(r, start), dt.time(23, 59, 59) if kind == "day" else dt.time(0))
    return {"none": None, "moment": after(r, start), "before": start - dt.timedelta(hours=3)}[kind]


def dossier(r: Random, number: int, period: Period) -> tuple[Row, list[Row]]:
    unit = r.choice(UNIT_CODES)
    sender, code = unit[:3], f"HS-{number // 2:05}"  # the same number may occur elsewhere
    start = moment(r, period)
    fee_lines = r.choice([None, 0, 1, 2])
    result_file = r.choice(MAYBE)
    row = {
        "sender": sender,
        "code": code,
        "unit": unit,
        "procedure": r.choice([*PROCEDURE_CODES, "9.999999"]),
        "channel": r.choice([None, 1, 2, 2, 3]),
        "status": r.randint(1, 10),
        "filed_at": sometimes(r, start - dt.timedelta(days=r.choice((0, 0, 4))), 0.8),
        "received_at": sometimes(r, start, 0.85),
        "due_at": due(r, start),
        "ended_at": sometimes(r, after(r, start)),
        "returned_at": sometimes(r, after(r, start)),
        "digitised_parts": r.choice(MAYBE),
        "vneid": r.choice(MAYBE),
        "paid_online": r.choice([None, 0, 1, 2]),
        "files": r.choice([None, 0, 1, 3]),
        "files_reused": r.choice(MAYBE),
        "files_digitised": r.choice(MAYBE),
        "synchronised": r.choice(MAYBE),
        "filed_national": r.choice(MAYBE),
        "files_from_store": r.choice(MAYBE),
        "fee_lines": fee_lines,
        "fees": r.choice([0, 15000]) if fee_lines else r.choice([None, 0]),
        "result_file": result_file,
        "result_code": result_file and r.choice(MAYBE),
        "population_data": r.choice(MAYBE),
        "moment": start,
    }
    return row, history(r, code, sender, start)


def answer(r: Random, dossier: Row) -> Row:
    """What the portal said of the dossier, or of one of that number elsewhere."""
    sender = dossier["sender"] if r.random() < 0.8 else "H94"
    outcome = r.choice(["waiting", "acknowledged", "update_refused", "refused", "absent"])
    return {"sender": sender, "code": dossier["code"], "at": dossier["moment"], "outcome": outcome}


def procedure(r: Random, code: str) -> Row:
    time, unit = r.choice(TIMES)
    return {
        "code": code,
        "name": f"Thủ tục thử {code}",
        "field": "Lĩnh vực thử",
        "owner": r.choice(["H91", "H91", "H92", "G91", None]),
        "for_citizens": r.choice(MAYBE),
        "fee": r.choice(MAYBE),
        "paper_result": r.choice(MAYBE),
        "max_time": time,
        "max_time_unit": unit,
        "status": r.choice(["public", "public_amended", "abolished", "hidden", None]),
        "parts_complete": r.choice(MAYBE),
    }


def decision(r: Random, number: int, period: Period) -> Row:
    decided = day(r, period)
    return {
        "number": f"{number}/QĐ-THU",
        "unit": r.choice(["H91", "H91", "H92", "G91", "G91.20", "H91.01"]),
        "kind": r.choice(["new", "amended", "abolished"]),
        "decided_on": decided,
        "effective_on": sometimes(r, decided + dt.timedelta(days=r.randint(-3, 40)), 0.9),
        "procedure": r.choice(PROCEDURE_CODES),
        "published_on": sometimes(r, decided + dt.timedelta(days=r.randint(-3, 20)), 0.8),
    }


def petition(r: Random, number: int, period: Period, dossiers: list[Row]) -> Row:
    arrived = moment(r, period)
    answered = sometimes(r, after(r, arrived, 24))
    about = r.choice(dossiers)["code"] if dossiers else None
    return {
        "code": f"PAKN-{number:04}",
        "unit": r.choice(UNIT_CODES),
        "class": r.choice(["policy", "conduct", None]),
        "arrived_at": arrived,
        "refused_at": sometimes(r, after(r, arrived, 5), 0.3),
        "supplement_asked_at": sometimes(r, after(r, arrived, 9)),
        "answered_at": answered,
        "published_at": sometimes(r, after(r, answered, 5), 0.7) if answered else None,
        "likes": r.choice([None, 0, 2]),
        "dislikes": r.choice([None, 0, 2, 3]),
        "reraised": r.choice(MAYBE),
        "dossier": sometimes(r, about, 0.7),
    }


def moved(r: Random, units: list[Row], period: Period) -> list[Row]:
    """The units, of which some moved: a row for each span of days, under one unit or another of its root."""
    found = []
    for unit in units:
        spans = [u["code"] for u in units].count(unit["code"])
        like = [u for u in units if u["code"][:3] == unit["code"][:3]]
        over = [u["code"] for u in like if u["kind"] not in ("commune", "branch")]  # no circle
        if spans > 1 or unit["kind"] not in ("commune", "branch") or "successor" in unit or r.random() < 0.5:
            found.append(unit)
            continue
        days = sorted({day(r, period, before=90) for _ in range(r.randint(1, 3))})
        starts = [unit.get("valid_from"), *(d for d in days if d > (unit.get("valid_from") or dt.date.min))]
        for start, follows in zip(starts, [*starts[1:], None], strict=True):
            ends = follows - dt.timedelta(days=r.choice([1, 1, 20])) if follows else None
            if start is None or ends is None or start <= ends:
                span = {"valid_from": start, "valid_to": ends, "parent": r.choice(over)}
                found.append({**unit, **span, "kind": r.choice([unit["kind"], "branch"])})
    return r.sample(found, len(found))


def service(r: Random, number: int) -> Row:
    return {
        "code": f"DV-{number}",
        "procedure": r.choice(PROCEDURE_CODES),
        "unit": r.choice(UNIT_CODES),
        "level": r.choice(["partial", "full"]),
        "status": r.choice(["public", "stopping", "testing", "stopped"]),
    }


def authority(r: Random, number: int) -> Row:
    return {"unit": r.choice(UNIT_CODES), "procedure": r.choice(PROCEDURE_CODES)}


DECLARED = [0, 1, 6, 18, 50]


def report(r: Random, number: int, period: Period) -> list[Row]:
    """A declared number: of a unit for the period or the year before, for its months, or of those below it.

    Of months and units one may be missing, and then the rest make no number of the whole.
    """
    unit, covered = r.choice(UNIT_CODES), r.choice([period, Period.months(period.first.year - 1, 1, 12)])
    months = [Period.months(covered.first.year, m, 1) for m in range(1, 13)]
    units = [row["code"] for row in UNITS if row["parent"] == unit]
    kind = r.choice(["own", "own", "months", "below", "both"])
    spans = [m for m in months if covered.first <= m.first <= covered.last]
    spans = spans if kind in ("months", "both") else [covered]
    codes = units if kind in ("below", "both") else [unit]
    found = [(u, str(p)) for u in codes for p in spans]
    if found and r.random() < 0.3:
        found.remove(r.choice(found))
    return [{"unit": u, "period": p, "received": r.choice(DECLARED)} for u, p in found]


def own_day(r: Random, number: int) -> Row:
    """A Saturday worked, an ordinary day off, or a holiday worked."""
    given = r.choice(["2026-02-14", "2026-04-25", "2026-05-09", "2026-02-23", "2026-04-28", "2026-05-01"])
    return {"date": dt.date.fromisoformat(given), "working": r.random() < 0.6, "note": None}


@st.composite
def rows(draw: st.DrawFn, make: Callable[[Random, int], T], most: int) -> list[T]:
    """At most that many rows, each made from a seed and its number."""
    seeds = draw(st.lists(st.integers(0, 2**40), min_size=most // 2, max_size=most, unique=True))
    return [make(Random(seed), number) for number, seed in enumerate(seeds)]


def once(found: list[Row], *key: str) -> list[Row]:
    """One row a key."""
    return list({tuple(row[k] for k in key): row for row in found}.values())


@st.composite
def records(draw: st.DrawFn, period: Period, count: int = 120) -> dict[str, list[Row]]:
    """Rows of every table around a period, with up to ``count`` dossiers."""
    drawn = draw(rows(lambda r, n: dossier(r, n, period), count))
    pairs = list({(row["sender"], row["code"]): (row, steps) for row, steps in drawn}.values())
    dossiers = [row for row, _ in pairs]
    declared = draw(rows(lambda r, n: report(r, n, period), 12))
    r = Random(draw(st.integers(0, 2**40)))
    ratings = [
        {
            "dossier": row["code"],
            "unit": r.choice([row["unit"], r.choice(UNIT_CODES)]),
            "value": 1 if number % 2 else -1,
        }
        for number, row in enumerate(dossiers)
        if number % 5 < 2
    ]
    return {
        "units": moved(r, UNITS, period) if r.random() < 0.5 else UNITS,
        "procedures": [procedure(r, code) for code in PROCEDURE_CODES],
        "authority": once(draw(rows(authority, 40)), "unit", "procedure"),
        "services": draw(rows(service, 60)),
        "decisions": draw(rows(lambda r, n: decision(r, n, period), 20)),
        "reports": once(list(chain.from_iterable(declared)), "unit", "period"),
        "petitions": draw(rows(lambda r, n: petition(r, n, period, dossiers), 40)),
        "ratings": once(ratings, "dossier", "unit"),
        "calendar": once(draw(rows(own_day, 5)), "date"),
        "dossiers": dossiers,
        "steps": [step for _, steps in pairs for step in steps],
        "portal_answers": once([answer(r, d) for d in dossiers if r.random() < 0.6], "sender", "code"),
    }


@dataclass
class Case:
    records: dict[str, list[Row]]
    period: Period
    now: dt.datetime

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """How hypothesis shows a failing case: without its many rows."""
        printer.text(f"{self.period} at {self.now}, {len(self.records['dossiers'])} dossiers")


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Records, a period, and now: inside the period, on one of its days, or after it."""
    period = draw(st.sampled_from(PERIODS))
    r = Random(draw(st.integers(0, 2**40)))
    within = dt.datetime.combine(day(r, period, before=0, after=0), r.choice(CLOCK))
    now = draw(st.sampled_from([period.ends + dt.timedelta(days=200), max(within, period.starts)]))
    return Case(draw(records(period)), period, now)
