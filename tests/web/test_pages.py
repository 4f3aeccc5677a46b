"""Every page: the answer first, numbers as people read them, nothing from elsewhere."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest
from django.core.cache import caches
from django.test import Client

from phucvu.figures.units import Unit, Units
from phucvu.published import portal_2026
from phucvu.web import boards, results
from phucvu.web.pages import nation

from .showing import result_of, with_communes

PAGES = [
    "/",
    "/units/H21",
    "/units/H21.20",
    "/units/H21.227",
    "/units/H15",
    "/indicators",
    "/indicators/2.1",
    "/indicators/2.2",
    "/indicators/3.1",
    "/indicators/3.5",
    "/indicators/4.6",
    "/indicators/5.1a",
    "/indicators/5.3?within=H21",
    "/rules",
    "/rules/portal-2026",
    "/rules/qd766-2022",
    "/about",
    "/compare?units=H21,H26",
    "/search?q=gia+lai",
    "/glossary",
]
ENGLISH = ["/en" + page for page in PAGES]


def text_of(html: str) -> str:
    """What a reader sees, on one line."""
    body = re.sub(r"<head>.*?</head>|<style>.*?</style>", "", html, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


@pytest.mark.parametrize("page", PAGES + ENGLISH)
def test_page_is_whole_and_keeps_to_itself(client: Client, page: str) -> None:
    response = client.get(page)
    html = response.content.decode()
    assert response.status_code == 200
    assert html.count("<h1") == 1
    assert f'<html lang="{"en" if page.startswith("/en") else "vi"}">' in html
    assert "<script" not in html
    assert " style=" not in html
    assert not re.findall(r"""(?:src|href|srcset)=["'](?:https?:)?//""", html)
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert not response.cookies
    assert "None" not in text_of(html)
    assert "%(" not in html


@pytest.mark.parametrize("page", PAGES)
def test_language_switch_keeps_the_page(client: Client, page: str) -> None:
    there = re.search(r'class="language" href="([^"]+)"', client.get(page).content.decode())
    assert there
    assert there[1].replace("&amp;", "&") == "/en" + page
    back = re.search(r'class="language" href="([^"]+)"', client.get("/en" + page).content.decode())
    assert back
    assert back[1] == page


def test_every_link_of_every_page_leads_somewhere(client: Client) -> None:
    links = set()
    for page in PAGES + ENGLISH[:3]:
        html = client.get(page).content.decode()
        links |= set(re.findall(r'(?:href|src|srcset)="(/[^"#]*)', html))
    pages = sorted(link.replace("&amp;", "&") for link in links if not link.startswith("/static/"))
    assert not [page for page in pages if client.get(page).status_code != 200]


def test_answers(client: Client) -> None:
    def answer(page: str) -> str:
        found = re.search(r'<p class="answer">(.*?)</p>', client.get(page).content.decode(), re.S)
        assert found
        return found[1]

    assert answer("/") == (
        "Cả nước đạt 62,58 điểm trên 100; cao nhất là Đồng Tháp (68,81), thấp nhất là Hà Nội (55,23); "
        "bình quân bị trừ nhiều nhất ở Số hóa hồ sơ (12,39 điểm)."
    )
    assert answer("/units/H21") == (
        "Gia Lai đạt 66,23 điểm, xếp thứ 4/34 tỉnh, thành phố; bị trừ nhiều nhất ở Số hóa hồ sơ (12,38 điểm)."
    )
    assert answer("/units/H21.17") == (
        "Sở Văn hóa, Thể thao và Du lịch đạt 79,27 điểm, xếp thứ 1/14 sở, ban, ngành của Gia Lai; "
        "bị trừ nhiều nhất ở Số hóa hồ sơ (7,82 điểm)."
    )
    assert answer("/en/units/H21") == (
        "Gia Lai scores 66.23 points and ranks 4 of 34 provinces; it loses most in Digitisation "
        "(12.38 points)."
    )
    assert answer("/indicators/2.1") == (
        "Bình quân 17,56 trên 20 điểm; cao nhất là Ninh Bình (95,86%), thấp nhất là Hà Nội (74,04%)."
    )
    assert "mọi nơi đều là 100,00%" in answer("/indicators/1.4")


def test_a_province_says_what_is_known_and_what_is_not(client: Client) -> None:
    text = text_of(client.get("/units/H21").content.decode())
    assert "358.540/417.669" in text
    assert "85,84%" in text
    assert "Nguồn chỉ công bố điểm của nhóm này" in text  # online
    assert "3.1 TTHC cung cấp DVCTT — — — 2 —" in text  # no guess
    assert "Suy ra từ điểm nhóm đã công bố" in text  # 3.5
    assert "Cho theo quy tắc, không có số liệu" in text  # 4.6
    assert "6 × 1/47 ÷ 100% ≈ 0,13" in text  # 1.1 worked out
    assert "Quyết định số 766/QĐ-TTg ngày 23/6/2022 của Thủ tướng Chính phủ, Phụ lục; từ ngày" in text
    assert "Sở, ban, ngành (14)" in text
    assert "Xã, phường (9)" in text
    assert "Số liệu tính đến 10/10/2026." in text


def test_a_unit_without_dossiers_says_why_it_has_no_points(client: Client) -> None:
    text = text_of(client.get("/units/H21.20").content.decode())
    assert "9 chỉ số không phát sinh gì để tính" in text
    assert "Không phát sinh: 0 điểm theo quy tắc" in text
    assert "Không phát sinh: đạt điểm tối đa theo quy tắc" in text


def test_map_has_a_tile_for_every_province(client: Client) -> None:
    html = client.get("/").content.decode()
    assert html.count('<a class="tile step-') == 34
    places = re.findall(r'<li class="(row-\d+ column-\d)"', html)
    assert len(places) == len(set(places)) == 36  # and the two archipelagos
    assert "Hoàng Sa" in html
    assert "Trường Sa" in html
    board = boards.board(results.periods()[0])
    assert set(nation.TILES) == {s.unit.code for s in board.provinces}
    css = (nation.__file__.rpartition("/pages/")[0]) + "/static/phucvu/site.css"
    with open(css, encoding="utf-8") as file:  # noqa: PTH123
        rules = file.read()
    assert all(f".{name} {{" in rules for place in places for name in place.split())


def names_in_order(html: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/units/[^"]+">([^<]+)</a>', html)


@pytest.mark.parametrize("part", ["total", "transparency", "online", "satisfaction"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_sorting(client: Client, part: str, order: str) -> None:
    records = client.get(f"/index.json?sort={part}&order={order}").json()["units"]
    values = [r["score"] if part == "total" else r["groups"][part]["score"] for r in records]
    assert values == sorted(values, reverse=order == "desc")
    html = client.get(f"/?sort={part}&order={order}").content.decode()
    assert len(names_in_order(html)) == 34
    assert html.count('aria-sort="ascending"' if order == "asc" else 'aria-sort="descending"') == 1


@pytest.mark.parametrize(
    ("page", "status"),
    [
        ("/nope", 404),
        ("/units/H99", 404),
        ("/units/%3Cscript%3E", 404),
        ("/units", 404),
        ("/indicators/9.9", 404),
        ("/indicators/2.1?within=H01.5", 404),
        ("/rules/nope", 404),
        ("/?period=2019", 404),
        ("/?period=<b>x</b>", 404),
        ("/?sort=nonsense", 400),
        ("/?sort=<script>", 400),
        ("/?order=up", 400),
        ("/indicators/2.1?order=up", 400),
        ("/units/H21?sort=1.1", 400),
        ("/units/H99/lost.svg", 404),
    ],
)
@pytest.mark.parametrize("language", ["", "/en"])
def test_bad_addresses_get_a_page_that_helps(client: Client, language: str, page: str, status: int) -> None:
    response = client.get(language + page)
    html = response.content.decode()
    assert response.status_code == status
    assert f'href="{language}/indicators"' in html
    assert "<script" not in html
    assert "<b>x" not in html


def test_a_bad_address_of_data_answers_in_json(client: Client) -> None:
    response = client.get("/units/H99.json")
    assert response.status_code == 404
    assert response.json() == {"error": "Không có kết quả của đơn vị H99 trong kỳ này."}


def test_closing_slashes_lead_to_the_page(client: Client) -> None:
    assert client.get("/units/H21/?sort=online")["Location"] == "/units/H21?sort=online"
    assert client.get("/en")["Location"] == "/en/"
    assert client.get("/", PATH_INFO="//example.com/").status_code == 404
    assert client.get("/nope/").status_code == 404


def test_a_broken_page_says_so_in_style(monkeypatch: pytest.MonkeyPatch) -> None:
    caches["pages"].clear()
    monkeypatch.setattr(nation, "of_nation", lambda board: 1 / 0)
    response = Client(headers={"host": "127.0.0.1"}, raise_request_exception=False).get("/")
    assert response.status_code == 500
    assert "Lỗi ở máy chủ" in response.content.decode()


def test_another_host_is_refused() -> None:
    assert Client(headers={"host": "example.com"}).get("/").status_code == 400


def test_names_are_escaped(client: Client, show: Callable[..., None]) -> None:
    published = portal_2026()
    units = Units(
        [
            *(u for u in published.units if u.code != "H21"),
            Unit("H21", "UBND tỉnh <img src=x> & “Thử”", "province"),
        ]
    )
    show(result_of(published.figures, units, "2026", published.groups))
    for page in ("/", "/units/H21", "/units/H21.20", "/indicators/2.1", "/indicators/2.1?within=H21"):
        html = client.get(page).content.decode()
        assert "<img src=x>" not in html
        assert "&lt;img src=x&gt;" in html
    assert b"<img src=x>" not in client.get("/units/H21/lost.svg").content


def test_a_period_has_its_own_address_and_changes_are_shown(
    client: Client, show: Callable[..., None]
) -> None:
    published = portal_2026()
    period = pl.lit("2026-08")
    august = published.figures.with_columns(period=period)
    groups = published.groups.with_columns(period=period)
    september = august.with_columns(
        period=pl.lit("2026-09"),
        numerator=pl.when((pl.col("unit") == "H26") & (pl.col("indicator") == "2.1"))
        .then("denominator")
        .otherwise("numerator"),
    )
    show(
        result_of(august, published.units, "2026-08", groups),
        result_of(september, published.units, "2026-09", groups.with_columns(period=pl.lit("2026-09"))),
    )
    latest = text_of(client.get("/units/H26").content.decode())
    assert "tháng 9/2026" in latest
    assert "Hà Nội đạt 60,42 điểm (▲ 5,19 điểm), xếp thứ 27/34 tỉnh, thành phố (▲ 7 bậc)" in latest
    earlier = client.get("/units/H26?period=2026-08").content.decode()
    assert "Hà Nội đạt 55,23 điểm, xếp thứ 34/34" in earlier
    assert 'href="/?period=2026-08"' in earlier
    assert 'href="/units/H26?period=2026-09"' in earlier
    assert "?sort=online&amp;order=desc#ranking" in client.get("/?period=2026-09").content.decode()
    assert "period=2026-08&amp;sort=online" in client.get("/?period=2026-08").content.decode()
    assert "▲ 7" in text_of(client.get("/").content.decode())
    assert client.get("/index.json?period=2026-08").json()["period"] == "2026-08"
    assert client.get("/?period=2026").status_code == 404
    svg = client.get("/units/H26/lost.svg?period=2026-08").content
    assert svg != client.get("/units/H26/lost.svg").content


def test_a_unit_that_lacks_figures_has_no_total_and_says_so(
    client: Client, show: Callable[..., None]
) -> None:
    published = portal_2026()
    lacking = published.figures.filter(~((pl.col("unit") == "H01") & (pl.col("indicator") == "2.1")))
    groups = published.groups.filter(~((pl.col("unit") == "H01") & (pl.col("group") == "progress")))
    show(result_of(lacking, published.units, "2026", groups))
    html = client.get("/units/H01").content.decode()
    assert "An Giang chưa có tổng điểm, vì thiếu điểm của nhóm Tiến độ, kết quả giải quyết." in html
    assert "Thiếu số liệu của 2.1, nên chưa có điểm của nhóm." in html
    front = client.get("/")
    assert front.status_code == 200
    assert names_in_order(front.content.decode())[-1] == "An Giang"


def test_answers_are_kept_until_the_data_change(client: Client, show: Callable[..., None]) -> None:
    published = portal_2026()
    show(result_of(published.figures, published.units, "2026", published.groups))
    first = client.get("/units/H26")
    assert client.get("/units/H26?utm_source=x").content == first.content
    assert client.get("/units/H26", headers={"if-none-match": first["ETag"]}).status_code == 304
    renamed = Units(replace(u, name=f"{u.name} mới") for u in published.units)
    show(result_of(published.figures, renamed, "2026", published.groups))
    assert "Hà Nội mới" in client.get("/units/H26").content.decode()
    counted = published.figures.with_columns(numerator=pl.col("numerator") // 2)
    show(result_of(counted, renamed, "2026", published.groups))
    assert client.get("/units/H26", headers={"if-none-match": first["ETag"]}).status_code == 200


def test_nothing_to_show(client: Client, show: Callable[..., None]) -> None:
    show()
    response = client.get("/")
    assert response.status_code == 404
    assert "Chưa có kết quả của kỳ nào." in response.content.decode()


def test_a_province_of_150_communes(client: Client, show: Callable[..., None]) -> None:
    show(with_communes(150))
    html = client.get("/units/H21").content.decode()
    assert "Xã, phường" in html
    assert len([name for name in names_in_order(html) if name.startswith("Xã Thử Nghiệm Số ")]) == 150
    assert html.count('<a class="tile step-') == 14 + 159
    rows = client.get("/units/H21.json").json()["below"]
    ranks = [row["rank"] for row in rows if row["kind"] == "commune"]
    assert ranks == sorted(ranks)
    assert len(ranks) == 159


def test_the_nation_is_the_mean_of_its_provinces(client: Client) -> None:
    data = client.get("/index.json").json()
    mean = sum(Decimal(str(unit["score"])) for unit in data["units"]) / 34
    assert round(mean, 2) == Decimal(str(data["nation"]["total"]))


def test_the_nation_has_a_row_of_its_own_in_the_tables(client: Client) -> None:
    of_nation, first, *others = csv.DictReader(
        client.get("/index.csv").content.decode("utf-8-sig").splitlines()
    )
    assert (of_nation["unit"], of_nation["kind"], of_nation["rank"]) == ("VN", "nation", "")
    assert (first["kind"], first["rank"], first["ranked"]) == ("province", "1", "34")
    assert len(others) == 33
    assert of_nation["score"] == str(client.get("/index.json").json()["nation"]["total"])
    assert client.get("/units/VN").status_code == 404


def test_a_province_beside_a_ministry_is_not_called_the_nation(
    client: Client, show: Callable[..., None]
) -> None:
    like = portal_2026().figures.filter(unit="H21")
    figures = [like, like.with_columns(unit=pl.lit("G09")), like.with_columns(unit=pl.lit("H21.17"))]
    show(result_of(pl.concat(figures), portal_2026().units, "2026"))
    for address in ("/", "/units/H21", "/units/H21.17"):
        html = client.get(address).content.decode()
        assert "Cả nước" not in html, address
    assert client.get("/index.json").json()["nation"] == {}
    assert "VN" not in client.get("/index.csv").content.decode()
