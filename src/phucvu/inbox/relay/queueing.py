"""The queue of what is passed on: what is put into it, what is to be sent next, and what became of it.

All of it stands in the operational database, and each change is one transaction; so whatever is killed
when, an item is in the queue until its answer is kept. Only the process that passes on changes it, but for
``send_again``.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from phucvu.inbox.answers import Code
from phucvu.inbox.clock import now
from phucvu.inbox.models import Payload, RelayAnswer, RelayItem
from phucvu.inbox.moving import items_of
from phucvu.inbox.relay.upstream import Result
from phucvu.intake import wire
from phucvu.records.codes import HAS_IT, AtPortal

DOSSIERS, STEPS, QUESTION = "DongBoHoSoMC", "CapNhatTienDoHoSoMC", "TraCuuHoSo"

LONGEST_NUMBER = 100
"""Characters of a dossier's number; a longer one cannot be kept, and its items are not held in order."""

NOT_JSON = "Không phải JSON nên không chuyển lên được"

BYTES_AT_ONCE = 4 << 20
"""Bytes of the items of one call, but one item at least."""

SHORTEST_REST, LONGEST_REST = 1.0, 300.0
"""Seconds before an item that failed is sent again: the shortest, twice as long each time, the longest."""


@dataclass(frozen=True)
class Batch:
    """Items for one call: of one service and unit, each of another dossier."""

    service: str
    unit: str
    updating: bool
    items: list[RelayItem]


def take_in() -> int:
    """Put the items of the oldest payload that is to be passed on into the queue; how many there were."""
    payload = Payload.objects.filter(to_relay=True).select_related("body").order_by("id").first()
    if payload is None:
        return 0
    moment = now()
    queued, refused = [], []
    for number, item in enumerate(items_of(payload)):
        made = RelayItem(
            payload=payload,
            number=number,
            unit=payload.unit,
            handled_by=payload.unit,
            service=payload.service,
            size=len(item),
            due_at=moment,
        )
        try:
            msgspec.json.decode(item)
            code = wire.whole_code_of(item)
            made.code = code if len(code) <= LONGEST_NUMBER and "\0" not in code else ""
        except (ValueError, RecursionError):
            refused.append(made)
        queued.append(made)
    with transaction.atomic():
        not_sent = Result(Code.NOT_JSON, NOT_JSON)
        RelayAnswer.objects.bulk_create([_refuse(made, not_sent, moment) for made in refused])
        RelayItem.objects.bulk_create(queued)
        new = {i.code for i in queued if i.service == DOSSIERS and i.code} - set(fates(payload.unit, queued))
        RelayAnswer.objects.bulk_create(
            RelayAnswer(
                payload=payload.pk,
                unit=payload.unit,
                code=code,
                service=DOSSIERS,
                at=moment,
                outcome=AtPortal.WAITING,
            )
            for code in sorted(new)
        )
        Payload.objects.filter(pk=payload.pk).update(to_relay=False)
    return len(queued)


def fates(unit: str, items: Sequence[RelayItem]) -> dict[str, str]:
    """What was said last of the items' dossiers, by code; of those of which anything was."""
    codes = list({item.code for item in items if item.code})
    found: dict[str, str] = {}
    for first in range(0, len(codes), CODES_AT_ONCE):
        rows = RelayAnswer.objects.filter(unit=unit, code__in=codes[first : first + CODES_AT_ONCE])
        rows = rows.exclude(service=STEPS).order_by("id")
        found.update(rows.values_list("code", "outcome"))
    return found


CODES_AT_ONCE = 500
"""So many parameters of one statement."""


def next_batch(most: int) -> Batch | None:
    """What is to be sent next: of each dossier its oldest item, those that have waited longest first.

    What failed before is sent in ever smaller calls, so that one bad item ends up alone; it waits behind
    those that were due before it.
    """
    waiting = RelayItem.objects.filter(state=RelayItem.State.WAITING)
    earlier = waiting.filter(unit=OuterRef("unit"), code=OuterRef("code"), pk__lt=OuterRef("pk"))
    heads = waiting.filter(Q(code="") | ~Exists(earlier), due_at__lte=now()).order_by("due_at", "id")
    first = heads.first()
    if first is None:
        return None
    alike = list(
        heads.filter(service=first.service, unit=first.unit, attempts=first.attempts)
        .select_related("payload__body")
        .defer("payload__body__packed")[: max(1, most >> first.attempts)]
    )
    said = fates(first.unit, alike) if first.service == DOSSIERS else {}
    updating = said.get(first.code) in HAS_IT
    chosen: list[RelayItem] = []
    size = 0
    for item in alike:
        if chosen and size + item.size > BYTES_AT_ONCE:
            break
        # Without a number nothing tells which of several an answer is about.
        if (said.get(item.code) in HAS_IT) == updating and (item.code or not chosen):
            chosen.append(item)
            size += item.size
        if not item.code:
            break
    return Batch(first.service, first.unit, updating, chosen)


def settle(batch: Batch, results: Sequence[Result | None]) -> None:
    """Keep what was said of each item, in one transaction; of what nothing was said is sent again."""
    moment = now()
    items = RelayItem.objects
    said = list(zip(batch.items, results, strict=True))
    with transaction.atomic():
        held = fates(batch.unit, batch.items) if batch.service == DOSSIERS else {}
        if batch.service == DOSSIERS:
            answered = [item.code for item, result in said if result is not None and item.code]
            taken = [item.code for item, result in said if result is not None and result.taken and item.code]
            of_dossiers = items.filter(unit=batch.unit, state=RelayItem.State.REFUSED)
            # What was refused of a dossier before is no more what an office has to mend.
            of_dossiers.filter(code__in=answered, service=DOSSIERS).delete()
            # Steps may have been refused for want of their dossier.
            of_steps = of_dossiers.filter(code__in=taken, service=STEPS)
            of_steps.update(state=RelayItem.State.WAITING, attempts=0, due_at=moment)
        answers = []
        for item, result in said:
            if result is None:
                _put_off(item, moment)
            elif result.taken:
                answers.append(_answer(item, AtPortal.ACKNOWLEDGED, result, moment))
            else:
                answers.append(_refuse(item, result, moment, update=held.get(item.code) in HAS_IT))
                item.save()
        RelayAnswer.objects.bulk_create(answers)
        items.filter(pk__in=[item.pk for item, result in said if result and result.taken]).delete()


def put_off(batch: Batch) -> None:
    """Let the items of a call without an answer wait, for which they may be to blame."""
    moment = now()
    with transaction.atomic():
        for item in batch.items:
            _put_off(item, moment)


def _put_off(item: RelayItem, moment: dt.datetime) -> None:
    item.attempts += 1
    item.due_at = moment + dt.timedelta(seconds=growing(item.attempts))
    item.save(update_fields=["attempts", "due_at"])


def growing(times: int) -> float:
    """Seconds of a pause that grows with each failure, half of them by chance."""
    longest = min(LONGEST_REST, SHORTEST_REST * 2.0 ** min(times - 1, 30))
    return longest * (1 + random.random()) / 2


def _refuse(item: RelayItem, result: Result, moment: dt.datetime, *, update: bool = False) -> RelayAnswer:
    item.state = RelayItem.State.REFUSED
    item.answered_at, item.error_code, item.message = moment, result.code, result.message
    return _answer(item, AtPortal.UPDATE_REFUSED if update else AtPortal.REFUSED, result, moment)


def _answer(item: RelayItem, outcome: AtPortal, result: Result, moment: dt.datetime) -> RelayAnswer:
    return RelayAnswer(
        payload=item.payload_id,
        number=item.number,
        unit=item.unit,
        code=item.code,
        service=item.service,
        at=moment,
        outcome=outcome,
        error_code="" if result.taken else result.code,
        message=result.message,
    )


def refused(units: Collection[str] | None = None) -> QuerySet[RelayItem]:
    """What the portal refused and nothing later took the place of; latest first.

    ``units`` are those that handle the dossiers, if not all.
    """
    found = RelayItem.objects.filter(state=RelayItem.State.REFUSED).order_by("-answered_at", "id")
    return found if units is None else found.filter(handled_by__in=units)


def send_again(items: QuerySet[RelayItem]) -> int:
    """Let refused items be sent again; how many."""
    again: int = items.filter(state=RelayItem.State.REFUSED).update(
        state=RelayItem.State.WAITING, attempts=0, due_at=now()
    )
    return again
