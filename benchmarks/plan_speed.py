"""How fast the plan of a province is: python benchmarks/plan_speed.py.

The synthetic province of ``made_records`` with a million dossiers, its listing of the running year.
Measured is what the page of the plan asks for: the groups that can be mended, the exact solution for a
score, for a rank and for given hours, naming the first fifty records, and what is left to others. Beside
each time by the clock stands the processor time, as in lists_speed.py.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from province_listing import NOW, ROOT, Province, best, main, say


def measure(of: Province) -> None:
    from phucvu.engine.figures import figures
    from phucvu.scoring.scores import score
    from phucvu.steering.losses import Asked
    from phucvu.steering.mendable import mendable
    from phucvu.steering.plan import DEFAULT_MINUTES, Goal, Now, left_to_others, plan

    asked = Asked(of.listing, of.tree, of.period, ROOT)
    scores = score(figures(of.tables, of.rules, of.period, NOW), of.rules, of.units, from_records=True)
    total = scores.totals.filter(unit=ROOT)["score"][0]
    # Where the neighbours stand: a point above and five.
    above = [total + 1, total + 5]
    now = Now(total, scores.components.filter(unit=ROOT).to_dicts(), above)
    say("the groups that can be mended", best(lambda: mendable(asked, of.in_force)))
    found = mendable(asked, of.in_force)
    print(f"{len(found.groups):,} groups", flush=True)
    goals = {
        "a score": Goal(score=total + Decimal("0.5")),
        "a rank": Goal(rank=1),
        "the most for 100 hours": Goal(hours=Decimal(100)),
    }
    for name, goal in goals.items():
        say(f"solving for {name}", best(partial(plan, found, of.in_force, now, DEFAULT_MINUTES, goal)))
    made = plan(found, of.in_force, now, DEFAULT_MINUTES, goals["the most for 100 hours"])
    say("naming the first fifty", best(lambda: list(islice(made.records(), 50))))
    say("what is left to others", best(lambda: left_to_others(asked, of.in_force)))


if __name__ == "__main__":
    main(__doc__, measure)
