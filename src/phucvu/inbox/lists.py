"""The listings of a home: made once for each change of the records, read by everybody.

The inbox's process makes them (``Maker``); pages read the latest (``listing_of``). Each is a file of its
own in the folder ``lists`` of the home, named after its period and the moment it was made at; whoever
reads an older one goes on reading it while it is deleted. The running month has one, the running year
one that also answers for the quarter. A period that is over is judged when somebody asks for it
(``ask_for``), and again when asked for after the records have changed, but not more than once an hour.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import duckdb

from phucvu.engine.listing import Listing, judge, made_by
from phucvu.engine.sources import Tables, of_store
from phucvu.figures.periods import Period
from phucvu.inbox.clock import now
from phucvu.inbox.counting import AGAIN, NEVER, running
from phucvu.inbox.forecasting import add_chances
from phucvu.inbox.relevant import Relevant
from phucvu.inbox.watching import Watch
from phucvu.problems import UnusableError
from phucvu.records.places import is_remote
from phucvu.records.schema import TABLES
from phucvu.records.store import Store
from phucvu.rules.loading import rules_in_use

REST = 9
"""A listing rests for so many times as long as making it took: a tenth of one processor each."""

STILL_GOOD = dt.timedelta(hours=1)
KEPT = dt.timedelta(days=7)
"""Listings of periods over that nobody asked for in this time are deleted."""

ASKED = ".asked"
LISTING = ".duckdb"


def folder(home: str) -> Path:
    """Where the listings of a home are; records in an object store have theirs on this machine."""
    if not is_remote(home):
        return Path(home) / "lists"
    name = hashlib.sha256(home.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"phucvu-lists-{os.getuid()}-{name}"


def exports_folder(home: str) -> Path:
    """Where the files are that are made of long lists, beside the listings."""
    place = folder(home)
    return place.with_name(place.name.replace("lists", "exports", 1))


def forecasts_folder(home: str) -> Path:
    """Where what forecasts are made with is, beside the listings."""
    place = folder(home)
    return place.with_name(place.name.replace("lists", "forecasts", 1))


def listing_of(home: str, period: Period) -> Listing | None:
    """The latest listing that answers for a period by the rules in use; None where none was made yet."""
    wanted = made_by(rules_in_use())
    for _ in range(2):  # a newer one may take its place between looking and opening
        for path in _newest_first(folder(home)):
            covered = _period_of(path)
            if covered is None or not covered.first <= period.first <= period.last <= covered.last:
                continue
            with contextlib.suppress(duckdb.IOException):
                found = _opened(path)
                if found.made_by == wanted and found.answers_for(period):
                    return found
    return None


def ask_for(home: str, period: Period) -> None:
    """Have the inbox's process make the listing of a period that is over."""
    place = folder(home)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    (place / f"{period}{ASKED}").touch()


class Maker:
    """Makes the listings of a store, one at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._folder = folder(store.home)
        self._watch = Watch(store, TABLES)
        self._rules = rules_in_use()
        self._relevant: tuple[Period, Relevant] | None = None
        self._seen: dict[Period, dict[str, int]] = {}
        self._made_at: dict[Period, dt.datetime] = {}
        self._rests_until: dict[Period, dt.datetime] = {}
        self._wanted: set[Period] = set()

    def make_if_changed(self) -> bool:
        """Make the first listing that has changed and rested, or was asked for; whether there was one."""
        seen, moment = self._watch.now(), now()
        month, _quarter, year = running(moment.date())
        self._hear()
        for period in (month, *sorted(self._wanted, reverse=True), year):
            over = period.last < moment.date()
            changed = seen != self._seen.get(period) or not self._is_there(period)
            aged = not over and moment - self._made_at.get(period, NEVER) >= AGAIN
            if (changed or aged) and moment >= self._rests_until.get(period, NEVER):
                self._make(period, moment)
                self._seen[period], self._made_at[period] = seen, moment
                rest = STILL_GOOD if over else REST * (now() - moment)
                self._rests_until[period] = now() + rest
                return True
            self._wanted.discard(period)
        return False

    def _is_there(self, period: Period) -> bool:
        return any(self._folder.glob(f"{period} *{LISTING}"))

    def _hear(self) -> None:
        """Take note of the periods over that were asked for."""
        for path in self._folder.glob(f"*{ASKED}"):
            with contextlib.suppress(UnusableError):
                period = Period.parse(path.stem)
                self._wanted.add(period)
                for made in self._folder.glob(f"{period} *{LISTING}"):
                    os.utime(made)  # it is wanted still
            path.unlink(missing_ok=True)

    def _make(self, period: Period, moment: dt.datetime) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{period} {moment:%Y%m%dT%H%M%S%f}{LISTING}"
        unfinished = path.with_suffix(".unfinished")
        with self._tables(period, moment) as tables:
            judge(tables, self._rules, period, moment.replace(microsecond=0), unfinished)
        if period.last >= moment.date():
            add_chances(unfinished, self._store, forecasts_folder(self._store.home), moment)
        unfinished.rename(path)
        self._sweep(period, path, moment)

    @contextlib.contextmanager
    def _tables(self, period: Period, moment: dt.datetime) -> Iterator[Tables]:
        """The records to judge: for the running month those that can count in it, held in memory."""
        if period != running(moment.date())[0]:
            with of_store(self._store) as tables:
                yield tables
            return
        if self._relevant is None or self._relevant[0] != period:
            self._relevant = period, Relevant(self._store, period, self._watch)
        try:
            yield self._relevant[1].tables()
        except Exception:
            self._relevant = None  # what is held may be half changed; it is read anew
            raise

    def _sweep(self, period: Period, made: Path, moment: dt.datetime) -> None:
        """Delete what this one takes the place of, and what nobody asked for in a while."""
        for path in self._folder.iterdir():
            age = moment - dt.datetime.fromtimestamp(path.stat().st_mtime)  # noqa: DTZ006
            if path != made and (_period_of(path) == period or age > KEPT):
                # What a killed process was making is a folder.
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _newest_first(place: Path) -> list[Path]:
    """The listings there, the shortest period first and of each period the newest."""
    found = [(p, path) for path in place.glob(f"*{LISTING}") if (p := _period_of(path)) is not None]
    found.sort(key=lambda item: item[1].name, reverse=True)
    return [path for _, path in sorted(found, key=lambda item: item[0].days)]


def _period_of(path: Path) -> Period | None:
    try:
        return Period.parse(path.name.split(" ")[0])
    except UnusableError:
        return None


@lru_cache(maxsize=4)
def _opened(path: Path) -> Listing:
    return Listing(path)
