"""Asking the portal about dossiers of which it said nothing: slowly, one at a time, not where it refuses."""

from __future__ import annotations

import datetime as dt
import time
from collections import deque

import ibis

from phucvu.inbox.clock import now
from phucvu.inbox.models import RelayAnswer, RelayItem
from phucvu.inbox.relay.queueing import QUESTION, STEPS
from phucvu.inbox.relay.upstream import Answered, RefusesError, UnavailableError, Upstream, code_of
from phucvu.records.codes import AtPortal
from phucvu.records.store import Store

AT_ONCE = 200
"""Dossiers looked for in the records at once."""

LOOK_AGAIN = 600.0
"""Seconds before the records are looked through again, once all found in them are asked about."""

ABSENT_FOR = dt.timedelta(days=7)
"""A dossier that the portal did not have is asked about again after so long."""

REST = 900.0
LONGEST_REST = 24 * 3600.0
"""Seconds without a question after the portal refused one: the shortest, twice as long each time."""

AFTER_TROUBLE = 60.0


class Asking:
    """``every`` is how many seconds lie between two questions; 0 where only what people ask for is asked."""

    def __init__(self, store: Store, upstream: Upstream, every: int) -> None:
        self._store, self._upstream, self._every = store, upstream, every
        self._unknown: deque[tuple[str, str]] = deque()
        self._look_at = self._ask_at = 0.0
        self._refusals = 0

    def ask_next(self) -> None:
        """Ask about one dossier, if it is time to."""
        if time.monotonic() < self._ask_at:
            return
        wanted = RelayItem.objects.filter(state=RelayItem.State.ASKED).order_by("id").first()
        dossier = (wanted.unit, wanted.code) if wanted else self._next_unknown()
        if dossier is None:
            return
        try:
            outcome = held_there(self._upstream.look_up(*dossier), dossier[1])
        except RefusesError as error:
            self._refusals += 1
            own = min(LONGEST_REST, REST * 2 ** min(self._refusals - 1, 30))
            self._ask_at = time.monotonic() + max(own, error.rest or 0)
            return
        except UnavailableError as error:
            self._ask_at = time.monotonic() + max(AFTER_TROUBLE, error.rest or 0)
            if wanted is None:
                self._unknown.appendleft(dossier)
            return
        self._refusals = 0
        self._ask_at = time.monotonic() + max(self._every, 1)
        if outcome is not None:
            RelayAnswer.objects.create(
                unit=dossier[0], code=dossier[1], service=QUESTION, at=now(), outcome=outcome
            )
        if wanted:
            wanted.delete()

    def _next_unknown(self) -> tuple[str, str] | None:
        if not self._every:
            return None
        if not self._unknown and time.monotonic() >= self._look_at:
            self._unknown.extend(unknown(self._store))
            self._look_at = time.monotonic() + LOOK_AGAIN
        while self._unknown:
            unit, code = self._unknown.popleft()
            since = now() - ABSENT_FOR
            said = RelayAnswer.objects.filter(unit=unit, code=code, at__gt=since).exclude(service=STEPS)
            if not said.exists():
                return unit, code
        return None


def unknown(store: Store) -> list[tuple[str, str]]:
    """Sender and code of dossiers of which the portal said nothing, or that it did not have; latest first."""
    con = ibis.duckdb.connect()
    try:
        dossiers, said = (store.table(con, name) for name in ("dossiers", "portal_answers"))
        still = said.filter((said.outcome != AtPortal.ABSENT) | (said["at"] > now() - ABSENT_FOR))
        rows = dossiers.filter(dossiers.received_at.notnull()).anti_join(still, "dossier_id")
        found = rows.order_by(rows.received_at.desc(), rows.code).limit(AT_ONCE)
        return list(found.select("sender", "code").to_polars().iter_rows())
    finally:
        con.disconnect()


def held_there(said: Answered, code: str) -> AtPortal | None:
    """Whether the portal has a dossier, by its answer to a question; None where that cannot be told."""
    if not isinstance(said.result, list) or code_of(said) not in ("", "0"):
        return None
    named = [one.get("MaHoSo", one.get("MAHOSO")) for one in said.result if isinstance(one, dict)]
    if code in named:
        return AtPortal.ACKNOWLEDGED
    return AtPortal.ABSENT if not said.result else None


def ask_about(unit: str, code: str) -> None:
    """Let the portal be asked about a dossier, before all others."""
    RelayItem.objects.get_or_create(
        unit=unit, code=code, service=QUESTION, state=RelayItem.State.ASKED, defaults={"due_at": now()}
    )
