"""One Delta table on disk (or s3://): which Parquet files it consists of, and commits that change them.

A table has two parts. ``arrived`` is the log: every version of every row as it came, never taken
away. ``current`` is made from it by compaction and holds the latest version of each key, without the
payloads, up to a place in the order of arrival; what arrived since is read from the log.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl
import pyarrow as pa
import pyarrow.fs
from deltalake import CommitProperties, DeltaTable, Schema, Transaction
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction

from phucvu.records.places import is_remote, keep_private, opened

if TYPE_CHECKING:
    from pyarrow.dataset import Dataset

Part = Literal["arrived", "current"]

PART = "part"
"""The partition column; Delta keeps its values beside the files, not in them."""

KEEP_HOURS = 24
"""How long a file that is no longer part of the table stays, for those who still read it, unless told."""

PROPERTIES = {"delta.checkpointInterval": "20"}
"""After so many commits the state of a table is written down. Whoever reads it, and each commit, reads the
commits since; with Delta's usual hundred a commit takes half as much work again, one now and then much more.
"""

LAST = "append"
"""The application transaction whose version is the last place given in the order of arrival."""

FORGOTTEN = "forget"
"""The application transaction whose version is the second (since 1970, on Vietnam's clock) before which
versions that did not count any more were deleted."""

COVERED = "compact"
"""The application transaction whose version is the last place that ``current`` takes in."""


STATISTICS = (
    pl.len(),
    pl.col("sequence").min().alias("first"),
    pl.col("sequence").max().alias("last"),
    pl.col("arrived").max(),
)
"""What a ``File`` says of its rows."""


class AnotherWriterError(Exception):
    """Somebody else committed the same kind of change first; look again and retry."""


@dataclass(frozen=True)
class File:
    """A Parquet file of a table. ``first`` and ``last`` are places in the order of arrival."""

    part: Part
    path: str
    size: int
    rows: int
    first: int
    last: int
    last_arrived: dt.datetime


@dataclass(frozen=True)
class Snapshot:
    """The table as one commit left it."""

    place: str
    delta: DeltaTable
    files: tuple[File, ...]
    last: int
    covered: int
    forgotten: dt.datetime | None = None
    """What was superseded before this moment may have been deleted."""

    @property
    def log(self) -> list[File]:
        return [f for f in self.files if f.part == "arrived"]

    @property
    def current(self) -> list[File]:
        return [f for f in self.files if f.part == "current"]

    @property
    def tail(self) -> list[File]:
        """The files of the log that ``current`` does not take in yet."""
        return [f for f in self.log if f.last > self.covered]

    def marked(self, mark: str) -> int:
        """The number last noted under a name; 0 where none was."""
        return self.delta.transaction_version(mark) or 0

    def uris(self, files: Iterable[File]) -> list[str]:
        return [f"{self.place}/{f.path}" for f in files]

    def dataset(self, files: Iterable[File]) -> Dataset:
        """The files for readers that do not know the object store themselves."""
        # Loads pandas where that is there, which takes half as long as all else that a process begins with.
        from pyarrow.dataset import dataset

        system, root = opened(self.place)
        parts = [dataset(f"{root}/{f.path}", filesystem=system, format="parquet") for f in files]
        # A column that came after a file was written is empty in it.
        schema = pa.unify_schemas([part.schema for part in parts])
        paths = [f"{root}/{f.path}" for f in files]
        return dataset(paths, schema=schema, filesystem=system, format="parquet")

    def columns(self, files: Iterable[File]) -> set[str]:
        """Every column that one of these files has."""
        return {column for types in self._types(files) for column in types}

    def are_alike(self, files: Iterable[File]) -> bool:
        """Whether these files have the same columns."""
        first, *others = self._types(files)
        return all(types == first for types in others)

    def _types(self, files: Iterable[File]) -> list[dict[str, pl.DataType]]:
        if is_remote(self.place):
            return [dict.fromkeys(self.schema(files).names, pl.Null())]
        return [_types_of(uri) for uri in self.uris(files)]

    def schema(self, files: Iterable[File]) -> pa.Schema:
        """All columns that these files have."""
        from pyarrow.parquet import read_schema

        system, root = opened(self.place)
        return pa.unify_schemas([read_schema(f"{root}/{f.path}", filesystem=system) for f in files])


@dataclass(frozen=True)
class Held:
    """A table kept open to commit to, and what told the file of its last commit known from any other."""

    delta: DeltaTable
    commit: tuple[int, int]


class DeltaFiles:
    """A Delta table at a place; ``types`` are the columns of its log."""

    def __init__(
        self,
        place: str,
        types: Mapping[str, pl.DataType | type[pl.DataType]],
        *,
        keep_hours: int | None = None,
    ) -> None:
        self.place = place
        self._types = dict(types)
        self._keep_hours = keep_hours

    def snapshot(self) -> Snapshot | None:
        """The table now; None where nothing was ever written."""
        try:
            return _snapshot(self.place)
        except TableNotFoundError:
            return None

    def hold(self, snapshot: Snapshot) -> Held | None:
        """What ``made`` can go on from, so that the log is not read anew; for one committer at a time."""
        told = None if is_remote(self.place) else _commit_of(snapshot.delta, self.place)
        return Held(snapshot.delta, told) if told else None

    def _gone_on(self, held: Held | None) -> Snapshot | None:
        """The table now, by reading the commits since; None where its log is another one by now."""
        if held is None or held.commit != _commit_of(held.delta, self.place):
            return None
        try:
            held.delta.update_incremental()
        except DeltaError:
            return None
        return snapshot_of(self.place, held.delta)

    def made(self, held: Held | None = None) -> Snapshot:
        """The table now, made first where it is not there yet."""
        found = self._gone_on(held) or self.snapshot()
        frame = pl.DataFrame(schema={PART: pl.String, **self._types})
        schema = Schema.from_arrow(frame.to_arrow(compat_level=pl.CompatLevel.oldest()).schema)
        if found is None:
            keep_private()
            if not is_remote(self.place):
                Path(self.place).mkdir(parents=True, exist_ok=True)
            # Where two make it at the same moment, the slower one finds the other's.
            with contextlib.suppress(CommitFailedError):
                DeltaTable.create(
                    self.place, schema, mode="ignore", partition_by=[PART], configuration=PROPERTIES
                )
            found = _snapshot(self.place)
        told = {field.name for field in found.delta.schema().fields}
        added = [field for field in schema.fields if field.name not in told]
        if added:
            # Made before these columns; who adds them at the same moment adds the same.
            with contextlib.suppress(CommitFailedError):
                found.delta.alter.add_columns(added)
            found = _snapshot(self.place)
        if not PROPERTIES.items() <= found.delta.metadata().configuration.items():
            # Made before these.
            with contextlib.suppress(CommitFailedError):
                found.delta.alter.set_table_properties(PROPERTIES)
            found = _snapshot(self.place)
        return found

    def write(self, part: Part, frame: pl.DataFrame) -> File:
        """Write rows as a file that is not part of the table until ``commit`` takes it in."""
        keep_private()
        path = f"{part}/{uuid.uuid4()}.parquet"
        frame.write_parquet(
            f"{self.place}/{path}",
            compression="zstd",
            compression_level=3,
            row_group_size=120_000,
            mkdir=True,
        )
        system, root = opened(self.place)
        size = system.get_file_info(f"{root}/{path}").size
        return File(part, path, size, *frame.select(STATISTICS).row(0))

    def bring(self, part: Part, folder: Path) -> list[File]:
        """Bring in Parquet files from a folder; not part of the table until ``commit`` takes them in."""
        system, root = opened(self.place)
        inner = f"{part}/{uuid.uuid4()}"
        found = []
        for path in sorted(folder.glob("*.parquet")):
            row = pl.scan_parquet(path).select(STATISTICS).collect().row(0)
            if row[0]:
                found.append(File(part, f"{inner}/{path.name}", path.stat().st_size, *row))
        if found:
            system.create_dir(f"{root}/{inner}", recursive=True)
            pyarrow.fs.copy_files(str(folder), f"{root}/{inner}", destination_filesystem=system)
        return found

    def commit(
        self,
        snapshot: Snapshot,
        mark: tuple[str, int],
        *,
        add: Iterable[File] = (),
        remove: Iterable[File] = (),
        also: tuple[str, int] | None = None,
    ) -> None:
        """Take files in and out in one commit.

        ``mark`` is an application transaction and its version, ``also`` another one. Raises
        AnotherWriterError where another commit with one of them came after ``snapshot``.
        """
        now = time.time_ns() // 1_000_000
        actions: list[AddAction | RemoveAction] = [
            RemoveAction(f.path, False, now, f.size, {PART: f.part}) for f in remove
        ]
        new = mark[0] == LAST
        actions += [AddAction(f.path, f.size, {PART: f.part}, now, new, _statistics(f)) for f in add]
        try:
            snapshot.delta.create_write_transaction(
                actions,
                "append",
                snapshot.delta.schema(),
                [PART],
                commit_properties=CommitProperties(
                    app_transactions=[Transaction(*said) for said in (mark, also) if said]
                ),
            )
        except CommitFailedError as error:
            raise AnotherWriterError(self.place) from error

    def drop(self, files: Iterable[File]) -> None:
        """Delete files that were written and not committed."""
        system, root = opened(self.place)
        for file in files:
            system.delete_file(f"{root}/{file.path}")

    def sweep(self) -> None:
        """Delete files that have not been part of the table for ``keep_hours``."""
        table = DeltaTable(self.place)
        hours = KEEP_HOURS if self._keep_hours is None else self._keep_hours
        if table.vacuum(hours, dry_run=True, enforce_retention_duration=False, full=True):
            table.vacuum(hours, dry_run=False, enforce_retention_duration=False, full=True)


def _snapshot(place: str) -> Snapshot:
    return snapshot_of(place, DeltaTable(place))


def snapshot_of(place: str, delta: DeltaTable) -> Snapshot:
    """The table as it was read; it is not for ``DeltaFiles.commit`` if others read on with it."""
    actions = pl.DataFrame(delta.get_add_actions(flatten=True))
    files: tuple[File, ...] = ()
    if actions.height:
        files = tuple(
            File(*row)
            for row in actions.select(
                "partition.part",
                "path",
                "size_bytes",
                "num_records",
                "min.sequence",
                "max.sequence",
                "max.arrived",
            )
            .sort("max.sequence", "path")
            .iter_rows()
        )
    last, covered = delta.transaction_version(LAST), delta.transaction_version(COVERED)
    forgotten = delta.transaction_version(FORGOTTEN)
    moment = dt.datetime(1970, 1, 1) + dt.timedelta(seconds=forgotten) if forgotten else None
    return Snapshot(place, delta, files, last or 0, covered or 0, moment)


@lru_cache(maxsize=4096)
def _types_of(path: str) -> dict[str, pl.DataType]:
    """The columns of a file of a table; it never changes."""
    return dict(pl.scan_parquet(path, glob=False).collect_schema())


def _statistics(file: File) -> str:
    arrived = file.last_arrived.isoformat(timespec="microseconds")
    return json.dumps(
        {
            "numRecords": file.rows,
            "minValues": {"sequence": file.first},
            "maxValues": {"sequence": file.last, "arrived": arrived},
        }
    )


def _commit_of(delta: DeltaTable, place: str) -> tuple[int, int] | None:
    """What tells the file of a table's commit from another of its number: of a log that was put back, say."""
    try:
        file = Path(place, "_delta_log", f"{delta.version():020}.json").stat()
    except FileNotFoundError:
        return None
    return file.st_ino, file.st_mtime_ns


def has_another_commit(place: str, version: int) -> bool:
    """On a disk, looking for the next commit's file is far cheaper than asking for the table's state."""
    return Path(place, "_delta_log", f"{version + 1:020}.json").exists()
