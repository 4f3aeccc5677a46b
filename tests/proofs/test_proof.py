"""Proofs as files and as a few bytes, and the tree as tiles."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phucvu.proofs.checkpoint import Checkpoint
from phucvu.proofs.errors import ProofError
from phucvu.proofs.merkle import Tree, leaf_hash
from phucvu.proofs.note import Note
from phucvu.proofs.proof import SHORTEST_WITH_SIGNATURE, Proof, as_qr_text, read_any
from phucvu.proofs.signing import SigningKey
from phucvu.proofs.tiles import WIDTH, Tile, bundle, tiles_of, unbundled

from .plain_reading import largest_power_below, root_along
from .test_note import OFFICE, WITNESS

NATION = 231_000


def proof_of(tree: Tree, entry: bytes, index: int, signer: SigningKey = OFFICE) -> Proof:
    checkpoint = Checkpoint(f"{signer.name}/7", tree.size, tree.root())
    return Proof(entry, index, tuple(tree.inclusion(index)), signer.signed(Note(str(checkpoint))))


def entries_of(size: int) -> list[bytes]:
    return [f"2026-10 H21.{at} 3.3 1234 5678 4.56 3".encode() for at in range(size)]


@pytest.mark.parametrize("size", [1, 2, 3, 8, 300, 4_400])
def test_a_proof_is_read_as_it_was_written_and_checked(size: int) -> None:
    entries = entries_of(size)
    tree = Tree.of(entries)
    for index in {0, size // 2, size - 1}:
        proof = proof_of(tree, entries[index], index)
        assert Proof.read(str(proof)) == proof
        short = proof.short(OFFICE.public)
        assert len(short) <= SHORTEST_WITH_SIGNATURE
        assert Proof.read_short(short) == proof
        assert proof.checked([OFFICE.public]) == {OFFICE.public: 0}


def test_a_province_of_150_units_signs_within_600_bytes_a_nation_leaves_the_signature_beside() -> None:
    leaves = [leaf_hash(str(at).encode()) for at in range(NATION - 1)]
    entry = b"2026-10 H21.17 3.3 1234 5678 4.56 3"
    tree = Tree([*leaves, leaf_hash(entry)])
    province = Tree([*leaves[: 150 * 29], leaf_hash(entry)])
    assert len(proof_of(province, entry, 150 * 29).short(OFFICE.public)) <= 600
    widest = Proof(b"", 0, tuple(tree.inclusion(0)), Note(""))
    assert sum(map(len, widest.path)) == 18 * 32
    assert root_along(b"0", 0, NATION, list(widest.path)) == tree.root()
    # With its index and size the audit path of any of the 231,000 takes at most 600 bytes.
    longest = max(len(tree.inclusion(at)) for at in (0, largest_power_below(NATION) - 1, NATION - 1))
    assert 32 * longest + 3 + 3 <= 600
    proof = proof_of(tree, entry, NATION - 1)
    unsigned = Proof.read_short(proof_of(tree, b"0", 0).short(OFFICE.public))
    assert unsigned.note.signatures == ()
    with pytest.raises(ProofError, match="proof_signed_by_nobody_known"):
        unsigned.checked([OFFICE.public])
    assert unsigned.under(proof.note).checked([OFFICE.public]) == {OFFICE.public: 0}
    elsewhere = OFFICE.signed(Note(str(Checkpoint(f"{OFFICE.name}/8", tree.size, tree.root()))))
    with pytest.raises(ProofError, match="proof_checkpoint_of_another"):
        unsigned.under(elsewhere)


@given(st.integers(1, 40), st.data())
def test_no_byte_of_a_short_form_may_differ(size: int, draw: st.DataObject) -> None:
    entries = entries_of(size)
    index = draw.draw(st.integers(0, size - 1))
    whole = proof_of(Tree.of(entries), entries[index], index).short(OFFICE.public)
    at = draw.draw(st.integers(0, len(whole) - 1))
    turned = whole[at] ^ draw.draw(st.integers(1, 255))
    with pytest.raises(ProofError):
        Proof.read_short(whole[:at] + bytes([turned]) + whole[at + 1 :]).checked([OFFICE.public])
    with pytest.raises(ProofError):
        Proof.read_short(whole[:at]).checked([OFFICE.public])


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_by_name(data: bytes) -> None:
    with pytest.raises(ProofError):
        Proof.read_short(data).checked([OFFICE.public])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("index 3", "index 4"),
        lambda text: text.replace("index 3", "index 03"),
        lambda text: text.replace("tlog-proof@v1", "tlog-proof@v2"),
        lambda text: text.replace("extra ", "extra AAAA"),
        lambda text: text.replace("\n9\n", "\n10\n"),
        lambda text: text.replace("/7\n", "/6\n"),
        lambda text: text + "x",
        lambda text: text[: len(text) // 2],
        lambda text: text + "\n" * 70_000,
    ],
)
def test_a_file_altered_is_refused(change) -> None:  # type: ignore[no-untyped-def]
    entries = entries_of(9)
    text = str(proof_of(Tree.of(entries), entries[3], 3))
    assert Proof.read(text).checked([OFFICE.public])
    with pytest.raises(ProofError):
        Proof.read(change(text)).checked([OFFICE.public])


def test_another_key_of_the_same_name_signed_nothing() -> None:
    entries = entries_of(9)
    other = SigningKey.new(OFFICE.name)
    proof = proof_of(Tree.of(entries), entries[3], 3, other)
    with pytest.raises(ProofError, match="proof_signed_by_nobody_known"):
        proof.checked([OFFICE.public])
    with pytest.raises(ProofError, match="proof_signed_by_nobody_known"):
        proof.short(OFFICE.public)
    assert WITNESS.public not in proof.checked([other.public, WITNESS.public])


def test_the_paths_of_tiles_are_those_of_the_specification() -> None:
    assert Tile(0, 1_234_067).path == "tile/0/x001/x234/067"
    assert Tile(None, 5, 112).path == "tile/entries/005.p/112"
    sizes = [(tile.level, tile.width) for tile in tiles_of(70_000) if tile.level is not None]
    assert [sizes.count(one) for one in [(0, 256), (0, 112), (1, 256), (1, 17), (2, 1)]] == [273, 1, 1, 1, 1]
    assert len(sizes) == 277
    assert {tile.path for tile in tiles_of(256)} == {"tile/entries/000", "tile/0/000", "tile/1/000.p/1"}
    for tile in [Tile(0, 0), Tile(3, 999), Tile(None, 1_000), Tile(63, 10**9, 255), Tile(1, 17, 1)]:
        assert Tile.at(tile.path) == tile
    for path in ("", "tile/0/0", "tile/64/000", "tile/00/000", "tile/0/x000/001", "tile/0/000.p/0",
                 "tile/0/000.p/256", "tile/0/000.p/999", "tile/0/001/001", "tile/0/../000"):  # fmt: skip
        assert Tile.at(path) is None, path


@given(st.integers(1, 700))
def test_tiles_hold_the_tree(size: int) -> None:
    entries = entries_of(size)
    tree = Tree.of(entries)
    found: dict[int, bytes] = {}
    bundles = b""
    for tile in tiles_of(size):
        if tile.level is None:
            begin = tile.number * WIDTH
            bundles += bundle(entries[begin : begin + tile.width])
        else:
            held = tile.hashes(tree, size)
            assert held is not None
            assert len(held) == 32 * tile.width
            found[tile.level] = found.get(tile.level, b"") + held
    assert list(unbundled(bundles)) == entries
    leaves = [found[0][at : at + 32] for at in range(0, len(found[0]), 32)]
    assert Tree(leaves).root() == tree.root()
    assert Tile(0, size // WIDTH, size % WIDTH + 1).hashes(tree, size) is None
    for level, above in pairwise(sorted(found)):
        assert len(found[above]) // 32 == len(found[level]) // 32 // WIDTH


@pytest.mark.parametrize("data", [b"\0", b"\0\1", b"\0\2a", b"\xff\xff"])
def test_a_bundle_cut_is_refused(data: bytes) -> None:
    with pytest.raises(ProofError, match="proof_bundle_cut"):
        list(unbundled(data))


def test_an_entry_too_large_has_no_bundle() -> None:
    with pytest.raises(ProofError, match="proof_too_large"):
        bundle([b"x" * 65_536])


def test_a_proof_is_read_from_a_file_a_short_form_and_the_text_of_a_qr_code() -> None:
    entries = entries_of(9)
    proof = proof_of(Tree.of(entries), entries[3], 3)
    short = proof.short(OFFICE.public)
    text = as_qr_text(short)
    assert text.isalnum()
    assert text == text.upper()
    for said in (
        str(proof).encode(),
        short,
        text.encode(),
        f"HTTPS://PHUCVU.EXAMPLE/VERIFY/{text}\n".encode(),
    ):
        assert read_any(said) == proof
    for wrong in (b"", b"\xff", b"no proof", text[:-3].encode(), b"A" * 70_000):
        with pytest.raises(ProofError):
            read_any(wrong)
