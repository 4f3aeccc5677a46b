"""The records that a running period can count, held in memory and kept up with what arrives.

Of a million dossiers a month counts those received in it or not finished when it began: some tens of
thousands. The rest cannot come into any of its figures unless something new is said of them, so they
need not be read at every change.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import polars as pl

from phucvu.engine.on_time import ended_before
from phucvu.figures.periods import Period
from phucvu.inbox.watching import Watch
from phucvu.records.delta import DeltaFiles
from phucvu.records.schema import TABLES
from phucvu.records.store import Store, log_rows

MOST_ADDED = 1_000_000
"""When so many rows have been added, all is read anew, so that memory does not grow for ever."""


class Relevant:
    """The tables that the engine counts a period from: dossiers and steps without those that cannot
    count in it."""

    def __init__(self, store: Store, period: Period) -> None:
        self._store = store
        self._period = period
        self._others = Watch(store, [name for name in TABLES if name not in ("dossiers", "steps")])
        self._seen: dict[str, int] = {}
        self._tables: dict[str, ir.Table] = {}
        self._read_anew()

    def tables(self) -> dict[str, ir.Table]:
        """The tables as the store has them now, for ``phucvu.engine.figures.figures`` of this period."""
        self.follow()
        return self._tables

    def follow(self) -> pl.Series | None:
        """Take in what arrived; the numbers of the dossiers it is about.

        None where other tables changed, which may change what is to be said of any dossier.
        """
        numbers = self._follow()
        if self._added > MOST_ADDED:
            self._read_anew()
        seen = self._others.now()
        if seen == self._seen:
            return numbers
        for name, place in seen.items():
            if self._seen.get(name) != place:
                held = self._store.table(self._con, name)
                self._tables[name] = self._con.create_table(f"{name}_{place}", held, temp=True)
        self._seen = seen
        return None

    def of(self, numbers: pl.Series | None) -> dict[str, ir.Table]:
        """The tables as they were when last followed; dossiers and steps of these numbers alone, if given."""
        if numbers is None:
            return self._tables
        tables = dict(self._tables)
        self._con.con.register("wanted", numbers.to_frame("dossier_id").to_arrow())
        for name in self._places:
            self._con.con.execute(
                f"CREATE OR REPLACE TEMP TABLE {name}_wanted AS "
                f"FROM {name} SEMI JOIN wanted USING (dossier_id)"
            )
            tables[name] = self._con.table(f"{name}_wanted")
        self._con.con.unregister("wanted")
        return tables

    def _read_anew(self) -> None:
        self._con = ibis.duckdb.connect()
        self._seen, self._added = {}, 0
        self._places = {name: self._last(name) for name in ("dossiers", "steps")}
        dossiers, steps = (self._store.table(self._con, name) for name in self._places)
        earlier = dossiers.filter(dossiers.received_at < self._period.starts)
        unneeded = ended_before(self._period.starts, earlier, steps)
        left_out = self._con.create_table("left_out", unneeded, temp=True)
        for name, table in (("dossiers", dossiers), ("steps", steps)):
            # What arrived in the meantime is followed from the places noted above.
            known = table.filter(table.sequence <= self._places[name])
            kept = known.anti_join(left_out, "dossier_id")
            self._tables[name] = self._con.create_table(name, kept, temp=True)

    def _follow(self) -> pl.Series:
        arrived = {name: self._since(name, place) for name, place in self._places.items()}
        changed = pl.concat(frame.select("dossier_id") for frame in arrived.values()).unique()
        if changed.height:
            self._wake(
                self._con.table("left_out").semi_join(ibis.memtable(changed), "dossier_id").to_polars()
            )
        dossiers, steps = arrived["dossiers"], arrived["steps"]
        if dossiers.height:
            counting = dossiers.filter(~pl.col("late")).sort("sequence").unique("dossier_id", keep="last")
            self._put("dossiers", counting, replace=True)
        if steps.height:
            self._put("steps", steps)
        for name, frame in arrived.items():
            self._places[name] = max([self._places[name], *frame["sequence"]])
        return changed["dossier_id"]

    def _wake(self, numbers: pl.DataFrame) -> None:
        """Take in, as they were held so far, dossiers that had been left out."""
        if numbers.is_empty():
            return
        con = ibis.duckdb.connect()
        for name, place in self._places.items():
            table = self._store.table(con, name)
            held = table.filter(table.sequence <= place).semi_join(ibis.memtable(numbers), "dossier_id")
            self._put(name, held.to_polars())
        con.disconnect()
        self._remove("left_out", numbers)

    def _put(self, name: str, rows: pl.DataFrame, *, replace: bool = False) -> None:
        if replace:
            self._remove(name, rows)
        self._con.insert(name, rows.select(self._tables[name].columns))
        self._added += rows.height

    def _remove(self, name: str, rows: pl.DataFrame) -> None:
        self._con.con.register("fresh", rows.select("dossier_id").to_arrow())
        self._con.con.execute(f"DELETE FROM {name} WHERE dossier_id IN (SELECT dossier_id FROM fresh)")  # noqa: S608
        self._con.con.unregister("fresh")

    def _files(self, name: str) -> DeltaFiles:
        return DeltaFiles(f"{self._store.home}/records/{name}", {})

    def _last(self, name: str) -> int:
        snapshot = self._files(name).snapshot()
        return snapshot.last if snapshot else 0

    def _since(self, name: str, place: int) -> pl.DataFrame:
        """The rows of the log after a place, without their payloads."""
        snapshot = self._files(name).snapshot()
        files = [f for f in snapshot.log if f.last > place] if snapshot else []
        if snapshot is None or not files:
            types = TABLES[name].types | TABLES[name].kept
            return pl.DataFrame(schema={c: t for c, t in types.items() if c != "payload"})
        rows = log_rows(name, snapshot.uris(files)).drop("payload", strict=False)
        return rows.filter(pl.col("sequence") > place).collect()
