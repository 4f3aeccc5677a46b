"""Where a home is: a folder, or an address of an object store such as s3://bucket/home; and passing files."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.fs


def address(home: str | Path) -> str:
    """A home as one absolute address."""
    return str(home) if is_remote(str(home)) else str(Path(home).resolve())


def is_remote(place: str) -> bool:
    return "://" in place


def opened(place: str) -> tuple[pyarrow.fs.FileSystem, str]:
    """The file system of a place, and the place's path in it.

    Object stores take their credentials from the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL …).
    """
    if is_remote(place):
        found: tuple[pyarrow.fs.FileSystem, str] = pyarrow.fs.FileSystem.from_uri(place)
        return found
    return pyarrow.fs.LocalFileSystem(), place


@contextlib.contextmanager
def scratch(home: str | Path) -> Iterator[Path]:
    """A folder for passing files, in the home (of an object store: where this machine has such files).

    Within, this process and those that it starts put their temporary files there (``TMPDIR``). It is
    deleted at the end; those of processes that were killed are deleted when the next begins.
    """
    place = (
        Path(tempfile.gettempdir(), f"phucvu-{os.getuid()}") if is_remote(str(home)) else Path(home, "tmp")
    )
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    _delete_left_behind(place)
    before = os.environ.get("TMPDIR")
    folder = Path(tempfile.mkdtemp(dir=place)).resolve()
    try:
        # The system gives the lock back when this process ends, however it ends.
        with (folder / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _use(str(folder))
            yield folder
    finally:
        _use(before)
        shutil.rmtree(folder, ignore_errors=True)


LOCK = "in-use.lock"


def _use(folder: str | None) -> None:
    if folder is None:
        os.environ.pop("TMPDIR", None)
    else:
        os.environ["TMPDIR"] = folder
    tempfile.tempdir = None  # found anew, from TMPDIR


def _delete_left_behind(place: Path) -> None:
    for lock in place.glob(f"*/{LOCK}"):
        try:
            with lock.open("w") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:
            continue  # in use, or deleted by another that begins now
