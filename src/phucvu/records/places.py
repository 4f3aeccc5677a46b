"""Where a home is: a folder, or an address of an object store such as s3://bucket/home."""

from __future__ import annotations

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
