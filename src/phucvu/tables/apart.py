"""Reading a file by a library that can crash, in a process of its own.

Excel and Parquet are read by libraries in which a broken or hostile file can end the whole process:
they abort where memory does not suffice, and overflow the stack where things are nested too deep. So they
run in a child with bounded memory and time, which hands its tables back through a pipe; the death of the
child is one clear line.
"""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from phucvu.configuration import environment
from phucvu.problems import Fault, UnusableError

EXCEL, PARQUET = "phucvu.tables.foreign:excel", "phucvu.tables.foreign:parquet"

MEMORY = 4 << 30
"""Bytes of address space of a child. A sheet of a million rows and twenty columns takes half of it."""

SECONDS = 600
"""Seconds of computing of a child."""

TEXT = 4000
"""Characters of what a child says of its end that are looked at."""


def frames(reader: str, path: Path, what: str) -> Iterator[pl.DataFrame]:
    """The tables that a reader finds in a file, one after the other as they are read.

    ``reader`` is «module:function»: the function takes a path as text and yields Arrow tables. ``what``
    names the kind of file for messages. The child ends when the caller wants no more.

    Raises UnusableError where the file cannot be read, or reading it takes too much memory or time.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", __name__, reader, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(POLARS_MAX_THREADS="1", RUST_BACKTRACE="0", OMP_NUM_THREADS="1"),
    )
    with child:
        try:
            yield from _streams(child.stdout)
            said = child.stderr.read().decode(errors="replace")[-TEXT:] if child.stderr else ""
            status = child.wait()
        finally:
            child.kill()
    if status:
        raise UnusableError(_why(status, said, path, what))


def _streams(pipe: Any) -> Iterator[pl.DataFrame]:
    """The tables in the pipe; what a child left unfinished is none."""
    while True:
        try:
            with pa.ipc.open_stream(pipe) as stream:
                table = stream.read_all()
        except (pa.ArrowInvalid, OSError):
            return
        found = pl.from_arrow(table)
        assert isinstance(found, pl.DataFrame)
        yield found


def _why(status: int, said: str, path: Path, what: str) -> Fault:
    """What the end of a child says of its file."""
    if "password" in said.casefold():
        return has_password(path)
    if status == -signal.SIGXCPU:
        reason = Fault("reading_takes_long", seconds=SECONDS)
    elif status == NO_MEMORY or "memory allocation" in said or "capacity overflow" in said:
        reason = Fault("reading_takes_memory", most=MEMORY >> 30)
    elif status < 0:
        reason = Fault("reader_breaks", signal=signal.Signals(-status).name)
    else:
        return Fault("not_readable_as", file=path.name, what=what)
    return Fault("broken_or_too_large", file=path.name, what=what, reason=reason)


def has_password(path: Path) -> Fault:
    return Fault("excel_with_password", file=path.name)


NO_MEMORY = 4
"""The status of a child whose memory did not suffice; 1 is any other error."""


def _child(reader: str, path: str) -> int:
    import resource

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    module, _, function = reader.partition(":")
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)  # what a library prints is no table
        try:
            for table in getattr(importlib.import_module(module), function)(path):
                with pa.ipc.new_stream(out, table.schema) as stream:
                    stream.write_table(table)
                out.flush()
        except MemoryError:
            return NO_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(_child(*sys.argv[1:]))
