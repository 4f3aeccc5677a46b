"""Average and median processing time of each procedure (2.2)."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from phucvu.engine.averages import averages
from phucvu.engine.sources import from_frames
from phucvu.figures.periods import Period
from phucvu.rules.loading import load

from . import plain, worked
from .plain_records import Case, cases
from .test_plain_agrees import frames


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
    assert (rows[0]["time_unit"], rows[0]["median_time"]) == ("workday", 2)  # no limit is known of it


HISTORY = ["2026-08-07 15:00 2", "2026-08-10 09:00 5", "2026-08-12 09:00 4", "2026-08-18 16:00 9"]
"""From Friday the 7th to Tuesday the 18th, waiting from Monday the 10th to Wednesday the 12th."""


@pytest.mark.parametrize(
    ("time", "unit", "spent"),
    [
        (8, "hour", 265 - 48),  # 11 days and one hour by the clock, less two days
        (10, "day", 11 - 2),
        (10, "workday", 7 - 2),  # 10, 11, 12, 13, 14, 17, 18, less the 11 and 12
        (1, "month", (11 - 2) / 30),
        (None, "day", 7 - 2),
    ],
)
def test_time_is_in_the_unit_of_the_procedures_own_limit(time, unit, spent):
    dossier = {
        "sender": "H99",
        "code": "A",
        "unit": "H99",
        "procedure": "1",
        "received_at": dt.datetime(2026, 8, 7, 15),
    }
    steps = [
        {"sender": "H99", "code": "A", "at": dt.datetime.fromisoformat(s[:16]), "status": int(s[17:])}
        for s in HISTORY
    ]
    records = {
        "units": [{"code": "H99", "name": "Tỉnh Thử", "kind": "province"}],
        "procedures": [{"code": "1", "max_time": time, "max_time_unit": unit}],
        "dossiers": [dossier],
        "steps": steps,
    }
    period, now = Period.parse("2026-08"), dt.datetime(2026, 9, 15)
    [row] = averages(from_frames(frames(records)), load("portal-2026"), period, now, "H99").to_dicts()
    assert row["time_unit"] == (unit if time else "workday")
    assert row["average_time"] == pytest.approx(spent)
    [judged] = plain.judged_dossiers(records, period, now)
    assert judged["spent"] == (row["time_unit"], pytest.approx(spent))


@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(case=cases())
def test_the_plain_reading_gives_the_same_averages(case: Case) -> None:
    records, period, now = case.records, case.period, case.now
    rules = load("portal-2026")
    tree = plain.Tree(records["units"], period)
    unit = tree.shown[0]
    spent: dict[tuple[str, str], list[float]] = {}
    for dossier in plain.judged_dossiers(records, period, now):
        if dossier["unit"] in tree.below(unit) and dossier["received"] and dossier["spent"]:
            time_unit, time = dossier["spent"]
            spent.setdefault((dossier["procedure"], time_unit), []).append(float(time))
    found = averages(from_frames(frames(records)), rules, period, now, unit)
    said = {(r["procedure"], r["time_unit"]): r["average_time"] for r in found.iter_rows(named=True)}
    assert said == {key: pytest.approx(sum(times) / len(times)) for key, times in spent.items()}
