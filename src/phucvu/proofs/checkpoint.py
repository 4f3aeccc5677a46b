"""Checkpoints (c2sp.org/tlog-checkpoint): which tree, its size and its root, as the text of a note."""

from __future__ import annotations

import re
from dataclasses import dataclass

from phucvu.proofs.errors import ProofError
from phucvu.proofs.merkle import HASH_SIZE
from phucvu.proofs.note import decoded, encoded

SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Checkpoint:
    """The tree named ``origin`` with its first ``size`` entries and their ``root``.

    ``extensions`` are further lines, not empty, that are signed with it.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [self.origin, str(self.size), encoded(self.root), *self.extensions]
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def read(cls, text: str) -> Checkpoint:
        """The checkpoint that the text of a note is.

        Raises:
            ProofError: it is none.
        """
        if not text.endswith("\n"):
            raise ProofError("proof_checkpoint_unreadable")
        origin, *rest = text[:-1].split("\n")
        if len(rest) < 2 or not origin or not SIZE.fullmatch(rest[0]) or not all(rest[2:]):
            raise ProofError("proof_checkpoint_unreadable")
        root = decoded(rest[1])
        if len(root) != HASH_SIZE:
            raise ProofError("proof_checkpoint_unreadable")
        return cls(origin, int(rest[0]), root, tuple(rest[2:]))
