"""Where a home is: a folder, or an address of an object store such as s3://bucket/home; and passing files."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.fs
from deltalake.exceptions import CommitFailedError, DeltaError

from phucvu.configuration import object_store
from phucvu.problems import Both, Fault, UnavailableError, UnusableError


def address(home: str | Path) -> str:
    """A home as one absolute address."""
    return str(home) if is_remote(str(home)) else str(Path(home).resolve())


def check(home: str | Path) -> None:
    """Check that this process may use a home, before it leaves files there that the service cannot use.

    Raises UnusableError where the home is no folder, cannot be read, or belongs to another user, and
    UnavailableError where it is in an object store that cannot be used.
    """
    if is_remote(str(home)):
        check_store(str(home))
        return
    place = Path(home)
    try:
        owner = place.stat().st_uid
    except (FileNotFoundError, NotADirectoryError):
        first = next(p for p in place.resolve().parents if p.exists())
        if not first.is_dir() or not os.access(first, os.W_OK | os.X_OK):
            raise UnusableError(Fault("folder_cannot_be_made", file=str(place))) from None
        return
    except OSError as error:
        raise UnusableError(
            Fault("home_unreadable", file=str(place), why=Both("", f" ({error.strerror})"))
        ) from None
    if not place.is_dir():
        raise UnusableError(Fault("home_is_a_file", file=str(place)))
    if owner != os.geteuid():
        name = _name_of(owner)
        raise UnusableError(Fault("home_of_another_user", file=str(place), user=name))
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        raise UnusableError(Fault("home_not_permitted", file=str(place)))


def _name_of(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"


def keep_private() -> None:
    """Let nobody but this process's own user read what it makes from here on: records are personal data."""
    os.umask(0o077)


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

    Within, this process and those that it starts put their temporary files there. It is
    deleted at the end; those of processes that were killed are deleted when the next begins.
    """
    place = (
        Path(tempfile.gettempdir(), f"phucvu-{os.getuid()}") if is_remote(str(home)) else Path(home, "tmp")
    )
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    _delete_left_behind(place)
    before = tempfile.tempdir
    folder = Path(tempfile.mkdtemp(dir=place)).resolve()
    try:
        # The system gives the lock back when this process ends, however it ends.
        with (folder / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Nor does a forked process keep it, which may live a second longer than this one.
            os.register_at_fork(after_in_child=lock.close)
            tempfile.tempdir = str(folder)  # see configuration.environment
            yield folder
    finally:
        tempfile.tempdir = before
        shutil.rmtree(folder, ignore_errors=True)


LOCK = "in-use.lock"


def _delete_left_behind(place: Path) -> None:
    for lock in place.glob(f"*/{LOCK}"):
        try:
            with lock.open("w") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:
            continue  # in use, or deleted by another that begins now


@contextlib.contextmanager
def at_home(home: str) -> Iterator[None]:
    """What goes wrong with the home itself (a full disk, no permission), as one clear line.

    Raises UnavailableError. A commit that another writer was faster with is no such thing.
    """
    try:
        yield
    except CommitFailedError:
        raise
    except (OSError, DeltaError, duckdb.IOException, pl.exceptions.ComputeError, pa.ArrowException) as error:
        said = getattr(error, "strerror", None) or next(iter(str(error).splitlines()), type(error).__name__)
        problem = Fault("home_not_read_or_written", file=home, why=said)
        raise UnavailableError(problem) from error


SECONDS = 5
"""How long an object store may take to answer when it is first asked."""


def check_store(home: str) -> None:
    """Ask an object store once whether it can be used.

    Its libraries try again for minutes where settings are wrong. Raises UnavailableError.
    """
    if not home.startswith("s3://"):
        return
    bucket = home.removeprefix("s3://").partition("/")[0]
    said = object_store()
    endpoint = said.endpoint
    if endpoint and not (said.key and said.secret):
        raise UnavailableError(Fault("store_keys_missing", file=home))
    if endpoint.startswith("http://") and not said.allow_http:
        raise UnavailableError(Fault("store_over_http", file=home))
    options = {"endpoint_override": endpoint, "scheme": endpoint.partition("://")[0]} if endpoint else {}
    try:
        store = pyarrow.fs.S3FileSystem(
            region=said.region or None,
            connect_timeout=SECONDS,
            request_timeout=SECONDS,
            retry_strategy=pyarrow.fs.AwsStandardS3RetryStrategy(max_attempts=1),
            **options,
        )
        found = store.get_file_info(bucket).type
    except (OSError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())
        raise UnavailableError(Fault("store_refuses", file=home, why=Both(f": {reason}", ""))) from error
    if found == pyarrow.fs.FileType.NotFound:
        raise UnavailableError(Fault("bucket_missing", file=home, bucket=bucket))
