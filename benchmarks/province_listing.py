"""What the benchmarks of listings share: a synthetic province with its listing, and how times are taken."""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from phucvu.bench import made_records

if TYPE_CHECKING:
    from phucvu.engine.listing import Listing
    from phucvu.engine.sources import Tables
    from phucvu.engine.tree import Tree
    from phucvu.figures.periods import Period
    from phucvu.figures.units import Units
    from phucvu.rules.model import RuleSet, RuleSetFile

ROUNDS = 7
NOW = dt.datetime(2026, 12, 20, 9)
ROOT = made_records.ROOT

MAKE = """
import sys
from pathlib import Path
from phucvu.bench import made_records
made_records.write(Path(sys.argv[1]), int(sys.argv[2]))
"""


@dataclass(frozen=True)
class Province:
    """Records made, with the listing of the running year."""

    tables: Tables
    rules: RuleSetFile
    in_force: RuleSet
    units: Units
    tree: Tree
    period: Period
    listing: Listing


def made(folder: Path, size: str) -> None:
    """Make the records in a process of its own, whose memory is none of ours."""
    subprocess.run([sys.executable, "-c", MAKE, str(folder), size], check=True)
    print(f"{int(size):,} dossiers", flush=True)


def province(records: Path) -> Province:
    """The province with its listing, which is measured too."""
    from phucvu.engine.connections import connect
    from phucvu.engine.evaluation import Evaluation
    from phucvu.engine.listing import Listing, judge
    from phucvu.engine.tree import units_of
    from phucvu.figures.periods import Period
    from phucvu.records.schema import TABLES
    from phucvu.rules.loading import load

    con, rules, year = connect(), load("portal-2026"), Period.parse("2026")
    tables = {name: con.read_parquet(f"{records}/{name}/*.parquet") for name in TABLES}
    path = records / "of.duckdb"
    say("making the listing", once(lambda: judge(tables, rules, year, NOW, path)))
    in_force = rules.at(year.last)
    with Evaluation.at(tables, in_force, year, NOW) as evaluation:
        tree = evaluation.tree
    return Province(tables, rules, in_force, units_of(tables), tree, year, Listing(path))


def main(about: str | None, measure: Callable[[Province], None]) -> None:
    """A benchmark of one size: the province is made, measured, and deleted."""
    words = argparse.ArgumentParser(description=about, formatter_class=argparse.RawTextHelpFormatter)
    words.add_argument("--size", default="1000000", help="dossiers")
    said = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="phucvu-province-") as folder:
        made(Path(folder), said.size)
        measure(province(Path(folder)))
    print(f"{'most memory so far':34} {peak():9.2f} GB")


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def once(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of processors."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def best(work: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """The medians of some rounds, after one that is not counted."""
    work()
    clock, processor = zip(*(once(work) for _ in range(rounds)), strict=True)
    return statistics.median(clock), statistics.median(processor)


def say(name: str, taken: tuple[float, float]) -> None:
    clock, processor = taken
    print(f"{name:34} {clock * 1000:9.1f} ms {processor * 1000:9.1f} ms of processor", flush=True)
