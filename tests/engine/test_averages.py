"""Average and median processing time of each procedure (2.2)."""

import datetime as dt

import pytest

from phucvu.engine.averages import averages
from phucvu.engine.sources import from_frames
from phucvu.figures.periods import Period
from phucvu.rules.loading import load

from . import worked


def test_average_and_median_by_procedure():
    example = next(e for _, e, _ in worked.examples() if "Each working day" in e["title"]["en"])
    rows = averages(
        from_frames(worked.frames(example)),
        load("portal-2026"),
        Period.parse("2026-08"),
        dt.datetime(2026, 9, 15),
        "H99",
    ).to_dicts()
    assert len(rows) == 1
    assert rows[0]["procedure"] == "1.000001"
    assert (rows[0]["dossiers"], rows[0]["working_days"]) == (3, 8)  # 2, 0 and 6 working days
    assert rows[0]["average_days"] == pytest.approx(8 / 3)
    assert rows[0]["median_days"] == 2
    assert rows[0]["average_hours"] == pytest.approx(64 / 3)
