"""How fast the losses of a province and the reasons of a change are: python benchmarks/losses_speed.py.

The synthetic province of ``made_records`` with a million dossiers, its listing of the running year.
Measured are what the pages ask for: what the province loses, by fate and unit below, and why its points
changed between two months. Beside each time by the clock stands the processor time, as in lists_speed.py.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from province_listing import NOW, ROOT, Province, best, main, say


def measure(of: Province) -> None:
    from phucvu.engine.by_procedure import figures_and_of_each
    from phucvu.figures.periods import Period
    from phucvu.scoring.scores import score
    from phucvu.steering import changes
    from phucvu.steering.losses import losses
    from phucvu.steering.points_lost import account

    def known(period: Period) -> changes.Period:
        counted, of_each = figures_and_of_each(of.tables, of.rules, period, NOW)
        rows = score(counted, of.rules, of.units, from_records=True).components.filter(unit=ROOT).to_dicts()
        return changes.Period({row["indicator"]: row for row in rows}, of.rules.at(period.last), of_each)

    whole, before, after = (known(Period.parse(period)) for period in ("2026", "2026-10", "2026-11"))
    rows = list(whole.components.values())
    lost = lambda i: losses(of.listing, of.tree, of.period, ROOT, i)  # noqa: E731
    say("what the province loses", best(lambda: account(rows, of.in_force, ROOT, True, lost)))
    below = of.tree.children[ROOT]
    say("why its points changed", best(lambda: changes.changes(ROOT, below, before, after)))


if __name__ == "__main__":
    main(__doc__, measure)
