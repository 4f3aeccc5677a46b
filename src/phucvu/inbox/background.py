"""Keeping the inbox's own processes (``running``) alive beside the site."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

from phucvu.configuration import Configuration, current, environment

log = logging.getLogger(__name__)

PARTS = ("inbox", "history", "relay", "notices")
"""The processes; the relay only where something is to be passed on (``PHUCVU_RELAY_ADDRESS``), the one that
sends notices only where they can be sent (``PHUCVU_SMTP_HOST``, ``PHUCVU_ZALO_TOKEN``)."""

ELSEWHERE = {"notices": "phucvu.notices", "history": "phucvu.assignments"}
"""The packages that start a part, where it is not the inbox's own, or does more than the inbox knows of."""

AFTER_DEATH = 1.0
"""Seconds before a process that ended by itself is started again."""


@contextlib.contextmanager
def background() -> Iterator[None]:
    """Run the inbox's processes beside this one, as long as the context lasts or this process lives."""
    told = environment()
    ended = threading.Event()
    running: dict[str, subprocess.Popen[bytes]] = {}

    def keep_running(part: str) -> None:
        while not ended.is_set():
            running[part] = start(part, told)
            status = running[part].wait()
            if not ended.is_set():
                log.error("the process %s ended (status %s) and is started again", part, status)
            ended.wait(AFTER_DEATH)

    threads = [threading.Thread(target=keep_running, args=[part], daemon=True) for part in wanted()]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for process in running.values():
            process.terminate()
        for thread in threads:
            thread.join(10)


def wanted() -> list[str]:
    """The parts that the settings ask for."""
    asked = {"relay": current().relay_address, "notices": _can_notify(current())}
    return [part for part in PARTS if asked.get(part, True)]


def _can_notify(chosen: Configuration) -> bool:
    return bool(chosen.smtp_host or chosen.zalo_token or chosen.zalo_token_file)


def start(part: str, told: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a process with an environment; it ends when this one does (see ``end_with_parent``)."""
    # The other end of this pipe closes when this process ends, however it ends.
    module = ELSEWHERE.get(part, "phucvu.inbox")
    return subprocess.Popen([sys.executable, "-m", module, part], stdin=subprocess.PIPE, env=told)


def end_with_parent() -> None:
    """End this process, one of ``PARTS``, when its standard input closes: its parent has gone."""
    sys.stdin.buffer.read()
    os._exit(0)
