"""The plain reading itself, on cases small enough to be worked by hand from the specification."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from phucvu.figures.periods import Period

from . import plain

AUGUST = Period.parse("2026-08")
LATER = dt.datetime(2027, 1, 1)
UNITS = [
    {"code": "H99", "name": "Tỉnh thử", "kind": "province"},
    {"code": "H99.01", "name": "Sở thử", "kind": "department", "parent": "H99"},
    {"code": "H99.101", "name": "Xã thử", "kind": "commune", "parent": "H99"},
]


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-{text}")


def dossier(**fields: Any) -> dict[str, Any]:
    return {
        "sender": "H99",
        "code": "A",
        "unit": "H99.101",
        "procedure": "1.1",
        "received_at": at("08-03 09:00"),
        "due_at": at("08-10 17:00"),
        **fields,
    }


def steps(*given: tuple[str, int], code: str = "A") -> list[dict[str, Any]]:
    return [{"sender": "H99", "code": code, "at": at(moment), "status": status} for moment, status in given]


def count(
    indicator: str,
    unit: str = "H99.101",
    period: Period = AUGUST,
    now: dt.datetime = LATER,
    rules: str = "portal-2026",
    **records: Any,
) -> tuple[int, int]:
    return plain.figures({"units": UNITS, **records}, rules, period, now)[unit, indicator]


@pytest.mark.parametrize(
    ("given", "on_time"),
    [
        ([("08-03 09:00", 2), ("08-10 17:00", 9)], 1),
        ([("08-03 09:00", 2), ("08-10 17:01", 9)], 0),
        # done counts, not the return to the citizen; the first done, not a later one
        ([("08-07 10:00", 9), ("08-20 10:00", 10)], 1),
        ([("08-07 10:00", 9), ("08-20 10:00", 9)], 1),
        ([("08-20 10:00", 10)], 0),
        # of stopped, refused and withdrawn the earliest; withdrawn before receipt does not count
        ([("08-20 10:00", 8), ("08-07 10:00", 3)], 1),
        ([("08-02 10:00", 7), ("08-20 10:00", 8)], 0),
        # waiting from 7 to 12 August takes five days off; the second 5 opens no second spell
        ([("08-07 10:00", 5), ("08-12 10:00", 4), ("08-15 17:00", 9)], 1),
        ([("08-07 10:00", 5), ("08-12 10:00", 4), ("08-15 17:01", 9)], 0),
        ([("08-07 10:00", 5), ("08-08 10:00", 5), ("08-12 10:00", 2), ("08-15 17:00", 9)], 1),
        # two spells, of two and of three days
        (
            [
                ("08-05 10:00", 5),
                ("08-07 10:00", 4),
                ("08-07 11:00", 5),
                ("08-10 11:00", 4),
                ("08-15 17:00", 9),
            ],
            1,
        ),
        # a spell that nothing closes stops at the end of processing
        ([("08-10 16:00", 5), ("08-20 10:00", 9)], 1),
        # still waiting: asked once, in time or not; asked twice
        ([("08-10 16:00", 5)], 1),
        ([("08-10 18:00", 5)], 0),
        ([("08-05 10:00", 5), ("08-06 10:00", 4), ("08-07 10:00", 5)], 0),
        # not finished
        ([("08-04 10:00", 4)], 0),
    ],
)
def test_on_time(given: list[tuple[str, int]], on_time: int) -> None:
    assert count("2.1", dossiers=[dossier()], steps=steps(*given)) == (on_time, 1)


def test_without_steps_the_fields_speak() -> None:
    assert count("2.1", dossiers=[dossier(ended_at=at("08-09 10:00"), returned_at=at("08-11 10:00"))]) == (
        1,
        1,
    )
    assert count("2.1", dossiers=[dossier(returned_at=at("08-11 10:00"))]) == (0, 1)
    late_by_steps = steps(("08-11 10:00", 9))
    assert count("2.1", dossiers=[dossier(ended_at=at("08-09 10:00"))], steps=late_by_steps) == (0, 1)


def test_nothing_after_the_cut_off_is_seen() -> None:
    late = steps(("08-20 10:00", 9))
    assert count("2.1", dossiers=[dossier()], steps=late, now=at("08-10 12:00")) == (1, 1)
    assert count("2.1", dossiers=[dossier()], steps=late, now=at("08-10 18:00")) == (0, 1)
    assert count("2.1", dossiers=[dossier()], steps=late, now=at("08-03 08:00")) == (0, 0)


@pytest.mark.parametrize(
    ("time", "unit", "received", "last"),
    [
        (8, "hour", "08-03 09:00:05", "08-03 17:00:05"),
        (3, "day", "08-07 09:00", "08-10 23:59:59"),
        (1, "month", "08-31 09:00", "09-30 23:59:59"),
        (2, "workday", "08-07 09:00", "08-11 23:59:59"),
        # Tết: 16 to 20 February 2026 are days off, 13 February is a Friday
        (1, "workday", "02-13 09:00", "02-23 23:59:59"),
        # Hùng Kings' day falls on Sunday 26 April, in lieu Monday; 30 April and 1 May are days off
        (3, "workday", "04-24 09:00", "05-04 23:59:59"),
    ],
)
def test_deadline_by_the_procedure(time: int, unit: str, received: str, last: str) -> None:
    days = plain.WorkingDays([])
    procedure = {"max_time": time, "max_time_unit": unit}
    given = dossier(due_at=None, received_at=at(received))
    assert plain.deadline(given, procedure, days) == at(last)


def test_own_calendar_decides() -> None:
    # Friday 2 January is off and Saturday 10 January worked instead; this office does neither
    own = [
        {"date": dt.date(2026, 1, 2), "working": True},
        {"date": dt.date(2026, 1, 10), "working": False},
    ]
    days, official = plain.WorkingDays(own), plain.WorkingDays([])
    assert days.after(dt.date(2025, 12, 31), 1) == dt.date(2026, 1, 2)
    assert official.after(dt.date(2025, 12, 31), 1) == dt.date(2026, 1, 5)
    assert days.after(dt.date(2026, 1, 9), 1) == dt.date(2026, 1, 12)
    assert official.after(dt.date(2026, 1, 9), 1) == dt.date(2026, 1, 10)
    assert official.before(dt.date(2026, 1, 12), 1) == dt.date(2026, 1, 10)
    assert official.before(dt.date(2026, 9, 3), 1) == dt.date(2026, 8, 28)


def test_no_deadline_known_is_on_time() -> None:
    assert count("2.1", dossiers=[dossier(due_at=None)]) == (1, 1)


def test_handled_takes_what_was_unfinished_before() -> None:
    july = {"received_at": at("07-20 09:00")}
    assert count("2.1", dossiers=[dossier(**july)])[1] == 1
    assert count("2.1", dossiers=[dossier(**july)], steps=steps(("07-31 23:59:59", 9)))[1] == 0
    assert count("2.1", dossiers=[dossier(**july)], steps=steps(("08-01 00:00", 9)))[1] == 1
    assert count("2.1", dossiers=[dossier(**july)], steps=steps(("07-25 00:00", 5)))[1] == 1
    assert count("1.4", dossiers=[dossier(**july)]) == (0, 0)


@pytest.mark.parametrize(
    ("fields", "on_time"),
    [
        # Monday 3 August; the 2nd working day after is the 5th, the 5th the 10th, the 15th
        # Saturday the 22nd, which is worked for Monday the 31st
        ({"refused_at": at("08-05 23:00")}, 1),
        ({"refused_at": at("08-06 01:00")}, 0),
        ({"refused_at": at("08-06 01:00"), "answered_at": at("08-06 01:00")}, 0),
        ({"supplement_asked_at": at("08-10 10:00")}, 1),
        ({"supplement_asked_at": at("08-11 10:00")}, 0),
        ({"supplement_asked_at": at("08-11 10:00"), "refused_at": at("08-04 10:00")}, 1),
        ({"supplement_asked_at": at("08-05 10:00"), "refused_at": at("08-07 10:00")}, 0),
        # what followed after the period is not seen: the request decides
        ({"supplement_asked_at": at("08-10 10:00"), "answered_at": at("09-20 10:00")}, 1),
        ({"supplement_asked_at": at("08-11 10:00"), "answered_at": at("09-01 10:00")}, 0),
        ({"answered_at": at("08-22 10:00"), "published_at": at("08-25 10:00")}, 1),
        ({"answered_at": at("08-24 10:00"), "published_at": at("08-24 10:00")}, 0),
        ({"answered_at": at("08-22 10:00"), "published_at": at("08-26 10:00")}, 0),
        ({"answered_at": at("08-22 10:00")}, 0),  # as if made public on 31 August
        ({"answered_at": at("08-27 10:00"), "arrived_at": at("08-20 10:00")}, 1),  # 31 August is off
        ({}, 0),
        ({"arrived_at": at("08-20 10:00")}, 1),
    ],
)
def test_petition(fields: dict[str, Any], on_time: int) -> None:
    petition = {"code": "P", "unit": "H99.101", "class": "policy", "arrived_at": at("08-03 10:00"), **fields}
    # 28 August is a Friday: what was answered on Thursday has Friday and the day after to be published
    assert count("5.2", petitions=[petition], now=at("08-31 12:00")) == (on_time, 1)


def test_petitions_open_when_the_period_began() -> None:
    petition = {"code": "P", "unit": "H99.101", "class": "conduct", "arrived_at": at("07-30 10:00")}
    assert count("5.2", petitions=[petition])[1] == 1
    assert count("5.1b", petitions=[petition]) == (0, 0)
    assert count("5.2", petitions=[{**petition, "answered_at": at("07-31 10:00")}])[1] == 0
    assert count("5.2", petitions=[{**petition, "answered_at": at("08-01 10:00")}])[1] == 1


def test_decisions_belong_to_the_province() -> None:
    decision = {
        "number": "1/QĐ",
        "unit": "H99",
        "procedure": "1.1",
        "decided_on": dt.date(2026, 8, 3),
        "effective_on": dt.date(2026, 8, 10),
        "published_on": dt.date(2026, 8, 10),
    }
    late = {**decision, "number": "2/QĐ", "effective_on": dt.date(2026, 8, 7)}
    known = {"procedures": [{"code": "1.1", "status": "public"}]}
    assert count("1.1", decisions=[decision], **known) == (1, 1)
    assert count("1.2", decisions=[decision], **known) == (1, 1)
    assert count("1.1", decisions=[decision, late], **known) == (0, 1)
    assert count("1.1", decisions=[decision], rules="qd766-2022", **known) == (0, 0)
    assert count("1.1", unit="H99", decisions=[decision], rules="qd766-2022", **known) == (1, 1)
    waiting = {**decision, "published_on": None}
    assert count("1.2", decisions=[waiting], now=at("08-10 12:00"), **known) == (0, 0)
    assert count("1.2", decisions=[waiting], now=at("08-11 12:00"), **known) == (0, 1)


@pytest.mark.parametrize(
    ("status", "counted"),
    [("public", 1), ("public_amended", 1), ("abolished", 1), ("hidden", 0), (None, 0)],
)
def test_decisions_of_hidden_procedures_do_not_count(status: str | None, counted: int) -> None:
    decision = {
        "number": "1/QĐ",
        "unit": "H99",
        "procedure": "1.1",
        "decided_on": dt.date(2026, 8, 3),
        "effective_on": dt.date(2026, 8, 10),
        "published_on": dt.date(2026, 8, 10),
    }
    known = {"procedures": [{"code": "1.1", "status": status}]}
    assert count("1.1", decisions=[decision], **known) == (counted, counted)
    assert count("1.2", decisions=[decision], **known) == (counted, counted)
    assert count("1.1", decisions=[decision]) == (0, 0)


def test_synchronised() -> None:
    one = [dossier()]
    assert count("1.4", dossiers=one) == (1, 1)
    assert count("1.4", dossiers=one, reports=[{"unit": "H99.101", "period": "2026-08", "received": 3}]) == (
        1,
        3,
    )
    assert count("1.4", dossiers=[dossier(synchronised=True), dossier(code="B", synchronised=False)]) == (
        1,
        1,
    )
    assert count("1.4", dossiers=[dossier(synchronised=False)]) == (0, 0)
    for outcome, counted in (
        ("acknowledged", 1),
        ("update_refused", 1),
        ("refused", 0),
        ("absent", 0),
        ("waiting", 0),
    ):
        said = [{"sender": "H99", "code": "A", "outcome": outcome}]
        for came in (True, False, None):
            found = count("1.4", dossiers=[dossier(synchronised=came)], portal_answers=said)
            assert found == (counted, counted), (outcome, came)
    of_another = [{"sender": "H99.101", "code": "A", "outcome": "refused"}]
    assert count("1.4", dossiers=one, portal_answers=of_another) == (1, 1)
    last_year = [{"unit": "H99.101", "period": "2025", "received": 18}]
    assert count("1.4", reports=last_year) == (0, 2)
    assert count("1.4", reports=last_year, period=Period.parse("2026-Q3")) == (0, 5)
    assert count("1.4", reports=last_year, period=Period.parse("2026")) == (0, 18)
    months = [{"unit": "H99.101", "period": f"2026-0{m}", "received": m} for m in (7, 8, 9)]
    assert count("1.4", reports=months, period=Period.parse("2026-Q3")) == (0, 24)
    assert count("1.4", reports=months[1:], period=Period.parse("2026-Q3")) == (0, 0)


def test_payment_and_digitisation() -> None:
    records = {
        "procedures": [
            {"code": "1.1", "fee": True, "paper_result": True, "for_citizens": True},
            {"code": "1.2", "fee": True},
        ],
        "authority": [{"unit": "H99.101", "procedure": "1.1"}, {"unit": "H99.01", "procedure": "1.2"}],
        "dossiers": [
            dossier(paid_online=1, fee_lines=1, fees=5000, files=1, result_file=True),
            dossier(code="B", fee_lines=2, fees=0, files=1, files_from_store=True),
            dossier(code="C", paid_online=0, filed_national=True, files_digitised=True),
        ],
    }
    expected = {
        "3.4": (1, 1),
        "3.5": (1, 1),
        "3.6": (1, 2),
        "4.1": (1, 3),
        "4.2": (1, 3),
        "4.3": (1, 3),
        "4.4": (1, 3),
        "4.5a": (1, 1),
        "4.5b": (1, 3),
    }
    assert {i: count(i, **records) for i in expected} == expected
    assert count("3.4", unit="H99", **records) == (1, 2)


def test_what_was_only_filed_counts_in_two_indicators_by_its_date_of_filing() -> None:
    only_filed = dossier(received_at=None, filed_at=at("08-03 09:00"), channel=2, fee_lines=1, fees=5000)
    records: dict[str, Any] = {
        "procedures": [{"code": "1.1", "fee": True}],
        "authority": [{"unit": "H99.101", "procedure": "1.1"}],
        "services": [{"code": "D", "unit": "H99.101", "procedure": "1.1", "status": "public"}],
    }
    assert count("3.2", dossiers=[only_filed], **records) == (1, 1)
    assert count("3.5", dossiers=[only_filed], **records) == (1, 1)
    assert count("2.1", dossiers=[only_filed], **records) == (0, 0)
    assert count("1.4", dossiers=[only_filed], **records) == (0, 0)
    assert count("3.4", dossiers=[{**only_filed, "paid_online": 1}], **records) == (0, 1)
    july = {**only_filed, "filed_at": at("07-31 09:00")}
    assert count("3.2", dossiers=[july], **records) == (0, 1)
    # With a date of receipt, that of filing says nothing.
    september = {**only_filed, "received_at": at("09-01 09:00")}
    assert count("3.2", dossiers=[september], **records) == (0, 1)


def test_payment_of_dossiers_carried_in() -> None:
    records = {
        "procedures": [{"code": "1.1", "fee": True}],
        "dossiers": [dossier(received_at=at("07-20 09:00"), paid_online=2)],
    }
    assert count("3.6", **records) == (1, 1)
    assert count("3.6", rules="qd766-2022", **records) == (0, 0)


def test_satisfaction() -> None:
    done = steps(("08-04 10:00", 9))
    assert count("5.4", dossiers=[dossier()], steps=done) == (1, 1)
    rating = {"dossier": "A", "unit": "H99.101", "value": -1}
    assert count("5.4", dossiers=[dossier()], steps=done, ratings=[rating]) == (0, 1)
    assert count("5.4", dossiers=[dossier()], steps=done, ratings=[{**rating, "value": 1}]) == (1, 1)
    late = steps(("08-20 10:00", 9), code="B")
    assert count("5.4", dossiers=[dossier(code="B")], steps=late, ratings=[{**rating, "dossier": "B"}]) == (
        0,
        1,
    )
    both = {"dossiers": [dossier(code=code) for code in "ABCD"], "ratings": [{**rating, "dossier": "B"}]}
    quick = [step for code in "ACD" for step in steps(("08-04 10:00", 9), code=code)]
    assert count("5.4", steps=[*quick, *late], **both) == (2, 4)
    petition = {"code": "P", "unit": "H99", "arrived_at": at("08-20 10:00"), "dossier": "A"}
    assert count("5.4", dossiers=[dossier()], steps=done, petitions=[petition]) == (0, 1)
    assert count("5.4", dossiers=[dossier()], steps=done, petitions=[petition], now=at("08-19 10:00")) == (
        1,
        1,
    )


def test_certified_copies() -> None:
    copy = dossier(procedure="2.000815", result_file=True)
    assert count("4.6", dossiers=[copy], rules="qd766-2022") == (1, 1)
    assert count("4.6", unit="H99", dossiers=[copy], rules="qd766-2022") == (1, 1)
    found = plain.figures({"units": UNITS, "dossiers": [copy]}, "qd766-2022", AUGUST, LATER)
    assert ("H99.01", "4.6") not in found
