"""A letter's Word file becomes a PDF, by LibreOffice in a process of its own.

Each run has its own profile, in which macros and links are off, knows nothing of this program's environment,
has no network where the system can take it away, and is ended with all its children when it takes too long.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from phucvu.problems import Fault, UnusableError

MOST_SECONDS = 120
MOST_PAGES = 300
"""Of which pictures are made."""
WITHOUT_NETWORK = ("unshare", "--user", "--map-current-user", "--net", "--")

PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel"
 oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop
 oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link"
 oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def office_program() -> str | None:
    """LibreOffice; None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def to_pdf(letter: bytes, *, archive: bool = False) -> bytes:
    """The letter as a PDF with its fonts; with ``archive`` as PDF/A-2b.

    Raises UnusableError where LibreOffice is missing, takes too long or makes nothing of it.
    """
    program = office_program()
    if program is None:
        raise UnusableError(Fault("pdf_no_office"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "profile" / "user").mkdir(parents=True)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
        (folder / "letter.docx").write_bytes(letter)
        words = [
            *_without_network(),
            program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"),
            *("--convert-to", f"pdf:writer_pdf_Export:{_options(archive)}"),
            *("--outdir", str(folder), str(folder / "letter.docx")),
        ]
        _run(words, folder)
        made = folder / "letter.pdf"
        if not made.exists():
            raise UnusableError(Fault("pdf_not_made"))
        return made.read_bytes()


def pictures(pdf: bytes) -> list[bytes]:
    """Each page as a PNG; none where pdftoppm is not installed."""
    program = shutil.which("pdftoppm")
    if program is None:
        return []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "letter.pdf").write_bytes(pdf)
        words = [program, "-png", "-r", "80", "-l", str(MOST_PAGES), str(folder / "letter.pdf")]
        _run([*words, str(folder / "page")], folder)
        return [page.read_bytes() for page in sorted(folder.glob("page-*.png"))]


def _options(archive: bool) -> str:
    options = {"SelectPdfVersion": {"type": "long", "value": "2"}} if archive else {}
    return json.dumps(options | {"UseTaggedPDF": {"type": "boolean", "value": "true"}})


def _run(words: list[str], folder: Path) -> None:
    """Run a program to its end, or end it with whatever it started."""
    told = {"PATH": os.defpath, "HOME": str(folder), "LANG": "C.UTF-8"}
    process = subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=told,
        cwd=folder,
        start_new_session=True,
    )
    try:
        process.wait(MOST_SECONDS)
    except BaseException as error:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            raise UnusableError(Fault("pdf_too_slow", seconds=MOST_SECONDS)) from error
        raise


@cache
def _without_network() -> tuple[str, ...]:
    """The words before a command that take its network away; none where the system does not let them."""
    if shutil.which(WITHOUT_NETWORK[0]) is None:
        return ()
    tried = subprocess.run([*WITHOUT_NETWORK, "true"], capture_output=True, check=False)
    return WITHOUT_NETWORK if tried.returncode == 0 else ()
