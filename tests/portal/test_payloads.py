"""What is sent for each report."""

import pytest

from phucvu.figures.periods import Period
from phucvu.portal.client import portal_address
from phucvu.portal.reports import REPORTS, path, payload
from phucvu.problems import UnusableError

PAGE = {"currentPage": 1, "pageSize": 200}


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2026", {"timeType": "year", "year": 2026}),
        ("2026-Q3", {"timeType": "quarter", "year": 2026, "quarter": 3}),
        ("2026-08", {"timeType": "month", "year": 2026, "month": 8}),
    ],
)
def test_a_period_is_asked_for_in_the_portals_words(period, expected):
    for report in REPORTS:
        asked = payload(report.name, Period.parse(period), "id", 1)
        if report.name == "handling-satisfaction":
            continue
        assert asked == PAGE | expected | {"rootDepartmentId": "id"}


def test_satisfaction_takes_days():
    asked = payload("handling-satisfaction", Period.parse("2026-Q1"), "id", 2)
    days = {"fromDate": "2026-01-01", "toDate": "2026-03-31"}
    assert asked == {"currentPage": 2, "pageSize": 200, "rootDepartmentId": "id"} | days


def test_the_nation_is_asked_for_by_kind():
    asked = payload("service-results", Period.parse("2026"), None, 1)
    assert asked == PAGE | {"timeType": "year", "year": 2026, "departmentType": "ADMINISTRATIVE_UNIT"}


def test_one_report_spells_the_procedure_differently():
    period = Period.parse("2026")
    assert payload("dossier-digitized", period, "id", 1, "f")["formalityID"] == "f"
    assert payload("transparency", period, "id", 1, "f")["formalityId"] == "f"


def test_paths():
    assert path("transparency") == "/api/v1/reporting/evaluation/transparency"
    assert path("provinces") == "/api/v1/reporting/evaluation/service-results"
    assert path("formalities") == "/api/v1/reporting/formalities"


def test_a_run_of_days_is_refused():
    with pytest.raises(UnusableError, match="only months, quarters and years"):
        payload("transparency", Period.parse("2026-08-01..2026-08-15"), "id", 1)


def test_the_address_is_a_setting(monkeypatch):
    monkeypatch.delenv("PHUCVU_PORTAL", raising=False)
    with pytest.raises(UnusableError, match="PHUCVU_PORTAL"):
        portal_address(None)
    monkeypatch.setenv("PHUCVU_PORTAL", "http://localhost:1/")
    assert portal_address(None) == "http://localhost:1"
    assert portal_address("https://portal.example") == "https://portal.example"
    for wrong in ("portal.example", "ftp://portal.example", "http://", "http://a b", "http://[::1"):
        with pytest.raises(UnusableError, match="no address of a portal"):
            portal_address(wrong)
