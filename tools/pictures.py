"""Pictures of the site for the README and the docs: each kind of page, on a desk and on a phone.

``python -m tools.pictures DIR`` serves the published results of 2026, an invented province (see
invented.py) and an invented commune's workspace (see office.py), opens their pages in Debian's Chromium
and writes a PNG of each into DIR.
"""

from __future__ import annotations

import io
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tools import office

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
HEIGHTS = {DESK: 1000, PHONE: 844}

COLOURS = 128
"""Of a picture. Counting colours by how often they occur would lose those of the bands among greys."""

Shows = Literal["published", "invented", "office"]
MONTH = "period=2026-09"

KINDS: dict[str, tuple[Shows, str]] = {
    "nation": ("published", "/"),
    "province": ("published", "/units/H21"),
    "indicator": ("published", "/indicators/2.1"),
    "indicators": ("published", "/indicators"),
    "compare": ("published", "/compare?units=H21,H26,H15"),
    "search": ("published", "/search?q=van+canh"),
    "rules": ("published", "/en/rules/portal-2026"),
    "glossary": ("published", "/glossary"),
    "about": ("published", "/about"),
    "front": ("invented", f"/?{MONTH}"),
    "over-time": ("invented", f"/?{MONTH}#time"),
    "map": ("invented", f"/?{MONTH}#map"),
    "commune": ("invented", f"/units/H99.101?{MONTH}"),
    "unit-before-2025": ("invented", f"/units/H99.31.1?{MONTH}"),
    "indicator-over-time": ("invented", f"/indicators/2.1?{MONTH}#time"),
    "procedures": ("invented", f"/procedures?{MONTH}"),
    "procedure": ("invented", f"/procedures/9.000001?{MONTH}"),
    "embed-ranking": ("invented", f"/embed/ranking/H99?{MONTH}"),
    "api": ("published", "/api/docs"),
    "sign-in": ("published", "/accounts/login"),
    "workspace": ("office", "/workspace/H99.101"),
    "dossiers": ("office", "/workspace/H99.101/dossiers?indicator=2.1&lost=1"),
    "dossier": ("office", "/workspace/H99.101/dossiers?indicator=2.1&lost=1"),
    "doubts": ("office", "/workspace/H99.101/doubts"),
    "set-aside": ("office", "/workspace/H99.101/set-aside"),
    "account": ("office", "/accounts"),
}
"""Each kind of page, what it is a page of, and its address."""

FOLLOWED = {"scoreboard-dossier": "main a[href*='/dossiers/']"}
"""Where the page is the one behind a link, since its address is not known beforehand: which link."""


@dataclass(frozen=True)
class Picture:
    """A page at a width, from the top (or the place its address names) down by a screen."""

    name: str
    shows: Shows
    address: str
    width: int
    scheme: Literal["light", "dark"] = "light"


PICTURES = (
    *(Picture(f"scoreboard-{kind}", *where, DESK) for kind, where in KINDS.items()),
    *(Picture(f"scoreboard-{kind}-phone", *where, PHONE) for kind, where in KINDS.items()),
    Picture("scoreboard-nation-dark", "published", "/", DESK, "dark"),
    Picture("scoreboard-front-phone-dark", *KINDS["front"], PHONE, "dark"),
)

PROGRAM = """
import sys
from contextlib import nullcontext
import phucvu.web.serve as web
web.background = nullcontext  # the figures are there already
web.serve(sys.argv[1], int(sys.argv[2]), shows=sys.argv[3])
"""


def take(browser: Browser, site: str, picture: Picture, folder: Path) -> Path:
    """Take one picture of the site at ``site``, such as http://127.0.0.1:8766; returns the file."""
    page = browser.new_page(
        viewport={"width": picture.width, "height": HEIGHTS[picture.width]}, color_scheme=picture.scheme
    )
    page.goto(site + picture.address)
    if picture.shows == "office":
        _sign_in(page, office.CODES[PICTURES.index(picture)])
    if link := FOLLOWED.get(picture.name.removesuffix("-phone")):
        page.locator(link).first.click()
    file = folder / f"{picture.name}.png"
    with Image.open(io.BytesIO(page.screenshot())) as image:
        image.convert("RGB").quantize(COLOURS, Image.Quantize.FASTOCTREE).save(file, optimize=True)
    page.close()
    return file


def _sign_in(page: Page, code: str) -> None:
    """On the page to which signed-in pages lead who is not; it leads back."""
    page.fill("input[name=login]", office.NAME)
    page.fill("input[name=password]", office.PASSWORD)
    page.locator("main form button").first.click()
    page.fill("input[name=code]", code)
    page.locator("main form button").first.click()


@contextmanager
def served(home: Path, shows: Literal["published", "counted"]) -> Iterator[str]:
    """The site of a home served by a process of its own, by its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", PROGRAM, str(home), str(port), shows]
    process = subprocess.Popen(command)
    site = f"http://127.0.0.1:{port}"
    try:
        _wait_for(site, process)
        yield site
    finally:
        process.terminate()
        process.wait()


def _wait_for(site: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
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
    with tempfile.TemporaryDirectory(prefix="phucvu-pictures-") as homes, sync_playwright() as playwright:
        for name in ("invented", "office"):
            make = f"import sys, pathlib; from tools.{name} import make; make(pathlib.Path(sys.argv[1]))"
            subprocess.run([sys.executable, "-c", make, str(Path(homes, name))], check=True)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for shows in get_args(Shows):
            with served(Path(homes, shows), "published" if shows == "published" else "counted") as site:
                for picture in PICTURES:
                    if picture.shows == shows:
                        print(take(browser, site, picture, folder))
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
