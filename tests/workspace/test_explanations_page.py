"""Explanations of lateness on the pages: asked by rule and by hand, answered, with a letter of apology."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.test import Client

from phucvu.accounts.models import AuditEntry
from phucvu.assignments import asking, explanations
from phucvu.assignments.models import Apology, ExplanationRequest
from phucvu.figures.periods import Period
from phucvu.inbox.clock import now
from phucvu.web.workspace import home as lookups

SignIn = Callable[[str, str], Client]
PLACE = "/workspace/{}/explanations"


@pytest.fixture(autouse=True)
def _none_asked(site: None) -> Iterator[None]:
    for table in (ExplanationRequest, Apology):
        table.objects.all().delete()
    yield
    for table in (ExplanationRequest, Apology):
        table.objects.all().delete()


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def in_a_week() -> dt.date:
    return now().date() + dt.timedelta(days=7)


def ask(client: Client, unit: str, month: Period, by: str = "H99", **said: Any) -> Any:
    given = {"unit": unit, "period": str(month), "due_on": str(in_a_week()), "note": "báo cáo Văn phòng"}
    return client.post(f"{PLACE.format(by)}/ask", given | said, follow=True)


def test_from_the_request_to_the_answer_and_the_letter(client_of: SignIn, month: Period) -> None:
    head, staff = client_of("head", "H99"), client_of("staff", "H99.01")
    assert "Chưa có yêu cầu giải trình nào." in text_of(staff, PLACE.format("H99.01"))
    assert "Đã yêu cầu giải trình 2 hồ sơ." in unescape(ask(head, "H99.01", month).content.decode())
    [waiting] = explanations.waiting("H99.01")
    assert (waiting.dossiers, waiting.due_on) == (2, in_a_week())
    page = text_of(staff, PLACE.format("H99.01"))
    assert "Đơn vị còn 2 hồ sơ quá hạn chưa giải trình." in page
    one = f"{PLACE.format('H99.01')}?request={waiting.number}"
    page = text_of(staff, one)
    assert "H99.01-overdue" in page
    assert "H99.01-done-late" in page
    assert "H99.01-done<" not in page, "what is on time is not asked about"

    dossiers = {d.code: d.pk for d in ExplanationRequest.objects.get().dossiers.all()}
    said = {"request": waiting.number, "cause": "coordination", "remedy": "Làm việc với cơ quan thuế"}
    said |= {"done_by": str(in_a_week()), "text": "Chờ ý kiến"}
    staff.post(f"{PLACE.format('H99.01')}/answer", said | {"dossier": dossiers["H99.01-overdue"]})
    assert [w.dossiers for w in explanations.waiting("H99.01")] == [1]
    assert "giải trình một phần" in text_of(head, PLACE.format("H99"))
    staff.post(f"{PLACE.format('H99.01')}/answer", said | {"cause": "own"})
    assert explanations.waiting("H99.01") == []
    page = text_of(head, PLACE.format("H99"))
    assert "Mọi đơn vị trực thuộc đã giải trình." in page
    assert "cơ quan phối hợp chậm có ý kiến" in page.lower()

    letter = {"request": waiting.number, "code": "H99.01-overdue", "number": "12/VB-STM"}
    letter |= {"signed_on": str(now().date()), "new_due_on": str(in_a_week())}
    place = f"{PLACE.format('H99.01')}/apology"
    assert staff.post(place, letter).status_code == 302
    assert staff.post(place, letter).status_code == 400, "once is enough"
    assert staff.post(place, letter | {"number": "13", "new_due_on": "2020-01-01"}).status_code == 400
    assert staff.post(place, letter | {"code": "H99.201-overdue"}).status_code == 400
    assert "12/VB-STM" in text_of(staff, one)
    dossier = re.search(r'href="(/workspace/H99.01/dossiers/[^"]+H99.01-overdue[^"]*)"', text_of(staff, one))
    assert dossier
    page = text_of(staff, dossier[1])
    assert f"/workspace/H99.01/explanations?request={waiting.number}" in page
    assert "12/VB-STM" in page

    book = head.get(f"{PLACE.format('H99')}.xlsx?request={waiting.number}").content
    cells = [
        str(cell.value) for row in openpyxl.load_workbook(io.BytesIO(book)).worksheets[0] for cell in row
    ]
    assert {"H99.01-overdue", "12/VB-STM", "Chờ ý kiến"} <= set(cells)
    assert head.get(f"{PLACE.format('H99')}.csv").status_code == 200
    actions = list(AuditEntry.objects.order_by("number").values_list("action", flat=True))
    assert [a for a in actions if "expl" in a or "apol" in a] == [
        *("explanation asked", "explanation given", "explanation given", "apology recorded")
    ]
    assert not AuditEntry.objects.filter(details__contains="Chờ ý kiến").exists(), "free text stays out of it"


def test_some_dossiers_alone(client_of: SignIn, month: Period) -> None:
    head = client_of("head", "H99")
    ask(head, "H99.201", month, codes="H99.201-overdue\nH99.01-overdue\nH99.201-done")
    assert [d.code for d in ExplanationRequest.objects.get().dossiers.all()] == ["H99.201-overdue"]
    assert ask(head, "H99.201", month, codes="H99.201-done").status_code == 400
    assert ask(head, "H99.201", month, due_on="2020-01-01").status_code == 400
    assert ask(head, "H98.01", month).status_code == 400, "a unit of others"
    assert ExplanationRequest.objects.count() == 1


def test_who_may_ask_and_answer(client_of: SignIn, month: Period) -> None:
    assert ask(client_of("staff", "H99"), "H99.01", month).status_code == 403
    ask(client_of("administrator", "H99"), "H99.01", month)
    [waiting] = explanations.waiting("H99.01")
    said = {"request": waiting.number, "cause": "own", "remedy": "x", "done_by": str(in_a_week())}
    place = f"{PLACE.format('H99.01')}/answer"
    assert client_of("reader", "H99.01").post(place, said).status_code == 403
    other = client_of("staff", "H99.201")
    assert other.post(place, said).status_code == 403
    assert other.post(f"{PLACE.format('H99.201')}/answer", said).status_code == 404
    assert other.get(f"{PLACE.format('H99.201')}?request={waiting.number}").status_code == 404
    assert explanations.waiting("H99.01") == [waiting]
    long = said | {"remedy": "x" * 5000}
    assert client_of("staff", "H99.01").post(place, long).status_code == 400


def test_by_rule_each_unit_is_asked_once_for_a_month(client_of: SignIn, month: Period, home: Any) -> None:
    found = lookups.listing(month)
    assert found is not None
    tree, calendar = lookups.tree(month), lookups.calendar()
    assert explanations.ask_by_rule(found, tree, month, calendar) == 3
    assert explanations.ask_by_rule(found, tree, month, calendar) == 0
    asked = {(r.unit, r.asked_by) for r in ExplanationRequest.objects.all()}
    assert asked == {("H99.01", "H99"), ("H99.201", "H99"), ("H98.01", "H98")}
    due = ExplanationRequest.objects.first().due_on  # type: ignore[union-attr]
    assert due > month.last
    assert due.day >= 16
    assert calendar.is_working(due)


def test_the_process_that_keeps_time_asks(month: Period, home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any page looked at, once the list of the month that is over is made."""
    following = month.last + dt.timedelta(days=2)
    monkeypatch.setattr(asking, "now", lambda: dt.datetime.combine(following, dt.time(8)))
    listing, wanted = lookups.listing(month), []
    monkeypatch.setattr(asking, "listing_of", lambda *_: None)
    monkeypatch.setattr(asking, "ask_for", lambda _home, period: wanted.append(period))
    work = asking.LastMonth()
    assert not work.ask_if_due()
    assert wanted == [month]
    monkeypatch.setattr(asking, "listing_of", lambda *_: listing)
    assert work.ask_if_due()
    assert ExplanationRequest.objects.filter(by_rule=True, period=str(month)).count() == 3
    assert not work.ask_if_due()
    assert not asking.LastMonth().ask_if_due(), "after it was started again"


def test_what_waits_stands_first_and_in_english(client_of: SignIn, month: Period) -> None:
    ask(client_of("head", "H99"), "H99.01", month)
    client = client_of("reader", "H99.01")
    assert "Đơn vị còn phải giải trình 2 hồ sơ quá hạn" in text_of(client, "/workspace/H99.01/follow-up")
    english = text_of(client, "/en/workspace/H99.01/explanations")
    assert "2 late dossiers of the unit are not explained yet" in english
    assert not [word for word in ("Giải trình", "Nguyên nhân") if word in english]
