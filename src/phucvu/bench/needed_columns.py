"""Reading once what a count needs: the columns and row groups of compacted dossiers that can matter.

What has to be read sets a limit that no way of counting can go below. Compaction leaves with each dossier
what its steps say, so that steps need not be read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq

from phucvu.figures.periods import Period
from phucvu.records.delta import DeltaFiles

NOT_COUNTED = {
    *("sender", "status", "moment", "arrived", "sequence", "files_reused"),
    *("filed_at", "received_at", "ended_at", "returned_at", "refused_at"),
}
"""Columns that no figure asks for, the moments among them that the sums tell."""


def read(home: Path, periods: list[Period], now: dt.datetime, threads: int) -> None:
    """Read what the figures of some periods need; each row group is let go of at once."""
    starts = min(period.starts for period in periods)
    cut_off = max(period.cut_off(now) for period in periods)
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(_read, _wanted(home, starts, cut_off)):
            pass


def _wanted(home: Path, starts: dt.datetime, cut_off: dt.datetime) -> Iterator[tuple[str, int, list[str]]]:
    """File, row group and columns."""
    snapshot = DeltaFiles(f"{home}/records/dossiers", {}).snapshot()
    assert snapshot is not None
    for file in snapshot.uris(snapshot.current):
        about = pq.ParquetFile(file)
        names = about.schema_arrow.names
        columns = [name for name in names if name not in NOT_COUNTED]
        # The leaves of nested columns have numbers of their own.
        leaves = [about.metadata.schema.column(n).path for n in range(len(about.metadata.schema))]
        first, last = leaves.index("concerns_from"), leaves.index("concerns_until")
        for number in range(about.num_row_groups):
            group = about.metadata.row_group(number)
            if group.column(first).statistics.min <= cut_off and group.column(last).statistics.max >= starts:
                yield file, number, columns


def _read(wanted: tuple[str, int, list[str]]) -> None:
    file, group, columns = wanted
    pq.ParquetFile(file).read_row_group(group, columns=columns, use_threads=False)
