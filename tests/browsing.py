"""Pages in Debian's Chromium, and what a test of them watches."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, ViewportSize, sync_playwright

from tools.pictures import CHROMIUM, FLAGS

MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium at /usr/bin/chromium"),
]

Scheme = Literal["light", "dark"]


QUICK = ["--in-process-gpu", "--js-flags=--no-turbofan --no-flush-bytecode"]
"""A script that runs for a moment is not compiled for long work."""

UNDRAWN = ["--disable-threaded-compositing", "--disable-gpu-compositing"]
"""With these pages are laid out and never drawn, a fifth less work: where nobody clicks, which waits for
something drawn."""


@contextmanager
def chromium(*further: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *QUICK, *further])
        yield browser
        browser.close()


class Windows:
    """Windows on the site at an address, each kept for the next test: a new one takes as long as pages do."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self._address = browser, address
        self._kept: dict[Hashable, tuple[BrowserContext, Page, CDPSession]] = {}

    def open(self, width: int, scheme: Scheme = "light", *, script: str = "", **options: bool) -> Page:
        """The window of these options, as if it were new: signed in nowhere, and nothing is remembered.

        ``script`` runs in each page before anything of its own.
        """
        key = script, frozenset(options.items())
        if key not in self._kept:
            context = self._browser.new_context(base_url=self._address, **options)  # type: ignore[arg-type]
            if script:
                context.add_init_script(script)
            page = context.new_page()
            self._kept[key] = context, page, context.new_cdp_session(page)
        context, page, session = self._kept[key]
        session.send("Network.clearBrowserCache")
        session.send("Storage.clearDataForOrigin", {"origin": self._address, "storageTypes": "all"})
        context.clear_cookies()
        widen(page, width)
        page.emulate_media(media="screen", color_scheme=scheme)
        return page


def widen(page: Page, width: int, height: int = 900) -> None:
    """Give the window this size; a page is laid out again only where it had another."""
    size: ViewportSize = {"width": width, "height": height}
    if page.viewport_size != size:
        page.set_viewport_size(size)


OUTSIDE = """width => [...document.querySelectorAll("body *")].filter(element => {
    const box = element.getBoundingClientRect();
    const shown = box.width > 1 && !element.closest(".hidden, .skip, .bar, thead");
    return shown && (box.right > width + 1 || box.left < -1);
}).map(element => element.outerHTML.slice(0, 200))"""
"""What sticks out of the screen; headings that a phone replaces by labels are left aside."""


def faults(page: Page, **others: str) -> dict[str, list[str]]:
    """What does not fit in the window, and what the functions of ``others`` find, all asked for at once."""
    look_for = {"outside": OUTSIDE, **others}
    found: dict[str, list[str]] = page.evaluate(
        f"""width => ({{
            "too wide": document.documentElement.scrollWidth > width ? [document.title] : [],
            {",".join(f"{name}: ({function})(width)" for name, function in look_for.items())}
        }})""",
        page.viewport_size["width"],  # type: ignore[index]
    )
    return {name: wrong for name, wrong in found.items() if wrong}


@contextmanager
def watched(page: Page, address: str, *, refused: str | None = None) -> Iterator[None]:
    """No request leaves the machine, and nothing is complained of but what the site refuses (``refused``)."""
    requests: list[str] = []
    complaints: list[str] = []
    heard: dict[str, Callable[[Any], None]] = {
        "request": lambda request: requests.append(request.url),
        "console": lambda message: complaints.append(message.text),
    }
    for event, hear in heard.items():
        page.on(event, hear)  # type: ignore[call-overload]
    yield
    for event, hear in heard.items():
        page.remove_listener(event, hear)
    assert {urlsplit(url).netloc for url in requests} == {urlsplit(address).netloc}
    assert not [said for said in complaints if refused is None or refused not in said]
