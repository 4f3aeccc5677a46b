"""Telling of errors without repeating what somebody sent: their words may, their kind and place do not."""

from __future__ import annotations

import logging
import os
import traceback

log = logging.getLogger(__name__)


def kind(error: BaseException) -> str:
    """The kind of an error; of one that the operating system reports, also what it says."""
    name = type(error).__name__
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name} ({os.strerror(error.errno)})"
    return name


def report(error: Exception, what: str) -> None:
    """Log the kind of an error, the file it is about, where it arose here, and what was being done."""
    places = [f for f in traceback.extract_tb(error.__traceback__) if "phucvu" in f.filename]
    where = f" at {places[-1].filename}:{places[-1].lineno}" if places else ""
    about = f" {error.filename}" if isinstance(error, OSError) and error.filename else ""
    log.error("%s%s%s: %s", kind(error), about, where, what)
