"""The office's log: an append-only tree with an entry for each edition and for where the audit log stood.

Its signed checkpoints are what other offices witness: as long as one of them is kept elsewhere, nothing
that was published before can be rewritten unseen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from phucvu.accounts import audit
from phucvu.accounts.models import AuditHead
from phucvu.editions.models import LogEntry, LogHead
from phucvu.editions.office_key import office_key
from phucvu.inbox.clock import now
from phucvu.proofs.checkpoint import Checkpoint
from phucvu.proofs.merkle import Tree
from phucvu.proofs.note import Note, encoded


def entries(size: int | None = None) -> list[bytes]:
    """The log's entries, or the first ``size`` of them."""
    rows = LogEntry.objects.order_by("index").values_list("entry", flat=True)
    return [bytes(entry) for entry in (rows if size is None else rows[:size])]


def tree() -> Tree:
    return Tree.of(entries())


def head() -> LogHead | None:
    """The latest signed checkpoint."""
    found: LogHead | None = LogHead.objects.order_by("-size").first()
    return found


def of_edition(number: int, checkpoint: Checkpoint) -> bytes:
    """The entry of an edition: which, and the root of its tree."""
    return _written(
        edition=number, origin=checkpoint.origin, size=checkpoint.size, root=encoded(checkpoint.root)
    )


def of_audit(number: int, hash_: str) -> bytes:
    """The entry that anchors the audit log: how many entries it had, and the hash of the last."""
    return _written(audit=number, hash=hash_)


def append(*more: bytes) -> LogHead:
    """Add entries, and one of where the audit log stands, and sign the log as it is then."""
    with transaction.atomic():
        lock()
        held = entries()
        new = [*more, of_audit(*audit.last())]
        LogEntry.objects.bulk_create(
            LogEntry(index=index, entry=entry) for index, entry in enumerate(new, start=len(held))
        )
        return _signed([*held, *new])


def lock() -> None:
    """Let nobody else write editions, the log or the audit log before this transaction ends."""
    AuditHead.objects.select_for_update().get(pk=audit.ONE)


def _signed(all_: Iterable[bytes]) -> LogHead:
    key, grown = office_key(), Tree.of(all_)
    note = key.signed(Note(str(Checkpoint(key.name, grown.size, grown.root()))))
    made: LogHead = LogHead.objects.create(size=grown.size, signed_at=now(), note=str(note))
    return made


def read(entry: bytes) -> dict[str, Any]:
    """What an entry says."""
    said = json.loads(entry)
    return said if isinstance(said, dict) else {}


def _written(**said: Any) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
