"""What was set aside: who sees it, mending a name once for all alike, and personal data one by one."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import pytest
from django.test import Client

from phucvu.accounts.models import AuditEntry
from phucvu.intake import notices, wire
from phucvu.problems import Both, Fault
from phucvu.records import set_aside
from phucvu.records.set_aside import Aside
from phucvu.records.store import Store

from .records import PERSONAL, SECRETS, asides
from .test_lists import body

SignIn = Callable[..., Client]

MEND = "/workspace/H99/set-aside/mend"


def worded(vi: str, en: str, **place: Any) -> Fault:
    """A fault with words of the test's own."""
    return Fault("set_aside_before", reason=Both(vi, en), **place)


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
    nothing = body(client_of("staff", "H99.01"), "/workspace/H99.01/set-aside")
    assert "Không có dòng nào chờ xử lý" in nothing
    assert "0 dòng" not in nothing
    kept = one(home, "H98", "LA-2")
    body(client_of("reader", "H99"), f"/workspace/H99/set-aside/{kept}", 404)
    body(client_of("publisher", "H98", two_step=False), "/workspace/H98/set-aside/nothing", 302)


@pytest.mark.parametrize(
    "payload",
    [
        r'{"ODD": "\ud800"}',
        '{"ODD": ' + "[" * 3000 + "]" * 3000 + "}",
        '{"ODD": ' + "9" * 5000 + "}",
        '{"ODD": ',
    ],
    ids=["half a character", "deep", "a long number", "cut"],
)
def test_what_no_page_can_show_is_still_listed_with_its_reason(
    client_of: SignIn, home: Store, payload: str
) -> None:
    reason = worded("không đọc được", "cannot be read")
    set_aside.add(home, [Aside("dossier", reason, payload, "H99")])
    rows = set_aside.pending(home).filter(payload=payload)
    page = body(client_of("head", "H99"), f"/workspace/H99/set-aside/{rows['id'][0]}")
    assert "không đọc được" in page
    set_aside.mark_taken(home, rows)


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


FAULTS = [
    # What is sent beside the person's data, the field at fault, and what a reason quotes of it.
    ({}, "SoDienThoai", "0900000012"),
    ({}, "ChuHoSo", "Nguyễn Văn Thử"),
    ({"TrangThaiHoSo": "Lê Thị Lạc"}, "TrangThaiHoSo", "Lê Thị Lạc"),
    ({"NgayTra": "0900000013"}, "NgayTra", "0900000013"),
    ({"NgayTra": "nguyễn văn thử"}, "NgayTra", "nguyễn văn thử"),
    ({"DonViXuLy": "Nguyễn Văn Thử"}, "DonViXuLy", "Nguyễn Văn Thử"),
    ({"TenTTHC": "Cấp lại cho Nguyễn Văn Thử"}, "", ""),
    ({"TruongRieng": {"Tên": "Trần Thị Mẫu"}}, "TruongRieng.Tên", "Trần Thị Mẫu"),
]
HIDDEN = (*SECRETS, "nguyễn văn thử", "Lê Thị Lạc", "0900000013", "Trần Thị Mẫu")


@pytest.fixture
def faulty(home: Store) -> Iterator[list[str]]:
    """Rows set aside for reasons that quote what was sent, in a file's row and unreadable too."""
    found = []
    for n, (said, field, quoted) in enumerate(FAULTS):
        payload = {"MaHoSo": f"CHE-{n}", **PERSONAL, **said}
        words = worded(f"hồ sơ CHE-{n}: gặp «{quoted}»", f"dossier CHE-{n}: found “{quoted}”", field=field)
        name, text = said.get("DonViXuLy"), json.dumps(payload, ensure_ascii=False)
        found.append(Aside(wire.DOSSIER, words, text, "H99", name, "unit" if name else None))
        found.append(Aside("export", words, json.dumps({"mapping": "x", "row": payload}), "H99"))
    words = worded("của Nguyễn Văn Thử: gặp «0900000012»", "of Nguyễn Văn Thử: found “0900000012”")
    found.append(Aside("export", words, json.dumps({"row": {"Họ tên": "Nguyễn Văn Thử"}}), "H99"))
    words = worded("không đọc được «Nguyễn Văn Thử»", "cannot read “Nguyễn Văn Thử”", field="ChuHoSo")
    found.append(Aside(wire.DOSSIER, words, '{"ChuHoSo": "Nguyễn Văn Thử"', "H99"))
    set_aside.add(home, found)
    ids = [one.id for one in found]
    yield ids
    set_aside.mark_taken(home, set_aside.pending(home).filter(pl.col("id").is_in(ids)))


@pytest.mark.parametrize("role", ["reader", "staff", "head"])
@pytest.mark.parametrize("language", ["", "/en"])
def test_no_page_quotes_what_is_personal(
    client_of: SignIn, faulty: list[str], role: str, language: str
) -> None:
    client = client_of(role, "H99")
    pages = [body(client, f"{language}/workspace/H99/set-aside/{identity}") for identity in faulty]
    every = client.get(f"{language}/workspace/H99/set-aside").content.decode()
    # Who may mend must see the name that is not known, whatever stands there; nobody else does.
    rows = every[every.index('id="list"') :] if role != "reader" else every
    assert "CHE-0" in rows
    assert [secret for secret in HIDDEN if secret in rows] == []
    for page, identity in zip(pages, faulty, strict=True):
        assert [secret for secret in HIDDEN if secret in page] == [], identity


def test_what_is_not_personal_is_quoted(client_of: SignIn, home: Store) -> None:
    payload = {"MaHoSo": "CHE-9", "NgayTra": "20261332080000", "TrangThaiHoSo": "42", **PERSONAL}
    words = worded("có «20261332080000»", "found “20261332080000”", field="NgayTra")
    named = worded("không có đơn vị tên «Sở Lạ»", "no unit “Sở Lạ”", field="Cơ quan")
    found = [
        Aside(wire.DOSSIER, words, json.dumps(payload), "H99"),
        Aside("export", named, json.dumps({"row": {"Cơ quan": "Sở  Lạ"}}), "H99", "Sở  Lạ", "unit"),
    ]
    set_aside.add(home, found)
    try:
        client = client_of("reader", "H99")
        first, second = (body(client, f"/workspace/H99/set-aside/{one.id}") for one in found)
    finally:
        ids = [one.id for one in found]
        set_aside.mark_taken(home, set_aside.pending(home).filter(pl.col("id").is_in(ids)))
    assert "Có «20261332080000»" in first
    assert "<dd>42</dd>" in first
    assert "«Sở Lạ»" in second


def test_what_is_no_json_is_not_shown(client_of: SignIn, home: Store) -> None:
    page = body(client_of("head", "H99"), f"/workspace/H99/set-aside/{one(home, 'H99', ', ')}")
    assert page
    broken = next(
        i for i, p in set_aside.pending(home).select("id", "payload").iter_rows() if not p.endswith("}")
    )
    assert "không đọc được" in body(client_of("staff", "H99"), f"/workspace/H99/set-aside/{broken}")


def test_a_row_is_dismissed_with_a_reason_and_brought_back(client_of: SignIn, home: Store) -> None:
    identity = one(home, "H99", "LA-0")
    client = client_of("staff", "H99")
    before = set_aside.pending(home).height
    listed = int(re.search(r"([0-9.]+) dòng chưa nhận", body(client, "/workspace/H99/set-aside"))[1])  # type: ignore[index]
    address = f"/workspace/H99/set-aside/{identity}"
    assert client.post(f"{address}/dismiss", {"reason": " "}).headers["Location"] == address
    assert set_aside.pending(home).height == before
    assert client.post(f"{address}/dismiss", {"reason": "gửi nhầm"}).status_code == 302

    assert set_aside.pending(home).height == before - 1
    page = body(client, "/workspace/H99/set-aside")
    assert f"{listed - 1} dòng chưa nhận" in page
    assert identity not in page
    assert "1 dòng đã bỏ qua" in page
    assert identity in body(client, "/workspace/H99/set-aside?state=dismissed")
    shown = body(client, address)
    assert "gửi nhầm" in shown
    assert "staff.h99" in shown
    entry = AuditEntry.objects.get(action="row dismissed")
    assert (entry.actor, entry.object, entry.said) == ("staff.h99", identity, {"reason": "gửi nhầm"})
    set_aside.add(home, asides())
    assert set_aside.pending(home).height == before - 1, "the same row again stays dismissed"

    assert client.post(f"{address}/back").status_code == 302
    assert set_aside.pending(home).height == before
    assert set_aside.dismissed(home).is_empty()
    assert AuditEntry.objects.filter(action="row brought back", object=identity).exists()


def test_who_may_not_dismiss(client_of: SignIn, home: Store) -> None:
    address = f"/workspace/H99/set-aside/{one(home, 'H99', 'LA-1')}"
    reader = client_of("reader", "H99")
    assert reader.post(f"{address}/dismiss", {"reason": "x"}).status_code == 403
    assert "Bỏ qua dòng này" not in body(reader, address)
    other = f"/workspace/H98/set-aside/{one(home, 'H99', 'LA-1')}"
    assert client_of("staff", "H98").post(f"{other}/dismiss", {"reason": "x"}).status_code == 404


def test_what_a_watched_folder_could_not_take_is_told_to_who_sends_it(client_of: SignIn, home: Store) -> None:
    why = worded("không dùng được", "it cannot be used", file="tháng <8>.xlsx")
    notices.save(home.home, "/gui", "H99.01", [why], dt.datetime(2026, 8, 3, 8, 15))
    try:
        for unit in ("H99", "H99.01"):
            client = client_of("reader", unit)
            assert "tháng &lt;8&gt;.xlsx" in body(client, f"/workspace/{unit}/set-aside")
            assert "thư mục theo dõi" in body(client, f"/workspace/{unit}")
        assert "tháng" not in body(client_of("reader", "H98"), "/workspace/H98/set-aside")
    finally:
        notices.save(home.home, "/gui", "H99.01", [], dt.datetime(2026, 8, 3, 8, 15))
    assert "thư mục theo dõi" not in body(client_of("reader", "H99.201"), "/workspace/H99.201")
