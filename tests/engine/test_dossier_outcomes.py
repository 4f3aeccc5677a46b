"""What became of dossiers, by unit and procedure, over records small enough to count by hand."""

import datetime as dt

import polars as pl
import pytest

from phucvu.engine.dossier_outcomes import dossier_outcomes
from phucvu.engine.sources import from_frames
from phucvu.figures.periods import Period
from phucvu.rules.loading import load

NOW = dt.datetime(2026, 8, 20, 10)
JULY, MONDAY, TUESDAY = dt.datetime(2026, 7, 6, 9), dt.datetime(2026, 8, 3, 9), dt.datetime(2026, 8, 4, 9)
LATER = dt.datetime(2026, 9, 30, 23, 59, 59)
IN_PERSON, ONLINE, POST = 1, 2, 3


def dossier(unit="H99.01", procedure="1.01", channel=IN_PERSON, *, received=MONDAY, steps=(), **more):
    """A dossier; its steps are pairs of status and moment."""
    own = {"unit": unit, "procedure": procedure, "channel": channel, "received_at": received}
    return {"sender": "H99", "due_at": LATER, "status": 2, **own, **more}, steps


DOSSIERS = [
    # Received online: the commune offers 1.01 in full, 1.02 in part, 1.03 no more, of 1.04 nothing.
    dossier(channel=ONLINE, paid_online=1),
    dossier(channel=ONLINE, paid_online=0, steps=[(2, MONDAY), (9, TUESDAY)]),
    dossier(procedure="1.02", channel=ONLINE),
    dossier(procedure="1.03", channel=ONLINE, steps=[(2, MONDAY), (9, TUESDAY)], due_at=MONDAY),
    dossier(procedure="1.04", channel=ONLINE),
    # In other ways, and with other ends.
    dossier(channel=POST, steps=[(2, MONDAY), (7, TUESDAY)]),
    dossier(channel=None, steps=[(2, MONDAY), (8, TUESDAY)]),
    dossier(steps=[(2, MONDAY), (3, TUESDAY)]),
    dossier(due_at=TUESDAY),
    # Carried over: its channel is that of another period.
    dossier(channel=ONLINE, received=JULY),
    # Never received: refused in a step, in the fields, still waiting, refused after the cut-off.
    dossier(received=None, filed_at=MONDAY, steps=[(1, MONDAY), (3, TUESDAY)]),
    dossier(received=None, filed_at=MONDAY, status=3, refused_at=TUESDAY),
    dossier(received=None, filed_at=MONDAY, status=1),
    dossier(received=None, filed_at=MONDAY, status=3, refused_at=LATER),
    # Done long ago, and withdrawn only after it was done.
    dossier(received=JULY, steps=[(2, JULY), (9, JULY)]),
    dossier("H99.02", steps=[(2, MONDAY), (9, TUESDAY), (7, TUESDAY)]),
    # Of the second commune no service is known.
    dossier("H99.02", channel=ONLINE),
]
RECORDS = {
    "units": [
        {"code": "H99", "name": "Tỉnh Thử", "kind": "province"},
        {"code": "H99.01", "name": "Xã Một", "kind": "commune", "parent": "H99"},
        {"code": "H99.02", "name": "Xã Hai", "kind": "commune", "parent": "H99"},
    ],
    "procedures": [{"code": f"1.0{n}", "name": str(n), "owner": "H99"} for n in (1, 2, 3, 4)],
    "services": [
        {"code": "a", "procedure": "1.01", "unit": "H99.01", "level": "full", "status": "public"},
        {"code": "b", "procedure": "1.01", "unit": "H99.01", "level": "partial", "status": "public"},
        {"code": "c", "procedure": "1.02", "unit": "H99.01", "level": "partial", "status": "testing"},
        {"code": "d", "procedure": "1.03", "unit": "H99.01", "level": "full", "status": "stopped"},
    ],
    "dossiers": [
        row | {"code": str(n), "dossier_id": n, "sequence": n} for n, (row, _) in enumerate(DOSSIERS)
    ],
    "steps": [
        {"sender": "H99", "code": str(n), "dossier_id": n, "at": at, "status": status, "sequence": n}
        for n, (_, steps) in enumerate(DOSSIERS)
        for status, at in steps
    ],
}


@pytest.fixture(scope="module")
def counted():
    frames = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in RECORDS.items()}
    found = dossier_outcomes(from_frames(frames), load("portal-2026"), Period.parse("2026-08"), NOW, "H99")
    return {
        (row.pop("unit"), row.pop("procedure")): {name: n for name, n in row.items() if n}
        for row in found.to_dicts()
    }


def test_each_dossier_is_counted_where_it_belongs(counted):
    assert counted == {
        ("H99.01", "1.01"): {
            **{"online_full": 2, "post": 1, "in_person": 3, "carried_over": 1},
            # Withdrawn, stopped and refused in time, as the one that is done; two are open in time.
            **{"on_time": 4, "open_in_time": 2, "open_late": 1},
            **{"withdrawn": 1, "stopped": 1, "refused": 3, "paid_online": 1, "payment_told": 2},
        },
        ("H99.01", "1.02"): {"online_partial": 1, "open_in_time": 1},
        ("H99.01", "1.03"): {"online_other": 1, "late": 1},
        ("H99.01", "1.04"): {"online_other": 1, "open_in_time": 1},
        ("H99.02", "1.01"): {"in_person": 1, "online_unknown": 1, "on_time": 1, "open_in_time": 1},
    }


def test_what_was_received_or_carried_over_is_finished_or_open(counted):
    came = (
        "in_person",
        "post",
        "carried_over",
        *(f"online_{w}" for w in ("full", "partial", "other", "unknown")),
    )
    became = ("on_time", "late", "open_in_time", "open_late")
    for row in counted.values():
        assert sum(row.get(name, 0) for name in came) == sum(row.get(name, 0) for name in became)
