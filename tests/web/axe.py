"""axe-core, which finds what keeps people with disabilities from reading a page; for Chromium to run."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page

from .. import browsing

VERSION = "4.14.1"
INTEGRITY = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
"""SHA-512 of the package as the npm registry gives it."""

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "phucvu-tests"


def source() -> str:
    """The text of axe.min.js, fetched by npm once and kept; skips where there is no npm."""
    package = CACHE / f"axe-core-{VERSION}.tgz"
    if not package.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("needs npm (Debian's package npm) to fetch axe-core")
        CACHE.mkdir(parents=True, exist_ok=True)
        command = [npm, "pack", f"axe-core@{VERSION}", "--silent", "--pack-destination", str(CACHE)]
        subprocess.run(command, check=True, capture_output=True, timeout=120, cwd=CACHE)
    digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    assert digest == INTEGRITY, f"{package} is not the axe-core {VERSION} of the registry; delete it"
    with tarfile.open(package) as files:
        script = files.extractfile("package/axe.min.js")
        assert script
        return script.read().decode()


Look = tuple[int, Literal["light", "dark"]]
"""The width of a screen in pixels, and the colours that its owner prefers."""


def violations(page: Page, looks: Iterable[Look]) -> list[str]:
    """What is found on the page that is open, turned to one look after the other.

    Its window runs ``source`` in each page.
    """
    found = []
    for width, scheme in looks:
        browsing.widen(page, width)
        page.emulate_media(color_scheme=scheme)
        found += [f"{page.url} {width} {scheme}: {violation}" for violation in page.evaluate(RUN)]
    return found


RUN = """() => axe.run(document, {resultTypes: ["violations"]}).then(({violations}) =>
    violations.map(({id, nodes}) => id + ": " +
        nodes.map(node => node.html.slice(0, 150) + " " + node.failureSummary.slice(0, 300)).join(" | ")))"""
