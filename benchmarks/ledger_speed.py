"""How fast the ledger of a province is: python benchmarks/ledger_speed.py [--dossiers N] [--rounds N].

The synthetic province of ``made_records``, and a list of the portal's made from it: of each hundred dossiers
it lacks one, has another channel for one, another deadline for one and no end for one. Measured is the
ledger of the whole province for the running year, beside counting its figures alone, in turns, as medians
of elapsed and processor time.
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

from phucvu.bench import made_records
from phucvu.engine.connections import connect
from phucvu.engine.figures import figures
from phucvu.figures.periods import Period
from phucvu.ledger.balance import ledger
from phucvu.ledger.pairing import COLUMNS, LIST
from phucvu.records.schema import PORTAL_DOSSIERS, TABLES
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
    con = connect()
    tables = {name: con.read_parquet(f"{folder}/{name}/*.parquet") for name in TABLES}
    columns = {c: PLANTED.get(c, OF_LIST.get(c, c)) for c in PORTAL_DOSSIERS.types}
    chosen = ", ".join(f"{said} AS {name}" for name, said in columns.items())
    source = f"read_parquet('{folder}/dossiers/*.parquet')"
    made = f"SELECT {chosen} FROM {source} WHERE hash(code) % 100 <> 0"  # noqa: S608
    con.raw_sql(f"COPY ({made}) TO '{folder}/listed.parquet'")
    tables[LIST] = con.read_parquet(f"{folder}/listed.parquet")
    year, rules = Period.parse("2026"), load("portal-2026")
    asked: dict[str, Callable[[], object]] = {
        "ledger": lambda: ledger(tables, rules, year, NOW, made_records.ROOT),
        "figures alone": lambda: figures(tables, rules, year, NOW, [made_records.ROOT]),
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
    for _ in range(rounds):
        for name, ask in asked.items():
            began, worked = time.perf_counter(), time.process_time()
            ask()
            taken[name].append((time.perf_counter() - began, time.process_time() - worked))
    for name, times in taken.items():
        elapsed, worked = (statistics.median(part) for part in zip(*times, strict=True))
        print(f"{name:16} {elapsed:6.2f} s elapsed {worked:6.2f} s of processor")
    causes = ledger(tables, rules, year, NOW, made_records.ROOT).causes.filter(indicator="2.1")
    print(causes, file=sys.stderr)


if __name__ == "__main__":
    main()
