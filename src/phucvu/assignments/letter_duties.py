"""What workspaces keep of a unit that its letters tell: campaigns that run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from phucvu.assignments import campaigns
from phucvu.letters.letter_sources import Drive, Duties


def duties(unit: str, above: Collection[str], day: dt.date) -> Duties:
    """What a unit and those above it asked for, as of a day."""
    running = [one for one in campaigns.of_unit(unit, above) if one.starts <= day <= one.ends]
    return Duties(
        drives=[Drive(one.name, one.measure, one.starts, one.ends, one.source, one.before) for one in running]
    )
