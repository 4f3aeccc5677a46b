"""A tree as files that never change (c2sp.org/tlog-tiles): tiles of 256 hashes, bundles of 256 entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from phucvu.proofs.errors import ProofError
from phucvu.proofs.merkle import Tree

HEIGHT = 8
WIDTH = 1 << HEIGHT
"""Hashes of a full tile, entries of a full bundle."""
LARGEST_ENTRY = 65_535
"""Bytes of an entry: its length stands in two bytes."""

PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]|[1-5][0-9]|6[0-3])/(?P<number>(?:x[0-9]{3}/){0,5}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True)
class Tile:
    """Which tile: ``level`` (None: the entries themselves), ``number`` from 0, and how many it holds."""

    level: int | None
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where the tile stands below the log's address."""
        digits = f"{self.number:03}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        place = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
        level = "entries" if self.level is None else self.level
        return f"tile/{level}/{place}" + (f".p/{self.width}" if self.width < WIDTH else "")

    @classmethod
    def at(cls, path: str) -> Tile | None:
        """The tile that stands at a path; None where there can be none."""
        if not (found := PATH.fullmatch(path)):
            return None
        level, width = found["level"], int(found["width"] or WIDTH)
        number = int(found["number"].replace("x", "").replace("/", ""))
        tile = cls(None if level == "entries" else int(level), number, width)
        return tile if tile.path == path else None

    def hashes(self, tree: Tree, size: int) -> bytes | None:
        """What the tile holds in the tree of the first ``size`` entries; None where that has no such tile."""
        height = HEIGHT * (self.level or 0)
        begin = self.number * WIDTH
        if begin + self.width > size >> height or height >= len(tree.levels):
            return None
        return b"".join(tree.levels[height][begin : begin + self.width])


def bundle(entries: Sequence[bytes]) -> bytes:
    """Entries one after another, each after its length in two bytes.

    Raises:
        ProofError: an entry is larger than ``LARGEST_ENTRY``.
    """
    if any(len(entry) > LARGEST_ENTRY for entry in entries):
        raise ProofError("proof_too_large", most=LARGEST_ENTRY)
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unbundled(data: bytes) -> Iterator[bytes]:
    """The entries of a bundle.

    Raises:
        ProofError: it ends within an entry.
    """
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise ProofError("proof_bundle_cut")
        yield data[at + 2 : end]
        at = end


def tiles_of(size: int) -> Iterable[Tile]:
    """All tiles of a tree of ``size`` entries, hashes and entries, the incomplete ones included."""
    for level in (None, *range(64)):
        count = size >> HEIGHT * (level or 0)
        if not count:
            break
        yield from (Tile(level, number) for number in range(count // WIDTH))
        if count % WIDTH:
            yield Tile(level, count // WIDTH, count % WIDTH)
