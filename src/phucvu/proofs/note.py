"""Signed notes (c2sp.org/signed-note): a text, an empty line, and a line for each signature."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

from phucvu.proofs.ed25519 import KEY_SIZE, SIGNATURE_SIZE, is_signed
from phucvu.proofs.errors import ProofError

LARGEST = 65_536
"""Bytes of a note that are looked at."""
MOST_SIGNATURES = 64
DASH = "\N{EM DASH} "
KEY_ID_SIZE = 4
TIME_SIZE = 8
LATEST = 2**63 - 1
"""The last second that a cosignature may name."""

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
NAME = re.compile(r"[^\s+]+")


class Kind(IntEnum):
    """What a key signs: the byte that stands for it in a key's identity."""

    NOTE = 0x01
    """The text of a note (Ed25519)."""
    COSIGNATURE = 0x04
    """A checkpoint together with the time of looking (c2sp.org/tlog-cosignature, Ed25519)."""


@dataclass(frozen=True)
class PublicKey:
    """Somebody's name and public key; as text ``name+identity+key``, the form that C2SP calls vkey."""

    name: str
    key: bytes
    kind: Kind = Kind.NOTE

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name) or len(self.key) != KEY_SIZE:
            raise ProofError("proof_key_unusable")

    @property
    def identity(self) -> bytes:
        """The four bytes by which signatures name the key."""
        said = self.name.encode() + b"\n" + bytes([self.kind]) + self.key
        return hashlib.sha256(said).digest()[:KEY_ID_SIZE]

    def __str__(self) -> str:
        return f"{self.name}+{self.identity.hex()}+{encoded(bytes([self.kind]) + self.key)}"

    @classmethod
    def read(cls, text: str) -> PublicKey:
        """The key that a text stands for.

        Raises:
            ProofError: it is no such text, or its identity is not that of its key.
        """
        name, _, rest = text.strip().partition("+")
        identity, _, material = rest.partition("+")
        try:
            kind, *key = decoded(material)
            found = cls(name, bytes(key), Kind(kind))
        except ValueError as error:
            raise ProofError("proof_key_unusable") from error
        if identity != found.identity.hex():
            raise ProofError("proof_key_unusable")
        return found

    def signed(self, text: str, signature: bytes) -> int | None:
        """When a text was signed: seconds since 1970 of a cosignature, 0 of a signature, None if not."""
        if self.kind is Kind.NOTE:
            return 0 if is_signed(self.key, text.encode(), signature) else None
        if len(signature) != TIME_SIZE + SIGNATURE_SIZE:
            return None
        time = int.from_bytes(signature[:TIME_SIZE], "big")
        if time > LATEST:
            return None
        message = cosigned_message(text, time)
        return time if is_signed(self.key, message, signature[TIME_SIZE:]) else None


def cosigned_message(text: str, time: int) -> bytes:
    """What a witness signs of a checkpoint at ``time`` (seconds since 1970)."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


@dataclass(frozen=True)
class Signature:
    """A line under a note: whose it says it is, and the bytes."""

    name: str
    identity: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{DASH}{self.name} {encoded(self.identity + self.signature)}"


@dataclass(frozen=True)
class Note:
    """A text that ends with a new line, and what is signed under it."""

    text: str
    signatures: tuple[Signature, ...] = field(default=())

    def __str__(self) -> str:
        return f"{self.text}\n" + "".join(f"{one}\n" for one in self.signatures)

    @classmethod
    def read(cls, text: str) -> Note:
        """The note that a file holds.

        Raises:
            ProofError: it is larger than ``LARGEST``, or no signed note.
        """
        if len(text.encode()) > LARGEST:
            raise ProofError("proof_too_large", most=LARGEST)
        body, gap, lines = text.rpartition("\n\n")
        if not gap or not lines.endswith("\n") or CONTROL.search(text):
            raise ProofError("proof_note_unreadable")
        signatures = [_signature(line) for line in lines[:-1].split("\n")]
        if len(signatures) > MOST_SIGNATURES:
            raise ProofError("proof_too_large", most=MOST_SIGNATURES)
        return cls(f"{body}\n", tuple(signatures))

    def signers(self, keys: Iterable[PublicKey]) -> dict[PublicKey, int]:
        """Which of these keys signed, and when: see ``PublicKey.signed``.

        Raises:
            ProofError: a signature that says it is of one of the keys is not.
        """
        found: dict[PublicKey, int] = {}
        known = {(key.name, key.identity): key for key in keys}
        for one in self.signatures:
            if (key := known.get((one.name, one.identity))) is None:
                continue
            time = key.signed(self.text, one.signature)
            if time is None:
                raise ProofError("proof_signature_false", name=key.name)
            found[key] = time
        return found


def _signature(line: str) -> Signature:
    name, _, material = line.removeprefix(DASH).partition(" ")
    if not line.startswith(DASH) or not NAME.fullmatch(name):
        raise ProofError("proof_note_unreadable")
    said = decoded(material)
    if len(said) <= KEY_ID_SIZE:
        raise ProofError("proof_note_unreadable")
    return Signature(name, said[:KEY_ID_SIZE], said[KEY_ID_SIZE:])


def encoded(data: bytes) -> str:
    """Bytes in base 64."""
    return base64.b64encode(data).decode()


def decoded(text: str) -> bytes:
    """The bytes that base 64 stands for, in its one spelling.

    Raises:
        ProofError: the text is not such.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProofError("proof_note_unreadable") from error
    if encoded(data) != text:
        raise ProofError("proof_note_unreadable")
    return data
