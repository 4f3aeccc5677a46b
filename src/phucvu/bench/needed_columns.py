"""Reading once what a count needs: the columns and row groups of compacted files that can matter.

What has to be read sets a limit that no way of counting can go below.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq

from phucvu.figures.periods import Period
from phucvu.records.delta import DeltaFiles

NOT_COUNTED = {"sender", "status", "moment", "payload", "arrived", "sequence"}
"""Columns of dossiers that no figure asks for."""

OF_STEPS = {"dossier_id", "at", "status"}


def read(home: Path, periods: list[Period], now: dt.datetime, threads: int) -> None:
    """Read what the figures of some periods need; each row group is let go of at once."""
    cut_off = max(period.cut_off(now) for period in periods)
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(_read, _wanted(home, cut_off)):
            pass


def _wanted(home: Path, cut_off: dt.datetime) -> Iterator[tuple[str, int, list[str]]]:
    """File, row group and columns."""
    for name, moment in (("dossiers", "received_at"), ("steps", "at")):
        snapshot = DeltaFiles(f"{home}/records/{name}", {}).snapshot()
        for file in snapshot.uris(snapshot.current) if snapshot else []:
            about = pq.ParquetFile(file)
            held = about.schema_arrow.names
            columns = [c for c in held if (c in OF_STEPS if name == "steps" else c not in NOT_COUNTED)]
            place = held.index(moment)
            for group in range(about.num_row_groups):
                said = about.metadata.row_group(group).column(place).statistics
                if said is None or not said.has_min_max or said.min <= cut_off:
                    yield file, group, columns


def _read(wanted: tuple[str, int, list[str]]) -> None:
    file, group, columns = wanted
    pq.ParquetFile(file).read_row_group(group, columns=columns, use_threads=False)
