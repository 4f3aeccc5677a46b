"""The watch over publication decisions: examples worked by hand, and limits on random days."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from phucvu.engine.calendar import Calendar
from phucvu.records.schema import DECISIONS
from phucvu.rules.loading import load
from phucvu.steering.publication_watch import OWN_LIMIT, Broken, Limits, Stage, broken_words, watch

CASES = yaml.safe_load(Path(__file__).with_name("publication-watch.yaml").read_text(encoding="utf-8"))
LIMITS = Limits.of(load("portal-2026").at(dt.date(2026, 6, 1)), OWN_LIMIT)
UNITS = {"H10", "H10.05", "H10.06"}
CALENDAR = Calendar()
EMPTY: dict[str, Any] = dict.fromkeys(DECISIONS.types)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"][:40])
def test_by_hand(case: dict[str, Any]) -> None:
    rows = [EMPTY | row for row in case["decisions"]]
    found = watch(rows, "H10", "province", UNITS, LIMITS, CALENDAR, case["today"])
    assert len(found) == len(case["expected"])
    for one, expected in zip(found, case["expected"], strict=True):
        said = {name: getattr(one, name) for name in expected if name != "broken"}
        assert said == {name: value for name, value in expected.items() if name != "broken"}
        assert sorted(one.broken) == expected["broken"]
        assert bool(broken_words(one, LIMITS, "vi")) == bool(expected["broken"])


DAYS = st.dates(dt.date(2023, 1, 1), dt.date(2027, 12, 31))


@given(start=DAYS, wait=st.integers(0, 40), own=st.integers(1, 20), late=st.booleans())
def test_a_limit_is_that_many_working_days_and_its_last_day_is_not_late(
    start: dt.date, wait: int, own: int, late: bool
) -> None:
    day = start + dt.timedelta(days=wait)
    row = EMPTY | {"number": "1/QĐ-B", "unit": "G01", "decided_on": start, "procedure": "1.001"}
    row |= {"in_national_database_on" if late else "incoming_on": start}
    limits = Limits(own, LIMITS.decide, LIMITS.publish)
    [one] = watch([row], "H10", "province", UNITS, limits, CALENDAR, day)
    worked = [
        start + dt.timedelta(days=n)
        for n in range(1, 90)
        if CALENDAR.is_working(start + dt.timedelta(days=n))
    ]
    assert one.own_limit == worked[own - 1]
    assert (Broken.OWN in one.broken) is (day > worked[own - 1])
    assert one.own_days is not None
    assert (one.own_days < 0) is (Broken.OWN in one.broken)
    left = sum(day < d <= worked[own - 1] for d in worked)
    if one.own_days >= 0:
        assert one.own_days == left
    # The province decides on that day: the same limit is kept or not, and stays so for ever.
    done = EMPTY | {"number": "2/QĐ-U", "unit": "H10", "decided_on": day, "procedure": "1.001"}
    done |= {"ministry_decision": "1/QĐ-B", "incoming_on": start}
    [after] = watch([row, done], "H10", "province", UNITS, limits, CALENDAR, day + dt.timedelta(days=100))
    assert after.own_days == one.own_days
    assert (Broken.OWN in after.broken) is (Broken.OWN in one.broken)
    assert after.stage is Stage.MAKE_PUBLIC


def test_what_runs_out_first_stands_first_and_what_is_done_last() -> None:
    def row(number: str, start: dt.date, **more: Any) -> dict[str, Any]:
        said = {"number": number, "unit": "G01", "decided_on": start, "procedure": number}
        return EMPTY | said | {"incoming_on": start} | more

    rows = [
        row("new", dt.date(2026, 11, 18)),
        row("old", dt.date(2026, 11, 2)),
        row("done", dt.date(2026, 11, 2), unit="H10", published_on=dt.date(2026, 11, 3)),
    ]
    found = watch(rows, "H10", "province", UNITS, LIMITS, CALENDAR, dt.date(2026, 11, 19))
    assert [one.decision for one in found] == ["old", "new", "done"]


def test_the_note_names_the_rule_that_was_broken() -> None:
    row = EMPTY | {"number": "503/QĐ-B", "unit": "G02", "decided_on": dt.date(2024, 4, 9), "procedure": "1"}
    row |= {"in_national_database_on": dt.date(2024, 4, 11)}
    [one] = watch([row], "H10", "province", UNITS, LIMITS, CALENDAR, dt.date(2024, 4, 22))
    assert broken_words(one, LIMITS, "vi") == (
        "quá 03 ngày làm việc kể từ ngày quyết định của bộ, ngành có trên CSDL quốc gia về TTHC "
        "(11/04/2024): chậm 3 ngày làm việc"
    )
    assert "3 working days late" in broken_words(one, LIMITS, "en")


def test_what_another_province_decided_waits_for_nobody_else() -> None:
    row = EMPTY | {"number": "9/QĐ-U", "unit": "H11", "decided_on": dt.date(2026, 11, 2), "procedure": "1"}
    today = dt.date(2026, 11, 19)
    assert watch([row], "H10", "province", UNITS, LIMITS, CALENDAR, today, {"H11"}) == []
    ministry = row | {"unit": "G01", "incoming_on": dt.date(2026, 11, 18)}
    assert len(watch([ministry], "H10", "province", UNITS, LIMITS, CALENDAR, today, {"H11"})) == 1
    assert watch([ministry], "G02", "ministry", {"G02"}, LIMITS, CALENDAR, today) == [], "nor for a ministry"
