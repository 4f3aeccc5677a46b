"""Signed notes, keys, checkpoints and cosignatures: read back, and refused where anything is off."""

from __future__ import annotations

import pytest

from phucvu.proofs.checkpoint import Checkpoint
from phucvu.proofs.errors import ProofError
from phucvu.proofs.merkle import EMPTY
from phucvu.proofs.note import LARGEST, Kind, Note, PublicKey, encoded
from phucvu.proofs.signing import SigningKey

OFFICE = SigningKey("phucvu.example/tinh-a", Kind.NOTE, bytes(range(32)))
WITNESS = SigningKey("witness.example/tinh-b", Kind.COSIGNATURE, bytes(range(1, 33)))
TEXT = str(Checkpoint("phucvu.example/tinh-a/1", 12, EMPTY))

# The example of c2sp.org/signed-note, whose text has an empty line within.
EXAMPLE = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "\N{EM DASH} quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJ"
    "KONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)


def test_a_note_is_read_as_it_was_written() -> None:
    note = Note.read(EXAMPLE)
    assert str(note) == EXAMPLE
    assert note.text.endswith("\n\ned è subito sera.\n")
    assert note.signatures[0].name == "quasimodo.example/salvatore"
    assert note.signers([OFFICE.public]) == {}


def test_a_checkpoint_signed_and_witnessed() -> None:
    note = WITNESS.signed(OFFICE.signed(Note(TEXT)), time=1_790_000_000)
    again = Note.read(str(note))
    assert again == note
    assert again.signers([OFFICE.public, WITNESS.public]) == {OFFICE.public: 0, WITNESS.public: 1_790_000_000}
    assert Checkpoint.read(again.text) == Checkpoint("phucvu.example/tinh-a/1", 12, EMPTY)


@pytest.mark.parametrize("key", [OFFICE, WITNESS])
def test_a_changed_text_or_time_makes_the_signature_false(key: SigningKey) -> None:
    note = key.signed(Note(TEXT), time=1_790_000_000)
    for text in (TEXT.replace("12", "13"), TEXT + "more\n"):
        with pytest.raises(ProofError) as caught:
            Note(text, note.signatures).signers([key.public])
        assert caught.value.code == "proof_signature_false"
    bare = key.signed(Note(TEXT), time=1).signatures[0]
    cut = type(bare)(bare.name, bare.identity, bare.signature[:-1])
    with pytest.raises(ProofError):
        Note(TEXT, (cut,)).signers([key.public])


def test_a_cosignature_of_one_time_is_not_one_of_another() -> None:
    first, second = (WITNESS.signed(Note(TEXT), time).signatures[0] for time in (5, 6))
    mixed = type(first)(first.name, first.identity, second.signature[:8] + first.signature[8:])
    with pytest.raises(ProofError):
        Note(TEXT, (mixed,)).signers([WITNESS.public])


def test_keys_are_told_by_name_and_kind() -> None:
    other = SigningKey(OFFICE.name, Kind.COSIGNATURE, OFFICE.seed)
    assert other.public.identity != OFFICE.public.identity
    assert OFFICE.signed(Note(TEXT)).signers([other.public]) == {}
    for key in (OFFICE, WITNESS):
        assert PublicKey.read(str(key.public)) == key.public
        assert SigningKey.read(key.secret) == key
        assert encoded(key.seed) not in repr(key)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no key",
        "name+00000000+" + encoded(bytes([1]) + bytes(32)),
        str(OFFICE.public).replace("tinh-a", "tinh-b"),
        str(OFFICE.public)[:-4],
        f"two words+{OFFICE.public.identity.hex()}+" + encoded(bytes([1]) + OFFICE.public.key),
        f"{OFFICE.name}+{OFFICE.public.identity.hex()}+" + encoded(bytes([9]) + OFFICE.public.key),
    ],
)
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(ProofError, match="proof_key_unusable"):
        PublicKey.read(text)
    with pytest.raises(ProofError, match="proof_key_unusable"):
        SigningKey.read("PRIVATE+KEY+" + text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no signature\n",
        "no line for the signature\n\n",
        "text\n\n- wrong.dash AAAAAAA=\n",
        "text\n\n\N{EM DASH} name not-base64!\n",
        "text\n\n\N{EM DASH} name AAAA\n",
        "text\n\n\N{EM DASH} na+me AAAAAAA=\n",
        "text\twith a control character\n\n\N{EM DASH} name AAAAAAA=\n",
        "text\n\n\N{EM DASH} name AAAAAAB=\n",
        "text\n\n\N{EM DASH} name AAAAAAA=",
    ],
)
def test_what_is_no_note(text: str) -> None:
    with pytest.raises(ProofError, match="proof_note_unreadable"):
        Note.read(text)


def test_a_note_too_large_is_not_read() -> None:
    with pytest.raises(ProofError, match="proof_too_large"):
        Note.read("x" * LARGEST + "\n\n\N{EM DASH} name AAAAAAA=\n")
    with pytest.raises(ProofError, match="proof_too_large"):
        Note.read("x\n\n" + "\N{EM DASH} name AAAAAAA=\n" * 65)


@pytest.mark.parametrize(
    "text",
    ["", "origin\n", "origin\n1\n", "origin\n01\n" + encoded(EMPTY) + "\n", "\n1\n" + encoded(EMPTY) + "\n",
     "origin\n1\nAAAA\n", "origin\n1\n" + encoded(EMPTY), "origin\n1\n" + encoded(EMPTY) + "\n\n",
     "origin\n-1\n" + encoded(EMPTY) + "\n", "origin\n١\n" + encoded(EMPTY) + "\n"],
)  # fmt: skip
def test_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(ProofError):
        Checkpoint.read(text)
