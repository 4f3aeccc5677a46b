"""Uploading files: looked into first, taken when confirmed, within one's own units."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from phucvu.accounts.models import AuditEntry
from phucvu.inbox.models import Upload
from phucvu.intake import tables, templates
from phucvu.intake.files import import_file
from phucvu.intake.policy import Policy
from phucvu.problems import UnusableError
from phucvu.records import set_aside
from phucvu.records.store import Store
from phucvu.web.workspace import uploading

from .test_lists import body

SignIn = Callable[[str, str], Client]

HEADING = "Mã hồ sơ,Mã TTHC,Đơn vị xử lý,Ngày tiếp nhận,Trạng thái\n"
EXPORT = (
    HEADING + "TL-1,1.002,H99.01,03/01/2026,Đang xử lý\nTL-2,1.002,H98.01,03/01/2026,Đang xử lý\n"
    "TL-3,1.002,H99.01,03/01/2026,Đang bay\n"
)
UNITS = "Mã đơn vị,Tên đơn vị,Loại đơn vị,Cấp trên\nH99.77,UBND xã Mới,xã,H99\nH98.77,UBND xã Kia,xã,H98\n"


@pytest.fixture(autouse=True)
def _clean(site: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(uploading, "PATIENCE", 60)
    yield
    Upload.objects.all().delete()


def upload(
    client: Client, text: str | bytes, name: str = "tep.csv", unit: str = "H99", kind: str = ""
) -> str:
    content = text.encode() if isinstance(text, str) else text
    answer = client.post(
        f"/workspace/{unit}/upload", {"file": SimpleUploadedFile(name, content), "kind": kind}
    )
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def test_a_file_is_shown_first_and_taken_when_confirmed(client_of: SignIn, home: Store) -> None:
    client = client_of("staff", "H99")
    assert 'href="/workspace/H99/upload"' in body(client, "/workspace/H99")
    address = upload(client, EXPORT)
    page = body(client, address)
    assert "Sẽ nhập 1 dòng; chưa ghi gì" in page
    assert "mới 1, thay đổi 0, như cũ 0" in page
    assert re.search(r"Mã hồ sơ</th><td>mã hồ sơ", page)
    assert "Loại tệp: <strong>hồ sơ</strong>" in page
    first = page[page.index("Những dòng đầu") :]
    assert "<td>đang xử lý</td>" in first
    assert "<td>03/01/2026</td>" in first
    assert "<td>không</td>" in first
    assert not re.search(r"<td>(False|True|\d{4}-\d\d-\d\d[^<]*)</td>", first)
    assert "“Đang bay”" in page
    assert "không được nhập thay đơn vị H98.01" in page
    held = home.rows("dossiers").filter(pl.col("code").str.starts_with("TL-"))
    assert held.is_empty()
    assert not AuditEntry.objects.filter(action__startswith="file").exists()
    before = set_aside.pending(home).height

    answer = client.post(f"{address}/confirm")
    assert answer.headers["Location"] == address
    page = body(client, address)
    assert "Đã nhập 1 dòng" in page
    held = home.rows("dossiers").filter(pl.col("code").str.starts_with("TL-"))
    assert held.select("sender", "code", "unit").rows() == [("H99", "TL-1", "H99.01")]
    assert set_aside.pending(home).height == before + 1
    assert "tep.csv" in body(client, "/workspace/H99/set-aside")
    said = {e.action: e for e in AuditEntry.objects.filter(action__startswith="file")}
    assert set(said) == {"file imported", "file import done"}
    assert said["file imported"].said["size"] == len(EXPORT.encode())
    assert said["file import done"].said["refused"] == 1
    assert bytes(Upload.objects.get().content) == b""
    client.post(f"{address}/confirm")
    assert AuditEntry.objects.filter(action="file imported").count() == 1
    set_aside.mark_taken(home, set_aside.pending(home).filter(file="tep.csv"))


def test_rows_set_aside_are_seen_by_the_unit_that_uploads(client_of: SignIn, home: Store) -> None:
    client = client_of("staff", "H99.01")
    address = upload(client, EXPORT.replace("TL-", "TM-"), "xa.csv", unit="H99.01")
    client.post(f"{address}/confirm")
    assert "xa.csv" in body(client, "/workspace/H99.01/set-aside")
    waiting = set_aside.pending(home).filter(file="xa.csv")
    assert waiting["sender"].to_list() == ["H99.01"]
    set_aside.mark_taken(home, waiting)


def test_a_file_that_cannot_be_used_says_why(client_of: SignIn) -> None:
    client = client_of("staff", "H99")
    for content, name, words in (
        (b"PK\x03\x04" + bytes(99), "hong.xlsx", "không phải tệp Excel đọc được"),
        (b"a,b\n1,2\n", "la.csv", "không thấy dòng tiêu đề"),
        (UNITS.encode(), "don-vi.csv", "chỉ quản trị viên"),
        (b"x", "../../etc/passwd", "không nhận loại tệp"),
    ):
        page = body(client, upload(client, content, name))
        assert words in page, name
        assert "Xác nhận" not in page
    address = upload(client, b"a,b\n1,2\n", "la.csv")
    page = unescape(body(client, address))
    assert "export: Mã hồ sơ, " in page
    assert "units: code “Mã đơn vị”, name “Tên đơn vị”, kind “Loại đơn vị”" in page
    assert all(f"; {kind}: " in page for kind in tables.KINDS)
    client.post(f"{address}/confirm")
    assert not AuditEntry.objects.filter(action="file imported").exists()


def test_kinds_of_files_are_called_in_the_language_of_the_page(client_of: SignIn) -> None:
    client = client_of("administrator", "H99")
    offered = r'<option value="(\w*)">([^<]*)</option>'
    vietnamese, english = (
        dict(re.findall(offered, body(client, f"{language}/workspace/H99/upload")))
        for language in ("", "/en")
    )
    assert vietnamese["units"] == templates.title("units")
    assert english["export"] == "dossiers"
    assert list(english) == list(vietnamese)
    assert all(name.isascii() for name in english.values())


def test_uploading_has_the_sites_navigation(client_of: SignIn) -> None:
    client = client_of("staff", "H99")
    front = re.findall(r'<nav id="menu".*?</nav>', body(client, "/workspace/H99/set-aside"), re.S)
    for address in ("/workspace/H99/upload", upload(client, EXPORT, "dieu-huong.csv")):
        assert re.findall(r'<nav id="menu".*?</nav>', body(client, address), re.S) == [
            nav.replace("/workspace/H99/set-aside", address) for nav in front
        ]


def test_empty_and_too_large_files_are_refused_at_once(
    client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of("staff", "H99")
    assert client.post("/workspace/H99/upload", {}).status_code == 400
    monkeypatch.setattr(uploading, "MOST", 1 << 20)
    answer = client.post("/workspace/H99/upload", {"file": SimpleUploadedFile("a.csv", bytes((1 << 20) + 1))})
    assert answer.status_code == 400
    assert "lớn hơn 1 MB" in answer.content.decode()
    assert not Upload.objects.exists()


def test_who_may_not(client_of: SignIn) -> None:
    client = client_of("reader", "H99")
    assert client.get("/workspace/H99/upload").status_code == 403
    assert (
        client.post("/workspace/H99/upload", {"file": SimpleUploadedFile("a.csv", b"x")}).status_code == 403
    )
    staff = client_of("staff", "H99")
    assert staff.get("/workspace/H98/upload").status_code == 403
    address = upload(staff, EXPORT)
    other = client_of("head", "H99")
    for answer in (other.get(address), other.post(f"{address}/confirm"), other.post(f"{address}/discard")):
        assert answer.headers["Location"] == "/workspace/H99/upload"
    assert Upload.objects.get().state == Upload.State.SEEN
    strict = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1"})
    strict.force_login(staff.get("/workspace/H99").wsgi_request.user)
    assert strict.post(f"{address}/confirm").status_code == 403
    assert (
        strict.post("/workspace/H99/upload", {"file": SimpleUploadedFile("a.csv", b"x")}).status_code == 403
    )


def test_giving_up_forgets_the_file(client_of: SignIn) -> None:
    client = client_of("staff", "H99")
    address = upload(client, EXPORT)
    assert client.post(f"{address}/discard").headers["Location"] == "/workspace/H99/upload"
    assert not Upload.objects.exists()
    old = upload(client, EXPORT)
    Upload.objects.update(at=Upload.objects.get().at - dt.timedelta(days=2))
    upload(client, EXPORT)
    assert client.get(old).headers["Location"] == "/workspace/H99/upload"


def test_long_work_shows_how_far_it_is_and_can_be_begun_again(
    client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of("staff", "H99")
    with monkeypatch.context() as patch:
        patch.setattr(uploading, "_begin", lambda *_, **__: None)
        address = upload(client, EXPORT.replace("TL-", "TD-"))
    Upload.objects.update(done=len(EXPORT.encode()) // 2)
    answer = client.get(address)
    assert answer.headers["Refresh"] == "2"
    assert 'value="50"' in answer.content.decode()
    Upload.objects.update(alive_at=Upload.objects.get().alive_at - dt.timedelta(minutes=5))
    answer = client.get(address)
    assert "dừng giữa chừng" in answer.content.decode()
    assert "Refresh" not in answer.headers
    client.post(f"{address}/confirm")
    assert "Sẽ nhập 1 dòng" in client.get(address).content.decode()


def test_templates_are_there_to_fill_in(client_of: SignIn) -> None:
    client = client_of("staff", "H99")
    page = body(client, "/workspace/H99/upload")
    assert "mau-export.xlsx" in page
    assert "mau-units.xlsx" not in page
    answer = client.get("/workspace/H99/upload/mau-authority.xlsx")
    assert io.BytesIO(answer.content).read(2) == b"PK"
    assert client.get("/workspace/H99/upload/mau-wire.xlsx").status_code == 404


H99 = frozenset({"H99", "H99.01", "H99.201"})


def test_units_and_procedures_are_for_administrators_within_their_own(home: Store, tmp_path: Path) -> None:
    folder = tmp_path
    (folder / "units.csv").write_text(UNITS)
    staff = Policy("H99", H99, registers=False)
    with pytest.raises(UnusableError, match="administrator"):
        import_file(home, folder / "units.csv", dry_run=True, policy=staff)
    own = Policy("H99", H99)
    taken = import_file(home, folder / "units.csv", dry_run=True, policy=own)
    assert (taken.taken, taken.refused) == (1, 1)
    assert "H98.77" in taken.problems[0].vi
    (folder / "units.csv").write_text(
        "code,name,kind,parent\nH98.01,Chiếm,department,H99\nH99.01,Sở,department,H98\n"
    )
    assert import_file(home, folder / "units.csv", dry_run=True, policy=own).refused == 2
    (folder / "procedures.csv").write_text("code,name,owner\n1.001,Đổi tên,H99\n")
    assert import_file(home, folder / "procedures.csv", dry_run=True, policy=own).taken == 1
    other = Policy("H98", frozenset({"H98"}))
    assert import_file(home, folder / "procedures.csv", dry_run=True, policy=other).refused == 1
    (folder / "calendar.csv").write_text("date,working\n2026-08-22,1\n")
    with pytest.raises(UnusableError, match="by command"):
        import_file(home, folder / "calendar.csv", dry_run=True, policy=own)
    whole = Policy("H99")
    assert import_file(home, folder / "calendar.csv", dry_run=True, policy=whole).taken == 1


def test_the_policy_is_that_of_the_account(site: None, account: Callable[..., object]) -> None:
    policy = uploading.policy_of(account("administrator", "H99"), "H99")
    assert policy.units is not None
    assert set(policy.units) >= H99
    assert policy.registers
    assert not uploading.policy_of(account("staff", "H99.01"), "H99.01").registers
