"""No address of the site or of the API breaks, whatever is asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, reverse

from phucvu.web import urls

PERIODS = ["0001", "9999", "0001-01-01..9999-12-31", "2026-13", "２０２６", "2" * 10_000, "2026\0", "\n"]
ODD = ["", "\0", "%", "１", "-1", "0", "1e9", "9" * 5_000, "../..", "<b>", "a,b,,\0", "\ud7ff\U0010ffff"]
PARTS: dict[str, list[str]] = {
    "unit": ["H21", "H99", "\0", "..", "９", "x" * 5_000],
    "unit-days": ["H21", "H99", "\0"],
    "unit-by-day": ["H21", "H99", "\0"],
    "unit-by-day-png": ["H21", "H99", "\0"],
    "lost-svg": ["H21", "H99", "\0"],
    "unit-time": ["H21", "H99", "\0"],
    "unit-added": ["H15", "H99", "\0"],
    "unit-added-png": ["H15", "H99", "\0"],
    "unit-ranks": ["H21", "H99", "\0"],
    "unit-ranks-png": ["H21", "H99", "\0"],
    "unit-trend": ["H21", "H99", "\0"],
    "lost-svg-png": ["H21", "H99", "\0"],
    "unit-time-png": ["H21", "H99", "\0"],
    "unit-trend-png": ["H21", "H99", "\0"],
    "unit-map": ["H21", "H99", "\0"],
    "unit-map-png": ["H21", "H99", "\0"],
    "indicator-time-png": ["2.1", "9.9", "\0"],
    "embed-unit": ["H21", "H99", "\0"],
    "embed-ranking": ["H21", "H99", "\0"],
    "procedure": ["2.000815", "9.9", "\0", "x" * 5_000],
    "procedure-index": ["2.000815", "9.9", "\0"],
    "indicator": ["2.1", "9.9", "\0", "²", "x" * 5_000],
    "indicator-time": ["2.1", "9.9", "\0"],
    "embed-procedure": ["2.000815", "9.9", "\0"],
    "embed-indicator": ["2.1", "9.9", "\0"],
    "edition": ["9.9", "\0", "x" * 5_000],
    "edition-unit": ["9.9", "\0"],
    "edition-proof": ["9.9", "\0"],
    "edition-qr": ["9.9", "\0"],
    "edition-zip": ["9.9", "\0"],
    "edition-file": ["9.9", "\0"],
    "follow-confirm": ["9.9", "1.a", "1" * 100],
    "follow-leave": ["9.9", "1.a", "1" * 100],
    "catalogue": ["jsonld", "ttl"],
    "log": ["9.9", "tile/9.9", "\0"],
    "verify-text": ["A", "A" * 5_000],
    "verify-qr": ["A"],
    "rule-set": ["portal-2026", "nope", "..", "\0", "x" * 5_000],
}
"""What stands within the address of each page that has such a part."""

FORMS = ("json", "csv", "xlsx", "png")
WITHOUT = [(None, "nation-data"), ("png", "search")]
"""Forms that a page does not have."""


def patterns() -> list[URLPattern]:
    return [p for p in urls.shown_to_all[1].url_patterns if isinstance(p, URLPattern)]


def addresses() -> Iterator[str]:
    for pattern in patterns():
        groups = pattern.pattern.regex.groupindex
        names = sorted(groups.keys() - {"form", "narrow"})
        parts = PARTS[str(pattern.name)] if names else [None]
        forms = [form for form in (None, *FORMS) if (form, pattern.name) not in WITHOUT]
        for value, form in product(parts, forms if "form" in groups else [None]):
            given = {name: value for name in names if value is not None}
            yield reverse(str(pattern.name), kwargs=given | ({"form": form} if form else {}))


EVERY = list(addresses())
GOOD = [a for a in EVERY if "H99" not in a and "9.9" not in a and len(a) < 200 and "%00" not in a]


@pytest.fixture(scope="module", autouse=True)
def _tables() -> None:
    """Those who follow editions stand in the operational database, which no other test may have made."""
    call_command("migrate", interactive=False, verbosity=0)


def test_every_page_is_among_the_addresses() -> None:
    assert len(patterns()) >= 20
    assert len(EVERY) > 60


@pytest.mark.parametrize("address", [a if len(a) < 100 else a[:100] for a in EVERY])
def test_no_address_breaks(client: Client, address: str) -> None:
    whole = next(a for a in EVERY if a.startswith(address))
    assert client.get(whole).status_code < 500
    assert client.get("/en" + whole).status_code < 500


@pytest.mark.parametrize("address", GOOD)
def test_no_period_breaks_an_address(client: Client, address: str) -> None:
    for period in PERIODS:
        answer = client.get(f"{address}?{urlencode({'period': period})}")
        # Pages that are of no period leave it aside.
        assert answer.status_code in (200, 400, 404), (period[:30], answer.status_code)
        if answer.status_code == 404:
            assert "2026-Q3" in answer.content.decode()
    for period in ("1900", "2199"):
        assert client.get(f"{address}?period={period}").status_code in (200, 404)


def test_nothing_asked_of_the_api_breaks_it(client: Client) -> None:
    description: dict[str, Any] = client.get("/api/v1/openapi.json").json()
    asked = 0
    for path, operations in description["paths"].items():
        parameters = operations["get"].get("parameters", [])
        within = [p["name"] for p in parameters if p["in"] == "path"]
        good = {"code": "H21", "name": "portal-2026", "indicator": "2.1"}
        whole = path
        for name in within:
            whole = whole.replace(f"{{{name}}}", good.get(name, "x"))
            for value in ("\0", "９", "x" * 5_000):
                assert client.get(path.replace(f"{{{name}}}", quote(value))).status_code < 500
        for name in (p["name"] for p in parameters if p["in"] == "query"):
            for value in (*PERIODS, *ODD):
                answer = client.get(f"{whole}?{urlencode({name: value})}")
                assert answer.status_code < 500, (path, name, value[:30])
                if name == "period" and value in PERIODS:
                    assert answer.status_code in (404, 422)
                asked += 1
    assert asked > 200
