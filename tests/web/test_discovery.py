"""What search engines and other catalogues find."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from django.test import Client

from phucvu.web.pages.discovery import SITEMAPS


def test_robots_are_told_what_is_not_for_them(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /workspace\n" in text
    assert "Disallow: /en/accounts\n" in text
    assert "Sitemap: http://127.0.0.1/sitemap.xml" in text


def test_every_page_of_the_map_is_there(client: Client) -> None:
    root = ElementTree.fromstring(client.get("/sitemap.xml").content)
    addresses = [one.text or "" for one in root.iter(f"{{{SITEMAPS}}}loc")]
    assert len(addresses) == len(set(addresses)) > 100
    assert "http://127.0.0.1/en/units/H21" in addresses
    for address in addresses[:20] + addresses[-6:]:
        assert client.get(address.removeprefix("http://127.0.0.1")).status_code == 200


@pytest.mark.parametrize(("form", "kind"), [("jsonld", "application/ld+json"), ("ttl", "text/turtle")])
def test_the_catalogue_is_told_of_on_its_page(client: Client, form: str, kind: str) -> None:
    answer = client.get(f"/open-data.{form}")
    assert answer["Content-Type"].startswith(kind)
    assert "http://127.0.0.1/open-data#catalogue" in answer.content.decode()
    head = client.get("/open-data").content.decode().partition("</head>")[0]
    assert f'<link rel="alternate" type="{kind}" href="/open-data.{form}">' in head
