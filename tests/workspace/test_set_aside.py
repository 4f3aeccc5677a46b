"""What was set aside: who sees it, mending a name once for all alike, and personal data one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from phucvu.accounts.models import AuditEntry
from phucvu.records import set_aside
from phucvu.records.store import Store

from .records import SECRETS, asides
from .test_lists import body

SignIn = Callable[[str, str], Client]

MEND = "/workspace/H99/set-aside/mend"


@pytest.fixture(autouse=True)
def _aside_again(home: Store) -> Iterator[None]:
    yield
    set_aside.add(home, asides())


def one(home: Store, sender: str, part: str) -> str:
    rows = set_aside.pending(home).filter(sender=sender)
    return next(i for i, payload in rows.select("id", "payload").iter_rows() if part in payload)


def test_each_sees_its_own(client_of: SignIn, home: Store) -> None:
    page = body(client_of("head", "H99"), "/workspace/H99/set-aside")
    assert "Sở Nào Đó" in page
    assert "Sở Kia" not in page
    other = body(client_of("head", "H98"), "/workspace/H98/set-aside")
    assert "Sở Kia" in other
    assert "Sở Nào Đó" not in other
    assert "0 dòng" in body(client_of("staff", "H99.01"), "/workspace/H99.01/set-aside")
    kept = one(home, "H98", "LA-2")
    body(client_of("reader", "H99"), f"/workspace/H99/set-aside/{kept}", 404)
    body(client_of("publisher", "H98"), "/workspace/H98/set-aside/nothing", 302)


def test_mending_once_takes_all_alike(client_of: SignIn, home: Store) -> None:
    client = client_of("staff", "H99")
    before = set_aside.pending(home).filter(value="Sở Nào Đó").height
    assert before == 2
    said = {"kind": "unit", "name": "Sở Nào Đó", "code": "H99.01"}
    answer = client.post(MEND, said)
    assert answer.status_code == 302
    page = body(client, answer.headers["Location"])
    assert re.search(rf"Đã nhận {before} dòng", page)
    assert set_aside.pending(home).filter(value="Sở Nào Đó").is_empty()
    taken = home.rows("dossiers").filter(unit="H99.01")
    assert {"LA-0", "LA-1"} <= set(taken["code"])
    entry = AuditEntry.objects.get(action="name mended")
    assert (entry.actor, entry.object, entry.unit) == ("staff.h99", "H99.01", "H99")
    assert entry.said["name"] == "Sở Nào Đó"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"kind": "unit", "name": "Sở Nào Đó", "code": "H98.01"}, "không phải đơn vị của bạn"),
        ({"kind": "unit", "name": "Sở Nào Đó", "code": ""}, "không phải đơn vị của bạn"),
        ({"kind": "procedure", "name": "Sở Nào Đó", "code": "9.9"}, "9.9"),
    ],
)
def test_a_wrong_code_is_refused(client_of: SignIn, home: Store, said: dict[str, str], words: str) -> None:
    before = set_aside.pending(home).height
    answer = client_of("staff", "H99").post(MEND, said)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert set_aside.pending(home).height == before
    assert not AuditEntry.objects.filter(action="name mended").exists()


def test_who_may_not_mend(client_of: SignIn) -> None:
    client = client_of("reader", "H99")
    assert 'action="/workspace/H99/set-aside/mend"' not in body(client, "/workspace/H99/set-aside")
    assert client.post(MEND, {"kind": "unit", "name": "x", "code": "H99"}).status_code == 403
    assert client.post("/workspace/H99/set-aside/replay").status_code == 403
    staff = client_of("staff", "H99")
    assert staff.get(MEND).status_code == 405
    assert staff.post(MEND, {"kind": "table", "name": "x", "code": "H99"}).status_code == 404
    assert staff.post("/workspace/H98/set-aside/replay").status_code == 403


def test_trying_again_what_cannot_be_taken_changes_nothing(client_of: SignIn, home: Store) -> None:
    client = client_of("staff", "H98")
    before = set_aside.pending(home).height
    answer = client.post("/workspace/H98/set-aside/replay")
    assert answer.status_code == 302
    assert "Đã nhận 0 dòng" in body(client, answer.headers["Location"])
    assert set_aside.pending(home).height <= before


def test_a_row_is_masked_and_shown_one_value_at_a_time(client_of: SignIn, home: Store) -> None:
    address = f"/workspace/H99/set-aside/{one(home, 'H99', 'LA-0')}"
    page = body(client_of("staff", "H99"), address)
    assert "N*** V*** T***" in page
    assert "LA-0" in page
    client = client_of("head", "H99")
    without = client.post(address, {"field": "ChuHoSo", "reason": ""})
    assert without.status_code == 400
    shown = client.post(address, {"field": "ChuHoSo", "reason": "gọi để hỏi lại"})
    text = shown.content.decode()
    assert "Nguyễn Văn Thử" in text
    assert not [secret for secret in SECRETS[1:] if secret in text]
    entry = AuditEntry.objects.get(action="personal data shown")
    assert entry.said == {"field": "ChuHoSo", "reason": "gọi để hỏi lại"}
    assert client.post(address, {"field": "Nothing", "reason": "x"}).status_code == 400
    reader = client_of("reader", "H99")
    assert reader.post(address, {"field": "ChuHoSo", "reason": "x"}).status_code == 403


def test_what_is_no_json_is_not_shown(client_of: SignIn, home: Store) -> None:
    page = body(client_of("head", "H99"), f"/workspace/H99/set-aside/{one(home, 'H99', ', ')}")
    assert page
    broken = next(
        i for i, p in set_aside.pending(home).select("id", "payload").iter_rows() if not p.endswith("}")
    )
    assert "không đọc được" in body(client_of("staff", "H99"), f"/workspace/H99/set-aside/{broken}")
