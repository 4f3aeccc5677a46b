"""Whether a second worker helps: python benchmarks/cluster_speed.py [--dossiers 2000000 | --home FOLDER].

A standalone Spark master of this machine, with one worker of one core and with two of them in turns, counts
a month of a home as `phucvu figures --engine spark://…` does, started anew each time. Printed are, for each,
the medians of the time by the clock and of the processor time of master and workers, both with the start of
Java; what DuckDB on this machine takes stands beside, and the figures must be equal. The clock tells
something only where nothing else runs, and on one core for each worker and one for the driver.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from phucvu.bench import made_records
from phucvu.records.store import Store
from tests.engine.spark_cluster import cluster

WORKERS = 1, 2


def counted(home: str, period: str, engine: str) -> bytes:
    asked = ["figures", "--home", home, "--period", period, "--format", "csv", "--now", "2027-01-15"]
    command = [sys.executable, "-m", "phucvu", *asked, "--engine", engine]
    return subprocess.run(command, check=True, capture_output=True).stdout


def processor() -> float:
    """Seconds that the processes we waited for have taken, with those that these waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(home: str, period: str, rounds: int, memory: str) -> None:
    began = time.monotonic()
    here = counted(home, period, "duckdb")
    print(f"DuckDB: {time.monotonic() - began:.1f} s", flush=True)
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"--executor-memory {memory} pyspark-shell"
    clock: dict[int, list[float]] = {workers: [] for workers in WORKERS}
    used: dict[int, list[float]] = {workers: [] for workers in WORKERS}
    for number in range(rounds):
        for workers in WORKERS if number % 2 else reversed(WORKERS):
            before = processor()
            with (
                tempfile.TemporaryDirectory(prefix="phucvu-cluster-") as folder,
                cluster(Path(folder), workers, memory) as address,
            ):
                began = time.monotonic()
                assert counted(home, period, address) == here, "the figures are not DuckDB's"
                clock[workers].append(time.monotonic() - began)
            used[workers].append(processor() - before)
            print(f"  {workers}: {clock[workers][-1]:.1f} s, processor {used[workers][-1]:.1f} s", flush=True)
    for workers in WORKERS:
        by_clock, by_processor = statistics.median(clock[workers]), statistics.median(used[workers])
        print(f"{workers} of one core: {by_clock:.1f} s, processor {by_processor:.1f} s")


def made(folder: str, dossiers: int) -> str:
    """A home of so many dossiers, compacted."""
    store = Store(Path(folder, "home"))
    made_records.write(Path(folder, "made"), dossiers)
    made_records.append(Path(folder, "made"), store, lambda done, total: None)
    store.compact(whole=True)
    return store.home


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("--dossiers", type=int, default=2_000_000)
    said.add_argument("--home", help="a home that is there already, in place of one made")
    said.add_argument("--period", default="2026-08")
    said.add_argument("--rounds", type=int, default=3)
    said.add_argument("--memory", default="2g", help="of a worker")
    asked = said.parse_args()
    with tempfile.TemporaryDirectory(prefix="phucvu-home-") as folder:
        home = asked.home or made(folder, asked.dossiers)
        measure(home, asked.period, asked.rounds, asked.memory)


if __name__ == "__main__":
    main()
