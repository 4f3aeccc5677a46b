"""The page of one dossier: what happened, where it counts and why, and personal data masked."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from types import SimpleNamespace

import polars as pl
import pytest
from django.http import Http404
from django.test import Client

from phucvu.accounts import units
from phucvu.accounts.models import AuditEntry
from phucvu.engine.conditions import CONDITIONS
from phucvu.engine.connections import connect
from phucvu.engine.dossiers import dossiers
from phucvu.figures.periods import Period
from phucvu.figures.units import Unit, Units
from phucvu.inbox.clock import now
from phucvu.inbox.counting import running
from phucvu.records.schema import TABLES
from phucvu.records.store import Store
from phucvu.rules.loading import load
from phucvu.web.workspace import home as workspace
from phucvu.web.workspace import one_dossier

from .records import PERSONAL, SECRETS
from .test_lists import body

INDICATORS = ("2.1", "3.3", "3.6", "4.1", "4.2", "5.4")

SignIn = Callable[[str, str], Client]


def verdicts(page: str) -> dict[str, tuple[str, str]]:
    """By indicator: the sign of the verdict, and why."""
    pattern = (
        r'<span class="id">([\d.a-z]+)</span>.*?<td class="state[^"]*">(.).*?<td class="why">([^<]*)</td>'
    )
    return {i: (sign, why) for i, sign, why in re.findall(pattern, page, re.S)}


@pytest.fixture(scope="module")
def behind(home: Store) -> dict[str, pl.DataFrame]:
    """The dossiers behind each figure of the province, by indicator, as the engine finds them."""
    month = running(now().date())[0]
    con = connect()
    tables = {table: home.table(con, table) for table in TABLES}
    found = {i: dossiers(tables, load("portal-2026"), month, now(), "H99", i) for i in INDICATORS}
    con.disconnect()
    return found


@pytest.mark.parametrize("name", ["overdue", "done", "done-late", "unpaid", "disliked", "waiting"])
def test_verdicts_are_those_of_the_figures(
    client_of: SignIn, behind: dict[str, pl.DataFrame], month: Period, name: str
) -> None:
    code = f"H99.01-{name}"
    found = verdicts(body(client_of("head", "H99"), f"/workspace/H99/dossiers/H99/{code}?period={month}"))
    assert set(INDICATORS) <= set(found)
    for indicator in INDICATORS:
        sign, why = found[indicator]
        rows = behind[indicator].filter(code=code)
        if sign == "–":
            assert rows.is_empty(), indicator
            assert why
        else:
            assert rows.height == 1, indicator
            assert rows["counted"][0] == (sign == "✓"), indicator
            assert (rows["reason_vi"][0] or "") == why, indicator


def test_a_dossier_of_a_unit_that_moved_is_open_to_its_parent_of_the_period(
    home: Store, client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in the lists of the period: the parent on its last day, before and after the move."""
    first, moved = dt.date(2026, 4, 1), "H99.01"
    parents = [Unit(code, f"UBND tỉnh {code}", "province") for code in ("H98", "H99")]
    rows = [
        Unit(moved, "Sở Chuyển", "department", "H98", valid_to=first - dt.timedelta(days=1)),
        Unit(moved, "Sở Chuyển", "department", "H99", valid_from=first),
    ]
    client_of("reader", "H99")  # the home of these tests is open
    known = Units([*parents, *rows])
    monkeypatch.setattr(units, "every", lambda: known)
    for unit, period, is_open in (
        ("H98", "2026-03", True),
        ("H98", "2026-Q2", False),
        ("H98", "2026", False),
        ("H99", "2026-03", False),
        ("H99", "2026-04", True),
        ("H99", "2026", True),
        (moved, "2026-03", True),
        (moved, "2026-04", True),
    ):
        at = Period.parse(period)
        assert (moved in workspace.below(at, unit)) == is_open  # what the lists have
        if is_open:
            assert one_dossier._dossier(unit, "H99", f"{moved}-waiting", at).unit == moved
        else:
            with pytest.raises(Http404):
                one_dossier._dossier(unit, "H99", f"{moved}-waiting", at)


def test_what_happened_and_what_is_masked(client_of: SignIn) -> None:
    page = body(client_of("staff", "H99.01"), "/workspace/H99.01/dossiers/H99/H99.01-waiting")
    assert "Yêu cầu bổ sung" in page
    assert "Ngày hẹn trả, tính cả thời gian chờ bổ sung giấy tờ" in page
    assert "N*** V*** T***" in page
    assert "Đã nhận 1 phiên bản" in page
    assert "/workspace/dossiers/H99.01-waiting/personal?sender=H99" in page
    reader = body(client_of("reader", "H99.01"), "/workspace/H99.01/dossiers/H99/H99.01-waiting")
    assert "chỉ thấy dữ liệu cá nhân đã che" in reader


@pytest.mark.parametrize(
    "address",
    [
        "/workspace/H99.01/dossiers/H99/H99.201-overdue",
        "/workspace/H99/dossiers/H98/H98.01-overdue",
        "/workspace/H99/dossiers/H99/nothing",
        "/workspace/H99/dossiers/nobody/H99.01-overdue",
    ],
)
def test_dossiers_of_others_are_not_there(client_of: SignIn, address: str) -> None:
    unit = address.split("/")[2]
    body(client_of("head", unit), address, 404)


def test_a_dossier_that_does_not_count_in_the_period(client_of: SignIn, month: Period) -> None:
    later = month.previous()
    page = body(client_of("head", "H99"), f"/workspace/H99/dossiers/H99/H99.01-done?period={later}")
    assert "đang được lập" in page


def earlier_version(home: Store, name: str) -> str:
    """A dossier that was finished, and then sent once more as it stood before; its code.

    It is of years ago, so that no list of these tests has it.
    """
    code = f"H99.01-{name}"
    at = dt.datetime(2020, 1, 6, 8)
    said = {"sender": "H99", "code": code, "unit": "H99.01", "procedure": "1.002", "received_at": at}
    payloads = ({"GhiChu": "Nguyễn Văn Thử đã nhận"}, {})
    for status, payload in zip((9, 2), payloads, strict=True):
        sent = json.dumps({"MaHoSo": code, **PERSONAL, **payload}, ensure_ascii=False)
        ended = {"ended_at": at if status == 9 else None}
        home.append("dossiers", pl.DataFrame([said | ended | {"status": status, "payload": sent}]))
    return code


def test_somebody_of_the_unit_makes_an_earlier_version_count(client_of: SignIn, home: Store) -> None:
    code = earlier_version(home, "taken-back")
    client, path = client_of("staff", "H99.01"), f"/workspace/H99.01/dossiers/H99/{code}"
    page = body(client, path)
    assert "Trạng thái: được tiếp nhận (đang tính: đã xử lý xong)" in page
    assert "Mục khác nội dung: ghi chú" in page
    assert not [secret for secret in SECRETS if secret in page]
    choose = f"/workspace/H99.01/versions/H99/{code}"
    assert client.get(choose).status_code == 405
    for said in ({"version": "2"}, {"version": "9", "reason": "kết thúc nhầm"}, {"reason": "kết thúc nhầm"}):
        assert client.post(choose, said).status_code == 400
        assert [one.counts for one in home.history("H99", code)] == [True, False]
    assert not AuditEntry.objects.filter(action="version chosen").exists()

    answer = client.post(choose, {"version": "2", "reason": "kết thúc nhầm"}, follow=True)
    assert "Từ nay hồ sơ được tính theo phiên bản 2" in answer.content.decode()
    assert [one.counts for one in home.history("H99", code)] == [False, False, True]
    [facts] = home.table(connect(), "dossiers").filter(lambda d: d.code == code).to_polars().to_dicts()
    assert facts["status"] == 2
    entry = AuditEntry.objects.get(action="version chosen")
    assert (entry.actor, entry.object, entry.unit) == ("staff.h99.01", f"H99/{code}", "H99.01")
    assert (entry.said["version"], entry.said["reason"]) == (2, "kết thúc nhầm")

    again = client.post(choose, {"version": "2", "reason": "bấm hai lần"}, follow=True)
    assert "không có gì thay đổi" in again.content.decode()
    assert len(home.history("H99", code)) == 3
    kept = {c: facts[c] for c in ("sender", "code", "unit", "procedure", "received_at")}
    over = {"ended_at": facts["received_at"], "status": 10, "payload": "{}"}
    home.append("dossiers", pl.DataFrame([kept | over]))


@pytest.mark.parametrize(
    ("role", "unit"),
    [("reader", "H99.01"), ("publisher", "H99.01"), ("administrator", "H99.01"), ("head", "H99.201")],
)
def test_others_do_not_choose_versions(client_of: SignIn, home: Store, role: str, unit: str) -> None:
    code = earlier_version(home, f"closed-to-{role}")
    client = client_of(role, unit)
    answer = client.post(f"/workspace/H99.01/versions/H99/{code}", {"version": "2", "reason": "thử"})
    assert answer.status_code in (302, 403)  # sent to the second step, or refused
    assert [one.counts for one in home.history("H99", code)] == [True, False]
    if role == "reader":
        assert "Tính theo bản này" not in body(client, f"/workspace/H99.01/dossiers/H99/{code}")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("overdue", "Đã quá hạn: giải quyết ngay"),
        ("today", "Giải quyết và trả kết quả trước hết"),
        ("waiting", "Chờ người dân bổ sung giấy tờ"),
        ("done", "Không còn việc phải làm"),
        ("done-bare", "Trả kết quả giải quyết điện tử, đính kèm vào hồ sơ đã xử lý xong"),
    ],
)
def test_what_to_do(client_of: SignIn, name: str, said: str) -> None:
    page = body(client_of("head", "H99"), f"/workspace/H99/dossiers/H99/H99.01-{name}")
    section = page[page.index('id="to-do"') : page.index("</section>", page.index('id="to-do"'))]
    assert said in section
    if name in ("overdue", "today", "waiting"):
        assert "đồng bộ lại" not in section, "nothing is asked to be completed that is not finished"


@pytest.mark.parametrize("latest", [None, {"ended": dt.datetime(2026, 10, 2)}])
def test_nothing_in_hand_is_to_do_once_it_has_ended_after_the_period(
    client_of: SignIn, monkeypatch: pytest.MonkeyPatch, latest: dict[str, object] | None
) -> None:
    whole, month = one_dossier.home.listing, running(now().date())[0]
    asked: list[Period] = []

    def listing(period: Period) -> object:
        asked.append(period)
        return whole(period) if len(asked) == 1 else SimpleNamespace(one=lambda sender, code: latest)

    monkeypatch.setattr(one_dossier.home, "listing", listing)
    page = body(client_of("head", "H99"), "/workspace/H99/dossiers/H99/H99.01-overdue")
    assert "giải quyết ngay" not in page
    assert "Hồ sơ đã kết thúc xử lý sau kỳ này" in page
    assert asked == [month, month]


def test_by_which_rule_condition_by_condition(client_of: SignIn) -> None:
    page = body(client_of("head", "H99"), "/workspace/H99/dossiers/H99/H99.01-overdue")
    row = next(part for part in page.split("<tr>") if '<span class="id">4.2</span>' in part)
    assert re.findall(r"<li>([✓✗]) ([^<]+)</li>", row) == [
        ("✗", CONDITIONS["submitted_file"].lost.vi),
        ("✓", CONDITIONS["result_file_where_due"].met.vi),
    ]
    assert "Quyết định" in row or "Cổng" in row


def test_back_to_the_list_with_its_filters_and_page(
    client_of: SignIn, month: Period, monkeypatch: pytest.MonkeyPatch
) -> None:
    from phucvu.web.workspace import dossiers as view

    monkeypatch.setattr(view, "PER_PAGE", 2)
    client = client_of("head", "H99")
    place = "/workspace/H99/dossiers"
    listed = body(client, f"{place}?list=late&in=H99.01&page=1&sort=code")
    link = re.findall(r'<th scope="row">(?:<input[^>]+> )?<a href="([^"]+)">', listed)[-1].replace(
        "&amp;", "&"
    )
    back = re.findall(r'<p class="back"><a href="([^"]+)">', body(client, link))[0].replace("&amp;", "&")
    assert back == f"{place}?list=late&period={month}&in=H99.01&sort=code&page=1#list"
    assert link.split("?")[0] in body(client, back)
    assert '<p class="back">' not in body(client, f"{link.split('?')[0]}?period={month}")
