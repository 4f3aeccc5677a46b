"""Noticing that records have changed, without reading them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from functools import lru_cache

import polars as pl
from deltalake import DeltaTable

from phucvu.inbox import home
from phucvu.inbox.clock import now
from phucvu.intake.known import Known
from phucvu.records.delta import LAST, Snapshot, has_another_commit, snapshot_of
from phucvu.records.places import is_remote
from phucvu.records.store import Store

log = logging.getLogger(__name__)


class Watch:
    """How far tables of the store have come: the last place in each one's order of arrival."""

    def __init__(self, store: Store, names: Iterable[str]) -> None:
        self._places = {name: f"{store.home}/records/{name}" for name in names}
        self._tables: dict[str, DeltaTable] = {}
        self._last: dict[str, int] = {}

    def now(self) -> dict[str, int]:
        """By table; 0 where nothing was ever added."""
        for name, place in self._places.items():
            self._look(name, place)
        return dict(self._last)

    def snapshot(self, name: str) -> Snapshot | None:
        """A table as ``now`` has found it; opening it anew would take ten times as long."""
        table = self._tables.get(name)
        return None if table is None else snapshot_of(self._places[name], table)

    def _look(self, name: str, place: str) -> None:
        table = self._tables.get(name)
        if table is None:
            if not DeltaTable.is_deltatable(place):
                self._last[name] = 0
                return
            table = self._tables[name] = DeltaTable(place)
        elif is_remote(place) or has_another_commit(place, table.version()):
            table.update_incremental()
        else:
            return
        self._last[name] = table.transaction_version(LAST) or 0


def registers() -> Registers:
    """What is known of the home's units, procedures and names: one for all of a process."""
    return _registers_of(home.store())


@lru_cache(maxsize=2)
def _registers_of(store: Store) -> Registers:
    return Registers(store)


class Registers:
    """What is known of today's units, of procedures and names, read anew within a second of a change."""

    LOOK_AGAIN = 1.0  # seconds

    def __init__(self, store: Store) -> None:
        self.store = store
        self._watch = Watch(store, ("units", "procedures", "names", "root_names"))
        self._lock = threading.Lock()
        self._seen: dict[str, int] | None = None
        self._looked = 0.0
        self._known: Known | None = None
        self._allowed: dict[str, frozenset[str]] = {}
        self._procedures: pl.DataFrame | None = None

    def known(self) -> Known:
        with self._lock:
            if self._known is None or time.monotonic() - self._looked >= self.LOOK_AGAIN:
                seen = self._watch.now() | {"day": now().date().toordinal()}
                if self._known is None or seen != self._seen:
                    self._known, self._seen, self._allowed = Known.of(self.store, now().date()), seen, {}
                    self._procedures = None
                    for link, way in self._known.units.circles():
                        log.error("units name each other as %s in a circle: %s", link, " → ".join(way))
                self._looked = time.monotonic()
            return self._known

    def procedures(self) -> pl.DataFrame:
        """The procedures held: the columns of ``schema.PROCEDURES``, by code."""
        self.known()
        with self._lock:
            if self._procedures is None:
                self._procedures = self.store.rows("procedures").sort("code")
            return self._procedures

    def below(self, unit: str) -> frozenset[str]:
        """The units that an account of this one can write for: it and those below it, also by succession."""
        known = self.known()
        with self._lock:
            if unit not in self._allowed:
                self._allowed[unit] = known.can_write_for(unit)
            return self._allowed[unit]
