"""Explanations of lateness: what waits, what was answered, who has not answered."""

from __future__ import annotations

import datetime as dt

import pytest

from phucvu.assignments import explanations
from phucvu.assignments.models import ExplanationRequest
from phucvu.figures.periods import Period

pytestmark = pytest.mark.usefixtures("nothing_asked")

NOW = dt.datetime(2026, 11, 2, 8)


def request(unit: str, due_on: dt.date, dossiers: int) -> ExplanationRequest:
    made = ExplanationRequest.objects.create(
        unit=unit, asked_by="H99", period="2026-10", opened_at=NOW, opened_by="chu-tich", due_on=due_on
    )
    for number in range(dossiers):
        made.dossiers.create(
            sender="H99", code=f"{unit}-{made.pk}-{number}", unit=unit, procedure="1.002", seconds_late=86_400
        )
    return made


def test_what_waits_is_what_is_not_explained_and_first_what_is_due_first() -> None:
    later = request("H99.01", dt.date(2026, 11, 20), 3)
    sooner = request("H99.01", dt.date(2026, 11, 10), 2)
    request("H99.201", dt.date(2026, 11, 10), 1)
    said = later.explanations.create(
        cause="own", remedy="làm ngay", done_by=dt.date(2026, 11, 5), answered_at=NOW, answered_by="sở"
    )
    later.dossiers.filter(code__endswith="-0").update(explanation=said)
    assert [(w.number, w.dossiers) for w in explanations.waiting("H99.01")] == [(sooner.pk, 2), (later.pk, 2)]
    assert explanations.waiting("H99.01")[0].period == Period.parse("2026-10")
    later.dossiers.update(explanation=said)
    assert [w.number for w in explanations.waiting("H99.01")] == [sooner.pk]
    assert explanations.waiting("H99") == []
