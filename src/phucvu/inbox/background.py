"""Keeping the inbox's own processes (``running``) alive beside the site."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.context import ForkProcess

from phucvu.configuration import Configuration, current
from phucvu.inbox.forking import forked

log = logging.getLogger(__name__)

PARTS = ("inbox", "history", "relay", "notices")
"""The processes; the relay only where something is to be passed on (``PHUCVU_RELAY_ADDRESS``), the one that
sends notices only where they can be sent (``PHUCVU_SMTP_HOST``, ``PHUCVU_ZALO_TOKEN``)."""

AFTER_DEATH = 1.0
"""Seconds before a process that ended by itself is started again."""

PATIENCE = 10.0
"""Seconds that a process has to end when told to; then it is killed, which it must bear at any moment."""


@contextlib.contextmanager
def background(run: Callable[[str], None]) -> Iterator[None]:
    """Run the inbox's processes beside this one, as long as the context lasts or this process lives.

    ``run`` does what one of ``PARTS`` has to do, without end.
    """
    ended = threading.Event()
    starting = threading.Lock()  # none is started once all are told to end: nobody would tell it
    running: dict[str, ForkProcess] = {}

    def keep_running(part: str) -> None:
        while start(part):
            running[part].join()
            if not ended.is_set():
                status = running[part].exitcode
                log.error("the process %s ended (status %s) and is started again", part, status)
            ended.wait(AFTER_DEATH)

    def start(part: str) -> bool:
        with starting:
            if not ended.is_set():
                running[part] = forked(f"phucvu:{part}", partial(run, part))
            return not ended.is_set()

    threads = {part: threading.Thread(target=keep_running, args=[part], daemon=True) for part in wanted()}
    for thread in threads.values():
        thread.start()
    try:
        yield
    finally:
        with starting:
            ended.set()
        for process in running.values():
            process.terminate()
        for part, thread in threads.items():
            thread.join(PATIENCE)
            if thread.is_alive():  # it was told before it could hear
                running[part].kill()
                thread.join()


def wanted() -> list[str]:
    """The parts that the settings ask for."""
    asked = {"relay": current().relay_address, "notices": _can_notify(current())}
    return [part for part in PARTS if asked.get(part, True)]


def _can_notify(chosen: Configuration) -> bool:
    return bool(chosen.smtp_host or chosen.zalo_token or chosen.zalo_token_file)
