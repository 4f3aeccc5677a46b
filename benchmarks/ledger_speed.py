"""How fast the ledger of a province is: python benchmarks/ledger_speed.py [--dossiers N] [--rounds N].

A home with the synthetic province of ``made_records``, compacted, and a list of the portal's made from it: of
each hundred dossiers it lacks one, has another channel for one, another deadline for one and no end for one.
Measured is the ledger of the whole province for the running year, beside counting its figures alone, opening
the home included, in turns, as medians of elapsed and processor time.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl

from phucvu.bench import made_records
from phucvu.engine.connections import connect
from phucvu.engine.figures import figures
from phucvu.figures.periods import Period
from phucvu.ledger.balance import Ledger, ledger
from phucvu.ledger.pairing import COLUMNS, LIST
from phucvu.records.schema import PORTAL_DOSSIERS
from phucvu.records.store import Store
from phucvu.rules.loading import load

NOW = dt.datetime(2026, 12, 20, 9)

PLANTED = {
    "channel": "CASE WHEN hash(code) % 100 = 1 THEN 3 - channel ELSE channel END",
    "due_at": "CASE WHEN hash(code) % 100 = 2 THEN due_at - INTERVAL 20 DAY ELSE due_at END",
    "ended_at": "CASE WHEN hash(code) % 100 = 3 THEN NULL ELSE ended_at END",
    "returned_at": "CASE WHEN hash(code) % 100 = 3 THEN NULL ELSE returned_at END",
    "status": "CASE WHEN hash(code) % 100 = 3 THEN 4 ELSE status END",
    "synchronised": "true",
}
OF_LIST = {
    "list_of": f"'{made_records.ROOT}'",
    "taken_on": "DATE '2026-12-20'",
    "copy": "1",
    "tells": f"'{' '.join(COLUMNS)}'",
}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    words.add_argument("--dossiers", type=int, default=1_000_000)
    words.add_argument("--rounds", type=int, default=5)
    said = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="phucvu-ledger-") as folder:
        made_records.write(Path(folder), said.dossiers)
        measure(Path(folder), said.rounds)


def measure(folder: Path, rounds: int) -> None:
    store = home(folder)
    year, rules = Period.parse("2026"), load("portal-2026")

    def reconciled() -> Ledger:
        con = connect()
        tables = {**store.tables(con), LIST: store.table(con, LIST)}
        return ledger(tables, rules, year, NOW, made_records.ROOT)

    def counted() -> pl.DataFrame:
        return figures(store.tables(connect()), rules, year, NOW, [made_records.ROOT])

    asked: dict[str, Callable[[], object]] = {"ledger": reconciled, "figures alone": counted}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
    for _ in range(rounds):
        for name, ask in asked.items():
            began, worked = time.perf_counter(), time.process_time()
            ask()
            taken[name].append((time.perf_counter() - began, time.process_time() - worked))
    for name, times in taken.items():
        elapsed, worked = (statistics.median(part) for part in zip(*times, strict=True))
        print(f"{name:16} {elapsed:6.2f} s elapsed {worked:6.2f} s of processor")
    print(reconciled().causes.filter(indicator="2.1"), file=sys.stderr)


def home(folder: Path) -> Store:
    """The records of a folder and the list made from them, in a store."""
    store = Store(folder / "home")
    made_records.append(folder, store, lambda done, total: None)
    chosen = ", ".join(f"{PLANTED.get(c, OF_LIST.get(c, c))} AS {c}" for c in PORTAL_DOSSIERS.types)
    for file in sorted(folder.glob("dossiers/*.parquet")):
        made = f"SELECT {chosen} FROM read_parquet('{file}') WHERE hash(code) % 100 <> 0"  # noqa: S608
        store.append(LIST, pl.DataFrame(duckdb.execute(made).to_arrow_table()))
    store.compact()
    return store


if __name__ == "__main__":
    main()
