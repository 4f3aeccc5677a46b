"""axe-core finds nothing on any kind of page: on a desk and a phone, light and dark, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from phucvu.web import maps
from tools.pictures import CHROMIUM, FLAGS

from . import axe
from .showing import over_time, procedures, reorganised, with_communes
from .test_maps import feature, file_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium at /usr/bin/chromium"),
]

PAGES = [
    "/",
    "/units/H21",
    "/units/H21.20",
    "/indicators",
    "/indicators/2.1",
    "/indicators/5.3?within=H21",
    "/procedures",
    "/procedures/1.000001?within=H21",
    "/compare",
    "/compare?units=H21,H26",
    "/compare?units=H21&q=thu",
    "/search",
    "/search?q=gia+lai",
    "/rules",
    "/rules/portal-2026",
    "/glossary",
    "/about",
    "/nope",
    "/embed/units/H21",
    "/embed/ranking/H21",
    "/embed/indicators/2.1",
    "/embed/indicators",
    "/embed/procedures?within=H21",
    "/embed/compare?units=H21,H26",
]

LOOKS = [(1280, "light", ""), (1280, "dark", "/en"), (390, "dark", ""), (390, "light", "/en")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def script() -> str:
    return axe.source()


def violations(
    browser: Browser, site: str, pages: list[str], width: int, scheme: Any, script: str
) -> list[str]:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=site
    )
    page = context.new_page()
    found = []
    for address in pages:
        page.goto(address)
        page.evaluate("for (const closed of document.querySelectorAll('details')) closed.open = true")
        page.evaluate(script)
        found += [f"{address}: {violation}" for violation in page.evaluate(axe.RUN)]
    context.close()
    return found


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_no_page_has_a_violation(
    browser: Browser,
    address: str,
    script: str,
    show: Callable[..., None],
    width: int,
    scheme: str,
    language: str,
) -> None:
    show(*over_time("2025-09", "2026-08", "2026-09", "2026-Q3"), table=procedures())
    pages = [language + page for page in PAGES]
    assert violations(browser, address, pages, width, scheme, script) == []


def test_nor_have_units_that_are_gone(
    browser: Browser, address: str, script: str, show: Callable[..., None]
) -> None:
    show(*reorganised())
    pages = ["/", "/units/H99.31.1", "/units/H99.101"]
    assert violations(browser, address, pages, 390, "dark", script) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nor_has_a_true_map(
    browser: Browser,
    address: str,
    script: str,
    show: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
) -> None:
    show(with_communes(3))
    monkeypatch.setattr(maps, "home", lambda: str(tmp_path))
    file_of(tmp_path, feature("H21.500"), feature("H21.501"))
    assert violations(browser, address, ["/units/H21"], 1280, scheme, script) == []
