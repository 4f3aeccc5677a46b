"""What search engines are told: which pages there are, and which are not for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from django.http import HttpResponse
from django.urls import reverse

from phucvu.editions import published
from phucvu.web import results
from phucvu.web.boards import board

NOT_FOR_ENGINES = ("/workspace", "/accounts", "/admin", "/oidc", "/embed", "/verify", "/api/dvcqg")
PAGES = (
    "nation",
    "indicators",
    "procedures",
    "compare",
    "rules",
    "glossary",
    "about",
    "editions",
    "open-data",
)
MOST = 20_000
"""Pages that are named, in each language: a map of a site may have 50,000 addresses."""


def robots(request: Any) -> Any:
    lines = ["User-agent: *", *(f"Disallow: {way}{path}" for path in NOT_FOR_ENGINES for way in ("", "/en"))]
    lines += ["", f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def sitemap(request: Any) -> Any:
    """Every page of the latest period, in both languages."""
    site = request.build_absolute_uri("/").rstrip("/")
    paths = [path for number, path in enumerate(_paths()) if number < MOST]
    found = "".join(
        f"<url><loc>{escape(site + way + path)}</loc></url>\n" for path in paths for way in ("", "/en")
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{SITEMAPS}">\n{found}</urlset>\n'
    return HttpResponse(text, content_type="application/xml")


SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"


def _paths() -> Iterator[str]:
    yield from (reverse(name) for name in PAGES)
    for one in published.every() if results.source().publishes else []:
        yield reverse("edition", args=[one.number])
    for period in results.periods()[:1]:
        shown = board(period, False)
        yield from (reverse("unit", args=[code]) for code in shown.standings)
        yield from (reverse("indicator", args=[one.id]) for one in shown.rules.indicators)
