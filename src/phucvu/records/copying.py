"""The tables of a home's records, each as one commit left it, for copying.

The files of a table never change, so the files of a snapshot and the commits that lead to it are a whole
table, whatever others write, compact and sweep meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow.fs

from phucvu.records.delta import DeltaFiles
from phucvu.records.places import opened
from phucvu.records.store import Store
from phucvu.records.versions import EVERY

LOG = "_delta_log"
COMMIT = re.compile(r"(\d{20})(\.json|\.checkpoint\.parquet)")


@dataclass(frozen=True)
class Frozen:
    """A table as one commit left it: its version, and how many rows its log holds.

    ``files`` are paths within the home and sizes in bytes, the data before the commits.
    """

    name: str
    version: int
    rows: int
    files: dict[str, int]


def frozen(store: Store) -> Iterator[Frozen]:
    """Every table that was ever written to."""
    for name in EVERY:
        inner = f"records/{name}"
        snapshot = DeltaFiles(f"{store.home}/{inner}", {}).snapshot()
        if snapshot is not None:
            version = snapshot.delta.version()
            files = {f"{inner}/{file.path}": file.size for file in snapshot.files}
            files |= {f"{inner}/{LOG}/{n}": size for n, size in _commits(snapshot.place, version).items()}
            yield Frozen(name, version, sum(file.rows for file in snapshot.log), files)


def _commits(place: str, version: int) -> dict[str, int]:
    """The files of the log that make up a version: the checkpoint before it, and all commits from there."""
    system, root = opened(place)
    found = {}
    for file in system.get_file_info(pyarrow.fs.FileSelector(f"{root}/{LOG}")):
        if (said := COMMIT.fullmatch(file.base_name)) and int(said[1]) <= version:
            found[file.base_name] = (int(said[1]), said[2], file.size)
    checkpoint = max((number for number, kind, _ in found.values() if kind != ".json"), default=0)
    return {name: size for name, (number, _, size) in sorted(found.items()) if number >= checkpoint}
