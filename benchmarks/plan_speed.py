"""How fast the plan of a province is: python benchmarks/plan_speed.py.

The synthetic province of ``made_records`` with a million dossiers, its listing of the running year.
Measured is what the page of the plan asks for: the groups that can be mended, the exact solution for a
score, for a rank and for given hours, naming the first fifty records, and what is left to others. Beside
each time by the clock stands the processor time, as in lists_speed.py.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from decimal import Decimal
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from lists_speed import MAKE, NOW, best, once, peak, say

from phucvu.bench import made_records


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    words.add_argument("--size", default="1000000", help="dossiers")
    said = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="phucvu-plan-") as folder:
        subprocess.run([sys.executable, "-c", MAKE, folder, said.size], check=True)
        print(f"{int(said.size):,} dossiers", flush=True)
        measure(Path(folder))
    print(f"{'most memory so far':34} {peak():9.2f} GB")


def measure(records: Path) -> None:
    from phucvu.engine.connections import connect
    from phucvu.engine.evaluation import Evaluation
    from phucvu.engine.figures import figures
    from phucvu.engine.listing import Listing, judge
    from phucvu.engine.tree import units_of
    from phucvu.figures.periods import Period
    from phucvu.records.schema import TABLES
    from phucvu.rules.loading import load
    from phucvu.scoring.scores import score
    from phucvu.steering.losses import Asked
    from phucvu.steering.mendable import mendable
    from phucvu.steering.plan import DEFAULT_MINUTES, Goal, Now, left_to_others, plan

    con, rules, root = connect(), load("portal-2026"), made_records.ROOT
    tables = {name: con.read_parquet(f"{records}/{name}/*.parquet") for name in TABLES}
    year = Period.parse("2026")
    path = records / "of.duckdb"
    say("making the listing", once(lambda: judge(tables, rules, year, NOW, path)))
    in_force = rules.at(year.last)
    with Evaluation.at(tables, in_force, year, NOW) as evaluation:
        asked = Asked(Listing(path), evaluation.tree, year, root)
    scores = score(figures(tables, rules, year, NOW), rules, units_of(tables), from_records=True)
    total = scores.totals.filter(unit=root)["score"][0]
    # Where the neighbours stand: a point above and five.
    above = [total + 1, total + 5]
    now = Now(total, scores.components.filter(unit=root).to_dicts(), above)
    say("the groups that can be mended", best(lambda: mendable(asked, in_force)))
    found = mendable(asked, in_force)
    print(f"{len(found.groups):,} groups", flush=True)
    goals = {
        "a score": Goal(score=total + Decimal("0.5")),
        "a rank": Goal(rank=1),
        "the most for 100 hours": Goal(hours=Decimal(100)),
    }
    for name, goal in goals.items():
        say(f"solving for {name}", best(lambda goal=goal: plan(found, in_force, now, DEFAULT_MINUTES, goal)))
    made = plan(found, in_force, now, DEFAULT_MINUTES, goals["the most for 100 hours"])
    say("naming the first fifty", best(lambda: list(islice(made.records(), 50))))
    say("what is left to others", best(lambda: left_to_others(asked, in_force)))


if __name__ == "__main__":
    main()
