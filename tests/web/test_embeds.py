"""What other sites may include: small, without navigation, and only these pages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from .showing import with_communes

EMBEDS = [
    "/embed/units/H21",
    "/embed/ranking",
    "/embed/ranking/H21",
    "/embed/indicators/2.1",
    "/embed/indicators/2.1?within=H21",
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


@pytest.mark.parametrize("address", ["/", "/units/H21", "/units/H21.227", "/indicators/2.1?within=H21"])
def test_a_page_offers_its_embed(client: Client, address: str) -> None:
    html = client.get(address).content.decode()
    snippet = re.search(
        r"&lt;iframe src=&quot;http://127.0.0.1(/embed/[^&]+)&quot; title=&quot;[^&]+&quot;", html
    )
    assert snippet
    assert client.get(snippet[1]).status_code == 200


@pytest.mark.parametrize(
    "address", ["/embed/units/H99", "/embed/ranking/H21.227", "/embed/indicators/9.9", "/embed/nope"]
)
def test_bad_addresses(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_long_ranking_is_cut_and_leads_to_the_whole(client: Client, show: Callable[..., None]) -> None:
    show(with_communes(300))
    html = client.get("/embed/ranking/H21").content.decode()
    assert html.count("<tr>") == 14 + 200 + 2
    assert 'href="/units/H21"' in html
