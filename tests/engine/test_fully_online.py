"""Fully online services: what is filed through them, and what is eligible and not offered so."""

import datetime as dt

import polars as pl
import pytest

from phucvu.engine.fully_online import COLUMNS, fully_online, not_offered
from phucvu.engine.sources import from_frames
from phucvu.figures.periods import Period
from phucvu.records.schema import TABLES
from phucvu.rules.loading import load

NOW = dt.datetime(2026, 9, 15)
RECORDS = {
    "units": [
        {"code": "H99", "name": "Tỉnh Thử", "kind": "province"},
        {"code": "H99.01", "name": "Xã Một", "kind": "commune", "parent": "H99"},
        {"code": "H99.02", "name": "Xã Hai", "kind": "commune", "parent": "H99"},
    ],
    "procedures": [
        {"code": "1.01", "name": "Một", "owner": "H99", "fully_online_eligible": True},
        {"code": "1.02", "name": "Hai", "owner": "H99", "fully_online_eligible": True},
        {"code": "1.03", "name": "Ba", "owner": "H99", "fully_online_eligible": False},
        {"code": "1.04", "name": "Bốn", "owner": "H99"},
    ],
    "authority": [{"unit": "H99.01", "procedure": f"1.0{n}"} for n in (1, 2, 3, 4)],
    "services": [
        {"code": "a", "procedure": "1.01", "unit": "H99.01", "level": "full", "status": "public"},
        {"code": "b", "procedure": "1.02", "unit": "H99.01", "level": "partial", "status": "public"},
        {"code": "c", "procedure": "1.02", "unit": "H99.01", "level": "full", "status": "stopped"},
    ],
    "dossiers": [
        {"code": f"{n}", "sender": "H99", "unit": unit, "procedure": procedure, "channel": channel}
        | {"status": 2, "received_at": dt.datetime(2026, 8, 3, 9), "dossier_id": n, "sequence": n}
        for n, (unit, procedure, channel) in enumerate(
            [
                ("H99.01", "1.01", 2),
                ("H99.01", "1.01", 1),
                ("H99.02", "1.01", 2),  # this commune does not offer it
                ("H99.01", "1.02", 2),  # the service of it is not fully online
                ("H99.01", "1.02", None),
                ("H99.01", None, 2),
            ],
            start=1,
        )
    ],
}


@pytest.fixture(scope="module")
def tables():
    return from_frames(
        {
            name: pl.DataFrame(rows, infer_schema_length=None)
            for name, rows in RECORDS.items()
            if name in TABLES
        }
    )


def asked(tables, unit):
    found = fully_online(tables, load("portal-2026"), Period.parse("2026-08"), NOW, unit)
    assert found.columns == list(COLUMNS)
    return found


def test_what_is_filed_fully_online_where_it_is_offered(tables):
    assert asked(tables, "H99").select(pl.exclude("name")).rows() == [
        ("1.01", True, True, 3, 1),
        ("1.02", True, False, 2, 0),
        (None, None, False, 1, 0),
        ("1.03", False, False, 0, 0),
        ("1.04", None, False, 0, 0),
    ]


def test_a_unit_has_its_own(tables):
    assert asked(tables, "H99.02").select(pl.exclude("name")).rows() == [("1.01", True, False, 1, 0)]


def test_what_is_eligible_and_not_offered(tables):
    assert not_offered(asked(tables, "H99"))["procedure"].to_list() == ["1.02"]
    assert not_offered(asked(tables, "H99.02"))["procedure"].to_list() == ["1.01"]
