"""Moving what waits in the inbox into the records: in the order of arrival, each payload once.

A payload is marked as moved after the records are committed. Killed in between, it is moved again, and
the records know every row of it already (``Store.append``); so it is there once, whole.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
import zlib
from collections import defaultdict
from dataclasses import dataclass

import msgspec
import polars as pl
from django.db import transaction
from django.db.models import F, QuerySet

from phucvu.inbox import rhythm
from phucvu.inbox.models import Body, Move, Payload, Sender
from phucvu.inbox.reading import TABLES, understand
from phucvu.inbox.watching import Registers
from phucvu.records import set_aside
from phucvu.records.set_aside import Aside

BROUGHT = ("dossiers", "steps", "set_aside")
"""The tables of the records that the inbox brings rows of."""

log = logging.getLogger(__name__)

ITEMS_AT_ONCE = 20_000
BYTES_AT_ONCE = 64 << 20
PAYLOADS_AT_ONCE = 1000
"""A batch is moved in one commit for each table; larger ones only take more memory. Bytes are those of what
was sent, before it was deflated: a body takes a thousandth of them where it repeats itself."""

CHUNK = 1 << 20
"""Bytes inflated at once where only their number is asked."""


@dataclass
class Outcome:
    """How many items of a sender were taken, set aside and refused."""

    accepted: int = 0
    set_aside: int = 0
    refused: int = 0


class Batch:
    """Payloads read together, before anything is written."""

    def __init__(self, registers: Registers) -> None:
        self.registers = registers
        self.frames: dict[str, list[pl.DataFrame]] = defaultdict(list)
        self.asides: list[Aside] = []
        self.outcomes: dict[int, Outcome] = defaultdict(Outcome)

    def read(self, payloads: list[Payload]) -> None:
        """Read payloads that were sent alike (see ``_alike``)."""
        first = payloads[0]
        items = [item for p in payloads for item in items_of(p)]
        read = understand(
            items,
            first.service,
            self.registers,
            account=first.sender.unit,
            unit=first.unit,
            now=first.received_at,
        )
        self.frames[TABLES[first.service]].append(read.frame)
        self.asides += read.aside.values()
        outcome = self.outcomes[first.sender_id]
        outcome.accepted += read.frame.height
        outcome.set_aside += len(read.aside)
        outcome.refused += len(read.refused)


def items_of(payload: Payload) -> list[bytes]:
    """What was sent, checked to be just that. Raises ValueError where the database holds something else."""
    packed = zlib.decompress(payload.body.packed)
    if hashlib.sha256(packed).hexdigest() != payload.digest:
        raise ValueError(payload.pk)
    return msgspec.msgpack.decode(packed, type=list[bytes])


class Mover:
    """Moves payloads as long as a process runs.

    Every move has a number, which each table that it writes to notes under the name of this run, in the
    same commit as the rows. A run never goes on from another: after a restore the same payloads may be
    numbered differently, and under another name the two are not mistaken for each other.
    """

    def __init__(self, registers: Registers) -> None:
        self._registers = registers
        self._run = uuid.uuid4().hex
        self._number = 0
        self._noted = dict.fromkeys(BROUGHT, 0)

    def move(self) -> int:
        """Move the payloads that have waited longest, as many as fit a batch; how many there were."""
        state, waiting = _oldest()
        if waiting:
            batch, stuck = read(self._registers, waiting)
            self._number += 1
            for table in write(batch, mark=(mark_of(self._run), self._number)):
                self._noted[table] = self._number
            with transaction.atomic():
                done = Move.objects.create(run=self._run, **self._noted)
                _mark(waiting, stuck, done, state)
                if state == Payload.State.WAITING:
                    _note_senders(waiting, batch.outcomes)
        return len(waiting)


def mark_of(run: str) -> str:
    """The name under which the records note what a run has moved."""
    return f"inbox:{run}"


def try_stuck_again() -> None:
    """Let payloads that could not be read wait once more: a newer program may read them."""
    stuck = Payload.objects.filter(state=Payload.State.STUCK)
    stuck.filter(move__isnull=False).update(state=Payload.State.AGAIN)
    stuck.update(state=Payload.State.WAITING)


def read(registers: Registers, payloads: list[Payload]) -> tuple[Batch, list[Payload]]:
    """The payloads read, and those that cannot be.

    Nothing that is sent should break the reading; if something does, it must not hold up the others.
    """
    registers.known()  # what fails here is not the fault of what was sent
    batch = Batch(registers)
    stuck: list[Payload] = []
    for together in _alike(payloads):
        try:
            batch.read(together)
        except Exception as error:
            stuck += _read_singly(batch, together, error)
    return batch, stuck


def write(batch: Batch, *, mark: tuple[str, int] | None = None) -> list[str]:
    """Bring what was read into the records, in one commit for each table; which tables these are.

    ``mark`` as in ``Store.append``.
    """
    store = batch.registers.store
    for table, frames in batch.frames.items():
        store.append(table, pl.concat(frames), mark=mark)
    set_aside.add(store, batch.asides, mark=mark)
    return [*batch.frames, *(["set_aside"] if batch.asides else [])]


def _oldest() -> tuple[int, list[Payload]]:
    """Payloads to move and their state. Those to be moved again came before the others, and go first."""
    for state in (Payload.State.AGAIN, Payload.State.WAITING):
        if found := first_fitting(Payload.objects.filter(state=state)):
            return state, found
    return Payload.State.WAITING, []


def first_fitting(rows: QuerySet[Payload]) -> list[Payload]:
    """The first of the payloads, as many as fit a batch, but one at least; their bodies are read then."""
    numbers: list[int] = []
    items = size = 0
    for number, count, said in rows.order_by("id").values_list("id", "items", "size")[:PAYLOADS_AT_ONCE]:
        own = unpacked_size(number) if said is None else said
        if numbers and (items + count > ITEMS_AT_ONCE or size + own > BYTES_AT_ONCE):
            break
        numbers.append(number)
        items, size = items + count, size + own
    return list(Payload.objects.filter(pk__in=numbers).select_related("sender", "body").order_by("id"))


def unpacked_size(number: int) -> int:
    """The bytes of a body before it was deflated, counted piece by piece."""
    inflating, size = zlib.decompressobj(), 0
    left = bytes(Body.objects.values_list("packed", flat=True).get(pk=number))
    while left:
        size += len(inflating.decompress(left, CHUNK))
        left = inflating.unconsumed_tail
    return size


def _alike(payloads: list[Payload]) -> list[list[Payload]]:
    """Payloads of one account, unit, service and second, which are read in one go; order is kept."""
    groups: dict[tuple[object, ...], list[Payload]] = defaultdict(list)
    for payload in payloads:
        second = payload.received_at.replace(microsecond=0)
        groups[payload.sender_id, payload.unit, payload.service, second].append(payload)
    return list(groups.values())


def _read_singly(batch: Batch, payloads: list[Payload], error: Exception) -> list[Payload]:
    stuck = []
    for payload in payloads:
        try:
            if len(payloads) > 1:
                batch.read([payload])
                continue
        except Exception as again:
            error = again
        log.error("payload %s cannot be read and is left out: %s", payload.pk, type(error).__name__)
        stuck.append(payload)
    return stuck


def _mark(payloads: list[Payload], stuck: list[Payload], done: Move, before: int) -> None:
    """Note what became of payloads that were in one state before."""
    left_out = {p.pk for p in stuck}
    moved = [p.pk for p in payloads if p.pk not in left_out]
    # One that was moved before is not measured from its receipt until it is counted.
    again = before == Payload.State.AGAIN
    state = Payload.State.COUNTED if again else Payload.State.MOVED
    Payload.objects.filter(pk__in=moved).update(state=state, move=done)
    Payload.objects.filter(pk__in=left_out).update(state=Payload.State.STUCK)


def _note_senders(payloads: list[Payload], outcomes: dict[int, Outcome]) -> None:
    """Note when senders sent and what became of it."""
    by_sender: dict[int, list[Payload]] = defaultdict(list)
    for payload in payloads:
        by_sender[payload.sender_id].append(payload)
    for sender, sent in by_sender.items():
        row = Sender.objects.get(pk=sender)
        times = sorted(p.received_at for p in sent)
        gaps = rhythm.with_messages(row.gaps, row.last_message_at, times)
        outcome = outcomes[sender]
        Sender.objects.filter(pk=sender).update(
            last_message_at=max([*times, *filter(None, [row.last_message_at])]),
            gaps=gaps,
            messages=F("messages") + len(sent),
            accepted=F("accepted") + outcome.accepted,
            set_aside=F("set_aside") + outcome.set_aside,
            refused=F("refused") + outcome.refused,
        )
