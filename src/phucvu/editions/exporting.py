"""The log as files that anybody can fetch and check (c2sp.org/tlog-tiles)."""

from __future__ import annotations

from collections.abc import Iterator

from phucvu.editions import log
from phucvu.problems import Fault, NotFoundError
from phucvu.proofs.merkle import Tree
from phucvu.proofs.tiles import WIDTH, Tile, bundle, tiles_of


def checkpoint() -> str:
    """The latest signed checkpoint of the log. Raises NotFoundError where nothing was published yet."""
    latest = log.head()
    if latest is None:
        raise NotFoundError(Fault("log_empty"))
    return str(latest.note)


def tile(path: str) -> bytes:
    """What stands at a path below the log. Raises NotFoundError where the log has no such tile."""
    asked, entries = Tile.at(path), log.entries()
    found = None if asked is None else _content(asked, entries, Tree.of(entries))
    if found is None:
        raise NotFoundError(Fault("log_has_no_tile", path=path[:100]))
    return found


def files() -> Iterator[tuple[str, bytes]]:
    """All files of the log by their paths, the checkpoint last."""
    entries = log.entries()
    tree = Tree.of(entries)
    for one in tiles_of(tree.size):
        found = _content(one, entries, tree)
        if found is not None:
            yield one.path, found
    yield "checkpoint", checkpoint().encode()


def _content(asked: Tile, entries: list[bytes], tree: Tree) -> bytes | None:
    if asked.level is not None:
        return asked.hashes(tree, tree.size)
    begin = asked.number * WIDTH
    held = entries[begin : begin + asked.width]
    return bundle(held) if len(held) == asked.width else None
