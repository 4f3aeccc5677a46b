"""Tables of a copy that was made file by file while others wrote: commits whose files were not copied.

Such a table goes back to the latest commit that is whole. Nothing is taken from a home that was not
copied so: there every commit is whole, since its files are written before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow.fs
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from phucvu.records.copying import COMMIT, LOG
from phucvu.records.places import opened
from phucvu.records.store import Store
from phucvu.records.versions import EVERY


@dataclass(frozen=True)
class Torn:
    """A table whose last commits are not whole; ``whole`` is the latest that is, None where none is."""

    name: str
    last: int
    whole: int | None


def torn(store: Store) -> list[Torn]:
    """The tables that cannot be read, or not all of them."""
    found = []
    for name in EVERY:
        place = f"{store.home}/records/{name}"
        files = _files(place)
        numbers = {int(said[1]) for path in files if (said := COMMIT.fullmatch(path.removeprefix(f"{LOG}/")))}
        # From the last one back: as a rule the first that is looked at is whole.
        whole = next((v for v in sorted(numbers, reverse=True) if _is_whole(place, v, files)), None)
        if numbers and whole != max(numbers):
            found.append(Torn(name, max(numbers), whole))
    return found


def go_back(store: Store, table: Torn) -> None:
    """Take the commits away that came after the latest whole one; only where nobody writes."""
    assert table.whole is not None
    system, root = opened(f"{store.home}/records/{table.name}")
    for path in _files(f"{store.home}/records/{table.name}"):
        inner = path.removeprefix(f"{LOG}/")
        commit = COMMIT.fullmatch(inner)
        # What points to the newest checkpoint is not needed: readers look for it themselves.
        if inner == "_last_checkpoint" or (commit and int(commit[1]) > table.whole):
            system.delete_file(f"{root}/{path}")
    if table.name in ("dossiers", "steps"):
        store.leave_sums()


def _files(place: str) -> set[str]:
    """The paths of all files of a table, within it."""
    system, root = opened(place)
    found = system.get_file_info(pyarrow.fs.FileSelector(root, recursive=True, allow_not_found=True))
    return {file.path.removeprefix(f"{root}/") for file in found if file.is_file}


def _is_whole(place: str, version: int, files: set[str]) -> bool:
    try:
        table = DeltaTable(place, version=version)
    except DeltaError:
        return False
    return (
        table.version() == version and set(table.get_add_actions(flatten=True)["path"].to_pylist()) <= files
    )
