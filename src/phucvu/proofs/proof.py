"""A proof that an entry stands in a signed tree: as a text file, and as few bytes for a QR code.

The file is that of c2sp.org/tlog-proof, with the entry as its extra data. The short form holds the same,
without the root, which follows from the path, and the checkpoint's text, which follows from the origin and
the size. Where even so it is over ``SHORTEST_WITH_SIGNATURE`` bytes, the short form leaves the signature out;
then the signed checkpoint has to be given beside it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from phucvu.proofs.checkpoint import SIZE, Checkpoint
from phucvu.proofs.ed25519 import SIGNATURE_SIZE
from phucvu.proofs.errors import ProofError
from phucvu.proofs.merkle import HASH_SIZE, leaf_hash, root_of_inclusion
from phucvu.proofs.note import KEY_ID_SIZE, LARGEST, Note, PublicKey, Signature, decoded, encoded

FIRST_LINE = "c2sp.org/tlog-proof@v1"
LONGEST_PATH = 63
SHORTEST_WITH_SIGNATURE = 600
"""Bytes of a short form up to which it carries its signature."""

SIGNED, UNSIGNED = 1, 2
"""The first byte of a short form: its version, and whether a signature ends it."""


@dataclass(frozen=True)
class Proof:
    """``entry`` stands at ``index`` of the tree that ``note``, a signed checkpoint, tells of, by ``path``.

    A proof of which only the entry and its path are known has a note without signatures.
    """

    entry: bytes
    index: int
    path: tuple[bytes, ...]
    note: Note

    @property
    def checkpoint(self) -> Checkpoint:
        return Checkpoint.read(self.note.text)

    def checked(self, keys: Iterable[PublicKey]) -> dict[PublicKey, int]:
        """Which of these keys signed the tree that the entry stands in, and when (see ``Note.signers``).

        Raises:
            ProofError: the entry does not stand in that tree, or none of the keys signed it.
        """
        said = self.checkpoint
        if root_of_inclusion(leaf_hash(self.entry), self.index, said.size, self.path) != said.root:
            raise ProofError("proof_not_in_tree", origin=said.origin)
        signers = self.note.signers(keys)
        if not signers:
            raise ProofError("proof_signed_by_nobody_known", origin=said.origin)
        return signers

    def under(self, note: Note) -> Proof:
        """The same proof with the signatures of a checkpoint of the same tree.

        Raises:
            ProofError: the checkpoint is of another tree.
        """
        if note.text != self.note.text:
            raise ProofError("proof_checkpoint_of_another", origin=self.checkpoint.origin)
        return replace(self, note=note)

    def __str__(self) -> str:
        """The text file."""
        path = "".join(f"{encoded(one)}\n" for one in self.path)
        return f"{FIRST_LINE}\nextra {encoded(self.entry)}\nindex {self.index}\n{path}\n{self.note}"

    @classmethod
    def read(cls, text: str) -> Proof:
        """The proof that a text file holds.

        Raises:
            ProofError: it holds none.
        """
        if len(text.encode()) > LARGEST:
            raise ProofError("proof_too_large", most=LARGEST)
        head, gap, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        if first != FIRST_LINE or not gap or len(lines) < 2:
            raise ProofError("proof_unreadable")
        extra, index, *path = lines
        if not extra.startswith("extra ") or not SIZE.fullmatch(number := index.removeprefix("index ")):
            raise ProofError("proof_unreadable")
        hashes = tuple(decoded(line) for line in path)
        if any(len(one) != HASH_SIZE for one in hashes) or len(hashes) > LONGEST_PATH:
            raise ProofError("proof_unreadable")
        found = cls(decoded(extra.removeprefix("extra ")), int(number), hashes, Note.read(note))
        Checkpoint.read(found.note.text)
        return found

    def short(self, signer: PublicKey) -> bytes:
        """The few bytes for a QR code, with the signature of ``signer`` if there is room.

        The tree's origin must be the signer's name with ``/`` and a tail; the tail alone is written.

        Raises:
            ProofError: the origin has another form, or the signer did not sign.
        """
        said = self.checkpoint
        stem = f"{signer.name}/"
        own = [
            s.signature
            for s in self.note.signatures
            if (s.name, s.identity) == (signer.name, signer.identity)
        ]
        if not said.origin.startswith(stem) or said.extensions or not own:
            raise ProofError("proof_signed_by_nobody_known", origin=said.origin)
        tail = said.origin.removeprefix(stem).encode()
        body = b"".join(
            [
                signer.identity,
                *(_number(len(part)) + part for part in (signer.name.encode(), tail, self.entry)),
                _number(said.size),
                _number(self.index),
                *self.path,
            ]
        )
        whole = bytes([SIGNED]) + body + own[0]
        return whole if len(whole) <= SHORTEST_WITH_SIGNATURE else bytes([UNSIGNED]) + body

    @classmethod
    def read_short(cls, data: bytes) -> Proof:
        """The proof that a short form stands for.

        Raises:
            ProofError: the bytes stand for none.
        """
        if len(data) > LARGEST:
            raise ProofError("proof_too_large", most=LARGEST)
        rest = _Bytes(data)
        signed = rest.take(1)[0]
        if signed not in (SIGNED, UNSIGNED):
            raise ProofError("proof_unreadable")
        identity = rest.take(KEY_ID_SIZE)
        try:
            name, tail = (rest.take(rest.number()).decode() for _ in range(2))
        except UnicodeDecodeError as error:
            raise ProofError("proof_unreadable") from error
        entry, size, index = rest.take(rest.number()), rest.number(), rest.number()
        signature = rest.last(SIGNATURE_SIZE) if signed == SIGNED else b""
        path = tuple(rest.take(HASH_SIZE) for _ in range(rest.left // HASH_SIZE))
        root = root_of_inclusion(leaf_hash(entry), index, size, path)
        if rest.left or root is None or re.search(r"[\s+]", name + tail) or not name:
            raise ProofError("proof_unreadable")
        signatures = (Signature(name, identity, signature),) if signature else ()
        return cls(entry, index, path, Note(str(Checkpoint(f"{name}/{tail}", size, root)), signatures))


def as_qr_text(short: bytes) -> str:
    """A short form in capital letters and digits (base 32), of which a QR code holds most."""
    return base64.b32encode(short).decode().rstrip("=")


def read_any(data: bytes) -> Proof:
    """The proof in a file, a short form, or the text of a QR code, whatever address stands before it.

    Raises:
        ProofError: there is none.
    """
    if data[:1] in (bytes([SIGNED]), bytes([UNSIGNED])):
        return Proof.read_short(data)
    if len(data) > LARGEST:
        raise ProofError("proof_too_large", most=LARGEST)
    try:
        text = data.decode()
        if text.startswith(FIRST_LINE):
            return Proof.read(text)
        letters = text.strip().rpartition("/")[2]
        return Proof.read_short(base64.b32decode(letters + "=" * (-len(letters) % 8)))
    except ValueError as error:  # of UTF-8 or base 32, and a ProofError itself
        raise error if isinstance(error, ProofError) else ProofError("proof_unreadable") from error


def _number(value: int) -> bytes:
    """A whole number in as few bytes as it needs: seven bits each, the lowest first (LEB128)."""
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


class _Bytes:
    """Bytes taken from the front, and from the end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._end = data, 0, len(data)

    @property
    def left(self) -> int:
        return self._end - self._at

    def take(self, count: int) -> bytes:
        if count > self.left:
            raise ProofError("proof_unreadable")
        self._at += count
        return self._data[self._at - count : self._at]

    def last(self, count: int) -> bytes:
        if count > self.left:
            raise ProofError("proof_unreadable")
        self._end -= count
        return self._data[self._end : self._end + count]

    def number(self) -> int:
        """A number as ``_number`` writes it, of nine bytes at most."""
        value = 0
        for shift in range(0, 63, 7):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if shift and not byte:
                    break
                return value
        raise ProofError("proof_unreadable")
