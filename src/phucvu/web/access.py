"""The access log: a line for each request, to a file or to standard output.

Moment, address of the client, account, method, path, status, bytes, seconds, with a space between each.
A path stands there without its query, which may hold what somebody searched for, and without the secret
of a link to set a password.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
import sys
from collections.abc import Callable
from logging.handlers import WatchedFileHandler
from typing import IO
from urllib.parse import quote

from phucvu import configuration
from phucvu.figures.periods import VIETNAM
from phucvu.problems import Fault, UnusableError

LINK = re.compile(r"^((?:/en)?/accounts/password/)[^/]*-.*", re.DOTALL)

LONGEST = 500
"""Characters of a path that are kept."""

Log = Callable[[str], None]


class _File(WatchedFileHandler):
    """A file that only its owner reads, opened anew where it was moved away to be kept."""

    def _open(self) -> IO[str]:  # type: ignore[override]
        return os.fdopen(os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a")


def chosen() -> Log | None:
    """What writes lines, to a file or to standard output («-»); None where none are wanted.

    Raises UnusableError where the file cannot be written.
    """
    place = configuration.current().access_log
    if not place:
        return None
    try:
        handler = logging.StreamHandler(sys.stdout) if place == "-" else _File(place)
    except OSError as error:
        raise UnusableError(Fault("access_log_not_written", place=place, reason=error.strerror)) from error
    log = logging.Logger("phucvu.access")
    log.addHandler(handler)
    return log.info


def line(
    *, address: str, account: str, method: str, path: str, status: int, size: int, seconds: float
) -> str:
    """What is written of a request; «-» stands for what is not known."""
    moment = dt.datetime.now(VIETNAM).isoformat(timespec="milliseconds")
    path = _plain(LINK.sub(r"\1***", path))[:LONGEST]
    said = (moment, _plain(address) or "-", _plain(account) or "-", _plain(method), path)
    return f"{' '.join(said)} {status} {size} {seconds:.3f}"


def _plain(text: str) -> str:
    """Without spaces, quotes and line ends, so that nobody writes a line of their own."""
    return quote(text, safe="/:@!$&()*+,;=~-._", errors="replace")
