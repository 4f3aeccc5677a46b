"""Trees and their proofs: published examples, a plain second reading, and what must never pass."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phucvu.proofs.merkle import EMPTY, Tree, is_consistent, leaf_hash, root_of_inclusion

from .plain_reading import mth, path, proof, root_along

# The entries and roots that tests of Certificate Transparency logs share.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

entries = st.lists(st.binary(max_size=20), min_size=1, max_size=70)


def test_the_published_examples() -> None:
    assert [Tree.of(ENTRIES[:size]).root().hex() for size in range(9)] == ROOTS
    assert [Tree.of(ENTRIES).root(size).hex() for size in range(9)] == ROOTS
    assert EMPTY.hex() == ROOTS[0]


@given(entries)
def test_roots_and_proofs_are_those_of_the_plain_reading(data: list[bytes]) -> None:
    tree = Tree.of(data)
    for size in range(1, len(data) + 1):
        assert tree.root(size) == mth(data[:size])
        assert tree.consistency(size) == proof(size, data)
    for index in range(len(data)):
        siblings = tree.inclusion(index)
        assert siblings == path(index, data)
        assert root_of_inclusion(leaf_hash(data[index]), index, len(data), siblings) == tree.root()
        assert root_along(data[index], index, len(data), siblings) == tree.root()


@given(entries, st.data())
def test_earlier_trees_have_their_proofs_too(data: list[bytes], draw: st.DataObject) -> None:
    tree = Tree.of(data)
    size = draw.draw(st.integers(1, len(data)))
    old = draw.draw(st.integers(0, size))
    index = draw.draw(st.integers(0, size - 1))
    assert tree.inclusion(index, size) == path(index, data[:size])
    known = tree.consistency(old, size)
    assert is_consistent(old, tree.root(old), size, tree.root(size), known)


@given(entries, st.data())
def test_nothing_altered_passes(data: list[bytes], draw: st.DataObject) -> None:
    tree = Tree.of(data)
    index = draw.draw(st.integers(0, len(data) - 1))
    siblings = tree.inclusion(index)
    other = draw.draw(st.binary(max_size=20).filter(lambda entry: entry != data[index]))
    assert root_of_inclusion(leaf_hash(other), index, len(data), siblings) != tree.root()
    assert root_of_inclusion(leaf_hash(data[index]), index, len(data), [*siblings, EMPTY]) is None
    if siblings:
        assert root_of_inclusion(leaf_hash(data[index]), index, len(data), siblings[:-1]) is None
        cut = [*siblings[:-1], siblings[-1][:-1]]
        assert root_of_inclusion(leaf_hash(data[index]), index, len(data), cut) is None
        turned = draw.draw(st.integers(0, len(siblings) - 1))
        bad = [EMPTY if at == turned else one for at, one in enumerate(siblings)]
        assert root_of_inclusion(leaf_hash(data[index]), index, len(data), bad) != tree.root()
    for wrong in (-1, len(data), len(data) + 1):
        assert root_of_inclusion(leaf_hash(data[index]), wrong, len(data), siblings) is None


@given(entries, st.data())
def test_a_rewritten_tree_is_consistent_with_none(data: list[bytes], draw: st.DataObject) -> None:
    tree = Tree.of(data)
    old = draw.draw(st.integers(1, len(data)))
    changed = draw.draw(st.integers(0, old - 1))
    again = Tree.of([b"altered" if at == changed else one for at, one in enumerate(data)])
    if again.root() == tree.root():
        return  # the entry drawn was b"altered" before
    size = len(data)
    assert not is_consistent(old, tree.root(old), size, again.root(), again.consistency(old))
    assert not is_consistent(old, tree.root(old), size, again.root(), tree.consistency(old))
    known = tree.consistency(old)
    assert not is_consistent(old, tree.root(old), size, tree.root(), [*known, EMPTY])
    if known:
        assert not is_consistent(old, tree.root(old), size, tree.root(), known[:-1])
        assert not is_consistent(old, tree.root(old), size, tree.root(), [*known[:-1], known[-1][1:]])


def test_sizes_that_cannot_be() -> None:
    tree = Tree.of(ENTRIES)
    assert not is_consistent(9, tree.root(), 8, tree.root(), [])
    assert not is_consistent(0, tree.root(), 8, tree.root(), [])
    assert not is_consistent(8, tree.root(), 8, tree.root(), [tree.root()])
    for ask in (
        lambda: tree.root(9),
        lambda: tree.inclusion(8),
        lambda: tree.inclusion(5, 5),
        lambda: tree.consistency(9),
        lambda: tree.consistency(5, 4),
    ):
        with pytest.raises(ValueError, match="entr"):
            ask()
