"""How fast the week's page of a province is: python benchmarks/week_speed.py.

The synthetic province of ``made_records`` with a million dossiers, its listing of the running year.
Measured is what the page asks for: the numbers of its lists, its table by procedure and by unit, and what
the province itself can still mend. Beside each time by the clock stands the processor time, as in
lists_speed.py.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from province_listing import ROOT, Province, best, main, say


def measure(of: Province) -> None:
    import os

    import django

    os.environ["PHUCVU_HTTPS"] = "0"
    os.environ["DJANGO_SETTINGS_MODULE"] = "phucvu.web.settings"
    django.setup()
    from phucvu.engine.calendar import Calendar
    from phucvu.engine.listing import Wish
    from phucvu.steering.due_lists import Moment
    from phucvu.steering.losses import losses
    from phucvu.web.workspace.ready_lists import BY_NAME
    from phucvu.web.workspace.week import LISTS

    at, within = Moment(of.period, of.listing.cut_off, Calendar()), of.tree.below(ROOT)
    each = [BY_NAME[name].condition(at) for name in LISTS]
    say("the numbers of its lists", best(lambda: of.listing.numbers(within, each)))
    for by in ("procedure", "unit"):
        table = lambda by=by: [of.listing.occurring(Wish(within, one), by) for one in each]  # noqa: E731
        say(f"its table by {by}", best(table))
    scored = [i for i in of.in_force.indicators if i.scored and not i.by_rule]
    lost = lambda: [losses(of.listing, of.tree, of.period, ROOT, i) for i in scored]  # noqa: E731
    say("what can be mended", best(lost))


if __name__ == "__main__":
    main(__doc__, measure)
