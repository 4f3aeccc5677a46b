"""Pages in Debian's Chromium, and what a test of them watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from tools.pictures import CHROMIUM, FLAGS

MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium at /usr/bin/chromium"),
]

Scheme = Literal["light", "dark"]


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Windows:
    """Windows on the site at an address, each kept for the next test: a new one takes as long as pages do."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self._address = browser, address
        self._kept: dict[frozenset[tuple[str, bool]], tuple[BrowserContext, Page, CDPSession]] = {}

    def open(self, width: int, scheme: Scheme = "light", **options: bool) -> Page:
        """The window of these options, as if it were new: signed in nowhere, and nothing is remembered."""
        key = frozenset(options.items())
        if key not in self._kept:
            context = self._browser.new_context(base_url=self._address, **options)  # type: ignore[arg-type]
            page = context.new_page()
            self._kept[key] = context, page, context.new_cdp_session(page)
        context, page, session = self._kept[key]
        session.send("Network.clearBrowserCache")
        session.send("Storage.clearDataForOrigin", {"origin": self._address, "storageTypes": "all"})
        context.clear_cookies()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(media="screen", color_scheme=scheme)
        return page


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
