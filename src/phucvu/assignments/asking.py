"""Asking by rule about the month that is over: by the process that keeps time, and by pages looked at."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from phucvu.accounts import units
from phucvu.assignments import explanations
from phucvu.engine.calendar import Calendar
from phucvu.engine.tree import Tree
from phucvu.inbox.clock import now
from phucvu.inbox.counting import running
from phucvu.inbox.home import home, store
from phucvu.inbox.lists import ask_for, listing_of


class LastMonth:
    """Asks once for each listing of the month that is over."""

    def __init__(self) -> None:
        self._asked: Path | None = None

    def ask_if_due(self) -> bool:
        """Ask every unit that has late dossiers and was not asked; whether there was one.

        Where the month's listing is not made yet it is asked for.
        """
        last = running(now().date())[0].previous()
        found = listing_of(home(), last)
        if found is None:
            ask_for(home(), last)
            return False
        if found.path == self._asked:
            return False
        own: list[tuple[dt.date, bool]] = store().rows("calendar").select("date", "working").rows()
        tree = Tree.of_period(units.every(), last)
        asked = explanations.ask_by_rule(found, tree, last, Calendar(dict(own)))
        self._asked = found.path
        return asked > 0
