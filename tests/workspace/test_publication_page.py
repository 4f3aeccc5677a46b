"""The page of the publication watch: what waits, what was late, and the catalogue against the decisions."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import ibis
import openpyxl
import polars as pl
import pytest
from django.test import Client

from phucvu.inbox.clock import now
from phucvu.records.schema import CATALOGUE, DECISIONS
from phucvu.records.store import Store
from phucvu.web.latest import Latest
from phucvu.web.workspace import home as lookups
from phucvu.web.workspace import publication

SignIn = Callable[[str, str], Client]
PLACE = "/workspace/H99/publication"


def decisions(today: dt.date) -> list[dict[str, Any]]:
    long_ago, ministry = today - dt.timedelta(days=60), {"unit": "G02", "kind": "amended"}
    return [
        ministry
        | {"number": "503/QĐ-BTT", "decided_on": long_ago, "procedure": "1.001", "advising_unit": "H99.01"}
        | {"in_national_database_on": long_ago, "submission_number": "41/TTr", "submission_on": today}
        | {"title": "về công bố thủ tục hành chính được sửa đổi"},
        ministry | {"number": "600/QĐ-BTT", "decided_on": today, "procedure": "1.002", "incoming_on": today},
        {"number": "9/QĐ-UBND", "unit": "H99", "kind": "new", "decided_on": long_ago, "procedure": "1.009"}
        | {"published_on": long_ago},
    ]


@pytest.fixture
def held(site: None, home: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The home with decisions and a catalogue, which the records of other tests do not get."""
    rows = pl.DataFrame(decisions(now().date()), schema=DECISIONS.types)
    shown = [{"procedure": "1.001", "unit": "H99", "shown_on": now().date()}]
    catalogue = pl.DataFrame(shown, schema=CATALOGUE.types)
    tables = lookups.tables

    @contextmanager
    def with_decisions() -> Iterator[Any]:
        with tables() as found:
            yield {
                **found,
                "decisions": ibis.memtable(rows),
                "catalogue": ibis.memtable(catalogue),
            }

    monkeypatch.setattr(lookups, "tables", with_decisions)
    monkeypatch.setattr(publication, "_KEPT", Latest(8))


def page_of(client: Client, place: str = PLACE) -> str:
    answer = client.get(place)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


@pytest.mark.usefixtures("held")
def test_what_waits_and_what_is_late(client_of: SignIn) -> None:
    client = client_of("reader", "H99")
    page = page_of(client)
    assert "2 quyết định chưa công bố, công khai xong." in page
    assert "1 quyết định đã quá hạn." in page
    table = page[page.index('aria-labelledby="overdue"') :]
    assert "Quyết định số 503/QĐ-BTT" in table
    assert "Tờ trình số 41/TTr" in table
    assert "Quá 03 ngày làm việc kể từ ngày quyết định của bộ, ngành có trên CSDL quốc gia" in table
    assert "600/QĐ-BTT" not in table
    assert "thủ tục đã có quyết định công bố mà không hiển thị công khai" in table.lower()
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{PLACE}.xlsx").content)).worksheets[0]
    assert [row[1].value for row in book][1:] == ["503/QĐ-BTT", "600/QĐ-BTT", "9/QĐ-UBND"]
    assert client.get(f"{PLACE}.csv").status_code == 200
    assert "2 decisions are not published and public yet." in page_of(client, "/en" + PLACE)


@pytest.mark.usefixtures("held")
def test_a_department_sees_what_it_advises_on(client_of: SignIn) -> None:
    page = page_of(client_of("reader", "H99.01"), "/workspace/H99.01/publication")
    assert "503/QĐ-BTT" in page
    assert "600/QĐ-BTT" not in page
    assert (
        "chưa có quyết định"
        in page_of(client_of("reader", "H99.201"), "/workspace/H99.201/publication").lower()
    )


def test_without_decisions_it_says_what_to_import(client_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publication, "_KEPT", Latest(8))
    assert "Nhập tệp “decisions”" in page_of(client_of("reader", "H99"))
