"""Making keys and signatures; the one module of proofs that needs a library (``cryptography``)."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from phucvu.proofs.errors import ProofError
from phucvu.proofs.note import (
    KEY_ID_SIZE,
    TIME_SIZE,
    Kind,
    Note,
    PublicKey,
    Signature,
    cosigned_message,
    decoded,
    encoded,
)

MARK = "PRIVATE+KEY+"


@dataclass(frozen=True)
class SigningKey:
    """A name and its private key (32 bytes); never shown, and written only where it is kept.

    As text it is ``PRIVATE+KEY+name+identity+key``, the form that tools for signed notes use.
    """

    name: str
    kind: Kind
    seed: bytes

    def __repr__(self) -> str:
        return f"SigningKey({self.name!r}, {self.kind!r})"

    @classmethod
    def new(cls, name: str, kind: Kind = Kind.NOTE) -> SigningKey:
        raw = Encoding.Raw, PrivateFormat.Raw, NoEncryption()
        return cls(name, kind, Ed25519PrivateKey.generate().private_bytes(*raw))

    @classmethod
    def read(cls, text: str) -> SigningKey:
        """The key that ``secret`` wrote.

        Raises:
            ProofError: the text is no such key. What it says is not repeated.
        """
        name, _, rest = text.strip().removeprefix(MARK).partition("+")
        identity, _, material = rest.partition("+")
        try:
            kind, *seed = decoded(material)
            found = cls(name, Kind(kind), bytes(seed))
            same = identity == found.public.identity.hex()
        except ValueError:
            same = False
        if not same or not text.startswith(MARK):
            raise ProofError("proof_key_unusable")
        return found

    @property
    def secret(self) -> str:
        """The text to keep where only the office can read it."""
        return f"{MARK}{self.name}+{self.public.identity.hex()}+{encoded(bytes([self.kind]) + self.seed)}"

    @property
    def public(self) -> PublicKey:
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return PublicKey(self.name, public, self.kind)

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def signed(self, note: Note, time: int = 0) -> Note:
        """The note with this key's signature at its end; ``time`` in seconds since 1970 for a cosignature."""
        text = note.text.encode()
        said = b"" if self.kind is Kind.NOTE else time.to_bytes(TIME_SIZE, "big")
        message = text if self.kind is Kind.NOTE else cosigned_message(note.text, time)
        signature = Signature(self.name, self.public.identity[:KEY_ID_SIZE], said + self._key.sign(message))
        return Note(note.text, (*note.signatures, signature))
