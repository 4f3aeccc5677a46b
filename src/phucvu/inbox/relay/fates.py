"""What became of dossiers at the portal, brought from the operational database into the records.

The records note with each commit the last answer that they hold, so that one is brought once, and again
where the records were restored from a copy.
"""

from __future__ import annotations

import polars as pl

from phucvu.inbox.models import RelayAnswer
from phucvu.inbox.relay.queueing import STEPS
from phucvu.records.schema import PORTAL_ANSWERS
from phucvu.records.store import Store

MARK = "relay"
AT_ONCE = 20_000


class Fates:
    """Brings answers as long as a process runs."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last = store.marked(PORTAL_ANSWERS.name, [MARK])[MARK]
        newest = RelayAnswer.objects.order_by("-id").values_list("id", flat=True).first()
        if newest is None or newest < self._last:
            self._last = 0  # the database was restored from an older copy than the records

    def note(self) -> bool:
        """Bring what is new; whether there may be more."""
        rows = RelayAnswer.objects.filter(pk__gt=self._last).order_by("id")
        found = list(
            rows.values_list("id", "service", "unit", "code", "at", "outcome", "error_code", "message")[
                :AT_ONCE
            ]
        )
        if not found:
            return False
        said = [
            (*row[2:6], row[6] or None, row[7] if row[6] else None)
            for row in found
            if row[1] != STEPS and row[3]
        ]
        last = found[-1][0]
        if said:
            frame = pl.DataFrame(said, schema=PORTAL_ANSWERS.types, orient="row")
            self._store.append(PORTAL_ANSWERS.name, frame, mark=(MARK, last))
        self._last = last
        return len(found) == AT_ONCE
