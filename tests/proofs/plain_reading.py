"""RFC 6962, section 2.1, read once more as it is written, to compare with."""

from __future__ import annotations

from hashlib import sha256

Hashes = list[bytes]


def mth(entries: Hashes) -> bytes:
    """2.1: the Merkle Tree Hash of a list of entries."""
    if not entries:
        return sha256().digest()
    if len(entries) == 1:
        return sha256(b"\0" + entries[0]).digest()
    k = largest_power_below(len(entries))
    return sha256(b"\1" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m: int, entries: Hashes) -> Hashes:
    """2.1.1: the audit path of entry m."""
    if len(entries) == 1:
        return []
    k = largest_power_below(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def proof(m: int, entries: Hashes) -> Hashes:
    """2.1.2: the consistency proof of the tree of the first m entries."""
    return subproof(m, entries, True)


def subproof(m: int, entries: Hashes, b: bool) -> Hashes:
    if m == len(entries):
        return [] if b else [mth(entries)]
    k = largest_power_below(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], b), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def root_along(entry: bytes, m: int, n: int, siblings: Hashes) -> bytes:
    """The root that an audit path leads to: the steps of 2.1.1 taken back, from the top."""
    if n == 1:
        assert not siblings
        return sha256(b"\0" + entry).digest()
    k = largest_power_below(n)
    *below, top = siblings
    if m < k:
        return sha256(b"\1" + root_along(entry, m, k, below) + top).digest()
    return sha256(b"\1" + top + root_along(entry, m - k, n - k, below)).digest()


def largest_power_below(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k
