"""Signatures as RFC 8032 has them, and as the library of the field makes and judges them."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from phucvu.proofs.ed25519 import ORDER, is_signed

# RFC 8032, 7.1: public key, message, signature.
EXAMPLES = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), EXAMPLES)
def test_the_examples_of_the_standard(key: str, message: str, signature: str) -> None:
    said = [bytes.fromhex(text) for text in (key, message, signature)]
    assert is_signed(*said)
    assert not is_signed(said[0], said[1] + b"x", said[2])


@settings(max_examples=30)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
def test_what_the_library_signs_passes_and_no_bit_may_differ(seed: bytes, message: bytes, bit: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert is_signed(public, message, signature)
    turned = bytearray(signature)
    turned[bit // 8] ^= 1 << bit % 8
    assert not is_signed(public, message, bytes(turned))


@settings(max_examples=30)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=20), st.binary(min_size=64, max_size=64))
def test_it_judges_as_the_library_does(key: bytes, message: bytes, signature: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        judged = True
    except (InvalidSignature, ValueError):
        judged = False
    assert is_signed(key, message, signature) is judged


def test_a_second_signature_cannot_be_made_from_one() -> None:
    key, message, signature = (bytes.fromhex(text) for text in EXAMPLES[0])
    larger = int.from_bytes(signature[32:], "little") + ORDER
    assert not is_signed(key, message, signature[:32] + larger.to_bytes(32, "little"))
    assert not is_signed(key, message, signature[:-1])
    assert not is_signed(key[:-1], message, signature)
