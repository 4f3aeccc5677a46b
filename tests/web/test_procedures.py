"""Procedures: volume, time and on-time share, of a unit and by unit."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from django.test import Client

from phucvu.engine.by_procedure import SCHEMA
from phucvu.web.pages.procedures import A_PAGE

from .showing import OfOneProcedure, over_time, procedure_figures, procedures
from .test_data import csv_of
from .test_pages import text_of


@pytest.fixture(autouse=True)
def _shown(show: Callable[..., None]) -> None:
    show(*over_time("2026-09"), table=procedures())


def test_the_list_over_all_provinces(client: Client) -> None:
    rows = client.get("/procedures.json").json()["procedures"]
    assert [(r["procedure"], r["received"], r["finished"]) for r in rows] == [
        ("1.000002", 4000, 3900),
        ("1.000001", 130, 100),
    ]
    assert rows[1]["on_time_share"] == round(122 / 140, 4)
    assert rows[1]["average_days"] == 4.25
    assert rows[1]["median_days"] is None  # of two provinces together it is not known
    shown = text_of(client.get("/procedures").content.decode())
    assert "2 thủ tục hành chính có hồ sơ trong kỳ, 4.130 hồ sơ tiếp nhận." in shown
    assert "Cấp giấy phép thử nghiệm 1.000001 130 100 87,14% 4,2 ngày làm việc —" in shown


def test_the_list_of_a_unit(client: Client) -> None:
    rows = csv_of(client, "/procedures.csv?within=H21.17")
    assert [(r["procedure"], r["received"], r["median_days"]) for r in rows] == [("1.000001", "90", "3.0")]


@pytest.mark.parametrize("key", ["received", "finished", "on_time", "average_days", "median_days"])
def test_sorting(client: Client, key: str) -> None:
    field = "on_time_share" if key == "on_time" else key
    for order in ("asc", "desc"):
        rows = client.get(f"/procedures.json?within=H21&sort={key}&order={order}").json()["procedures"]
        values = [row[field] for row in rows]
        assert values == sorted(values, reverse=order == "desc")


def test_one_procedure(client: Client) -> None:
    html = client.get("/procedures/1.000001?within=H21").content.decode()
    assert (
        "Gia Lai tiếp nhận 120 hồ sơ, đã giải quyết xong 100; đúng hạn 90,00%; bình quân 4,2 ngày làm việc, "
        "một nửa xong trong 3 ngày làm việc." in html
    )
    # Each procedure in the unit of its own limit.
    by_the_hour = client.get("/procedures/1.000002?within=H21").content.decode()
    assert "bình quân 6,5 giờ, một nửa xong trong 2 giờ." in by_the_hour
    english = client.get("/en/procedures/1.000002?within=H21")
    assert "6.5 hours" in english.content.decode()
    said = client.get("/procedures/1.000002.json?within=H21").json()["counts"]
    assert (said["time_unit"], said["average_time"], said["average_days"]) == ("hour", 6.5, 0.5)
    data = client.get("/procedures/1.000001.json?within=H21").json()
    assert [row["unit"] for row in data["below"]] == ["H21.17", "H21.227"]
    nation = client.get("/procedures/1.000001").content.decode()
    assert "Cả nước tiếp nhận 130 hồ sơ, đã giải quyết xong 100; đúng hạn 87,14%" in nation
    assert 'href="/procedures/1.000001?within=H21"' in nation
    assert 'href="/procedures/1.000001?within=H26"' not in nation  # no unit below it has any


def test_a_procedure_without_dossiers(client: Client) -> None:
    html = client.get("/procedures/2.000815").content.decode()
    assert "Chứng thực bản sao từ bản chính" in html
    assert "Kỳ này không có hồ sơ nào của thủ tục này." in html


@pytest.mark.parametrize(
    ("page", "status"),
    [
        ("/procedures/9.999999", 404),
        ("/procedures?within=H99", 404),
        ("/procedures?sort=name", 400),
        ("/procedures?order=up", 400),
        ("/procedures?page=0", 404),
        ("/procedures?page=2", 404),
        ("/procedures?page=x", 404),
        ("/procedures?page=²", 404),
        ("/procedures/1.000001?within=H99", 404),
    ],
)
def test_bad_addresses(client: Client, page: str, status: int) -> None:
    assert client.get(page).status_code == status


def test_a_long_list_has_pages_and_its_data_are_whole(client: Client, show: Callable[..., None]) -> None:
    # As counted before procedures were timed in their own unit.
    rows = [("H21", f"9.{i:06}", 1000 - i, 1000, 900, 900, 2.0, 1.0) for i in range(2 * A_PAGE + 1)]
    before = dict(list(SCHEMA.items())[:8])
    show(*over_time("2026-09"), table=pl.DataFrame(rows, schema=before, orient="row"))
    first = client.get("/procedures").content.decode()
    assert first.count('<span class="code">') == A_PAGE
    assert "2 ngày làm việc" in first
    assert "Trang 1/3" in first
    assert "page=2" in first
    last = client.get("/procedures?page=3").content.decode()
    assert "9.000200" in last
    assert last.count('<span class="code">') == 1
    assert len(csv_of(client, "/procedures.csv")) == 2 * A_PAGE + 1


def test_nothing_counted_says_so(client: Client, show: Callable[..., None]) -> None:
    show(*over_time("2026-09"))
    assert "Kỳ này chưa có số liệu theo từng thủ tục." in client.get("/procedures").content.decode()
    assert 'href="/procedures"' not in client.get("/").content.decode()


@pytest.fixture
def indexed(show: Callable[..., None]) -> None:
    """A home that counts, with figures of each procedure and what the portal published of one."""
    days, figures = OfOneProcedure("2026-09", "1.000001"), procedure_figures("2026-09")
    show(*over_time("2026-09"), table=procedures(), days=days, counts=True, figures=figures)


@pytest.mark.usefixtures("indexed")
def test_the_index_of_a_procedure_stands_beside_what_the_portal_shows(client: Client) -> None:
    shown = text_of(client.get("/procedures/1.000001?within=H21").content.decode())
    assert "Tự đếm từ hồ sơ của thủ tục này đến 07:15 ngày 30/09/2026." in shown
    assert ", ngày 09/10/2026: 41,50 điểm, hạng 3/34." in shown
    # 117 of 130 is 90 percent of 20 points, and the portal saw three more on time.
    assert "2.1 Hồ sơ xử lý đúng hạn 117/130 90,00% 18,00 /20 120/130 18,46 ▼ 0,46" in shown
    english = text_of(client.get("/en/procedures/1.000001?within=H21").content.decode())
    assert "The indicators of this procedure alone" in english
    assert "National portal, 09/10/2026: 41.50 points, rank 3 of 34." in english


@pytest.mark.usefixtures("indexed")
def test_the_index_of_a_procedure_by_unit(client: Client) -> None:
    rows = csv_of(client, "/procedures/1.000001/index.csv?within=H21")
    found = {(r["unit"], r["part"]): r for r in rows}
    assert set(found) >= {("H21", "2.1"), ("H21", "4.1"), ("H21.227", "2.1"), ("H21", "total")}
    assert ("H21", "1.1") not in found  # the portal shows no base of it
    own = found["H21", "2.1"]
    assert (own["numerator"], own["score"], own["published_numerator"]) == ("117", "18.00", "120")
    assert own["published_day"] == "2026-10-09"
    assert (found["H21", "total"]["score"], found["H21", "total"]["published_score"]) == ("", "41.50")
    data = client.get("/procedures/1.000001/index.json?within=H21").json()
    assert (data["counted_at"], data["published_day"]) == ("2026-09-30T07:15:00", "2026-10-09")
    page = text_of(client.get("/procedures/1.000001/index?within=H21").content.decode())
    assert "18,00 Cổng 18,46" in page
    assert client.get("/procedures/1.000001/index.xlsx?within=H21").status_code == 200
    assert client.get("/procedures/9.999999/index").status_code == 404


def test_an_index_that_is_not_counted_or_fetched_says_so(client: Client, show: Callable[..., None]) -> None:
    show(*over_time("2026-09"), table=procedures(), counts=True)
    shown = text_of(client.get("/procedures/1.000001?within=H21").content.decode())
    assert "Kỳ này chưa đếm chỉ số của từng thủ tục." in shown
    assert "phucvu portal pull --period 2026-09 --procedure 1.000001" in shown
    page = text_of(client.get("/procedures/1.000001/index?within=H21").content.decode())
    assert "Chưa có số liệu nào của thủ tục này." in page
