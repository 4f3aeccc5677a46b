"""The audit log: entries that each carry the hash of the one before.

The hash of an entry is the SHA-256 of its canonical JSON, the previous hash among it, so that no entry
can be changed, taken out, put in or moved without breaking the chain; the head row tells when the last
ones are missing. What this cannot show is a log rewritten as a whole by somebody who can write to the
database and knows this program. Against that, note the last number and hash (``last``) where the
database's administrators cannot write, and hand them to ``verify``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from phucvu.accounts.models import AuditEntry, AuditHead, User
from phucvu.figures.periods import VIETNAM
from phucvu.inbox.clock import now
from phucvu.problems import Fault

BEGINNING = "0" * 64
"""What the first entry carries for the hash of the one before."""

COMMAND_LINE = "(dòng lệnh)"
"""The actor of what is done by a command: whoever may run it may write the database as well."""

ONE = 1
"""The head row's key."""

HASHED = ("number", "moment", "actor", "action", "object", "unit", "details", "previous")


@dataclass(frozen=True)
class Broken:
    """The first place where the log is not what was written: the entry's number, and what is wrong."""

    number: int
    problem: Fault


def append(actor: User | str, action: str, *, object: str = "", unit: str = "", **details: Any) -> AuditEntry:
    """Write an entry; within a transaction it stands or falls with what it tells of.

    ``details`` are whatever JSON can hold. Entries are written one after another, whichever process
    writes them.
    """
    with transaction.atomic():
        # SQLite lets one transaction write at a time; PostgreSQL waits at this row.
        head = AuditHead.objects.select_for_update().get(pk=ONE)
        entry = AuditEntry(
            number=head.count + 1,
            moment=now(),
            actor=_fitting(actor if isinstance(actor, str) else actor.username, 100),
            action=_fitting(action, 50),
            object=_fitting(object, 200),
            unit=_fitting(unit, 50),
            details=_canonical(details),
            previous=head.hash,
        )
        entry.hash = hash_of(entry)
        entry.save(force_insert=True)
        head.count, head.hash = entry.number, entry.hash
        head.save()
    return entry


def hash_of(entry: AuditEntry) -> str:
    """SHA-256 of the entry's canonical JSON: keys sorted, no spaces, UTF-8, the moment in ISO form."""
    said = {name: getattr(entry, name) for name in HASHED}
    said["moment"] = entry.moment.isoformat(timespec="microseconds")
    return hashlib.sha256(_canonical(said).encode()).hexdigest()


def verify(noted: tuple[int, str] | None = None) -> Broken | None:
    """The first entry that is not as it was written; None where all are.

    ``noted`` is the number and hash of an entry as ``last`` gave them once, kept elsewhere. Others may
    write entries meanwhile.
    """
    head = AuditHead.objects.filter(pk=ONE).first()
    if head is None:
        return _broken(1, Fault("audit_head_gone"))
    number, previous = 0, BEGINNING
    for entry in AuditEntry.objects.filter(number__lte=head.count).order_by("number").iterator():
        number += 1
        if entry.number != number:
            return _missing(number)
        if entry.previous != previous:
            return _broken(number, Fault("audit_entry_detached"))
        previous = hash_of(entry)
        if entry.hash != previous:
            return _broken(number, Fault("audit_entry_altered"))
        if noted and noted[0] == number and noted[1] != previous:
            return _broken(number, Fault("audit_entry_not_as_noted"))
    if head.count > number or (noted and noted[0] > number):
        return _missing(number + 1)
    if head.hash != previous:
        return _broken(number, Fault("audit_head_altered"))
    beyond = AuditEntry.objects.filter(number__gt=AuditHead.objects.filter(pk=ONE).values("count"))
    if (first := beyond.order_by("number").first()) is not None:
        return _broken(first.number, Fault("audit_entry_of_another"))
    return None


def last() -> tuple[int, str]:
    """The number and hash of the last entry, to be noted elsewhere."""
    head = AuditHead.objects.get(pk=ONE)
    return head.count, head.hash


def export() -> Iterator[str]:
    """Every entry as a line of JSON, from the first, with the zone of its moment and its hash.

    The hash was made of all the others: a moment stands in it as it was written, without a zone.
    """
    for entry in AuditEntry.objects.order_by("number").iterator():
        said = {name: getattr(entry, name) for name in HASHED}
        said |= {"moment": entry.moment.isoformat(timespec="microseconds"), "details": entry.said}
        yield json.dumps(said | {"zone": _zone(entry.moment), "hash": entry.hash}, ensure_ascii=False)


def _zone(moment: dt.datetime) -> str:
    """The zone of a moment in Vietnam as ISO 8601 writes it: +07:00."""
    return moment.replace(tzinfo=VIETNAM).isoformat()[-6:]


def _missing(number: int) -> Broken:
    return _broken(number, Fault("audit_entry_missing"))


def _broken(number: int, reason: Fault) -> Broken:
    return Broken(number, Fault("audit_broken", number=number, reason=reason))


def _canonical(said: dict[str, Any]) -> str:
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return _storable(text)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _fitting(text: str, longest: int) -> str:
    text = _storable(text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _storable(text: str) -> str:
    """Without what one of the databases refuses: half of a surrogate pair, and NUL."""
    return text.encode(errors="replace").decode().replace("\0", "\ufffd")
