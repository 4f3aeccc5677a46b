"""axe-core finds nothing on any kind of page: on a desk and a phone, light and dark, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

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

LOOKS = [(1280, "light", ""), (1280, "dark", "/en"), (390, "dark", ""), (390, "light", "/en")]


@pytest.fixture(scope="module")
def script() -> str:
    return axe.source()


def violations(
    windows: browsing.Windows, pages: list[str], width: int, scheme: browsing.Scheme, script: str
) -> list[str]:
    page = windows.open(width, scheme)
    found = []
    for address in pages:
        page.goto(address)
        page.evaluate("for (const closed of document.querySelectorAll('details')) closed.open = true")
        page.evaluate(script)
        found += [f"{address}: {violation}" for violation in page.evaluate(axe.RUN)]
    return found


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_no_page_has_a_violation(
    windows: browsing.Windows,
    address: str,
    script: str,
    show: Callable[..., None],
    width: int,
    scheme: browsing.Scheme,
    language: str,
) -> None:
    show(*over_time("2025-09", "2026-08", "2026-09", "2026-Q3"), table=procedures())
    pages = [language + page for page in PAGES]
    assert violations(windows, pages, width, scheme, script) == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_nor_has_a_home_that_counts_beside_the_portal(
    windows: browsing.Windows,
    address: str,
    script: str,
    show: Callable[..., None],
    width: int,
    scheme: browsing.Scheme,
) -> None:
    days, figures = OfOneProcedure("2026", "1.000001"), procedure_figures("2026")
    show(with_communes(3), table=procedures(), days=days, counts=True, figures=figures)
    pages = ["/procedures/1.000001?within=H21", "/procedures/1.000001/index?within=H21", "/units/H21/days"]
    assert violations(windows, [*pages, "/embed/ranking/H21"], width, scheme, script) == []


def test_nor_have_units_that_are_gone(
    windows: browsing.Windows, address: str, script: str, show: Callable[..., None]
) -> None:
    show(*reorganised())
    pages = ["/", "/units/H99.31.1", "/units/H99.101"]
    assert violations(windows, pages, 390, "dark", script) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nor_has_a_true_map(
    windows: browsing.Windows,
    address: str,
    script: str,
    show: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    scheme: browsing.Scheme,
) -> None:
    show(with_communes(3))
    monkeypatch.setattr(maps, "home", lambda: str(tmp_path))
    file_of(tmp_path, feature("H21.500"), feature("H21.501"))
    assert violations(windows, ["/units/H21"], 1280, scheme, script) == []
