"""How fast letters are made: python benchmarks/letters_speed.py.

The synthetic province of ``made_records``, its listing of the running year and its count. Measured are each
kind of letter of the province, made into a Word file; and all letters that all its units send, one after
another. The count and the listing are there already, as on the site. Beside each time by the clock stands
the processor time, as in lists_speed.py.
"""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from province_listing import NOW, ROOT, Province, best, main, say


def measure(of: Province) -> None:
    import polars as pl

    from phucvu.engine.figures import figures
    from phucvu.letters.letter_facts import LetterFacts
    from phucvu.letters.letter_kinds import KINDS, LetterKind, context_of, fields_of
    from phucvu.letters.letter_sources import LetterSources
    from phucvu.letters.template_filling import fill, shipped
    from phucvu.problems import FaultError
    from phucvu.published.daily_results import NoDays
    from phucvu.scoring.scores import score
    from phucvu.steering.publication_watch import Limits

    before = of.period.previous()
    counted = pl.concat([figures(of.tables, of.rules, each, NOW) for each in (of.period, before)])
    scores = score(counted, of.rules, of.units, from_records=True)
    shown = {unit.code: unit for unit in of.tree.shown}

    def facts(code: str) -> LetterFacts:
        return LetterFacts(
            unit=shown[code],
            root=shown[ROOT],
            period=of.period,
            before=before,
            scores=scores,
            day=NOW.date(),
            days=NoDays(),
            decisions=(),
            limits=Limits.of(of.in_force, 3),
            now=NOW.date(),
            sources=LetterSources(lambda: of.listing),
        )

    def made(kind: LetterKind, code: str) -> bytes:
        said = facts(code)
        return fill(shipped(kind.template), context_of(kind, said, fields_of(kind, said)))

    for name, kind in KINDS.items():
        if "province" in kind.units:
            say(f"{name}, {len(shown) - 1} units", best(partial(made, kind, ROOT), 3))

    def every() -> tuple[int, int]:
        letters = without = 0
        for code, unit in shown.items():
            for kind in KINDS.values():
                if unit.kind in kind.units:
                    try:
                        made(kind, code)
                        letters += 1
                    except FaultError:  # nothing is late there, or nothing was counted
                        without += 1
        return letters, without

    clock, processor = time.perf_counter(), time.process_time()
    letters, without = every()
    spent = time.perf_counter() - clock, time.process_time() - processor
    print(f"all letters of {len(shown)} units: {letters} made, {without} with nothing to tell")
    print(f"  {spent[0]:.1f} s by the clock, {spent[1]:.1f} s of processor time")


if __name__ == "__main__":
    main(__doc__, measure)
