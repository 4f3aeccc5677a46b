"""Telling of errors without repeating what somebody sent: their words may, their kind and place do not."""

from __future__ import annotations

import logging
import traceback

log = logging.getLogger(__name__)


def report(error: Exception, what: str) -> None:
    """Log the kind of an error, where in this program it arose, and what was being done."""
    places = [f for f in traceback.extract_tb(error.__traceback__) if "phucvu" in f.filename]
    where = f" at {places[-1].filename}:{places[-1].lineno}" if places else ""
    log.error("%s%s: %s", type(error).__name__, where, what)
