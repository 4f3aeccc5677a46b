"""A row that records hold from before import refused it does not stop the counting of everything else."""

import datetime as dt

import polars as pl
import pytest

from phucvu.engine.dossiers import dossiers
from phucvu.engine.figures import figures
from phucvu.engine.sources import from_frames
from phucvu.figures.periods import Period
from phucvu.rules.loading import load

from . import worked

PERIOD, NOW = Period.parse("2026-08"), dt.datetime(2026, 9, 1, 8)
HUGE = str(2**63 - 1)
TIMES = [
    ("3000000", "day"),
    ("-5", "day"),
    ("-5", "hour"),
    (str(2**62), "hour"),
    ("3000000", "workday"),
    ("99999999", "month"),
]
DOSSIER = {"sender": "H99", "unit": "H99", "received_at": "2026-08-03 08:00", "ended_at": "2026-08-05 08:00"}


def records(times=TIMES):
    rows = {
        "units": [{"code": "H99", "name": "Tỉnh Thí Dụ", "kind": "province"}],
        "procedures": [
            {"code": f"1.{n}", "max_time": time, "max_time_unit": unit}
            for n, (time, unit) in enumerate(times)
        ],
        "dossiers": [DOSSIER | {"code": f"HS-{n}", "procedure": f"1.{n}"} for n in range(len(times))],
        "reports": [{"unit": "H99", "period": p, "received": HUGE} for p in ("2026-07", "2026-08")],
        "petitions": [
            {"code": f"P-{n}", "unit": "H99", "class": "policy", "arrived_at": "2026-08-03", "likes": HUGE}
            for n in range(2)
        ],
    }
    return {name: worked.frame(name, part) for name, part in rows.items()}


def on_time(tables):
    counted = figures(tables, load("qd766-2022"), PERIOD, NOW).filter(unit="H99", indicator="2.1")
    return counted.select("numerator", "denominator").row(0)


def test_an_impossible_time_is_no_limit():
    tables = from_frames(records())
    assert on_time(tables) == (len(TIMES), len(TIMES))
    behind = dossiers(tables, load("qd766-2022"), PERIOD, NOW, "H99", "2.1")
    assert behind["due"].null_count() == len(TIMES)


@pytest.mark.parametrize("rules", ["qd766-2022", "portal-2026"])
def test_every_indicator_is_counted(rules):
    counted = figures(from_frames(records()), load(rules), PERIOD, NOW)
    assert isinstance(counted, pl.DataFrame)
    assert counted.height > 10


def test_a_possible_time_still_is_a_limit():
    assert on_time(from_frames(records([("1", "day"), ("3650", "day"), ("120", "month")]))) == (2, 3)
