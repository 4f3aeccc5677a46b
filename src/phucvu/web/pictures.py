"""Pictures of the site for the README and the docs.

``python -m phucvu.web.pictures DIR`` serves the site, opens its pages in Debian's Chromium and
writes a PNG of each into DIR.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

DESK, PHONE = 1280, 390


@dataclass(frozen=True)
class Picture:
    """A page at a width, from the top down to ``height`` pixels."""

    name: str
    address: str
    width: int
    height: int
    scheme: Literal["light", "dark"] = "light"


PICTURES = (
    Picture("scoreboard-nation", "/", DESK, 1000),
    Picture("scoreboard-nation-dark", "/", DESK, 1000, "dark"),
    Picture("scoreboard-nation-phone", "/", PHONE, 844),
    Picture("scoreboard-province", "/units/H21", DESK, 1100),
    Picture("scoreboard-province-phone", "/units/H21", PHONE, 844, "dark"),
    Picture("scoreboard-indicator", "/indicators/2.1", DESK, 900),
    Picture("scoreboard-rules", "/en/rules/portal-2026", DESK, 900),
)


def take(browser: Browser, site: str, picture: Picture, folder: Path) -> Path:
    """Take one picture of the site at ``site``, such as http://127.0.0.1:8766; returns the file."""
    page = browser.new_page(
        viewport={"width": picture.width, "height": picture.height}, color_scheme=picture.scheme
    )
    page.goto(site + picture.address)
    file = folder / f"{picture.name}.png"
    page.screenshot(path=file)
    page.close()
    return file


@contextmanager
def served() -> Iterator[str]:
    """The site served by a process of its own, by its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = f"from phucvu.web.serve import serve; serve({port})"
    process = subprocess.Popen([sys.executable, "-c", program])
    site = f"http://127.0.0.1:{port}"
    try:
        _wait_for(site, process)
        yield site
    finally:
        process.terminate()
        process.wait()


def _wait_for(site: str, process: subprocess.Popen[bytes], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(site).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{site} did not answer")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with served() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for picture in PICTURES:
            print(take(browser, site, picture, folder))
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
