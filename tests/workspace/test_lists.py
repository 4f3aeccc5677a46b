"""The lists of a unit: what each holds, narrowed, sorted, by pages, and as files."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import openpyxl
import polars as pl
import pytest
from django.test import Client

from phucvu.accounts import units
from phucvu.accounts.models import AuditEntry
from phucvu.engine.connections import connect
from phucvu.engine.dossiers import dossiers
from phucvu.figures.periods import Period
from phucvu.figures.units import Unit, Units
from phucvu.inbox.clock import now
from phucvu.records.schema import TABLES
from phucvu.records.store import Store
from phucvu.rules.loading import load
from phucvu.web.workspace import dossiers as lists
from phucvu.web.workspace.ready_lists import READY

from .records import SECRETS

SignIn = Callable[[str, str], Client]


def body(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:2000]
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    text: str = content.decode("utf-8-sig")
    assert not [secret for secret in SECRETS if secret in text]
    return text


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(client, address))))


def kinds(client: Client, address: str) -> set[str]:
    """What the dossiers of a list are: the ends of their codes, where the unit is the department."""
    return {row["Mã hồ sơ"].removeprefix("H99.01-") for row in rows_of(client, address)}


LISTS = {
    "overdue": {"overdue"},
    "today": {"today"},
    "week": {"today"},
    "at-risk": {"today"},
    "open": {"today", "later", "waiting", "unpaid", "disliked"},
    "waiting": {"waiting"},
    "late": {"overdue", "done-late"},
    "no-result-file": {"done-bare"},
    "no-payment": {"unpaid"},
    "no-file": {"overdue", "today", "waiting", "unpaid", "disliked"},
    "dissatisfied": {"disliked"},
}


@pytest.mark.parametrize("name", LISTS)
def test_what_each_list_holds(client_of: SignIn, name: str) -> None:
    client = client_of("staff", "H99.01")
    assert kinds(client, f"/workspace/H99.01/dossiers.csv?list={name}") == LISTS[name]
    page = body(client, f"/workspace/H99.01/dossiers?list={name}")
    assert set(re.findall(r"/dossiers/H99/H99\.01-([a-z-]+)\?", page)) == LISTS[name]
    assert f"{len(LISTS[name])} hồ sơ." in page
    assert "Danh sách tính đến" in page


def test_every_ready_list_is_tried() -> None:
    assert {ready.name for ready in READY} == {*LISTS, "not-online"}


def test_numbers_on_the_front_page_are_those_of_the_lists(client_of: SignIn) -> None:
    client = client_of("head", "H99")
    front = body(client, "/workspace/H99")
    found = re.findall(r'href="([^"]+list=[a-z-]+[^"]*)"><span class="many[^"]*">([\d.]+)</span>', front)
    assert len(found) == len(READY)
    for link, number in found:
        listed = rows_of(client, link.replace("&amp;", "&").replace("/dossiers?", "/dossiers.csv?"))
        assert len(listed) == int(number)


@pytest.mark.parametrize("indicator", ["2.1", "3.6", "4.2", "5.4"])
@pytest.mark.parametrize("unit", ["H99", "H99.01"])
def test_lost_dossiers_are_those_behind_the_figure(
    client_of: SignIn, home: Store, month: Period, indicator: str, unit: str
) -> None:
    con = connect()
    tables = {name: home.table(con, name) for name in TABLES}
    behind = dossiers(tables, load("portal-2026"), month, now(), unit, indicator, lost_only=True)
    con.disconnect()
    client = client_of("head", "H99")
    listed = rows_of(client, f"/workspace/{unit}/dossiers.csv?indicator={indicator}&lost=1&period={month}")
    assert sorted(row["Mã hồ sơ"] for row in listed) == sorted(behind["code"])
    assert {row["Mã hồ sơ"]: row["Lý do chưa đạt"] for row in listed} == dict(
        behind.select("code", "reason_vi").iter_rows()
    )


def test_each_dossier_is_listed_with_its_origin_and_what_the_portal_said(client_of: SignIn) -> None:
    client = client_of("head", "H99")
    said = {
        r["Mã hồ sơ"]: r["Cổng Dịch vụ công quốc gia"] for r in rows_of(client, "/workspace/H99/dossiers.csv")
    }
    assert said["H99.01-later"] == "đã có trên Cổng"
    assert said["H99.201-later"] == "bị từ chối"
    assert said["H99.01-done"] == "chưa rõ"
    [lost] = rows_of(client, "/workspace/H99/dossiers.csv?indicator=1.4&lost=1&reason=refused_by_portal")
    assert (lost["Mã hồ sơ"], lost["Nguồn hồ sơ"]) == ("H99.201-later", "API đồng bộ")
    assert lost["Lý do chưa đạt"] == "Cổng từ chối: 606"
    assert not rows_of(client, "/workspace/H99/dossiers.csv?indicator=1.4&lost=1&reason=own_file_only")
    page = body(client, "/workspace/H99/dossiers?indicator=1.4")
    assert "API đồng bộ; bị từ chối" in page
    assert "API đồng bộ; bị từ chối" not in body(client, "/workspace/H99/dossiers?indicator=2.1")
    by_reason = body(client, "/workspace/H99/dossiers?indicator=1.4&lost=1&by=reason")
    assert "reason=refused_by_portal" in by_reason
    one = body(client, "/workspace/H99/dossiers/H99/H99.201-later")
    assert "<q>MaTTHC chưa có trong bảng TTHC của ***</q>, mã lỗi 606" in one


def test_what_other_indicators_count(client_of: SignIn) -> None:
    client = client_of("head", "H99")
    page = body(client, "/workspace/H99/dossiers?indicator=3.4&lost=1")
    assert "Thủ tục có phí" in page
    assert "chưa có hồ sơ nào thanh toán trực tuyến" in page
    rows = rows_of(client, "/workspace/H99/dossiers.csv?indicator=3.4&lost=1")
    assert [row["Mã"] for row in rows] == ["1.001"]
    assert body(client, "/workspace/H99/dossiers?indicator=1.1")


def test_a_list_of_petitions_has_no_empty_column_and_is_not_offered_by_procedure(
    client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of("head", "H99")
    procedures = body(client, "/workspace/H99/dossiers?indicator=3.4")
    assert '<th scope="col">Tên</th>' in procedures
    assert "by=procedure" in procedures
    said = {"code": "PA-1", "procedure": None, "unit": "H99.01", "counted": False, "reason_vi": "quá hạn"}
    dates = dict.fromkeys(("began", "due", "ended"), dt.datetime(2026, 8, 3))
    found = pl.DataFrame([said | dates | {"reason_en": "late"}], schema_overrides={"procedure": pl.String})
    monkeypatch.setattr(lists, "_records_behind", lambda *_asked: found)
    petitions = body(client, "/workspace/H99/dossiers?indicator=5.2")
    assert '<th scope="row">PA-1</th>' in petitions
    assert '<th scope="col">Tên</th>' not in petitions
    assert "by=procedure" not in petitions
    assert "by=unit" in petitions


def test_narrowing_and_sorting(client_of: SignIn) -> None:
    client = client_of("head", "H99")
    every = rows_of(client, "/workspace/H99/dossiers.csv?sort=code")
    codes = [row["Mã hồ sơ"] for row in every]
    assert len(codes) == 18
    assert codes == sorted(codes)
    down = rows_of(client, "/workspace/H99/dossiers.csv?sort=code&order=desc")
    assert [row["Mã hồ sơ"] for row in down] == codes[::-1]
    for query, expected in {
        "in=H99.201": {c for c in codes if c.startswith("H99.201")},
        "in=H98.01": set(),
        "procedure=1.001": {c for c in codes if c.endswith("unpaid")},
        "status=5": {c for c in codes if c.endswith("waiting")},
        "status=x": set(),
        "channel=2&in=H99.01": {f"H99.01-{n}" for n in ("later", "done", "done-late", "unpaid")},
        "q=DONE": {c for c in codes if "done" in c},
        "q=%27%22%3C": set(),
    }.items():
        found = rows_of(client, f"/workspace/H99/dossiers.csv?{query}")
        assert {row["Mã hồ sơ"] for row in found} == expected, query
        page = body(client, f"/workspace/H99/dossiers?{query}")
        assert f"{len(expected)} hồ sơ." in page


def test_pages(client_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    from phucvu.web.workspace import dossiers as view

    monkeypatch.setattr(view, "PER_PAGE", 5)
    client = client_of("head", "H99")
    seen: list[str] = []
    for number in (1, 2, 3, 4):
        page = body(client, f"/workspace/H99/dossiers?sort=late&page={number}")
        seen += re.findall(r'<th scope="row">(?:<input[^>]+> )?<a href="[^"]+">([^<]+)</a>', page)
        assert f"trang {number}/4" in page
    assert len(seen) == len(set(seen)) == 18
    assert 'rel="next"' not in page
    assert "page=3" in page
    assert "trang 4/4" in body(client, "/workspace/H99/dossiers?page=999")
    assert "trang 1/4" in body(client, "/workspace/H99/dossiers?page=-1")
    assert "trang 1/4" in body(client, "/workspace/H99/dossiers?page=%D9%A1x")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("sort=nothing", 400),
        ("order=sideways", 400),
        ("indicator=9.9", 404),
        ("indicator=4.6", 404),
        ("list=nothing", 404),
        ("doubt=nothing", 404),
        ("period=20266", 404),
    ],
)
def test_what_there_is_not(client_of: SignIn, query: str, status: int) -> None:
    body(client_of("head", "H99"), f"/workspace/H99/dossiers?{query}", status)


def test_excel_has_the_same_rows_with_real_dates(client_of: SignIn) -> None:
    client = client_of("head", "H99")
    query = "?indicator=2.1&lost=1&sort=code&status=2"
    answer = client.get("/workspace/H99/dossiers.xlsx" + query)
    assert answer.status_code == 200
    assert ".xlsx" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    heading, *rows = list(book["Hồ sơ"].iter_rows(values_only=True))
    as_csv = rows_of(client, "/workspace/H99/dossiers.csv" + query)
    assert list(heading) == list(as_csv[0])
    assert [row[0] for row in rows] == [row["Mã hồ sơ"] for row in as_csv]
    column = list(heading).index("Ngày tiếp nhận")
    assert all(row[column].year >= 2025 for row in rows)
    about = dict(book["Nguồn"].iter_rows(values_only=True))
    assert about["Số dòng"] == str(len(rows))
    assert about["Đơn vị"] == "UBND tỉnh Thử Nghiệm"
    assert about["Bộ lọc"] == "trạng thái được tiếp nhận"
    assert {"Danh sách", "Kỳ", "Tính đến", "Nguồn", "Quy tắc"} <= set(about)
    sheet = book["Hồ sơ"]
    assert sheet.auto_filter.ref
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.cell(2, column + 1).number_format == "dd/mm/yyyy hh:mm"
    text = " ".join(str(value) for row in rows for value in row)
    assert not [secret for secret in SECRETS if secret in text]


def test_who_takes_a_list_away_is_written_down(client_of: SignIn) -> None:
    client = client_of("reader", "H99")
    body(client, "/workspace/H99/dossiers")
    assert not AuditEntry.objects.filter(action="list exported").exists()
    for form in ("csv", "xlsx"):
        assert client.get(f"/workspace/H99/dossiers.{form}?q=H99").status_code == 200
        entry = AuditEntry.objects.filter(action="list exported").order_by("-number")[0]
        assert (entry.actor, entry.unit) == ("reader.h99", "H99")
        assert entry.object.endswith(f"-H99-dossiers.{form}")
        assert entry.said["asked"]["q"] == "H99"


def test_an_empty_list_has_files_with_headings(client_of: SignIn) -> None:
    client = client_of("head", "H99")
    assert body(client, "/workspace/H99/dossiers.csv?q=nobody").startswith("Mã hồ sơ,")
    answer = client.get("/workspace/H99/dossiers.xlsx?q=nobody")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert [row[0] for row in book["Hồ sơ"].iter_rows(values_only=True)] == ["Mã hồ sơ"]


def test_excel_says_where_it_ends(client_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    from phucvu.web.workspace import dossiers as view

    monkeypatch.setattr(view, "MOST_ROWS", 7)
    client = client_of("head", "H99")
    assert "tệp Excel có bấy nhiêu dòng đầu, tệp CSV có đủ" in body(client, "/workspace/H99/dossiers")
    answer = client.get("/workspace/H99/dossiers.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert book["Hồ sơ"].max_row == 8
    assert len(rows_of(client, "/workspace/H99/dossiers.csv")) == 18


def test_doubts(client_of: SignIn) -> None:
    client = client_of("head", "H99")
    page = body(client, "/workspace/H99/doubts")
    found = re.findall(r'href="([^"]+doubt=[a-z_]+[^"]*)"><span class="many">(\d+)</span>', page)
    assert found
    for link, number in found:
        listed = rows_of(client, link.replace("&amp;", "&").replace("/dossiers?", "/dossiers.csv?"))
        assert len(listed) == int(number) > 0
    assert sum(int(number) for _, number in found) == int(re.findall(r"(\d+) nội dung cần rà soát", page)[0])


def test_units_in_a_circle_are_told_with_the_circle(
    client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of("head", "H99")
    assert "vòng quanh" not in body(client, "/workspace/H99/doubts")
    ring = [Unit("R1", "R1", "district", "R2"), Unit("R2", "R2", "district", "R1")]
    held = Units([*units.every().rows, *ring])
    monkeypatch.setattr(units, "every", lambda: held)
    assert "Đơn vị R1 đứng trên chính nó: R1 → R2 → R1" in body(client, "/workspace/H99/doubts")
    assert "Unit R1 stands above itself" in body(client, "/en/workspace/H99/doubts")


def test_a_unit_of_another_province_sees_its_own(client_of: SignIn) -> None:
    client = client_of("head", "H98")
    codes = {row["Mã hồ sơ"] for row in rows_of(client, "/workspace/H98/dossiers.csv")}
    assert codes
    assert all(code.startswith("H98") for code in codes)
    body(client, "/workspace/H99/dossiers", 403)
    body(client, "/workspace/H98/dossiers/H99/H99.01-overdue", 404)


PAGES = [
    "",
    "/dossiers",
    "/dossiers?indicator=2.1&lost=1",
    "/dossiers?indicator=3.4",
    "/dossiers?list=late&by=unit",
    "/doubts",
    "/set-aside",
    "/fully-online",
    "/week",
    "/ledger",
]


@pytest.mark.parametrize("page", [*PAGES, "/dossiers/H99/H99.01-overdue"])
def test_english_pages_have_no_vietnamese_text_of_the_site(client_of: SignIn, page: str) -> None:
    from tools import messages

    html = body(client_of("head", "H99"), f"/en/workspace/H99{page}")
    ids: list[Any] = [m.id for m in messages.written() if m.id]
    texts = [text for each in ids for text in ((each,) if isinstance(each, str) else each)]
    left = [t for t in texts if "%" not in t and len(t) > 6 and re.search(rf">\s*{re.escape(t)}\s*<", html)]
    assert not left


def groups_of(page: str) -> list[tuple[str, int]]:
    """The lists that a grouped page leads to, and how many it says each has."""
    start = page.index('<ul class="lists">')
    found = re.findall(r'<a href="([^"]+)"><span class="many">([\d.]+)</span>', page[start:])
    return [(link.replace("&amp;", "&"), int(number)) for link, number in found]


@pytest.mark.parametrize(
    ("query", "by"),
    [
        ("indicator=4.2&lost=1", "reason"),
        ("indicator=3.3&lost=1", "reason"),
        ("list=late", "procedure"),
        ("list=late&channel=1", "unit"),
        ("indicator=3.4", "reason"),
    ],
)
def test_lists_by_procedure_unit_and_reason(client_of: SignIn, query: str, by: str) -> None:
    client = client_of("head", "H99")
    place = "/workspace/H99/dossiers"
    plain = body(client, f"{place}?{query}")
    assert f"by={by}" in plain
    page = body(client, f"{place}?{query}&by={by}")
    found = groups_of(page)
    assert found
    numbers = [number for _, number in found]
    assert numbers == sorted(numbers, reverse=True)
    for link, number in found:
        listed = rows_of(client, link.replace("/dossiers?", "/dossiers.csv?"))
        assert len(listed) == number > 0, link
    listed = rows_of(client, f"{place}.csv?{query}&by={by}")
    assert [int(row["Số lượng"]) for row in listed] == numbers
    if by != "reason":
        assert sum(numbers) == len(rows_of(client, f"{place}.csv?{query}"))
    book = client.get(f"{place}.xlsx?{query}&by={by}")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(book.streaming_content))).worksheets[0]  # type: ignore[attr-defined]
    assert sheet.max_row == len(found) + 1
    assert rows_of(client, f"{place}.csv?{query}&reason=nothing") == []
    body(client, f"{place}?{query}&by=nothing", 404)


def test_numbers_that_are_left_out_are_told(client_of: SignIn, home: Store) -> None:
    petition = {"code": "PA-LA", "unit": "H99.01", "arrived_at": dt.datetime(2020, 1, 6), "likes": 10**15}
    home.append("petitions", pl.DataFrame([petition]))
    try:
        for unit in ("H99", "H99.01"):
            page = body(client_of("reader", unit), f"/workspace/{unit}/doubts")
            assert "PA-LA" in page
            assert "1000000000000000" in page
        assert "PA-LA" not in body(client_of("reader", "H98"), "/workspace/H98/doubts")
    finally:
        home.append("petitions", pl.DataFrame([petition | {"likes": 1}]))
    assert "không được tính" not in body(client_of("head", "H99"), "/workspace/H99/doubts")


def test_doubts_of_the_tables_are_told(client_of: SignIn, home: Store) -> None:
    target = {"unit": "H99.01", "indicator": "9.9", "period": "2026", "unit_of_value": "percent"}
    home.append("targets", pl.DataFrame([target | {"value": Decimal(70)}]))
    client = client_of("reader", "H99.01")
    page = body(client, "/workspace/H99.01/doubts")
    assert "9.9, 2026" in page
    assert "không có trong bộ quy tắc" in page
    english = body(client, "/en/workspace/H99.01/doubts")
    assert "a target for an indicator that the rules do not have" in english
    assert "9.9, 2026" not in body(client_of("reader", "H98"), "/workspace/H98/doubts")


@pytest.mark.parametrize(
    ("page", "heading", "least"),
    [
        ("overview", "Mã chỉ số", 5),
        ("below", "Mã đơn vị", 2),
        ("doubts", "Nội dung", 5),
        ("set-aside", "Hồ sơ", 3),
    ],
)
def test_every_table_can_be_taken_away(client_of: SignIn, page: str, heading: str, least: int) -> None:
    client = client_of("head", "H99")
    shown = body(client, f"/workspace/H99/{page}" if page in ("doubts", "set-aside") else "/workspace/H99")
    assert re.search(rf'href="/workspace/H99/{page}\.xlsx[^"]*">Excel</a>', shown)
    rows = rows_of(client, f"/workspace/H99/{page}.csv")
    assert len(rows) >= least
    assert next(iter(rows[0])) == heading
    answer = client.get(f"/workspace/H99/{page}.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    first, *lines = book.worksheets[0].iter_rows(values_only=True)
    assert list(first) == list(rows[0])
    assert [line[0] for line in lines] == [row[heading] for row in rows]
    assert dict(book.worksheets[-1].iter_rows(values_only=True))["Đơn vị"] == "UBND tỉnh Thử Nghiệm"
    text = " ".join(str(value) for line in lines for value in line)
    assert not [secret for secret in SECRETS if secret in text]


def test_the_overview_is_in_the_order_of_the_page(client_of: SignIn) -> None:
    client = client_of("head", "H99")
    page = body(client, "/workspace/H99")
    table = page[page.index('<table class="losses">') : page.index("</table>")]
    codes = re.findall(r'<span class="id">([\d.a-z]+)</span>', table)
    assert codes == [row["Mã chỉ số"] for row in rows_of(client, "/workspace/H99/overview.csv")]


def test_what_was_ticked_is_a_list_of_its_own(client_of: SignIn) -> None:
    """As a page and as a file, whatever the list was, and of the own unit alone."""
    client, at = client_of("staff", "H99.01"), "/workspace/H99.01/dossiers"
    page = body(client, f"{at}?list=open")
    assert 'name="pick" value="H99/H99.01-later"' in page
    picked = "list=open&pick=H99/H99.01-later&pick=H99/H99.01-done-late&pick=H99/H99.201-later&pick=x"
    assert kinds(client, f"{at}.csv?{picked}") == {"later", "done-late"}
    page = body(client, f"{at}?{picked}")
    assert "Đang giải quyết, còn trong hạn: hồ sơ đã chọn" in page
    assert "2 hồ sơ." in page
    assert 'href="/workspace/H99.01/dossiers?list=open"' in page
    [xlsx] = re.findall(r'href="([^"]+dossiers\.xlsx[^"]+)"', page)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(unescape(xlsx)).streaming_content)))  # type: ignore[attr-defined]
    assert sum("H99.01-" in str(row[0]) for row in book.worksheets[0].values) == 2
    many = "&".join(f"pick=H99/{n}" for n in range(201))
    assert client.get(f"{at}?{many}").status_code == 400
