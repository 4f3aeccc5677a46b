"""Targets on the page: assigned, changed, reached or not, of the unit and those below."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from html import unescape

import openpyxl
import pytest
from django.test import Client

from phucvu.accounts.models import AuditEntry
from phucvu.assignments import targets
from phucvu.figures.periods import Period
from phucvu.web.boards import board

SignIn = Callable[[str, str], Client]

pytestmark = pytest.mark.usefixtures("site")


def assign(client: Client, month: Period, by: str = "H99", **said: str) -> int:
    given = {"unit": "H99.01", "indicator": "2.1", "period": str(month), "value": "90"}
    given |= {"unit_of_value": "percent", "due_on": "2030-12-31", "document": "Phụ lục 2"}
    return client.post(f"/workspace/{by}/targets/assign", given | said).status_code


def test_assigned_changed_and_judged(client_of: SignIn, month: Period) -> None:
    client = client_of("head", "H99")
    assert assign(client, month) == 302
    assert assign(client, month, value="95,5") == 400, "a comma is no decimal point in a number field"
    assert assign(client, month, value="95.5", due_on="2020-01-01") == 302
    assert assign(client, month, indicator="total", unit_of_value="rank", value="1") == 302
    page = unescape(client.get("/workspace/H99/targets").content.decode())
    row = next(r for r in board(month).components("H99.01") if r["indicator"] == "2.1")
    now = f"{row['rate'] * 100:.2f}".replace(".", ",")
    assert "95,50" in page
    assert now in page
    assert "quá hạn, chưa đạt" in page
    assert "1 chỉ tiêu quá hạn mà chưa đạt." in page
    assert "Chỉ tiêu của các đơn vị trực thuộc" in page
    own = unescape(client_of("staff", "H99.01").get("/workspace/H99.01/targets").content.decode())
    assert "Chỉ tiêu của đơn vị" in own
    assert "Giao chỉ tiêu</h2>" not in own
    assert [t["value"] for t in targets.assigned({"H99.01"}) if t["indicator"] == "2.1"] == [95.5]
    assert AuditEntry.objects.filter(action="target assigned", unit="H99.01").count() == 3
    book = openpyxl.load_workbook(io.BytesIO(client.get("/workspace/H99/targets.xlsx").content))
    rows = [[cell.value for cell in line] for line in book.worksheets[0]]
    assert any(90 < (cell or 0) < 96 for line in rows for cell in line if isinstance(cell, float))
    assert any(isinstance(cell, dt.datetime) for line in rows for cell in line)


def test_what_cannot_be_assigned(client_of: SignIn, month: Period) -> None:
    client = client_of("administrator", "H99")
    assert assign(client, month, unit="H98.01") == 400
    assert assign(client, month, unit_of_value="rank") == 400, "an indicator has no rank"
    assert assign(client, month, value="101") == 400
    assert assign(client, month, value="1e9") == 400
    assert assign(client, month, period="hôm qua") == 400
    assert assign(client, month, indicator="9.9") == 400
    assert assign(client_of("staff", "H99"), month) == 403
    below = client_of("head", "H99.01")
    assert assign(below, month, by="H99.01") == 400, "nobody is below it"
    assert assign(below, month) == 403


def test_a_target_is_withdrawn_with_a_reason(client_of: SignIn, month: Period) -> None:
    """It is followed no more, stays in the history, and holds again once it is assigned again."""
    client = client_of("head", "H99")
    assert assign(client, month, indicator="4.1", value="71") == 302
    [row] = [t for t in targets.assigned({"H99.01"}) if t["indicator"] == "4.1"]
    given = {"target": str(row["sequence"]), "reason": "Giao nhầm đơn vị"}
    address = "/workspace/H99/targets/withdraw"
    assert client.post(address, given | {"reason": ""}).status_code == 400
    assert client.post(address, given | {"target": "7777777"}).status_code == 400
    assert client_of("staff", "H99").post(address, given).status_code == 403
    assert client.post("/workspace/H99.01/targets/withdraw", given).status_code == 400, "not its own"
    assert client.post(address, given).status_code == 302
    assert not [t for t in targets.assigned({"H99.01"}) if t["indicator"] == "4.1"]
    page = unescape(client.get("/workspace/H99/targets").content.decode())
    assert "Chỉ tiêu đã thu hồi" in page
    assert "Giao nhầm đơn vị" in page
    entry = AuditEntry.objects.get(action="target withdrawn")
    assert entry.unit == "H99.01"
    assert assign(client, month, indicator="4.1", value="72") == 302
    assert [t["value"] for t in targets.assigned({"H99.01"}) if t["indicator"] == "4.1"] == [72]
