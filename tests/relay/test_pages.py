"""What the portal refused stands in the workspace with its reason, and is sent again from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO

import openpyxl
import polars as pl
import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from phucvu.accounts import audit, personal
from phucvu.accounts.models import AuditEntry, AuditHead, User
from phucvu.inbox.models import RelayItem
from phucvu.inbox.relay.passing_on import Relay
from phucvu.records.store import Store
from phucvu.web import results
from phucvu.web.serve import gather_static_files
from phucvu.web.workspace import one_dossier

from ..inbox.running import PROCEDURES, UNITS
from ..signing import made, sign
from .conftest import dossier, kept, step
from .stand_in import BAD_PROCEDURE, StandIn
from .test_passing_on import work


@pytest.fixture
def site(
    store: Store, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    columns = ["code", "name", "kind", "parent"]
    store.append("units", pl.DataFrame(UNITS, schema=columns, orient="row"))
    rows = [{"code": code, "name": name, "owner": owner} for code, name, _, owner, _ in PROCEDURES]
    store.append("procedures", pl.DataFrame(rows))
    monkeypatch.setenv("PHUCVU_HOME", store.home)
    monkeypatch.setenv("PHUCVU_RELAY_ADDRESS", "http://127.0.0.1:9")
    monkeypatch.setattr(results, "source", results.Counted)
    User.objects.all().delete()
    cache.clear()
    with override_settings(STATIC_ROOT=str(tmp_path_factory.mktemp("static")), SHOWS="counted"):
        gather_static_files()
        yield
    User.objects.all().delete()
    AuditEntry.objects.all().delete()
    AuditHead.objects.all().delete()
    AuditHead.objects.create(pk=1, count=0, hash=audit.BEGINNING)
    cache.clear()


def signed_in(role: str, unit: str) -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    sign(client, made(f"{role}.{unit.lower()}", role, unit))
    return client


def test_refused_dossiers_are_listed_mended_and_sent_again(
    site: None, relay: Callable[..., Relay], portal: StandIn
) -> None:
    kept([dossier("A", 1, BAD_PROCEDURE), dossier("B", 1, BAD_PROCEDURE), dossier("C")])
    kept([step("A")], "CapNhatTienDoHoSoMC")
    portal.refusal = "{}: MaTTHC chưa có trong bảng TTHC; chủ hồ sơ Người Thử, số 0900000012"
    passes = relay()
    work(passes)
    # Sent by the province's account, handled by a department: its people see it.
    staff = signed_in("staff", "H21.17")
    page = staff.get("/workspace/H21.17/refused").content.decode()
    assert "A: MaTTHC chưa có trong bảng TTHC; chủ hồ sơ ***" in page
    assert "Người Thử" not in page
    assert page.count("mã lỗi 606") == 2
    assert "<q>B: MaTTHC chưa có trong bảng TTHC; " in page
    assert "Gửi lại tất cả" in page
    assert "refused" in staff.get("/en/workspace/H21.17/set-aside").content.decode()
    book = openpyxl.load_workbook(BytesIO(staff.get("/workspace/H21.17/refused.xlsx").content))
    cells = {str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row}
    assert {"A", "B", "606", "H21.17"} <= cells
    assert not any("Người Thử" in cell for cell in cells)
    of_a = personal.Dossier("H21", "A", "H21.17", {"ChuHoSo": "Người Thử", "SoDienThoai": "0900000012"})
    told = one_dossier._at_portal(of_a)
    assert told.told.startswith("bị từ chối (")
    assert (told.reason, told.error_code) == (
        "A: MaTTHC chưa có trong bảng TTHC; chủ hồ sơ ***, số ***",
        "606",
    )
    of_c = one_dossier._at_portal(personal.Dossier("H21", "C", "H21.17", {}))
    assert of_c.told.startswith("đã có trên Cổng (")
    assert one_dossier._at_portal(personal.Dossier("H22", "A", "H22", {})).told == "chưa rõ"
    reader = signed_in("reader", "H21.17")
    assert "Gửi lại tất cả" not in reader.get("/workspace/H21.17/refused").content.decode()
    item = RelayItem.objects.get(code="B", state=RelayItem.State.REFUSED).pk
    for client, unit, status in ((reader, "H21.17", 403), (signed_in("staff", "H22"), "H21.17", 403)):
        assert client.post(f"/workspace/{unit}/refused/again", {"item": item}).status_code == status
    # Nobody sends again what is another unit's.
    assert (
        signed_in("staff", "H21.227").post("/workspace/H21.227/refused/again", {"item": item}).status_code
        == 302
    )
    portal.mended = True
    assert RelayItem.objects.get(pk=item).state == RelayItem.State.REFUSED
    staff.post("/workspace/H21.17/refused/again", {"item": item})
    work(passes)
    assert ("H21", "B") in portal.held
    assert ("H21", "A") not in portal.held
    staff.post("/workspace/H21.17/refused/again")
    work(passes)
    assert ("H21", "A") in portal.held
    assert "Không có mục nào bị Cổng từ chối" in staff.get("/workspace/H21.17/refused").content.decode()
    said = AuditEntry.objects.filter(action="sent to the portal again").order_by("number")
    assert [(entry.actor, entry.said["items"]) for entry in said][-2:] == [
        ("staff.h21.17", 1),
        ("staff.h21.17", 1),
    ]


def test_without_a_relay_no_page_speaks_of_it(site: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHUCVU_RELAY_ADDRESS", "")
    page = signed_in("staff", "H21.17").get("/workspace/H21.17/set-aside").content.decode()
    assert "Cổng từ chối" not in page
