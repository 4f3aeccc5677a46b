"""How fast lists of dossiers are: python benchmarks/lists_speed.py [--sizes N,N,…] [--export N].

The synthetic province of ``made_records``; the listing of the running year holds nearly all of its
dossiers. Measured are making the listing, and for the province as a whole: the first page of what is
lost and of everything, a page from the middle, by time and by code, a narrowed page, the numbers of
all ready-made lists at once, and writing dossiers to CSV and to Excel. Beside it stands asking the
engine itself for a first page, as was done before there were listings. Beside each time stands the
processor time, which says what it would take where nothing else runs: about that on one processor,
half of it on two. Each size is measured in a process of its own, and the most memory stands at its end.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from province_listing import NOW, best, made, once, peak, say

from phucvu.bench import made_records

PAGE = 50
COLUMNS = (
    "code",
    "sender",
    "unit",
    "procedure",
    "channel",
    "status",
    "received_at",
    "due",
    "must_by",
    "ended",
)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    words.add_argument("--sizes", default="1000000", help="dossiers, several with commas between")
    words.add_argument("--export", type=int, default=100_000, help="rows written to CSV and Excel")
    words.add_argument("--records", type=Path, help="records made before by made_records.write")
    said = words.parse_args()
    if said.records:
        measured(said.records, said.export)
        return
    for size in said.sizes.split(","):
        with tempfile.TemporaryDirectory(prefix="phucvu-lists-") as folder:
            made(Path(folder), size)
            again = [sys.executable, __file__, "--records", folder, "--export", str(said.export)]
            subprocess.run(again, check=True)


def measured(records: Path, export: int) -> None:
    with tempfile.TemporaryDirectory(prefix="phucvu-lists-") as folder:
        os.environ["PHUCVU_HOME"] = folder
        os.environ["PHUCVU_HTTPS"] = "0"
        os.environ["DJANGO_SETTINGS_MODULE"] = "phucvu.web.settings"
        measure(records, Path(folder) / "of.duckdb", export)
    print(f"{'most memory so far':34} {peak():9.2f} GB")


def measure(records: Path, path: Path, export: int) -> None:
    import django

    django.setup()
    from phucvu.engine import listing
    from phucvu.engine.calendar import Calendar
    from phucvu.engine.connections import connect
    from phucvu.engine.dossiers import dossiers
    from phucvu.engine.listing import Listing, Order, Wish
    from phucvu.figures.periods import Period
    from phucvu.records.schema import TABLES
    from phucvu.rules.loading import load
    from phucvu.steering.due_lists import Moment
    from phucvu.web.workspace.ready_lists import READY

    con = connect()
    tables = {name: con.read_parquet(f"{records}/{name}/*.parquet") for name in TABLES}
    year, rules = Period.parse("2026"), load("portal-2026")
    say("making the listing", once(lambda: listing.judge(tables, rules, year, NOW, path)))
    print(f"{'most memory so far':34} {peak():9.2f} GB")
    print(f"{'size of the file':34} {path.stat().st_size / 1e6:9.1f} MB")
    found = Listing(path)
    every = [made_records.ROOT, *made_records.UNITS]
    late = rules.at(year.last)["2.1"]
    verdict = listing.verdict_of(late, year)
    of_figure = verdict.looked_at
    whole, lost = Wish(every, of_figure), Wish(every, of_figure & verdict.lost)
    number = found.number(whole)
    print(f"{'dossiers in the figure, lost':34} {number:9,} {found.number(lost):,}")
    at = Moment(year, found.cut_off, Calendar())
    conditions = [ready.condition(at) for ready in READY]
    narrow = Wish(every, of_figure, procedure=made_records.PROCEDURES[-7], channel=2, like="-26")
    middle = number // 2
    for name, work in {
        "how many are lost": lambda: found.number(lost),
        "first page of what is lost": lambda: found.page(lost, Order("late", True), PAGE),
        "first page of all, by deadline": lambda: found.page(whole, Order("due"), PAGE),
        "page in the middle, by deadline": lambda: found.page(whole, Order("due"), PAGE, middle),
        "page in the middle, by code": lambda: found.page(whole, Order("code"), PAGE, middle),
        "narrowed page, and its number": lambda: (found.page(narrow, Order(), PAGE), found.number(narrow)),
        "one commune, first page": lambda: found.page(Wish(every[-1:], of_figure), Order("due"), PAGE),
        "one commune, all ready-made lists": lambda: found.numbers(every[-1:], conditions),
        "province, all ready-made lists": lambda: found.numbers(every, conditions),
    }.items():
        say(name, best(work))
    direct = dossiers, (tables, rules, year, NOW, made_records.ROOT, "2.1")
    say(
        "engine: first page of what is lost",
        best(lambda: direct[0](*direct[1], lost_only=True, limit=PAGE), 3),
    )
    exports(found, whole, export)


def exports(found, wish, rows: int) -> None:
    import polars as pl

    from phucvu.engine.listing import Order
    from phucvu.web.workspace import files

    def frames():
        names = pl.col("procedure").alias("name")
        late = pl.col("seconds_late").alias("days") // 86_400
        for frame in found.every(wish, Order(), rows):
            yield frame.select(*COLUMNS, names, late)

    def csv() -> None:
        for _part in files.csv_parts(frames()):
            pass

    def excel() -> None:
        with tempfile.NamedTemporaryFile() as file:
            files.write_xlsx(file, frames(), {})

    say(f"CSV of {rows:,} rows", once(csv))
    say(f"Excel of {rows:,} rows", once(excel))


if __name__ == "__main__":
    main()
