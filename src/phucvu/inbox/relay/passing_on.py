"""Passing on what waits in the queue: one call after another, with growing pauses while none is answered."""

from __future__ import annotations

import datetime as dt
import logging
from functools import lru_cache

import ibis
from django.db.models import F

from phucvu.configuration import Configuration
from phucvu.engine.sources import of_store
from phucvu.inbox.clock import now
from phucvu.inbox.models import Payload, RelayItem, RelayState
from phucvu.inbox.moving import items_of
from phucvu.inbox.reading import understand
from phucvu.inbox.relay import queueing
from phucvu.inbox.relay.asking import Asking
from phucvu.inbox.relay.fates import Fates
from phucvu.inbox.relay.upstream import RefusesError, UnavailableError, Upstream, results
from phucvu.inbox.trouble import report
from phucvu.inbox.watching import Registers
from phucvu.records.store import Store

log = logging.getLogger(__name__)

PAYLOADS_AT_ONCE = 20
"""Payloads that are put into the queue between two calls."""

REFUSED_REST = 60.0
"""Seconds of rest, at least, after the portal refused a call as such (HTTP 403 or 429)."""


class Relay:
    """Passes on as long as a process runs; ``work`` is called again and again."""

    def __init__(self, store: Store, chosen: Configuration) -> None:
        self._chosen = chosen
        self._upstream = Upstream(chosen)
        self._store, self._registers = store, Registers(store)
        self._fates = Fates(store)
        self._asking = Asking(store, self._upstream, chosen.relay_look_up)

    def work(self) -> bool:
        """One turn; whether there may be more to do at once."""
        taken = sum(1 for _ in range(PAYLOADS_AT_ONCE) if queueing.take_in())
        sent = self._send()
        if not taken:  # else it might ask about what is to be sent anyway
            self._asking.ask_next()
        return self._fates.note() or sent or taken > 0

    def _send(self) -> bool:
        """Send what is to be sent next; whether there was anything."""
        if resting():
            return False
        batch = queueing.next_batch(self._chosen.relay_batch)
        if batch is None:
            return False
        bodies = [items_at_hand(item.payload_id)[item.number] for item in batch.items]
        try:
            said = self._upstream.send(batch.service, batch.unit, bodies, updating=batch.updating)
        except UnavailableError as error:
            if error.blamed:
                queueing.put_off(batch)
            rest(error)
            return True
        found = results(said, [item.code for item in batch.items])
        refused = [
            (item, body)
            for item, body, result in zip(batch.items, bodies, found, strict=True)
            if result is not None and not result.taken
        ]
        if refused:
            try:
                self._note_units(batch, refused)
            except Exception as error:  # what breaks the reading must not keep an answer from being kept
                report(error, "the units that handle what was refused are not known")
        queueing.settle(batch, found)
        well()
        return True

    def _note_units(self, batch: queueing.Batch, refused: list[tuple[RelayItem, bytes]]) -> None:
        """Note which unit handles each dossier refused, as far as can be told, else the one that sent it."""
        handled: dict[str, str] = {}
        if batch.service == queueing.DOSSIERS:
            read = understand(
                [body for _, body in refused],
                batch.service,
                self._registers,
                account=batch.unit,
                unit=batch.unit,
                now=now(),
            )
            handled = dict(read.frame.select("code", "unit").iter_rows())
        else:
            with of_store(self._store) as tables:
                held = tables["dossiers"].filter(
                    ibis._.sender == batch.unit, ibis._.code.isin([item.code for item, _ in refused])
                )
                handled = dict(held.select("code", "unit").to_polars().iter_rows())
        for item, _ in refused:
            item.handled_by = handled.get(item.code, batch.unit)


@lru_cache(maxsize=2)
def items_at_hand(payload: int) -> list[bytes]:
    """What a payload carries; that of the last ones is at hand, since a large one is sent in many calls."""
    return items_of(Payload.objects.select_related("body").get(pk=payload))


def state() -> RelayState:
    return RelayState.objects.get_or_create(pk=1)[0]


def resting() -> bool:
    until = state().rests_until
    return until is not None and now() < until


def rest(error: UnavailableError) -> None:
    """Note that a call was not answered, and rest as long as was asked for, else longer each time."""
    held, moment = state(), now()
    own = queueing.growing(held.failures + 1)
    if isinstance(error, RefusesError):
        own = max(own, REFUSED_REST)
    seconds = own if error.rest is None else max(error.rest, queueing.SHORTEST_REST)
    RelayState.objects.filter(pk=held.pk).update(
        failures=F("failures") + 1,
        failing_since=held.failing_since or moment,
        rests_until=moment + dt.timedelta(seconds=seconds),
        error=error.what[:200],
    )
    if not held.failures:
        log.warning("what was to be passed on was not answered: %s", error.what)


def well() -> None:
    """Note that a call was answered."""
    answered = {"failures": 0, "failing_since": None, "rests_until": None, "error": ""}
    RelayState.objects.filter(pk=state().pk).update(succeeded_at=now(), **answered)
