"""The figures of a running month: what they need is held in memory and kept up with what arrives.

Nothing of it is saved. A process that is started again reads the records and judges all dossiers anew.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from phucvu.engine.live import Live
from phucvu.figures.periods import Period
from phucvu.inbox.relevant import Relevant
from phucvu.inbox.watching import Watch
from phucvu.records.store import Store
from phucvu.rules.model import RuleSetFile


class Month:
    """Counts one period of a store again and again, at a cost of what changed in between."""

    def __init__(self, store: Store, rules: RuleSetFile, period: Period, watch: Watch) -> None:
        self.period = period
        self._rules = rules
        self._relevant = Relevant(store, period, watch)
        self._live: Live | None = None

    def figures(self, now: dt.datetime) -> pl.DataFrame:
        """What ``phucvu.engine.figures.figures`` gives of all records as they are; for use until it fails."""
        changed = self._relevant.follow()
        if changed is None or self._live is None or not self._live.serves(now):
            self._live = Live(self._rules, self.period)
            return self._live.figures(self._relevant.of(None), now)
        numbers = self._live.to_judge(changed, now)
        return self._live.figures(self._relevant.of(numbers), now, numbers)
