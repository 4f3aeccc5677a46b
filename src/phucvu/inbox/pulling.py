"""Fetching what the national portal published, each day from the time that is set.

Each root's running month, quarter and year are fetched, and those that ended in the last days. What was
fetched today is not asked for again; once the portal has refused, nothing is until tomorrow.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from phucvu.configuration import Configuration
from phucvu.figures.periods import Period, around
from phucvu.portal.archive import Archive, manifests
from phucvu.portal.client import REFUSED, portal_address
from phucvu.portal.published_results import Pulled
from phucvu.portal.pull import pull
from phucvu.problems import Fault, UnusableError
from phucvu.records.places import is_remote

log = logging.getLogger(__name__)

ENDED_WITHIN = dt.timedelta(days=7)
"""A period that ended so long ago at most is fetched too: the portal still brings it up to date."""

TRY_AGAIN = dt.timedelta(hours=1)
"""After a pull that failed, so long passes before the next."""

NEVER = dt.datetime(1, 1, 1)


def check(chosen: Configuration) -> None:
    """Raises UnusableError where results are to be fetched daily but cannot be."""
    if chosen.portal_daily:
        portal_address(chosen.portal)
        if is_remote(chosen.home):
            raise UnusableError(Fault("portal_daily_needs_folder", home=chosen.home))


class Puller:
    """Fetches what is due; what failed is told in the log, and tried again later."""

    def __init__(self, chosen: Configuration, clock: Callable[[], dt.datetime], pause: float) -> None:
        self._home = Path(chosen.home)
        self._roots: tuple[str | None, ...] = chosen.portal_roots or (None,)
        self._from = dt.time.fromisoformat(chosen.portal_daily)
        self._address = chosen.portal
        self._clock = clock
        self._pause = pause
        self._not_before = NEVER

    def pull_if_due(self) -> None:
        moment = self._clock().replace(microsecond=0)
        if moment.time() < self._from or moment < self._not_before:
            return
        for root, period in self._due(moment.date()):
            try:
                pulled: Pulled = pull(
                    self._home,
                    period,
                    root=root,
                    address=self._address,
                    catalogue=False,
                    pause=self._pause,
                    now=self._clock().replace(microsecond=0),
                )
            except UnusableError as error:
                self._not_before = moment + TRY_AGAIN
                log.warning("results of %s, %s: %s", root or "the nation", period, error)
                return
            for problem in pulled.problems:
                log.warning("results of %s, %s: %s", root or "the nation", period, problem)
            if pulled.problems:
                self._not_before = moment + TRY_AGAIN

    def _due(self, today: dt.date) -> Iterator[tuple[str | None, Period]]:
        """The roots and periods that were not fetched today; none once the portal refused today."""
        begun = list(self._of_day(today))
        if any(a["status"] in REFUSED for archive in begun for a in archive.about["answers"]):
            return
        done = {(archive.root, archive.about["period"]) for archive in begun if archive.about["finished"]}
        current = around(today)
        ended = [period.previous() for period in current]
        ended = [period for period in ended if today - period.last <= ENDED_WITHIN]
        for root in self._roots:
            for period in (*current, *ended):
                if (root, str(period)) not in done:
                    yield root, period

    def _of_day(self, day: dt.date) -> Iterator[Archive]:
        for folder in manifests(self._home):
            if not folder.name.startswith(f"{day:%Y%m%d}"):
                continue
            try:
                archive = Archive.open(folder)
            except UnusableError:
                continue  # ``daily_table.take_in`` names it
            if archive.procedure is None:
                yield archive
