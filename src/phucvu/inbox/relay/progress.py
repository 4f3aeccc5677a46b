"""How far passing on is: for /healthz, /metrics, the command and the workspace to tell."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from phucvu.inbox.models import Payload, RelayItem, RelayState


@dataclass(frozen=True)
class Progress:
    """``waiting`` are the items in the queue, and payloads that are not in it yet; ``oldest_seconds`` is the
    age of the oldest; ``error`` says why the last call was not answered."""

    waiting: int
    oldest_seconds: float
    refused: int
    asked: int
    failures: int
    error: str
    failing_since: dt.datetime | None
    rests_until: dt.datetime | None
    succeeded_at: dt.datetime | None


def progress(moment: dt.datetime) -> Progress:
    items = RelayItem.objects
    waiting = items.filter(state=RelayItem.State.WAITING)
    unqueued = Payload.objects.filter(to_relay=True)
    times = [
        waiting.order_by("id").values_list("payload__received_at", flat=True).first(),
        unqueued.order_by("id").values_list("received_at", flat=True).first(),
    ]
    oldest = min((time for time in times if time), default=moment)
    state = RelayState.objects.first() or RelayState()
    return Progress(
        waiting=waiting.count() + sum(unqueued.values_list("items", flat=True)),
        oldest_seconds=max(0.0, (moment - oldest).total_seconds()),
        refused=items.filter(state=RelayItem.State.REFUSED).count(),
        asked=items.filter(state=RelayItem.State.ASKED).count(),
        failures=state.failures,
        error=state.error,
        failing_since=state.failing_since,
        rests_until=state.rests_until,
        succeeded_at=state.succeeded_at,
    )
