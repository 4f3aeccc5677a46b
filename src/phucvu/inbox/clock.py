"""The inbox's clock: Vietnam's time without a zone, as records keep it, but to the microsecond."""

from __future__ import annotations

import datetime as dt

from phucvu.figures.periods import VIETNAM


def now() -> dt.datetime:
    return dt.datetime.now(VIETNAM).replace(tzinfo=None)
