"""Reports, difficulties, campaigns and lateness by handler on the pages: by whom, and what comes of it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from html import unescape

import openpyxl
import pytest
from django.test import Client

from phucvu.accounts.models import AuditEntry
from phucvu.assignments import reports
from phucvu.assignments.models import Campaign, Difficulty, RecurringReport, SentReport
from phucvu.figures.periods import Period, around
from phucvu.inbox.clock import now
from phucvu.web.workspace import drives

SignIn = Callable[[str, str], Client]


@pytest.fixture(autouse=True)
def _nothing(site: None) -> Iterator[None]:
    yield
    for table in (SentReport, Difficulty, Campaign):
        table.objects.all().delete()
    RecurringReport.objects.exclude(unit="").delete()


def page_of(client: Client, place: str) -> str:
    answer = client.get(place)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_the_quarterly_report_is_due_before_the_16th_of_the_last_month() -> None:
    [report] = reports.wanted_by("H99")
    assert reports.last_day(report, Period.parse("2026-Q4")) == dt.date(2026, 12, 15)
    monthly = RecurringReport(unit="H99", name="x", every="month", before_day=31)
    assert reports.last_day(monthly, Period.parse("2026-02")) == dt.date(2026, 2, 28)
    states = {
        day: [(str(one.period), one.state(day)) for one in reports.owed(["H99.01"], "H99", day)]
        for day in (dt.date(2026, 12, 1), dt.date(2026, 12, 15), dt.date(2026, 12, 16), dt.date(2027, 1, 20))
    }
    assert states[dt.date(2026, 12, 1)] == [("2026-Q4", "later")]
    assert states[dt.date(2026, 12, 15)] == [("2026-Q4", "soon")]
    assert states[dt.date(2026, 12, 16)] == [("2026-Q4", "late")]
    assert states[dt.date(2027, 1, 20)] == [("2026-Q4", "late"), ("2027-Q1", "later")]


def test_a_report_is_sent_and_the_one_above_sees_it(client_of: SignIn) -> None:
    staff, head = client_of("staff", "H99.01"), client_of("head", "H99")
    quarter = around(now().date())[1]
    page = page_of(staff, "/workspace/H99.01/reports")
    assert "Báo cáo quý kết quả" in page
    given = {"report": reports.wanted_by("H99")[0].pk, "period": str(quarter), "number": "5/BC-STM"}
    place = "/workspace/H99.01/reports/sent"
    assert staff.post(place, given | {"sent_on": "khi nào đó"}).status_code == 400
    assert staff.post(place, given | {"period": "2019", "sent_on": str(now().date())}).status_code == 404
    assert staff.post(place, given | {"sent_on": str(now().date())}).status_code == 302
    assert "5/BC-STM" in page_of(head, "/workspace/H99/reports")
    wanted = {"name": "Báo cáo tháng", "every": "month", "before_day": "25", "source": "Quyết định 1"}
    assert staff.post("/workspace/H99.01/reports/want", wanted).status_code == 403
    assert head.post("/workspace/H99/reports/want", wanted | {"before_day": "40"}).status_code == 400
    assert head.post("/workspace/H99/reports/want", wanted).status_code == 302
    assert [r.name for r in reports.wanted_by("H99")] == ["Báo cáo tháng"], "its own takes the place"
    assert [r.every for r in reports.wanted_by("H98")] == ["quarter"]
    assert head.get("/workspace/H99/reports.xlsx").status_code == 200
    assert "Recurring reports" in page_of(head, "/en/workspace/H99/reports")


def test_a_difficulty_goes_up_and_the_answer_comes_down(client_of: SignIn) -> None:
    staff, head = client_of("staff", "H99.01"), client_of("head", "H99")
    said = {"topic": "Đồng bộ dữ liệu", "text": "Hồ sơ <b>bị từ chối</b>", "proposal": "Bổ sung tính năng"}
    place = "/workspace/H99.01/difficulties"
    assert client_of("reader", "H99.01").post(f"{place}/register", said).status_code == 403
    assert staff.post(f"{place}/register", said | {"text": "x" * 5000}).status_code == 400
    assert staff.post(f"{place}/register", said).status_code == 302
    assert "&lt;b&gt;bị từ chối" in head.get("/workspace/H99/difficulties").content.decode()
    assert "1 chờ đơn vị này trả lời." in page_of(head, "/workspace/H99/difficulties")
    one = Difficulty.objects.get()
    answer = {"difficulty": one.pk, "answer": "Đã báo Sở"}
    assert client_of("head", "H98").post("/workspace/H98/difficulties/answer", answer).status_code == 404
    assert head.post("/workspace/H99/difficulties/answer", {"difficulty": one.pk}).status_code == 302
    assert Difficulty.objects.get().closed_at is None, "nobody is above a province"
    assert head.post("/workspace/H99/difficulties/answer", answer).status_code == 302
    page = page_of(staff, place)
    assert "Đã báo Sở" in page
    assert "Mọi khó khăn, vướng mắc đã được trả lời." in page
    assert not AuditEntry.objects.filter(details__contains="bị từ chối").exists()


def test_a_campaign_shows_what_is_needed_and_what_is_reached(client_of: SignIn) -> None:
    head, staff = client_of("head", "H99"), client_of("staff", "H99.01")
    today = now().date()
    given = {"name": "30 ngày thanh toán trực tuyến", "measure": "3.6", "target": "80", "source": "15984"}
    given |= {"starts": str(today - dt.timedelta(days=5)), "ends": str(today + dt.timedelta(days=24))}
    place = "/workspace/H99/campaigns"
    assert staff.post("/workspace/H99.01/campaigns/start", given).status_code == 403
    assert head.post(f"{place}/start", given | {"ends": "2020-01-01"}).status_code == 400
    assert head.post(f"{place}/start", given | {"target": "180"}).status_code == 400
    assert head.post(f"{place}/start", given | {"measure": "1.1"}).status_code == 400
    assert head.post(f"{place}/start", given).status_code == 302
    old = given | {"name": "Hệ thống cũ", "measure": "old_system", "target": "0", "before": str(today)}
    assert head.post(f"{place}/start", old).status_code == 302
    page = page_of(head, place)
    assert "30 ngày thanh toán trực tuyến" in page
    assert "mục tiêu 80,00%" in page
    assert "hồ sơ; theo tiến độ chỉ được còn" in page
    assert "30 ngày thanh toán trực tuyến" in page_of(staff, "/workspace/H99.01/campaigns"), "it takes part"
    first = Campaign.objects.order_by("pk")[0]
    drawn = staff.get(f"/workspace/H99.01/campaigns/line.svg?campaign={first.pk}")
    assert drawn.status_code == 200
    assert "<svg" in drawn.content.decode()[:5]
    png = f"/workspace/H99.01/campaigns/line.png?campaign={first.pk}"
    assert png in staff.get("/workspace/H99.01/campaigns").content.decode()
    assert staff.get(png).content.startswith(b"\x89PNG")
    other = client_of("head", "H98").get(f"/workspace/H98/campaigns/line.svg?campaign={first.pk}")
    assert other.status_code == 404
    book = openpyxl.load_workbook(io.BytesIO(head.get(f"{place}.xlsx").content)).worksheets[0]
    assert sum(row[0].value == "30 ngày thanh toán trực tuyến" for row in book) == 6
    assert staff.post("/workspace/H99.01/campaigns/stop", {"campaign": first.pk}).status_code == 403
    assert head.post(f"{place}/stop", {"campaign": first.pk}).status_code == 302
    assert "30 ngày thanh toán trực tuyến" not in page_of(head, place)


def test_a_campaign_of_several_units(client_of: SignIn) -> None:
    """It is on the pages of those that take part alone, and counts them together for who runs it."""
    head, today = client_of("head", "H99"), now().date()
    given = {"name": "Ba đơn vị", "measure": "2.1", "target": "90", "units": ["H99.01", "H99.201"]}
    given |= {"starts": str(today - dt.timedelta(days=400)), "ends": str(today + dt.timedelta(days=5))}
    assert head.post("/workspace/H99/campaigns/start", given | {"units": ["H98.01"]}).status_code == 400
    assert head.post("/workspace/H99/campaigns/start", given).status_code == 302
    assert Campaign.objects.get().units == ["H99.01", "H99.201"]
    for unit, there in (
        ("H99", True),
        ("H99.01", True),
        ("H99.201", True),
        ("H98", False),
        ("H99.17", False),
    ):
        seen = any(one.name == "Ba đơn vị" for one in drives._found(unit))
        assert seen is there, unit
    found = [drives._line(Campaign.objects.get(), unit) for unit in ("H99", "H99.01", "H99.201")]
    assert found[0].denominator[-1] == found[1].denominator[-1] + found[2].denominator[-1] > 0


def test_lateness_by_handler_is_for_heads_and_each_look_is_written_down(client_of: SignIn) -> None:
    for role in ("reader", "staff", "administrator"):
        assert client_of(role, "H99").get("/workspace/H99/handlers").status_code == 403
    head = client_of("head", "H99")
    assert "trong" in page_of(head, "/workspace/H99/handlers")
    assert head.get("/workspace/H99/handlers.xlsx").status_code == 200
    assert head.post("/workspace/H99/handlers", {"reason": "đánh giá tháng"}).status_code == 200
    entries = AuditEntry.objects.filter(action="handlers shown").order_by("number")
    assert [entry.said["each"] for entry in entries] == [False, False, True]
    assert "Lateness by handler" in page_of(head, "/en/workspace/H99/follow-up")


def test_the_list_of_duties_leads_to_every_page(client_of: SignIn, month: Period) -> None:
    page = page_of(client_of("head", "H99.01"), "/workspace/H99.01/follow-up")
    for part in (
        "explanations",
        "targets",
        "publication",
        "reports",
        "difficulties",
        "campaigns",
        "handlers",
    ):
        assert f'href="/workspace/H99.01/{part}"' in page
    assert "/handlers" not in page_of(client_of("staff", "H99.01"), "/workspace/H99.01/follow-up")
