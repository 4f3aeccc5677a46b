"""Finding the rows of a few dossiers in files that hold many, without reading what is not about them.

Files of a table never change, so what dossiers a file holds is read once and kept in memory.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from phucvu.records.places import opened

MOST_BYTES = 96 << 20
"""What is kept in memory of all files together; the files not asked about for longest are read again."""

Numbers = npt.NDArray[np.int64]


class Keys:
    """The dossiers of files at a place, by ``dossier_id``: sorted, each with its row in the file."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, tuple[Numbers, npt.NDArray[np.int32]]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def rows(self, path: str, dossiers: Numbers) -> Numbers:
        """The rows of a file that are of one of the dossiers, in order."""
        numbers, order = self._of(path)
        first, last = (np.searchsorted(numbers, dossiers, side) for side in ("left", "right"))
        found = [order[a:b] for a, b in zip(first, last, strict=True) if a < b]
        return np.sort(np.concatenate(found)).astype(np.int64) if found else np.empty(0, np.int64)

    def _of(self, path: str) -> tuple[Numbers, npt.NDArray[np.int32]]:
        with self._lock:
            if (held := self._held.get(path)) is not None:
                self._held.move_to_end(path)
                return held
        with _file(path) as file:
            numbers = file.read(columns=["dossier_id"], use_threads=False)["dossier_id"].to_numpy()
        order = np.argsort(numbers, kind="stable").astype(np.int32)
        made = numbers[order], order
        with self._lock:
            if path not in self._held:
                self._held[path] = made
                self._bytes += _size(made)
            while self._bytes > MOST_BYTES and len(self._held) > 1:
                self._bytes -= _size(self._held.popitem(last=False)[1])
        return made


def _size(held: tuple[Numbers, npt.NDArray[np.int32]]) -> int:
    return held[0].nbytes + held[1].nbytes


def read(path: str, rows: Numbers, columns: Sequence[str]) -> pa.Table:
    """Columns of some rows of a file; of its row groups only those that hold one are read."""
    with _file(path) as file:
        sizes = [file.metadata.row_group(n).num_rows for n in range(file.metadata.num_row_groups)]
        ends = np.cumsum(sizes)
        of = np.searchsorted(ends, rows, "right")
        groups = np.unique(of)
        # Where the rows of each group begin among those that are read.
        begins = np.concatenate([[0], np.cumsum([sizes[n] for n in groups])[:-1]])
        starts = ends - sizes
        within = rows - starts[of] + begins[np.searchsorted(groups, of)]
        found = file.read_row_groups(groups.tolist(), columns=list(columns), use_threads=False)
    return found.take(within)


def _file(path: str) -> pq.ParquetFile:
    system, inner = opened(path)
    return pq.ParquetFile(system.open_input_file(inner))
