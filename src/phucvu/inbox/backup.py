"""A backup of an installation in a folder, taken while it runs, and an installation made from it.

The records are copied first and the database after them, so that the copy of the database holds every
payload whose rows are in the copy of the records; what was moved in between is moved again after a
restore (``reconciling``). The manifest is written last: a folder without one is no backup.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.fs

from phucvu import configuration
from phucvu.figures.periods import now_in_vietnam
from phucvu.inbox import dumping
from phucvu.problems import Fault, UnusableError
from phucvu.records.copying import frozen
from phucvu.records.places import is_remote, opened
from phucvu.records.store import Store

MANIFEST = "manifest.json"
FORMAT = 1

MADE_AGAIN = ("records", "lists", "exports", "lost+found")
"""What is not copied as it stands in the home: the records are by snapshot, the listings
and the files made of them are made anew."""

CHUNK = 4 << 20
"""Bytes read at once."""

Told = Callable[[int, int], None]
"""What is told of the progress: bytes done, and bytes in all."""


class File(msgspec.Struct, frozen=True):
    """A file of the backup: its path there, its size in bytes, its SHA-256."""

    path: str
    size: int
    sha256: str


class Records(msgspec.Struct, frozen=True):
    """A table of the records: its version, and the rows of its log."""

    version: int
    rows: int


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds. ``rows`` are those of the database's tables; ``audit`` is its log's last entry."""

    format: int
    program: str
    made_at: dt.datetime
    database: str
    rows: dict[str, int]
    audit: str
    records: dict[str, Records]
    files: list[File]

    @property
    def payloads(self) -> int:
        return self.rows.get("inbox_payload", 0)


def back_up(home: str, folder: Path, told: Told = lambda done, all: None) -> Manifest:
    """Copy a home and its database into a folder that is empty or not there, and check the copy.

    Raises UnusableError where that cannot be.
    """
    configuration.choose(home=home)
    dumping.check_programs()
    store = Store(home)
    if dumping.is_empty():
        raise UnusableError(Fault("database_missing", file=home))
    if not is_remote(store.home) and folder.resolve().is_relative_to(store.home):
        raise UnusableError(Fault("backup_in_home", file=str(folder)))
    with _said_clearly(folder):
        return _back_up(store, folder, told)


def _back_up(store: Store, folder: Path, told: Told) -> Manifest:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    _refuse_any(folder.iterdir(), folder)
    copier = _Copier(*opened(store.home), *opened(str(folder.resolve())), told)
    tables = list(frozen(store))
    copier.copy({path: size for table in tables for path, size in table.files.items()}, "")
    copier.copy(_others(store.home), "home/")
    name = dumping.FILES[dumping.kind()]
    held = dumping.dump(folder / name)
    os.sync()
    database = _looked_at(folder / name, name)
    manifest = Manifest(
        FORMAT,
        version("phucvu"),
        now_in_vietnam().replace(microsecond=0),
        dumping.kind(),
        held.rows,
        held.audit,
        {table.name: Records(table.version, table.rows) for table in tables},
        [database, *copier.files],
    )
    _check_files(folder, manifest, told)
    written = folder / f"{MANIFEST}.unfinished"
    written.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    written.rename(folder / MANIFEST)
    return manifest


def checked(folder: Path, told: Told = lambda done, all: None) -> Manifest:
    """The manifest of a backup whose files are all as they were written. Raises UnusableError if not."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise UnusableError(Fault("backup_unfinished", file=str(folder / MANIFEST), why=error)) from error
    if manifest.format != FORMAT:
        raise UnusableError(Fault("backup_of_newer", file=str(folder / MANIFEST), version=manifest.program))
    _check_files(folder, manifest, told)
    return manifest


def restore(folder: Path, home: str, told: Told = lambda done, all: None) -> Manifest:
    """Make a home and its database, both empty so far, from a backup. Raises UnusableError if it cannot be.

    What the database and the records hold afterwards is compared with the manifest.
    """
    configuration.choose(home=home)
    dumping.check_programs()
    manifest = checked(folder, told)
    if manifest.database != dumping.kind():
        raise UnusableError(
            Fault(
                "backup_of_other_database", file=str(folder), database=manifest.database, here=dumping.kind()
            )
        )
    store = Store(home)
    _check_empty(store.home)
    with _said_clearly(home):
        _bring_back(manifest, folder, store, told)
    return manifest


def _bring_back(manifest: Manifest, folder: Path, store: Store, told: Told) -> None:
    copier = _Copier(*opened(str(folder.resolve())), *opened(store.home), told)
    sizes = {f.path: f.size for f in manifest.files}
    copier.copy({path: size for path, size in sizes.items() if path.startswith("records/")}, "")
    others = {p.removeprefix("home/"): size for p, size in sizes.items() if p.startswith("home/")}
    copier.copy(others, "", below="home/")
    held = dumping.load(folder / dumping.FILES[manifest.database])
    records = {table.name: Records(table.version, table.rows) for table in frozen(store)}
    if (held.rows, held.audit, records) != (manifest.rows, manifest.audit, manifest.records):
        raise UnusableError(Fault("restored_differs", file=str(folder / MANIFEST)))


class _Copier:
    """Copies files from one place to another and notes what they are."""

    def __init__(
        self,
        from_: pyarrow.fs.FileSystem,
        source: str,
        to: pyarrow.fs.FileSystem,
        target: str,
        told: Told,
    ) -> None:
        self._from, self._source, self._to, self._target, self._told = from_, source, to, target, told
        self.files: list[File] = []

    def copy(self, sizes: dict[str, int], into: str, *, below: str = "") -> None:
        """Copy files by their paths, in this order, into a folder of the target, from one of the source."""
        done = 0
        for path in sizes:
            file = self._copied(f"{below}{path}", f"{into}{path}")
            self.files.append(file)
            done += file.size
            self._told(done, sum(sizes.values()))

    def _copied(self, path: str, to: str) -> File:
        size, digest = 0, hashlib.sha256()
        target = f"{self._target}/{to}"
        self._to.create_dir(target.rpartition("/")[0], recursive=True)
        with (
            self._from.open_input_stream(f"{self._source}/{path}", compression=None) as source,
            self._to.open_output_stream(target, compression=None) as out,
        ):
            while chunk := source.read(CHUNK):
                out.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        return File(to, size, digest.hexdigest())


def _others(home: str) -> dict[str, int]:
    """The home's other files and their sizes: the key, mappings, what the portal answered."""
    system, root = opened(home)
    found = {}
    for file in system.get_file_info(pyarrow.fs.FileSelector(root, recursive=True, allow_not_found=True)):
        path = file.path.removeprefix(f"{root}/")
        first = path.split("/")[0]
        database = first.startswith(dumping.FILES["sqlite"])
        if file.is_file and first not in MADE_AGAIN and not database and not path.endswith(".lock"):
            found[path] = file.size
    return dict(sorted(found.items()))


def _check_files(folder: Path, manifest: Manifest, told: Told) -> None:
    """Raises UnusableError with every file of the manifest that is not there as it was written."""
    problems = []
    done, everything = 0, sum(file.size for file in manifest.files)
    for file in manifest.files:
        path = folder / file.path
        if not path.is_file():
            problems.append(Fault("backup_file_missing", file=str(path)))
        elif _looked_at(path, file.path) != file:
            problems.append(Fault("backup_file_differs", file=str(path)))
        done += file.size
        told(done, everything)
    if problems:
        raise UnusableError(problems)


def _looked_at(path: Path, name: str) -> File:
    with path.open("rb") as content:
        return File(name, path.stat().st_size, hashlib.file_digest(content, "sha256").hexdigest())


@contextlib.contextmanager
def _said_clearly(place: str | Path) -> Iterator[None]:
    """What the disk refuses, as one line: no room, no permission, a file that cannot be read."""
    try:
        yield
    except OSError as error:
        problem = Fault("backup_not_written", file=str(place), why=error)
        raise UnusableError(problem) from error


def _check_empty(home: str) -> None:
    """Nothing is ever written over what a home or a database holds."""
    system, root = opened(home)
    held = system.get_file_info(pyarrow.fs.FileSelector(root, allow_not_found=True))
    _refuse_any((file.path for file in held if file.base_name != "lost+found"), home)
    if not dumping.is_empty():
        raise UnusableError(Fault("database_not_empty"))


def _refuse_any(found: Iterable[Any], place: str | Path) -> None:
    if any(True for _ in found):
        raise UnusableError(Fault("place_not_empty", file=str(place)))
