"""The site as a process of its own, begun where the libraries are loaded already (see ``starting``)."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from .. import starting

PUBLISHED = "from phucvu.web.serve import serve; serve({home!r}, {port}, shows='published')"
COUNTED = (
    "import sys; sys.argv = ['phucvu', 'serve', '--home', {home!r}, '--port', '{port}']\n"
    "from phucvu.cli.program import main; main()"
)


@dataclass
class Served:
    """A site that answers; ``log`` is what it prints."""

    port: int
    process: starting.Started
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self, seconds: float = 120) -> None:
        """Tell it to stop, which it does in good order."""
        self.process.terminate()
        self.has_stopped(seconds)

    def has_stopped(self, seconds: float = 120) -> None:
        assert self.process.has_ended(seconds)
        said = self.log.read_text(encoding="utf-8")
        assert said.splitlines()[-1] == "status 0", said
        assert "Traceback" not in said

    def kill(self) -> None:
        """SIGKILL to the first process alone."""
        os.kill(self.process.pid, signal.SIGKILL)
        assert self.process.has_ended(120)


@contextlib.contextmanager
def serving(code: str, home: Path, log: Path, path: str = "/healthz", **settings: str) -> Iterator[Served]:
    """A site, once it answers at a path; ``log`` is a file for what it prints."""
    port = free_port()
    with log.open("wb") as file:
        process = starting.start(code.format(home=str(home), port=port), os.environ | settings, file)
    served = Served(port, process, log)
    try:
        get(f"{served.url}{path}", served)
        yield served
    finally:
        if not process.has_ended():
            os.killpg(process.pid, signal.SIGKILL)
        assert process.has_ended(120)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(url: str, served: Served | None = None) -> tuple[int, str, Message]:
    """What a site answers, as soon as it does; starting takes seconds, and longer where much else runs."""
    deadline = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.headers
        except OSError:
            assert served is None or not served.process.has_ended(), served.log.read_text(encoding="utf-8")
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
