"""Whether the records hold what the database says was moved into them; what they do not is moved again.

Database and records are copied one after the other, so a restored installation can have a database that
is newer than its records. Each table of the records notes which moves it took in (``moving.Mover``); a
payload of a later move waits to be moved again, in the order in which it came. Where the records are
newer than the database nothing is missing: they hold rows whose payloads the database does not know.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q

from phucvu.inbox.models import Body, Move, Payload
from phucvu.inbox.moving import BROUGHT, mark_of
from phucvu.records.store import Store

log = logging.getLogger(__name__)

MOVED = (Payload.State.MOVED, Payload.State.COUNTED)


@dataclass(frozen=True)
class Checked:
    """How many payloads the database holds, and how many of those that were moved the records lack.

    ``again`` wait to be moved again; ``gone`` cannot be, since what they carried is not kept any more.
    """

    payloads: int
    again: int
    gone: int


def reconcile(store: Store) -> Checked:
    """Let what the records lack wait to be moved again. Safe at any time, beside the process that moves."""
    found = lacking(store)
    here = Body.objects.values("payload_id")
    gone = Payload.objects.filter(found).exclude(pk__in=here).count()
    again = Payload.objects.filter(found, pk__in=here).update(state=Payload.State.AGAIN)
    if again or gone:
        log.warning(
            "the records lack %d payloads that were moved; %d cannot be moved again", again + gone, gone
        )
    return Checked(Payload.objects.count(), Payload.objects.filter(state=Payload.State.AGAIN).count(), gone)


def lacking(store: Store) -> Q:
    """The payloads marked as moved of which a table of the records has not noted the move.

    Those of earlier versions of this program, which noted nothing, are among them: the records know
    every row that they have already.
    """
    # The database is asked before the records, so that what is moved meanwhile is not taken for lost.
    runs: Iterable[Any] = (
        Move.objects.values("run").annotate(**{table: Max(table) for table in BROUGHT}).order_by()
    )
    last = {run.pop("run"): run for run in runs}
    noted = {table: store.marked(table, map(mark_of, last)) for table in BROUGHT}
    lost = Q(pk__in=[])
    for run, numbers in last.items():
        for table, number in numbers.items():
            held = noted[table][mark_of(run)]
            if held < number:
                lost |= Q(run=run, **{f"{table}__gt": held, f"{table}__lte": number})
    return Q(state__in=MOVED) & (Q(move__isnull=True) | Q(move__in=Move.objects.filter(lost).values("pk")))
