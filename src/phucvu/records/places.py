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
from phucvu.problems import Problem, UnavailableError, UnusableError


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
            raise _unusable(place, "không lập được thư mục này", "this folder cannot be made") from None
        return
    except OSError as error:
        raise _unusable(place, "không đọc được", f"cannot be read ({error.strerror})") from None
    if not place.is_dir():
        raise _unusable(place, "phải là thư mục, đây là tệp", "must be a folder, this is a file")
    if owner != os.geteuid():
        name = _name_of(owner)
        raise _unusable(
            place,
            f"thư mục này của người dùng {name}; hãy chạy: sudo -u {name} phucvu …",
            f"this folder belongs to the user {name}; run: sudo -u {name} phucvu …",
        )
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        raise _unusable(place, "không đọc và ghi được", "cannot be read and written")


def _unusable(place: Path, vi: str, en: str) -> UnusableError:
    return UnusableError(Problem(vi, en, file=str(place)))


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
        problem = Problem(
            f"không đọc hoặc ghi được nơi giữ dữ liệu: {said}",
            f"cannot read or write the home: {said}",
            file=home,
        )
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
        raise _unavailable(home, "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: chưa đặt", "not set")
    if endpoint.startswith("http://") and not said.allow_http:
        raise _unavailable(
            home, "AWS_ENDPOINT_URL là http; cần AWS_ALLOW_HTTP=true", "http needs AWS_ALLOW_HTTP"
        )
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
        raise _unavailable(home, f"kho không trả lời đúng: {reason}", "the object store refuses") from error
    if found == pyarrow.fs.FileType.NotFound:
        raise _unavailable(home, f"kho không có bucket {bucket!r}", f"there is no bucket {bucket!r}")


def _unavailable(home: str, vi: str, en: str) -> UnavailableError:
    return UnavailableError(Problem(vi, en, file=home))
