"""Records of one size: made, kept, compacted and counted, and what each took in time and space."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from phucvu.bench import postgresql_server
from phucvu.bench.machine import machine, versions
from phucvu.bench.names import (
    APPEND,
    COLUMNS,
    COMPACT,
    LOG,
    MAKE,
    OF_A_PROVINCE,
    PERIODS,
    POSTGRESQL,
    WORDS,
    is_spark,
)
from phucvu.bench.taking_turns import Contender, Progress, in_turns
from phucvu.problems import Fault, UnusableError
from phucvu.records.store import Store


@dataclass(frozen=True)
class Wish:
    """What is to be measured, at any size."""

    periods: Sequence[str] = ("month", "year")
    compare: Sequence[str] = ()
    rounds: int = 5
    units: int = OF_A_PROVINCE
    seed: int = 7
    memory: int = 16
    """What one process may take, GB."""


def about() -> dict[str, Any]:
    """What it is measured on."""
    found = versions()
    if postgresql_server.programs():
        found["postgresql"] = postgresql_server.release()
    return {"machine": machine(), "versions": found}


def measure(dossiers: int, wish: Wish, progress: Progress) -> dict[str, Any]:
    """What it took to keep, compact and count so many dossiers.

    Raises UnusableError where something cannot be done at all; a comparison that fails is told in its row.
    """
    with ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="phucvu-bench-"))
        folder = Path(scratch)
        made = json.dumps({"dossiers": dossiers, "offices": wish.units, "seed": wish.seed})
        _work(MAKE, made, folder, wish.memory, progress)
        steps = sum(pq.read_metadata(file).num_rows for file in folder.glob("steps/*.parquet"))
        sizes = {"parquet": _bytes(folder)}
        kept = _work(APPEND, "", folder, wish.memory, progress)
        sizes["arrived"] = _of_records(folder)
        if LOG in wish.compare:
            # Files never change, so the home before compaction costs no space.
            shutil.copytree(folder / "home", folder / "log", copy_function=os.link)
        compacted = _work(COMPACT, "", folder, wish.memory, progress)
        sizes["compacted"] = _of_records(folder) - sizes["arrived"]
        if all(name in (COLUMNS, LOG) or is_spark(name) for name in wish.compare):
            _drop_parquet(folder)
        if POSTGRESQL in wish.compare:
            progress(WORDS[POSTGRESQL], 0)
            stack.enter_context(postgresql_server.server(folder))
        asked = {name: PERIODS[name] for name in wish.periods}
        counted = in_turns(wish.compare, folder, asked, wish.rounds, wish.memory, progress)
    return {
        "dossiers": dossiers,
        "steps": steps,
        "units": wish.units,
        "bytes": sizes,
        "append": kept,
        "compact": compacted,
        "counted": counted,
    }


def _work(name: str, line: str, folder: Path, memory: int, progress: Progress) -> dict[str, float]:
    worker = Contender(name, folder, memory)
    try:
        progress(name, 0)
        answer = worker.ask(line, lambda done, total: progress(name, done / total))
    finally:
        worker.stop()
    if worker.failed:
        raise UnusableError(Fault("bench_failed", what=name, why=worker.failed))
    return {
        "seconds": round(answer["seconds"], 3),
        "cpu_seconds": round(answer["cpu"], 3),
        "peak_mb": round(answer["peak_mb"]),
    }


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("*/*.parquet"))


def _of_records(folder: Path) -> int:
    return sum(Store(folder / "home").sizes().values())


def _drop_parquet(folder: Path) -> None:
    for file in folder.glob("*/*.parquet"):
        file.unlink()


def differing(run: Mapping[str, Any]) -> list[str]:
    """Who counted other figures than the engine."""
    return sorted({row["by"] for row in run["counted"] if row.get("equal") is False})
