"""Lists of dossiers that a unit saves by a name: theirs alone, counted anew each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import unescape

import pytest
from django.test import Client

from phucvu.accounts.models import AuditEntry, SavedList
from phucvu.web.workspace import saved_lists

from .test_lists import body, rows_of

SignIn = Callable[[str, str], Client]
PATH = "/workspace/H99.01/lists"


@pytest.fixture(autouse=True)
def _none_saved(site: None) -> Iterator[None]:
    SavedList.objects.all().delete()
    yield
    SavedList.objects.all().delete()


def test_saved_renamed_deleted(client_of: SignIn) -> None:
    client = client_of("staff", "H99.01")
    listed = body(client, "/workspace/H99.01/dossiers?list=open&channel=2&period=&page=1")
    assert 'name="query" value="?list=open&amp;channel=2"' in listed
    given = {"name": "Nộp trực tuyến, chưa xong", "query": "?list=open&channel=2&page=7&other=1"}
    assert client.post(f"{PATH}/save", given).status_code == 302
    [saved] = SavedList.objects.all()
    assert saved.query == "?list=open&channel=2"
    page = unescape(body(client, PATH))
    address = "/workspace/H99.01/dossiers?list=open&channel=2"
    number = len(rows_of(client, address.replace("/dossiers?", "/dossiers.csv?")))
    assert number
    assert f'<a href="{address}"><span class="many">{number}</span>' in page
    assert "hình thức nộp" in page
    client.post(f"{PATH}/change", {"one": saved.pk, "name": "Trực tuyến"})
    assert "Trực tuyến" in body(client, PATH)
    client.post(f"{PATH}/change", {"one": saved.pk, "name": "Trực tuyến", "delete": "1"})
    assert not SavedList.objects.exists()
    actions = [entry.action for entry in AuditEntry.objects.order_by("number") if "saved" in entry.action]
    assert actions == ["list saved", "saved list renamed", "saved list deleted"]


def test_each_unit_has_its_own(client_of: SignIn) -> None:
    saved = SavedList.objects.create(unit="H99.201", name="Của xã", query="?list=open")
    staff = client_of("staff", "H99.01")
    assert "Của xã" not in body(staff, PATH)
    assert staff.post(f"{PATH}/change", {"one": saved.pk, "name": "x"}).status_code == 404
    assert staff.get("/workspace/H99.201/lists").status_code == 403
    reader = client_of("reader", "H99.201")
    assert "Của xã" in body(reader, "/workspace/H99.201/lists")
    given = {"name": "x", "query": "?list=open"}
    assert reader.post("/workspace/H99.201/lists/save", given).status_code == 403
    assert "lists/save" in body(staff, "/workspace/H99.01/dossiers?list=open")


def test_what_cannot_be_saved(client_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of("staff", "H99.01")
    for given, status in (
        ({"name": " ", "query": "?list=open"}, 400),
        ({"name": "x", "query": "?list=nope"}, 404),
        ({"name": "x", "query": "?q=" + "a" * 3000}, 400),
    ):
        assert client.post(f"{PATH}/save", given).status_code == status
    SavedList.objects.create(unit="H99.01", name="Cũ", query="?indicator=9.9")
    assert "Danh sách này không còn mở được." in body(client, PATH)
    monkeypatch.setattr(saved_lists, "MOST", 1)
    assert client.post(f"{PATH}/save", {"name": "x", "query": "?list=open"}).status_code == 400
    assert client.post(f"{PATH}/save", {"name": "Cũ", "query": "?list=open"}).status_code == 302
