"""The records that a running period can count, held in memory and kept up with what arrives.

Of a million dossiers a month counts those received in it or not finished when it began: some tens of
thousands. The rest cannot come into any of its figures unless something new is said of them, so they
need not be read at every change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache

import ibis
import ibis.expr.types as ir
import polars as pl

from phucvu.engine import populations
from phucvu.engine.connections import EMBEDDED
from phucvu.engine.on_time import ended_before
from phucvu.figures.periods import Period
from phucvu.inbox.watching import Watch
from phucvu.records.schema import OF_DOSSIERS, PORTAL_ANSWERS, TABLES
from phucvu.records.store import Store
from phucvu.records.versions import given_sql, log_rows

MOST_ADDED = 1_000_000
"""When so many rows have been added, all is read anew, so that memory does not grow for ever."""


class Relevant:
    """The tables that the engine counts a period from: those of dossiers without what is said of dossiers
    that cannot count in it."""

    def __init__(self, store: Store, period: Period, watch: Watch) -> None:
        """``watch`` is of all tables."""
        self._store = store
        self._period = period
        self._watch = watch
        self._read_anew()

    def tables(self) -> dict[str, ir.Table]:
        """The tables as the store has them now, for ``phucvu.engine.figures.figures`` of this period."""
        self.follow()
        return self._tables

    def follow(self) -> pl.Series | None:
        """Take in what arrived; the numbers of the dossiers it is about.

        None where other tables changed, which may change what is to be said of any dossier.
        """
        if self._added > MOST_ADDED:
            self._read_anew()
        seen = self._watch.now()
        changed = {name for name, place in seen.items() if place != self._places.get(name)}
        numbers = self._take_in(changed.intersection(OF_DOSSIERS))
        others = changed.difference(OF_DOSSIERS)
        for name in others:
            sql = given_sql(self._store.table(self._con, name))
            self._tables[name] = self._made(f"{name}_{seen[name]}", sql)
            self._places[name] = seen[name]
        return None if others else numbers

    def of(self, numbers: pl.Series | None) -> dict[str, ir.Table]:
        """The tables as they were when last followed; of dossiers those of these numbers alone, if given."""
        if numbers is None:
            return self._tables
        self._con.con.register("wanted", numbers.to_frame("dossier_id").to_arrow())
        for name in OF_DOSSIERS:
            # Most of them came last: found by their place first, little is read of the other columns.
            places = f"SELECT rowid FROM {name} SEMI JOIN wanted USING (dossier_id)"  # noqa: S608
            wanted = f"FROM {name} WHERE rowid IN ({places})"
            self._con.con.execute(f"CREATE OR REPLACE TEMP TABLE {name}_wanted AS {wanted}")
        self._con.con.unregister("wanted")
        return self._tables | self._wanted

    def _read_anew(self) -> None:
        self._con = ibis.duckdb.connect()
        self._tables: dict[str, ir.Table] = {}
        self._wanted: dict[str, ir.Table] = {}
        self._added = 0
        # What arrives in the meantime is followed from these places.
        seen = self._watch.now()
        self._places = {name: seen[name] for name in OF_DOSSIERS}
        held = {name: self._store.table(self._con, name) for name in OF_DOSSIERS}
        for name, rows in held.items():
            known = f"SELECT * FROM ({given_sql(rows)}) WHERE sequence <= {self._places[name]}"  # noqa: S608
            self._con.raw_sql(f'CREATE OR REPLACE TEMP VIEW "{name}_known" AS {known}')
        schemas = (held[name].schema() for name in ("dossiers", "steps"))
        self._made("left_out", _ended_before(*schemas, self._period.starts))
        self._left_out = Numbers(self._con.con.sql("FROM left_out").pl()["dossier_id"])
        for name in OF_DOSSIERS:
            kept = f"SELECT * FROM {name}_known ANTI JOIN left_out USING (dossier_id)"  # noqa: S608
            self._tables[name] = self._made(name, kept)
            self._wanted[name] = self._made(f"{name}_wanted", f"SELECT * FROM {name} LIMIT 0")  # noqa: S608
            self._con.raw_sql(f'DROP VIEW "{name}_known"')
        self._con.raw_sql("DROP TABLE left_out")

    def _made(self, name: str, sql: str) -> ir.Table:
        """A table of the connection with what a question in SQL answers; Ibis would translate it anew."""
        self._con.raw_sql(f'CREATE TEMP TABLE "{name}" AS {sql}')
        found: ir.Table = self._con.table(name, database=("temp", "main"))
        return found

    def _take_in(self, names: set[str]) -> pl.Series:
        """Follow tables of dossiers that have changed."""
        arrived = {name: self._since(name, self._places[name]) for name in names}
        numbers = {name: frame["dossier_id"] for name, frame in arrived.items()}
        told = _distinct(ids for name, ids in numbers.items() if name != PORTAL_ANSWERS.name)
        self._wake(self._left_out.among(told))
        # What the portal says of a dossier does not bring it in; it is read should something else do so.
        every = _distinct(numbers.values())
        unneeded = self._left_out.among(every)
        for name, all_rows in arrived.items():
            frame = all_rows.filter(~pl.col("dossier_id").is_in(unneeded.implode()))
            if TABLES[name].facts:
                self._put(name, frame)
            else:
                counting = frame.filter(~pl.col("late")).sort("sequence").unique("dossier_id", keep="last")
                self._remove(name, counting)
                self._put(name, counting)
            self._places[name] = max([self._places[name], *all_rows["sequence"]])
        return every

    def _wake(self, numbers: pl.Series) -> None:
        """Take in, as they were held so far, dossiers that had been left out."""
        if numbers.is_empty():
            return
        con = ibis.duckdb.connect()
        for name in OF_DOSSIERS:
            table = self._store.table(con, name)
            held = table.filter(table.sequence <= self._places[name])
            self._put(name, held.semi_join(ibis.memtable(numbers.to_frame()), "dossier_id").to_polars())
        con.disconnect()
        self._left_out.remove(numbers)

    def _put(self, name: str, rows: pl.DataFrame) -> None:
        self._con.con.register("fresh", rows.select(self._tables[name].columns).to_arrow())
        self._con.con.execute(f"INSERT INTO {name} BY NAME FROM fresh")
        self._con.con.unregister("fresh")
        self._added += rows.height

    def _remove(self, name: str, rows: pl.DataFrame) -> None:
        self._con.con.register("gone", rows.select("dossier_id").to_arrow())
        self._con.con.execute(f"DELETE FROM {name} WHERE dossier_id IN (SELECT dossier_id FROM gone)")  # noqa: S608
        self._con.con.unregister("gone")

    def _since(self, name: str, place: int) -> pl.DataFrame:
        """The rows of the log after a place, without their payloads."""
        snapshot = self._watch.snapshot(name)
        assert snapshot is not None  # it has changed
        files = [f for f in snapshot.log if f.last > place]
        rows = log_rows(name, snapshot.uris(files)).drop("payload", strict=False)
        return rows.filter(pl.col("sequence") > place).collect()


class Numbers:
    """Many numbers of dossiers, in the order of which some are found at once."""

    def __init__(self, numbers: pl.Series) -> None:
        self._sorted = numbers.sort()
        self._removed = numbers.clear()

    def among(self, asked: pl.Series) -> pl.Series:
        """Those of the numbers asked about that are here."""
        if self._sorted.is_empty():
            return self._sorted
        places = self._sorted.search_sorted(asked).clip(upper_bound=self._sorted.len() - 1)
        return asked.filter((self._sorted.gather(places) == asked) & ~asked.is_in(self._removed.implode()))

    def remove(self, numbers: pl.Series) -> None:
        self._removed = pl.concat([self._removed, numbers])


@lru_cache(maxsize=8)
def _ended_before(dossiers: ibis.Schema, steps: ibis.Schema, moment: dt.datetime) -> str:
    """The SQL of which dossiers known certainly ended before a moment, and were not received since."""
    known = ibis.table(dossiers, name="dossiers_known")
    earlier = known.filter(~populations.received(known.received_at, moment))
    found = ended_before(moment, earlier, ibis.table(steps, name="steps_known"))
    return str(ibis.to_sql(found, dialect=EMBEDDED))


def _distinct(numbers: Iterable[pl.Series]) -> pl.Series:
    return pl.concat([pl.Series("dossier_id", dtype=pl.Int64), *numbers]).unique()
