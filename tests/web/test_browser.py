"""The site in Chromium: on a desk and a phone, without scripts, with nothing from elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page

from .. import browsing
from .showing import over_time, procedures, with_communes

pytestmark = browsing.MARKS

A4 = 680
"""Pixels across a sheet, less its margins."""

WIDTHS = {"desk": 1280, "phone": 390}


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_a_commune_is_found_from_the_front_page_in_three_steps(
    open_page: Callable[..., Page], width: int
) -> None:
    page = open_page("/", width)
    page.get_by_role("searchbox").fill("van canh")  # 1
    page.keyboard.press("Enter")  # 2
    page.get_by_role("link", name="Xã Vân Canh").click()  # 3
    assert page.locator("h1").inner_text() == "Xã Vân Canh"
    answer = page.locator(".answer")
    assert answer.is_visible()
    assert "đạt 75,34 điểm, xếp thứ 1/9 xã, phường của Gia Lai" in answer.inner_text()
    box = answer.bounding_box()
    assert box
    assert box["y"] + box["height"] < 900  # on the first screen


def test_a_commune_is_found_and_read_by_keyboard_alone(open_page: Callable[..., Page]) -> None:
    page = open_page("/", 390)
    reach(page, lambda focus: focus.get_attribute("type") == "search")
    page.keyboard.type("vân canh")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    reach(page, lambda focus: focus.inner_text() == "Xã Vân Canh")
    page.keyboard.press("Enter")
    page.wait_for_url("**/units/H21.227")
    reach(page, lambda focus: focus.inner_text() == "từng chỉ số")
    page.keyboard.press("Enter")
    reach(
        page,
        lambda focus: "Cách tính" in focus.inner_text() and focus.evaluate("e => e.tagName") == "SUMMARY",
    )
    page.keyboard.press("Enter")
    assert page.locator("tr.how details[open]").count() == 1
    reach(page, lambda focus: focus.inner_text() == "Excel")


def reach(page: Page, wanted: Callable[[Any], bool], most: int = 200) -> None:
    """Press Tab until what has the focus is wanted; each stop must be seen."""
    for _press in range(most):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        if focus.count() and wanted(focus):
            outline = focus.evaluate("e => getComputedStyle(e).outlineStyle")
            assert outline != "none"
            assert focus.bounding_box()
            return
    raise AssertionError("never reached by Tab")


def test_on_paper_an_explanation_stands_only_where_it_was_opened_and_nothing_is_cut(
    open_page: Callable[..., Page], show: Callable[..., None]
) -> None:
    show(*over_time("2025-09", "2026-08", "2026-09"), table=procedures())
    for path in (
        "/units/H21",
        "/",
        "/indicators/2.1?within=H21",
        "/compare?units=H21,H26",
        "/rules/portal-2026",
    ):
        page = open_page(path, A4)
        page.emulate_media(media="print")
        assert browsing.faults(page) == {}, path
        assert not any(one.is_visible() for one in page.locator("tr.how details dl").all())
        for hidden in (".search", "header.site nav", ".jump", ".sorts", ".taken"):
            assert not page.locator(hidden).first.is_visible()
    page = open_page("/units/H21", A4)
    page.locator("tr.how summary").first.click()
    page.emulate_media(media="print")
    assert page.get_by_text("6 × ").first.is_visible()


def test_on_a_phone_the_parts_of_the_site_are_behind_a_menu(open_page: Callable[..., Page]) -> None:
    page = open_page("/units/H21", 390)
    parts = page.locator("header.site nav")
    assert not parts.is_visible()
    page.get_by_role("link", name="Danh mục").click()
    assert parts.get_by_role("link", name="So sánh").is_visible()
    assert all(link.bounding_box()["height"] >= 24 for link in parts.locator("a").all())  # type: ignore[index]
    parts.get_by_role("link", name="So sánh").click()
    assert page.locator("h1").is_visible()
    assert not open_page("/units/H21").get_by_role("link", name="Danh mục").is_visible()


def size(page: Page, selector: str) -> tuple[float, float, float, float]:
    box = page.locator(selector).first.bounding_box()
    assert box
    return box["x"], box["y"], box["width"], box["height"]


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
    assert [c.inner_text() for c in row.locator("td.number:visible").all()] == ["1\n1–3", "68,81"]
    page.locator(".sorts").get_by_role("link", name="Số hóa hồ sơ").click()
    row = page.locator(".ranking tbody tr").first
    assert row.locator("th").inner_text() == "Tây Ninh"
    assert [c.inner_text() for c in row.locator("td.number:visible").all()] == ["1\nchắc", "12,13"]


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_from_the_map_to_a_commune_and_its_figures(open_page: Callable[..., Page], width: int) -> None:
    page = open_page("/", width)
    page.locator(".tile", has_text="Gia Lai").click()
    assert page.locator("h1").inner_text() == "Tỉnh Gia Lai"
    page.get_by_role("link", name="Xã Vân Canh", exact=True).click()
    assert page.locator("h1").inner_text() == "Xã Vân Canh"
    page.locator("tr.how", has_text="Cách tính 2.1").locator("summary").click()
    assert page.get_by_text("20 × 2.541/2.618 ÷ 100% ≈ 19,41").is_visible()
    page.locator(".trail").get_by_role("link", name="Gia Lai").click()
    assert page.locator("h1").inner_text() == "Tỉnh Gia Lai"


def test_language_switch_keeps_the_page(open_page: Callable[..., Page]) -> None:
    page = open_page("/units/H21?sort=online&order=asc", 390)
    page.get_by_role("link", name="Danh mục").click()
    page.get_by_role("link", name="English").click()
    assert page.url.endswith("/en/units/H21?sort=online&order=asc")
    assert page.locator("html").get_attribute("lang") == "en"
    assert "66.23 points" in page.locator(".answer").inner_text()
    page.get_by_role("link", name="Menu").click()
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
    assert not rows.first.is_visible()  # so many are folded away on a phone, and no map of tiles is shown
    assert not page.locator(".grid .tile").first.is_visible()
    page.locator("section[aria-labelledby=commune] .fold > summary").click()
    box = rows.nth(158).bounding_box()
    assert box
    assert box["x"] + box["width"] <= 390


class Office(BaseHTTPRequestHandler):
    """Another site, whose page is two frames of this one."""

    html = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.html.encode())

    def log_message(self, *args: Any) -> None:
        pass


def test_another_site_can_frame_the_embeds_and_nothing_else(browser: Browser, address: str) -> None:
    frames = {"embed": "/embed/units/H21", "whole": "/units/H21"}
    Office.html = "".join(f'<iframe name="{n}" src="{address}{path}"></iframe>' for n, path in frames.items())
    with ThreadingHTTPServer(("127.0.0.1", 0), Office) as office:
        threading.Thread(target=office.serve_forever, daemon=True).start()
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{office.server_port}/")
        page.wait_for_load_state("networkidle")
        embedded, whole = page.frame("embed"), page.frame("whole")
        assert embedded
        assert "Gia Lai đạt 66,23 điểm" in embedded.locator("main").inner_text()
        assert whole
        assert "Gia Lai" not in whole.locator("body").inner_text()
        page.close()
        office.shutdown()


def test_a_page_asked_to_renews_itself_until_stopped(
    open_page: Callable[..., Page], show: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phucvu.web.page.EVERY", 1)
    show(*over_time("2026-09", "2026-10"))
    with override_settings(SHOWS="counted"):
        page = open_page("/glossary?period=2026-10")
        loads: list[str] = []
        page.on("framenavigated", lambda frame: loads.append(frame.url))
        page.get_by_role("link", name="Tự làm mới mỗi phút").click()
        page.wait_for_timeout(3500)
        assert len(loads) >= 3
        page.get_by_role("link", name="Dừng").click()
        page.wait_for_timeout(300)
        loads.clear()
        page.wait_for_timeout(2000)
        assert loads == []
