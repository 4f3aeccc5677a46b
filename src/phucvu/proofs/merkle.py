"""The Merkle tree of RFC 6962, section 2.1: its root, and proofs of inclusion and of consistency.

A tree is a list of entries (bytes) in their order; its size is how many there are. Hashes are SHA-256,
32 bytes. Needs the standard library alone, so that whoever doubts a published figure can read it all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

HASH_SIZE = 32
EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without entries."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry, told apart from that of a node by its first byte."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The tree over entries, with the hashes of all its complete subtrees kept.

    ``levels[h][i]`` is the hash of the complete subtree of ``2**h`` entries that begins at entry
    ``i * 2**h``; a subtree that is not complete is hashed from these when it is asked for.
    """

    def __init__(self, leaves: Iterable[bytes]) -> None:
        """Make the tree of entries whose hashes (``leaf_hash``) are ``leaves``."""
        self.levels = [list(leaves)]
        while len(below := self.levels[-1]) > 1:
            pairs = zip(below[::2], below[1::2], strict=False)
            self.levels.append([node_hash(left, right) for left, right in pairs])

    @classmethod
    def of(cls, entries: Iterable[bytes]) -> Tree:
        """The tree of entries themselves."""
        return cls(leaf_hash(entry) for entry in entries)

    @property
    def size(self) -> int:
        return len(self.levels[0])

    def root(self, size: int | None = None) -> bytes:
        """The root of the tree as it was with its first ``size`` entries, or with all."""
        size = self.size if size is None else size
        if not 0 <= size <= self.size:
            raise ValueError(f"a tree of {self.size} entries never had {size}")
        return self._range(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The audit path of entry ``index`` (from 0) in the tree of the first ``size`` entries."""
        size = self.size if size is None else size
        if not 0 <= index < size <= self.size:
            raise ValueError(f"no entry {index} among the first {size} of {self.size}")
        return self._path(index, 0, size)

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """The proof that the tree of ``size`` entries begins with that of ``old``."""
        size = self.size if size is None else size
        if not 0 <= old <= size <= self.size:
            raise ValueError(f"no trees of {old} and {size} entries among those of {self.size}")
        return self._subproof(old, 0, size, True) if 0 < old < size else []

    def _range(self, begin: int, end: int) -> bytes:
        """The hash over entries ``begin`` to ``end``; ``begin`` is a multiple of the next power of two."""
        size = end - begin
        if size & (size - 1) == 0:
            height = size.bit_length() - 1
            return self.levels[height][begin >> height]
        middle = begin + _split(size)
        return node_hash(self._range(begin, middle), self._range(middle, end))

    def _path(self, index: int, begin: int, end: int) -> list[bytes]:
        if end - begin == 1:
            return []
        middle = begin + _split(end - begin)
        if index < middle:
            return [*self._path(index, begin, middle), self._range(middle, end)]
        return [*self._path(index, middle, end), self._range(begin, middle)]

    def _subproof(self, old: int, begin: int, end: int, known: bool) -> list[bytes]:
        """SUBPROOF of RFC 6962, 2.1.2; ``old`` counts from entry 0, ``known``: the verifier has that root."""
        if old == end:
            return [] if known else [self._range(begin, end)]
        middle = begin + _split(end - begin)
        if old <= middle:
            return [*self._subproof(old, begin, middle, known), self._range(middle, end)]
        return [*self._subproof(old, middle, end, False), self._range(begin, middle)]


def _split(size: int) -> int:
    """The largest power of two smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1


def root_of_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a tree of ``size`` entries has if the one at ``index`` hashes to ``leaf``; None if the
    path does not have the form that a path of this place has."""
    if not 0 <= index < size:
        return None
    number, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0 or len(sibling) != HASH_SIZE:
            return None
        if number & 1 or number == last:
            found = node_hash(sibling, found)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        number, last = number >> 1, last >> 1
    return found if last == 0 else None


def is_consistent(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of ``size`` entries with ``root`` begins with that of ``old`` with ``old_root``."""
    if old > size or (old in (0, size) and proof):
        return False
    if old == 0:
        return old_root == EMPTY
    if old == size:
        return old_root == root
    hashes = list(proof)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes or any(len(one) != HASH_SIZE for one in hashes):
        return False
    number, last = old - 1, size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    before = after = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        number, last = number >> 1, last >> 1
    return last == 0 and before == old_root and after == root
