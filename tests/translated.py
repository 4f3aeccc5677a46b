"""What counting asks is translated into SQL once for all processes of a run of the tests.

Translating takes most of the time of a count of few records, and the tests start hundreds of processes that
count. What one of them translated is found by what it is found by within one process; the folder is made for
one run, so everything is translated from the code as it is now.
"""

from __future__ import annotations

import atexit
import hashlib
import importlib
import io
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Hashable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import ibis

from phucvu.engine import embedded, evaluation
from phucvu.engine.evaluation import Input, Query
from phucvu.records import versions

FOLDER = "PHUCVU_TESTS_TRANSLATED"
"""Names the folder, for all processes that this one starts."""

_folder = Path()


def share() -> None:
    """Share what is translated with the processes that this one starts, or with the one that started it."""
    if FOLDER not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="phucvu-translated-")
        os.environ[FOLDER] = folder.name
        atexit.register(folder.cleanup)
    join()


def join() -> None:
    """Share it with the process that started this one, where that shares it."""
    global _folder
    if FOLDER in os.environ:
        _folder = Path(os.environ[FOLDER])  # a test may choose an environment without it
        evaluation._queries = lru_cache(_queries)
        versions._translated = _shared(versions._translated, lambda what, parts: (what, parts))
        embedded._over_any = _shared(embedded._over_any, _read_of)


def _queries(engine: str, *of: Hashable) -> dict[Hashable, list[Query]]:
    # Of another engine there is no SQL to share.
    return Queries(of) if engine == "duckdb" else {}


class Queries(dict[Hashable, list[Query]]):
    """Queries by name; those that this process lacks are what another has translated."""

    def __init__(self, of: Hashable) -> None:
        super().__init__()
        self._of = of

    def __contains__(self, name: object) -> bool:
        if not super().__contains__(name) and (found := _found(self._file(name))):
            # The expression itself is needed no more, only its columns.
            rows = [(ibis.table(schema, name="translated"), sql, reads) for schema, sql, reads in found]
            super().__setitem__(name, [Query(*query) for query in rows])
        return super().__contains__(name)

    def __setitem__(self, name: Hashable, queries: list[Query]) -> None:
        super().__setitem__(name, queries)
        _keep(self._file(name), [(dict(query.rows.schema()), query.sql, query.reads) for query in queries])

    def _file(self, name: object) -> Path:
        return _file("queries", self._of, name)


def _shared(translate: Any, key: Callable[..., Hashable]) -> Any:
    """A function that remembers, with what other processes remember; ``key`` says of what, or nothing."""

    @lru_cache(maxsize=256)
    def shared(*asked: Any) -> Any:
        named = key(*asked)
        if named is None:
            return translate(*asked)
        file = _file(translate.__name__, named)
        found = _found(file)
        if found is None:
            found = translate(*asked)
            _keep(file, found)
        return found

    return shared


def _read_of(read: Callable[..., Any], *schemas: ibis.Schema) -> Hashable:
    """What is read of tables, where it is a function of a module and what that is given first."""
    function, given = (read.func, read.args) if isinstance(read, partial) else (read, ())
    named = function.__qualname__
    return None if "<" in named else (function.__module__, named, given, schemas)


def _file(*key: object) -> Path:
    return _folder / hashlib.sha256(repr(key).encode()).hexdigest()


def _found(file: Path) -> Any:
    try:
        return Unpacker(io.BytesIO(file.read_bytes())).load()
    except FileNotFoundError:
        return None


def _keep(file: Path, found: object) -> None:
    content = io.BytesIO()
    Packer(content).dump(found)
    part = file.with_suffix(f".{os.getpid()}")
    part.write_bytes(content.getvalue())
    part.rename(file)


class Packer(pickle.Pickler):
    """Notes of an input by which module and name it is found again; one without a name is packed itself."""

    def persistent_id(self, value: object) -> tuple[str, str] | None:
        if not isinstance(value, Input):
            return None
        for module in [name for name in sys.modules if name.startswith("phucvu.engine.")]:
            for name, held in vars(sys.modules[module]).items():
                if held is value:
                    return module, name
        return next((("", name) for name, record in evaluation.RECORDS.items() if record is value), None)


class Unpacker(pickle.Unpickler):
    def persistent_load(self, place: tuple[str, str]) -> Input:
        module, name = place
        found: Input = getattr(importlib.import_module(module), name) if module else evaluation.RECORDS[name]
        return found
