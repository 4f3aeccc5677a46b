"""Witnessing the log of another office: seen to have only grown since it was last seen, and cosigned."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from phucvu.editions import log
from phucvu.editions.models import LogHead, Witnessed
from phucvu.editions.office_key import witness_key
from phucvu.figures.periods import VIETNAM
from phucvu.inbox.clock import now
from phucvu.problems import Fault, UnusableError
from phucvu.proofs.checkpoint import Checkpoint
from phucvu.proofs.errors import ProofError
from phucvu.proofs.merkle import is_consistent
from phucvu.proofs.note import Note, PublicKey


def witness(note: Note, key: PublicKey, consistency: Sequence[bytes]) -> Note:
    """Cosign the checkpoint of another office's log, signed by its ``key``.

    ``consistency`` proves that the log begins with what was seen of it last. Raises UnusableError where it
    does not, or the checkpoint is not signed by the key that it was first seen with.
    """
    try:
        said = Checkpoint.read(note.text)
        signed = key in note.signers([key])
    except ProofError as error:
        raise UnusableError(Fault(error.code, **error.parameters)) from error
    if not signed:
        raise UnusableError(Fault("proof_signed_by_nobody_known", origin=said.origin))
    with transaction.atomic():
        row = Witnessed.objects.select_for_update().filter(origin=said.origin).first()
        if row is not None:
            _check_grown(row, said, str(key), consistency)
        seen = {"key": str(key), "size": said.size, "note": str(note)}
        Witnessed.objects.update_or_create(origin=said.origin, defaults=seen)
    return witness_key().signed(note, int(now().replace(tzinfo=VIETNAM).timestamp()))


def _check_grown(row: Witnessed, said: Checkpoint, key: str, consistency: Sequence[bytes]) -> None:
    held = Checkpoint.read(Note.read(row.note).text)
    if row.key != key:
        raise UnusableError(Fault("witness_another_key", origin=said.origin))
    if not is_consistent(held.size, held.root, said.size, said.root, consistency):
        raise UnusableError(Fault("witness_not_grown", origin=said.origin, seen=held.size, now=said.size))


def add_cosignature(note: Note, witnesses: Sequence[PublicKey]) -> int:
    """Keep the cosignatures that others gave to a checkpoint of the own log; how many are new.

    Raises UnusableError where it is no checkpoint of this log, or a cosignature is false.
    """
    head = next((h for h in LogHead.objects.all() if Note.read(h.note).text == note.text), None)
    if head is None:
        raise UnusableError(Fault("witness_of_another_log"))
    try:
        signers = {(key.name, key.identity) for key in note.signers(witnesses)}
    except ProofError as error:
        raise UnusableError(Fault(error.code, **error.parameters)) from error
    held = Note.read(head.note)
    new = [s for s in note.signatures if (s.name, s.identity) in signers and s not in held.signatures]
    head.note = str(Note(held.text, (*held.signatures, *new)))
    head.save()
    return len(new)


def consistency_since(size: int) -> list[bytes]:
    """The proof that the own log begins with its first ``size`` entries, for those who saw it then."""
    latest = log.head()
    if latest is None or not 0 <= size <= latest.size:
        raise UnusableError(Fault("log_never_had", size=size))
    return log.tree().consistency(size, latest.size)
