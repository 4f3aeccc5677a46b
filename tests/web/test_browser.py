"""The site in Chromium: on a desk and a phone, without scripts, with nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from phucvu.web.pictures import CHROMIUM, FLAGS

from .showing import with_communes

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium at /usr/bin/chromium"),
]

PAGES = ["/", "/en/", "/units/H21", "/units/H21.20", "/indicators", "/indicators/2.1"]
PAGES += [
    "/indicators/5.3?within=H21",
    "/rules",
    "/rules/portal-2026",
    "/about",
    "/nope",
    "/en/units/H21.17",
    "/?sort=online",
]
OUTSIDE = """width => [...document.querySelectorAll("body *")].filter(element => {
    const box = element.getBoundingClientRect();
    const shown = box.width > 1 && !element.closest(".hidden, .skip, .bar, thead");
    return shown && (box.right > width + 1 || box.left < -1);
}).map(element => element.outerHTML.slice(0, 200))"""
"""What sticks out of the screen; headings that a phone replaces by labels are left aside."""

WIDTHS = {"desk": 1280, "phone": 390}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens pages without scripts; at the end no request may have left the machine or failed."""
    contexts: list[Any] = []
    requests: list[str] = []
    complaints: list[str] = []

    def open_(path: str, width: int = 1280, scheme: str = "light") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=False,
            color_scheme=scheme,
            base_url=address,
        )
        contexts.append(context)
        page: Page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert requests
    assert {urlsplit(url).netloc for url in requests} == {urlsplit(address).netloc}
    assert not [c for c in complaints if "404" not in c]


def size(page: Page, selector: str) -> tuple[float, float, float, float]:
    box = page.locator(selector).first.bounding_box()
    assert box
    return box["x"], box["y"], box["width"], box["height"]


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_pages_read_without_scripts_and_fit_their_screen(open_page: Callable[..., Page], width: int) -> None:
    page = open_page("/", width)
    for path in PAGES:
        page.goto(path)
        assert page.locator("h1").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate(OUTSIDE, width) == [], path


def test_sorting_by_a_link(open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    first = page.locator(".ranking tbody th").first
    assert first.inner_text() == "Đồng Tháp"
    page.locator(".ranking thead").get_by_role("link", name="Dịch vụ công trực tuyến").click()
    assert page.locator(".ranking tbody th").first.inner_text() == "Lâm Đồng"
    page.locator(".ranking thead").get_by_role("link", name="Dịch vụ công trực tuyến").click()
    assert page.locator(".ranking tbody th").first.inner_text() == "Điện Biên"
    assert "order=asc" in page.url


def test_on_a_phone_the_table_is_a_list_that_can_be_sorted(open_page: Callable[..., Page]) -> None:
    page = open_page("/", 390)
    row = page.locator(".ranking tbody tr").first
    assert [c.inner_text() for c in row.locator("td.number:visible").all()] == ["1", "68,81"]
    page.locator(".sorts").get_by_role("link", name="Số hóa hồ sơ").click()
    row = page.locator(".ranking tbody tr").first
    assert row.locator("th").inner_text() == "Tây Ninh"
    assert [c.inner_text() for c in row.locator("td.number:visible").all()] == ["1", "12,13"]


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_from_the_map_to_a_commune_and_its_figures(open_page: Callable[..., Page], width: int) -> None:
    page = open_page("/", width)
    page.locator(".tile", has_text="Gia Lai").click()
    assert page.locator("h1").inner_text() == "Tỉnh Gia Lai"
    page.get_by_role("link", name="Xã Vân Canh").click()
    assert page.locator("h1").inner_text() == "Xã Vân Canh"
    page.locator("tr.how", has_text="Cách tính 2.1").locator("summary").click()
    assert page.get_by_text("20 × 2.541/2.618 ÷ 100% ≈ 19,41").is_visible()
    page.locator(".trail").get_by_role("link", name="Gia Lai").click()
    assert page.locator("h1").inner_text() == "Tỉnh Gia Lai"


def test_language_switch_keeps_the_page(open_page: Callable[..., Page]) -> None:
    page = open_page("/units/H21?sort=online&order=asc", 390)
    page.get_by_role("link", name="English").click()
    assert page.url.endswith("/en/units/H21?sort=online&order=asc")
    assert page.locator("html").get_attribute("lang") == "en"
    assert "66.23 points" in page.locator(".answer").inner_text()
    page.get_by_role("link", name="Tiếng Việt").click()
    assert page.url.endswith("/units/H21?sort=online&order=asc")
    assert "66,23 điểm" in page.locator(".answer").inner_text()


def test_keyboard_reaches_the_main_things(open_page: Callable[..., Page]) -> None:
    page = open_page("/units/H21")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Đến phần nội dung"
    assert page.locator(":focus").bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Cả nước"
    seen = set()
    for _press in range(60):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        seen.add(focus.evaluate("e => e.tagName").lower() + " " + focus.inner_text().split("\n")[0].strip())
    assert any(s.startswith("summary Cách tính") for s in seen)
    assert "a TTHC công bố đúng hạn" in seen
    summary = page.locator("summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("6 × 1/47 ÷ 100% ≈ 0,13").is_visible()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_picture_is_shown_whole(open_page: Callable[..., Page], width: int) -> None:
    page = open_page("/units/H21", width)
    _x, _y, shown, height = size(page, ".picture img")
    assert shown == (350 if width < 600 else 800)
    assert height > 300


def test_150_communes(open_page: Callable[..., Page], show: Callable[..., None]) -> None:
    show(with_communes(150))
    page = open_page("/units/H21", 390)
    rows = page.locator("section[aria-labelledby=commune] tbody tr")
    assert rows.count() == 159
    box = rows.nth(158).bounding_box()
    assert box
    assert box["x"] + box["width"] <= 390
