"""How fast the losses of a province and the reasons of a change are: python benchmarks/losses_speed.py.

The synthetic province of ``made_records`` with a million dossiers, its listing of the running year.
Measured are what the pages ask for: what the province loses, by fate and unit below, and why its points
changed between two months. Beside each time by the clock stands the processor time, as in lists_speed.py.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from lists_speed import MAKE, NOW, best, once, peak, say

from phucvu.bench import made_records


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    words.add_argument("--size", default="1000000", help="dossiers")
    said = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="phucvu-losses-") as folder:
        subprocess.run([sys.executable, "-c", MAKE, folder, said.size], check=True)
        print(f"{int(said.size):,} dossiers", flush=True)
        measure(Path(folder))
    print(f"{'most memory so far':34} {peak():9.2f} GB")


def measure(records: Path) -> None:
    from phucvu.engine.by_procedure import figures_and_of_each
    from phucvu.engine.connections import connect
    from phucvu.engine.evaluation import Evaluation
    from phucvu.engine.listing import Listing, judge
    from phucvu.engine.tree import units_of
    from phucvu.figures.periods import Period
    from phucvu.records.schema import TABLES
    from phucvu.rules.loading import load
    from phucvu.scoring.scores import score
    from phucvu.steering import changes
    from phucvu.steering.losses import losses
    from phucvu.steering.points_lost import account

    con, rules, root = connect(), load("portal-2026"), made_records.ROOT
    tables = {name: con.read_parquet(f"{records}/{name}/*.parquet") for name in TABLES}
    units, year = units_of(tables), Period.parse("2026")
    path = records / "of.duckdb"
    say("making the listing", once(lambda: judge(tables, rules, year, NOW, path)))
    in_force, listing = rules.at(year.last), Listing(path)
    with Evaluation.at(tables, in_force, year, NOW) as evaluation:
        tree = evaluation.tree

    def known(period: Period) -> changes.Period:
        counted, of_each = figures_and_of_each(tables, rules, period, NOW)
        rows = score(counted, rules, units, from_records=True).components.filter(unit=root).to_dicts()
        return changes.Period({row["indicator"]: row for row in rows}, rules.at(period.last), of_each)

    whole, before, after = (known(Period.parse(period)) for period in ("2026", "2026-10", "2026-11"))
    rows = list(whole.components.values())
    lost = lambda i: losses(listing, tree, year, root, i)  # noqa: E731
    say("what the province loses", best(lambda: account(rows, in_force, root, True, lost)))
    below = tree.children[root]
    say("why its points changed", best(lambda: changes.changes(root, below, before, after)))


if __name__ == "__main__":
    main()
