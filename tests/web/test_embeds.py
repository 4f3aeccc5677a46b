"""What other sites may include: small, without navigation, and only these pages."""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl
import pytest
from django.test import Client

from .showing import over_time, procedures, with_communes

EMBEDS = [
    "/embed/units/H21",
    "/embed/ranking",
    "/embed/ranking/H21",
    "/embed/indicators/2.1",
    "/embed/indicators/2.1?within=H21",
    "/embed/indicators",
    "/embed/procedures",
    "/embed/compare?units=H21,H26",
]


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("address", EMBEDS)
def test_any_site_may_frame_them(client: Client, address: str, language: str) -> None:
    for response in (client.get(language + address), client.get(language + address)):  # made, and remembered
        assert response.status_code == 200
        policy = response["Content-Security-Policy"]
        assert "frame-ancestors *" in policy
        assert "unsafe" not in policy
        assert "X-Frame-Options" not in response
        html = response.content.decode()
        assert "<nav" not in html
        assert "<form" not in html
        assert "<script" not in html
        assert 'target="_blank" rel="noopener"' in html
        assert len(html) < 40_000


@pytest.mark.parametrize("address", ["/", "/units/H21", "/indicators/2.1", "/search", "/embed/units/H99"])
def test_no_other_page_may_be_framed(client: Client, address: str) -> None:
    assert "frame-ancestors 'none'" in client.get(address)["Content-Security-Policy"]


@pytest.mark.parametrize(
    "address", ["/", "/units/H21", "/units/H21.227", "/indicators/2.1?within=H21", "/compare?units=H21,H26"]
)
def test_a_page_offers_its_embed(client: Client, address: str) -> None:
    html = client.get(address).content.decode()
    snippet = re.search(
        r"&lt;iframe src=&quot;http://127.0.0.1(/embed/[^&]+)&quot; title=&quot;[^&]+&quot;", html
    )
    assert snippet
    assert client.get(snippet[1]).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/embed/units/H99",
        "/embed/ranking/H21.227",
        "/embed/indicators/9.9",
        "/embed/nope",
        "/embed/compare",
        "/embed/procedures/9.9",
        "/embed/procedures?within=H99",
    ],
)
def test_bad_addresses(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_long_ranking_is_cut_and_leads_to_the_whole(client: Client, show: Callable[..., None]) -> None:
    show(with_communes(300))
    html = client.get("/embed/ranking/H21").content.decode()
    assert html.count("<tr>") == 14 + 200 + 2
    assert 'href="/units/H21"' in html


def test_a_comparison_has_the_totals_and_groups_of_its_units(client: Client) -> None:
    html = client.get("/embed/compare?units=H21,H26").content.decode()
    assert [re.sub("<[^>]+>", "", cell) for cell in re.findall(r'<th scope="col".*?</th>', html)] == [
        *("Điểm", "Gia Lai", "Hà Nội", "Tối đa")
    ]
    assert html.count("<tr>") == 1 + 1 + 6
    assert 'href="/compare?units=H21,H26"' in html
    assert "cao nhất" in html
    for units in ("", "?units=H21,H26,H15,H01,H05"):
        assert "iframe" not in client.get(f"/compare{units}").content.decode()


def test_the_indicators_have_the_points_of_their_page(client: Client) -> None:
    page = client.get("/indicators").content.decode()
    html = client.get("/embed/indicators").content.decode()
    assert "&quot;http://127.0.0.1/embed/indicators&quot;" in page
    points = r'<td class="number"[^>]*>(\d+,\d\d)</td>'
    assert re.findall(points, html) == re.findall(points, page)
    assert len(re.findall(points, html)) >= 18
    assert html.count('href="/indicators/') == page.count('href="/indicators/')


def test_the_procedures_with_most_dossiers_and_how_many_there_are(
    client: Client, show: Callable[..., None]
) -> None:
    assert "Kỳ này chưa có số liệu theo từng thủ tục." in client.get("/embed/procedures").content.decode()
    many = pl.concat(
        [procedures().head(1).with_columns(procedure=pl.lit(f"3.{n:06}"), received=n) for n in range(30)]
    ).cast(procedures().schema)
    show(*over_time("2026-09"), table=pl.concat([procedures(), many]))
    page = client.get("/procedures?within=H21").content.decode()
    assert "&quot;http://127.0.0.1/embed/procedures?within=H21&quot;" in page
    html = client.get("/embed/procedures?within=H21").content.decode()
    said = "32 thủ tục hành chính có hồ sơ trong kỳ, 4.555 hồ sơ tiếp nhận."
    assert said in page
    assert said in html
    assert html.count("<tr>") == 1 + 20
    assert html.index("Đăng ký việc thử") < html.index("Cấp giấy phép thử nghiệm") < html.index("3.000029")
    assert 'href="/procedures/1.000002?within=H21" target="_blank"' in html
    assert 'href="/procedures?within=H21"' in html


def test_a_procedure_says_what_its_page_says(client: Client, show: Callable[..., None]) -> None:
    show(*over_time("2026-09"), table=procedures())
    page = client.get("/procedures/1.000001?within=H21").content.decode()
    answer = re.search(r'<p class="answer">(.*?)</p>', page)
    assert answer
    assert "Gia Lai tiếp nhận 120 hồ sơ" in answer[1]
    assert "&quot;http://127.0.0.1/embed/procedures/1.000001?within=H21&quot;" in page
    html = client.get("/embed/procedures/1.000001?within=H21").content.decode()
    assert answer[1] in html
    assert 'href="/procedures/1.000001?within=H21"' in html
    nothing = client.get("/embed/procedures/2.000815").content.decode()
    assert "Kỳ này không có hồ sơ nào của thủ tục này." in nothing
