"""How fast a leader's page is: python benchmarks/brief_speed.py.

The synthetic province of ``made_records`` with a million dossiers, its listing of the running year, and the
year before to compare with. Measured is what the page asks for when it is opened first: what the province
loses, why its points changed, the brief of both, its words. Beside each time by the clock stands the
processor time, as in lists_speed.py.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from province_listing import NOW, ROOT, Province, best, main, say


def measure(of: Province) -> None:
    from phucvu.engine.by_procedure import figures_and_of_each
    from phucvu.figures.periods import Period
    from phucvu.published.daily_results import NoDays
    from phucvu.scoring.scores import Scores, score
    from phucvu.steering.brief import brief_of
    from phucvu.steering.brief_words import Published, in_words
    from phucvu.steering.changes import Period as Known
    from phucvu.steering.changes import changes
    from phucvu.steering.losses import losses
    from phucvu.steering.points_lost import Account, account

    def known(period: Period) -> tuple[Scores, Known]:
        counted, of_each = figures_and_of_each(of.tables, of.rules, period, NOW)
        scores = score(counted, of.rules, of.units, from_records=True)
        rows = scores.components.filter(unit=ROOT).to_dicts()
        return scores, Known({row["indicator"]: row for row in rows}, of.rules.at(period.last), of_each)

    (scores, now), (earlier, then) = known(of.period), known(of.period.previous())
    unit = of.units.of_period(of.period)[ROOT]

    def lost() -> Account:
        rows = now.components.values()
        return account(
            rows, of.in_force, ROOT, True, lambda i: losses(of.listing, of.tree, of.period, ROOT, i)
        )

    def words(of_account: Account) -> str:
        changed = changes(ROOT, of.tree.children[ROOT], then, now)
        before = (earlier, of.period.previous())
        found = brief_of(scores, of.period, unit, NOW, before, changed, of_account, NoDays())
        return in_words(found, Published(None), "vi").answer

    print(words(lost()))
    kept = lost()
    say("the page, opened first", best(lambda: words(lost())))
    say("the page, losses kept", best(lambda: words(kept)))


if __name__ == "__main__":
    main(__doc__, measure)
