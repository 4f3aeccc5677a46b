"""What stands on a page fits desk and phone, reads well there, and is printed on few sheets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from phucvu.web import results

from .. import browsing
from .showing import over_time, procedures, reorganised, with_communes
from .test_browser import WIDTHS

pytestmark = browsing.MARKS

PAGES = ["/", "/en/", "/units/H21", "/units/H21.20", "/indicators", "/indicators/2.1"]
PAGES += [
    "/indicators/5.3?within=H21",
    "/compare?units=H21,H26,H21.17",
    "/search?q=ha",
    "/glossary",
    "/embed/ranking/H21",
    "/embed/units/H21",
    "/rules",
    "/rules/portal-2026",
    "/about",
    "/nope",
    "/en/units/H21.17",
    "/?sort=online",
]
OF_MANY_PERIODS = [
    "/",
    "/units/H21?period=2026-09",
    "/indicators/2.1?within=H21&period=2026-09",
    "/procedures",
    "/procedures/1.000001",
    "/compare?units=H21,H26,H15,H14,H21.17,H21.227,H29,H01&period=2026-09",
    "/search?q=thu",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.chromium(*browsing.UNDRAWN) as browser:
        yield browser


def test_pages_of_many_periods_and_procedures_fit_too(
    open_page: Callable[..., Page], show: Callable[..., None]
) -> None:
    show(*over_time("2025-09", "2026-08", "2026-09", "2026-Q3", "2026"), table=procedures())
    page = open_page("/units/H21?period=2026-09", WIDTHS["phone"])
    wide = ("/en/?period=2026-09", "/en/?sort=online&period=2026-09", "/en/procedures/1.000001?within=H21")
    for path in (*OF_MANY_PERIODS, *wide):
        page.goto(path)
        for summary in page.locator(".when summary").all():
            summary.press("Enter")  # nothing is drawn that a click could wait for
        fits_each_screen(page, path)


def fits_each_screen(page: Page, path: str) -> None:
    """The page that was opened on a phone, and unfolded as it is, fits a phone's screen and a desk's.

    What is folded away on a narrower screen alone would keep the place that it had on the wider one.
    """
    for width in sorted(WIDTHS.values()):
        browsing.widen(page, width)
        assert page.locator("h1").is_visible()
        assert browsing.faults(page) == {}, (path, width)
    browsing.widen(page, WIDTHS["phone"])


class Empty(results.Given):
    """A home without units."""

    def __init__(self) -> None:
        super().__init__(())

    def lacks(self) -> results.Lack:
        return results.Lack.UNITS


def test_the_commands_of_an_empty_home_fit_the_narrowest_phone(
    open_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = Empty()
    monkeypatch.setattr(results, "source", lambda: empty)
    page = open_page("/", 320)
    assert "phucvu import" in page.locator("main pre").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_pages_read_without_scripts_and_fit_their_screen(open_page: Callable[..., Page]) -> None:
    page = open_page("/", WIDTHS["phone"])
    for path in PAGES:
        page.goto(path)
        fits_each_screen(page, path)


def test_a_province_of_150_communes_is_printed_on_two_sheets_and_a_commune_on_one(
    open_page: Callable[..., Page], show: Callable[..., None]
) -> None:
    show(with_communes(135))
    for path, sheets in (("/units/H21", 2), ("/units/H21.227", 1)):
        printed = open_page(path).pdf(prefer_css_page_size=True, format="A4")
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == sheets, path


OVERLAPPING = """() => [...document.querySelectorAll("main :is(tbody, tfoot) tr")].flatMap(row => {
    const lines = [...row.children].map(cell => {
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [];
        while (texts.nextNode()) {
            if (texts.currentNode.parentElement.closest(".hidden")) continue;
            const range = document.createRange();
            range.selectNodeContents(texts.currentNode);
            found.push(...range.getClientRects());
        }
        return [cell.innerText, found];
    });
    const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
    return lines.flatMap(([one, mine], n) => lines.slice(n + 1)
        .filter(([, others]) => mine.some(a => others.some(b => over(a, b))))
        .map(([other]) => `${one} | ${other}`));
})"""
"""Cells of a row whose texts lie over each other."""


LOW = """() => [...document.querySelectorAll("a, summary, button")].filter(element => {
    const boxes = [...element.getClientRects()].filter(box => box.width > 1);
    return boxes.length && !element.closest(".skip, .hidden, svg") && boxes.some(box => box.height < 23.5);
}).map(element => element.outerHTML.slice(0, 150))"""
"""What is hard to hit with a finger: lower than 24 pixels."""

SYLLABLES = """() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    while (texts.nextNode()) {
        const text = texts.currentNode, words = text.data.trim().split(/\\s+/).length;
        if (words < 4 || text.parentElement.closest(".hidden, .tile, .islands, thead")) continue;
        const range = document.createRange();
        range.selectNodeContents(text);
        const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top))).size;
        if (lines >= words * 0.8) found.push(text.data);
    }
    return found;
}"""
"""Texts that are squeezed to a word a line."""

READ_ON_A_PHONE = [
    *OF_MANY_PERIODS,
    *("/units/H21.227?period=2026-09", "/indicators/5.3?period=2026-09", "/indicators", "/units/H99"),
    *(
        "/embed/units/H21",
        "/embed/ranking/H21",
        "/embed/indicators/2.1",
        "/embed/compare?units=H21,H26",
        "/glossary",
        "/about",
        "/rules",
    ),
    *("/rules/portal-2026", "/nope", "/en/", "/en/units/H21.17?period=2026-09", "/?sort=online", "/api/docs"),
]


def read_on_a_phone(page: Page, path: str) -> None:
    """A page has none of these faults at 390 and 320 pixels, folded as it comes and all open."""
    browsing.widen(page, 390, 844)
    page.goto(path)
    for folded, widths in ((True, (390, 320)), (False, (320, 390))):
        if not folded:
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        for width in widths:
            browsing.widen(page, width, 844)
            assert browsing.faults(page, overlapping=OVERLAPPING, low=LOW, squeezed=SYLLABLES) == {}, (
                path,
                width,
                folded,
            )


def test_every_kind_of_page_reads_well_on_a_phone(
    windows: browsing.Windows, address: str, show: Callable[..., None]
) -> None:
    page = windows.open(390)
    show()  # a home without any result
    for path in ("/", "/indicators"):
        read_on_a_phone(page, path)
    show(*reorganised())  # a home of one province
    for path in ("/", "/units/H99.101", "/units/H99.31.1", "/indicators/2.1"):
        read_on_a_phone(page, path)
    show(*over_time("2025-09", "2026-08", "2026-09"), table=procedures())
    for path in READ_ON_A_PHONE:
        read_on_a_phone(page, path)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/?period=2026-09")
    assert page.locator(".ranking .moved:visible", has_text="▲").count() > 3
    page.goto("/indicators/2.1?within=H21&period=2026-09")
    assert page.locator(".across .moved:visible", has_text="▲").count() > 3
