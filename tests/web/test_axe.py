"""axe-core finds nothing on any kind of page: on a desk and a phone, light and dark, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from phucvu.web import maps

from .. import browsing
from . import axe
from .showing import OfOneProcedure, over_time, procedure_figures, procedures, reorganised, with_communes
from .test_maps import feature, file_of

pytestmark = browsing.MARKS

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
    "/open-data",
    "/editions/follow",
    "/about",
    "/nope",
    "/embed/units/H21",
    "/embed/ranking/H21",
    "/embed/indicators/2.1",
    "/embed/indicators",
    "/embed/procedures?within=H21",
    "/embed/compare?units=H21,H26",
]

LOOKS: dict[str, list[axe.Look]] = {
    "": [(1280, "light"), (390, "dark")],
    "/en": [(1280, "dark"), (390, "light")],
}
"""How pages are looked at, by language; a page that is there is only turned to its next look."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium(*browsing.UNDRAWN) as browser:
        yield browser


@pytest.fixture(scope="module")
def script() -> str:
    return axe.source()


def violations(windows: browsing.Windows, pages: list[str], looks: list[axe.Look], script: str) -> list[str]:
    page = windows.open(*looks[0], script=script)
    found = []
    for number, address in enumerate(pages):
        page.goto(address)
        page.evaluate("for (const closed of document.querySelectorAll('details')) closed.open = true")
        # The next page comes in the look in which this one was left.
        found += axe.violations(page, looks[:: -1 if number % 2 else 1])
    return found


@pytest.mark.parametrize("language", LOOKS)
def test_no_page_has_a_violation(
    windows: browsing.Windows,
    address: str,
    script: str,
    show: Callable[..., None],
    language: str,
) -> None:
    show(*over_time("2025-09", "2026-08", "2026-09", "2026-Q3"), table=procedures())
    pages = [language + page for page in PAGES]
    assert violations(windows, pages, LOOKS[language], script) == []


def test_nor_has_a_home_that_counts_beside_the_portal(
    windows: browsing.Windows, address: str, script: str, show: Callable[..., None]
) -> None:
    days, figures = OfOneProcedure("2026", "1.000001"), procedure_figures("2026")
    show(with_communes(3), table=procedures(), days=days, counts=True, figures=figures)
    pages = ["/procedures/1.000001?within=H21", "/procedures/1.000001/index?within=H21", "/units/H21/days"]
    assert violations(windows, [*pages, "/embed/ranking/H21"], LOOKS[""], script) == []


def test_nor_have_units_that_are_gone(
    windows: browsing.Windows, address: str, script: str, show: Callable[..., None]
) -> None:
    show(*reorganised())
    pages = ["/", "/units/H99.31.1", "/units/H99.101"]
    assert violations(windows, pages, [(390, "dark")], script) == []


def test_nor_has_a_true_map(
    windows: browsing.Windows,
    address: str,
    script: str,
    show: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    show(with_communes(3))
    monkeypatch.setattr(maps, "home", lambda: str(tmp_path))
    file_of(tmp_path, feature("H21.500"), feature("H21.501"))
    assert violations(windows, ["/units/H21"], [(1280, "light"), (1280, "dark")], script) == []
