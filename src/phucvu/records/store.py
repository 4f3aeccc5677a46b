"""The store: a home folder (or s3:// address) of Delta tables, append-only by version.

Rows are appended as they come; of the versions of a key one counts, and ``Store.table`` reads just
those: the last to arrive. Of dossiers those are left out that said nothing which the version counting
when they arrived did not say (``phucvu.records.earlier``), so that an earlier version arriving late
changes nothing; that is decided once, when a version is appended (``late``). Homes made before this rule
keep what was decided in them. Steps are facts: there is one version of each. Of units, which hold from a
first to a last day, a row counts until a later one of the same unit has a day in common with it.

Compaction (``Store.compact``) rewrites in the background what counts into sorted files, so that
reading them needs no comparing; only what arrived since is compared.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import polars as pl
from ibis.backends import BaseBackend

from phucvu.figures.periods import now_in_vietnam
from phucvu.records import histories, keys
from phucvu.records.delta import (
    COVERED,
    FORGOTTEN,
    LAST,
    AnotherWriterError,
    DeltaFiles,
    File,
    Held,
    Part,
    Snapshot,
    has_another_commit,
)
from phucvu.records.earlier import (
    COLUMNS,
    KNOWN_TO_PORTAL,
    Outcome,
    Version,
    columns_say_more,
    outcomes,
    status_says_more,
)
from phucvu.records.places import address, at_home, is_remote
from phucvu.records.schema import CHOSEN, DOSSIERS, OF_DOSSIERS, STEPS, TABLES, Table
from phucvu.records.versions import (
    EVERY,
    TablesOfHome,
    check_kept,
    given_sql,
    is_summed,
    key_of,
    log_rows,
    log_types,
    mark_of_sums,
    rows_that_count,
    standing_spans,
    summed,
    versions,
    with_payload,
    with_sums,
)

SORTED_BY = {"steps": ["sender", "code", "at"]}
"""How compacted files but those of dossiers are sorted; tables not named here by their key. Grouping steps
by dossier is three times as fast as on files in order of arrival."""

# Dossiers of the same months stand together, so that of a period few row groups have to be read; within
# them those that waited, and then those that are counted together, which halves the time of counting.
IN_ORDER_OF_COUNTING = (
    "date_trunc('month', concerns_until), date_trunc('month', concerns_from), "
    'asked_at IS NOT NULL, "unit", "procedure", "code"'
)
"""How compacted dossiers are sorted, in SQL."""

FILE_SIZE = "64MB"
TAIL_SHARE = 10
"""Compaction rewrites once what arrived since is at least a tenth of what it would rewrite."""

MEMORY = "1GB"
"""What the store's own work may take before it uses the disk."""

SUMMED_AT_ONCE = 4_000_000
"""Compaction sums up about so many rows of dossiers and steps at a time."""

SWEEP_EVERY = 3600.0
"""Seconds between two looks, by the same store, at which files of a table are old enough to be deleted."""

GONE_SHARE = 5
"""A file of the log is written anew once a fifth of its versions can be deleted."""

FEW = 20_000
"""So many rows are looked up by the numbers of their dossiers; more are joined with what is held."""

SNAPSHOT_LASTS = 60.0
"""Seconds after which a table's state is read anew, whether or not another commit was seen."""

ONE_FILE = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880"
SMALL = 16 << 20
MANY = 20
"""This many files smaller than ``SMALL`` bytes are packed into one."""


@dataclass(frozen=True)
class Added:
    """How many rows of a batch were new, and how many were known already.

    ``changed`` of those taken are later versions of what was held; only ``Store.compare`` tells it.
    """

    taken: int
    unchanged: int
    changed: int = 0

    def __add__(self, other: Added) -> Added:
        taken, unchanged = self.taken + other.taken, self.unchanged + other.unchanged
        return Added(taken, unchanged, self.changed + other.changed)


@dataclass(frozen=True)
class Forgotten:
    """How many versions were deleted, and how many bytes less their table takes."""

    rows: int
    bytes: int


@dataclass(frozen=True)
class Kept:
    """A version held of a dossier: its place in the order of arrival, whether it counts, all its columns."""

    place: int
    counts: bool
    row: dict[str, Any]


class Store:
    """The records of a home. Any number of processes may read and write it at once.

    >>> home = getfixture("tmp_path")
    >>> store = Store(home)
    >>> row = pl.DataFrame({"code": ["H21"], "name": ["UBND tỉnh Gia Lai"], "kind": ["province"]})
    >>> store.append("units", row)
    Added(taken=1, unchanged=0, changed=0)
    >>> store.append("units", row)
    Added(taken=0, unchanged=1, changed=0)
    >>> store.rows("units")["name"].to_list()
    ['UBND tỉnh Gia Lai']
    """

    def __init__(self, home: str | Path, *, keep_hours: int | None = None) -> None:
        """``keep_hours`` is how long files stay that are no longer part of a table."""
        self.home = address(home)
        self._keep_hours = keep_hours
        self._sweep_after: dict[str, float] = {}
        self._keys = keys.Keys()
        self._snapshots: dict[str, tuple[Snapshot, float]] = {}
        self._kept_open: dict[str, tuple[Held | None, float]] = {}

    def append(
        self,
        name: str,
        frame: pl.DataFrame,
        arrived: dt.datetime | None = None,
        *,
        mark: tuple[str, int] | None = None,
    ) -> Added:
        """Add the rows that are not known yet, in one commit.

        ``frame`` has columns of the table's schema (those not given are empty); the order of its rows
        is the order of arrival. A dossier's version is known as ``earlier.outcomes`` says, a row of a
        table of facts if its key is, one with a span of days if the same row counts, any other row if the
        latest version of its key is the same.
        ``arrived`` (Vietnam's time) is now, if not given. ``mark``, a name and a number, is noted in the
        same commit, and also where no row is new; ``marked`` tells it.
        """
        with at_home(self.home):
            return self._append(EVERY[name], frame, arrived, mark)

    def _append(
        self, table: Table, frame: pl.DataFrame, arrived: dt.datetime | None, mark: tuple[str, int] | None
    ) -> Added:
        marked = self._marked(table, _typed(table, frame))
        files = self._files(table.name)
        # Taken away, so that no two threads commit with the same one.
        held, until = self._kept_open.pop(table.name, (None, 0.0))
        if time.monotonic() > until:
            held, until = None, time.monotonic() + SNAPSHOT_LASTS
        while True:
            snapshot, held = files.made(held), None
            new = self._unknown(table, marked, snapshot)
            if new.is_empty() and mark:
                files.commit(snapshot, mark)
            if new.is_empty() or self._put(files, snapshot, table, new, arrived, mark):
                self._kept_open[table.name] = files.hold(snapshot), until
                return Added(new.height, frame.height - new.height)

    def _put(
        self,
        files: DeltaFiles,
        snapshot: Snapshot,
        table: Table,
        new: pl.DataFrame,
        arrived: dt.datetime | None,
        mark: tuple[str, int] | None,
    ) -> bool:
        """Add rows after those of the snapshot; False where another process was faster."""
        new = new.with_columns(
            pl.lit(arrived or now_in_vietnam(), pl.Datetime("us")).alias("arrived"),
            pl.int_range(snapshot.last + 1, snapshot.last + 1 + new.height).alias("sequence"),
        ).select(log_types(table).keys())
        written = files.write("arrived", new)
        try:
            files.commit(snapshot, (LAST, written.last), add=[written], also=mark)
        except AnotherWriterError:
            files.drop([written])
            return False
        return True

    def marked(self, name: str, marks: Iterable[str]) -> dict[str, int]:
        """The numbers last noted under these names by ``append``; 0 where none was."""
        snapshot = self._files(name).snapshot()
        if snapshot is None:
            return dict.fromkeys(marks, 0)
        return {mark: snapshot.delta.transaction_version(mark) or 0 for mark in marks}

    def compare(self, name: str, frame: pl.DataFrame) -> Added:
        """What ``append`` would do with these rows."""
        table = EVERY[name]
        snapshot = self._files(name).snapshot()
        new = self._unknown(table, self._marked(table, _typed(table, frame)), snapshot)
        key = ["code"] if table.spans else key_of(table)
        changed = new.join(self._held(key, [], new, snapshot).unique(), on=key, how="semi")
        return Added(new.height, frame.height - new.height, changed.height)

    def older(self, frame: pl.DataFrame) -> list[bool]:
        """Of dossiers in order of arrival: whether ``append`` would keep each as an earlier version.

        Reads little of a home that is compacted, so that senders can be told at once.
        """
        rows = _typed(DOSSIERS, frame).with_row_index("_row")
        # No two rows are taken for the same: of two alike the second is no earlier one either.
        rows = rows.with_columns(dossier_id=_dossier_ids(rows), digest=pl.col("_row").cast(pl.Int64))
        snapshot = self._snapshot("dossiers")
        if snapshot is None:
            return [False] * rows.height
        unclear = self._unclear(rows, snapshot)
        if unclear.is_empty():
            return [False] * rows.height
        arriving = _arriving(unclear)
        held = self._with_payloads(self._counting_of(unclear, snapshot, COLUMNS), arriving, snapshot)
        found: dict[int, Outcome] = {}
        for number, said in arriving.items():
            of = outcomes(list(said.values()), held.get(number), set())
            found |= dict(zip(said, of, strict=True))
        return [found.get(row) in (Outcome.OLDER, Outcome.OLDER_AGAIN) for row in range(rows.height)]

    def _unclear(self, rows: pl.DataFrame, snapshot: Snapshot) -> pl.DataFrame:
        """The rows of which a look at what is held, and its status, does not tell whether they are newer."""
        held = self._counting_of(rows, snapshot, ["status"])
        statuses = dict(held.select("dossier_id", "status").iter_rows())
        again = rows["dossier_id"].is_duplicated()
        said = zip(rows["dossier_id"], rows["status"], again, strict=True)
        unclear = [
            several or (number in statuses and not status_says_more(status, statuses[number]))
            for number, status, several in said
        ]
        return rows.filter(pl.Series(unclear, dtype=pl.Boolean))

    def _counting_of(self, rows: pl.DataFrame, snapshot: Snapshot, columns: Sequence[str]) -> pl.DataFrame:
        """What the versions say that count of the dossiers among the rows; a row for each."""
        dossiers = rows["dossier_id"]
        tail = self._looked_up(snapshot, snapshot.tail, dossiers, ["sequence", "late", *columns])
        current = self._looked_up(snapshot, snapshot.current, dossiers, ["sequence", *columns])
        together = pl.concat([tail.filter(~pl.col("late")).drop("late"), current])
        return together.sort("sequence").unique("dossier_id", keep="last").with_columns(digest=pl.lit(None))

    def _looked_up(
        self, snapshot: Snapshot, files: list[File], dossiers: pl.Series, columns: Sequence[str]
    ) -> pl.DataFrame:
        """The number and columns of all rows of dossiers in files of their table."""
        types = {c: t for c, t in TYPES_BY_DOSSIER.items() if c in columns}
        types = {"dossier_id": pl.Int64} | {c: types[c] for c in columns}
        numbers = dossiers.unique().to_numpy()
        found = [pl.DataFrame(schema=types)]
        for path in snapshot.uris(files):
            rows = self._keys.rows(path, numbers)
            if len(rows):
                read = pl.DataFrame(keys.read(path, rows, list(types)))
                # Columns that came after the file was written are empty.
                later = [pl.lit(None, t).alias(c) for c, t in types.items() if c not in read.columns]
                found.append(read.with_columns(later).select(list(types)).cast(types))  # type: ignore[arg-type]
        return pl.concat(found)

    def _snapshot(self, name: str) -> Snapshot | None:
        """The table now; what was read of it stays good until another commit."""
        place = f"{self.home}/records/{name}"
        held, until = self._snapshots.get(name, (None, 0.0))
        fresh = held is not None and time.monotonic() < until and not is_remote(place)
        if held is not None and fresh and not has_another_commit(place, held.delta.version()):
            return held
        found = self._files(name).snapshot()
        if found is not None:
            self._snapshots[name] = found, time.monotonic() + SNAPSHOT_LASTS
        return found

    def table(
        self, con: BaseBackend, name: str, as_of: dt.datetime | None = None, *, payload: bool = False
    ) -> ir.Table:
        """The rows that count, as an Ibis table on a connection to DuckDB or Spark.

        Columns: those of the schema (``payload`` only if asked for), and ``Table.kept``. With
        ``as_of`` (Vietnam's time) only versions that had arrived by then.
        """
        snapshot = self._snapshot(name)
        rows = rows_that_count(con, EVERY[name], snapshot, as_of)
        return with_payload(con, EVERY[name], snapshot, rows) if payload else rows

    def tables(self, con: BaseBackend, as_of: dt.datetime | None = None) -> TablesOfHome:
        """``table`` of all records by name, and ``histories.NAME`` where compaction has summed up the steps.

        Dossiers and steps that arrived since then are summed up on the way. All are of the state that the
        home is in now; what is not asked for is not opened.
        """
        # Dossiers before steps: what is summed up with the dossiers is then among the steps.
        snapshots = {name: self._snapshot(name) for name in TABLES}
        for held in snapshots.values():
            check_kept(held, as_of)
        found = {
            name: partial(rows_that_count, con, TABLES[name], held, as_of) for name, held in snapshots.items()
        }
        dossiers, steps = snapshots["dossiers"], snapshots["steps"]
        if dossiers is None or steps is None or not is_summed(dossiers, steps):
            return TablesOfHome(found)
        if as_of is not None and any(f.last_arrived > as_of for f in (*dossiers.files, *steps.files)):
            return TablesOfHome(found)
        return TablesOfHome({histories.NAME: partial(with_sums, con, dossiers, steps)} | found)

    def rows(self, name: str) -> pl.DataFrame:
        """All rows of a (small) table that count, with the schema's columns."""
        table = EVERY[name]
        if self._snapshot(name) is None:
            return pl.DataFrame(schema=table.types)
        wanted = ", ".join(f'"{column}"' for column in table.types)
        found = self.asked(name, f"SELECT {wanted} FROM held", payload="payload" in table.types)  # noqa: S608
        return found.cast(table.types)  # type: ignore[arg-type]

    def asked(
        self, name: str, question: str, given: dict[str, Any] | None = None, *, payload: bool = False
    ) -> pl.DataFrame:
        """The answer to a question in SQL about the rows of a table that count, which it calls ``held``.

        ``given`` are its parameters; with ``payload`` the rows have theirs. Quicker than ``table`` for a
        question that takes little to answer: an expression of Ibis would be translated each time.
        """
        snapshot = self._snapshot(name)
        with at_home(self.home):
            con = self._ibis()
            rows = rows_that_count(con, EVERY[name], snapshot)
            if payload:
                rows = with_payload(con, EVERY[name], snapshot, rows)
            try:
                asked = f"WITH held AS ({given_sql(rows)}) {question}"
                found: pl.DataFrame = con.con.sql(asked, params=given or {}).pl()
                return found
            finally:
                con.disconnect()

    def versions(self, name: str, sender: str, code: str) -> pl.DataFrame:
        """Everything ever held of one dossier in ``dossiers`` or ``steps``, in order of arrival.

        Columns: the schema's, payload included, and ``Table.kept``.
        """
        table = EVERY[name]
        columns = [*table.types, *table.kept]
        snapshot = self._files(name).snapshot()
        if snapshot is None or not snapshot.log:
            return pl.DataFrame(schema=dict(table.types | table.kept))
        wanted = self._marked(table, pl.DataFrame([{"sender": sender, "code": code}], schema=table.types))
        log = log_rows(name, snapshot.uris(snapshot.log))
        found = log.filter(dossier_id=wanted["dossier_id"][0], sender=sender, code=code)
        return found.select(columns).sort("sequence").collect()

    def history(self, sender: str, code: str) -> list[Kept]:
        """Every version ever held of a dossier, in order of arrival."""
        snapshot = self._files(DOSSIERS.name).snapshot()
        rows = self._history(snapshot, sender, code).rows(named=True) if snapshot else []
        counting = max((row["sequence"] for row in rows if not row["late"]), default=None)
        return [Kept(row["sequence"], row["sequence"] == counting, row) for row in rows]

    def choose(self, sender: str, code: str, place: int, at: dt.datetime) -> bool:
        """Let the version of a dossier at this place in the order of arrival count from now on.

        It is added again as it is, and ``chosen`` notes it, so that replaying the inbox comes to the same.
        False where it counts already. Raises KeyError where there is no such version.
        """
        row = {kept.place: kept.row for kept in self.history(sender, code)}[place]
        if not self.choose_again(row, at):
            return False
        note = {"sender": sender, "code": code, "version": row["digest"], "at": at}
        self.append(CHOSEN.name, pl.DataFrame([note], schema=CHOSEN.types), at)
        return True

    def choose_again(self, row: dict[str, Any], at: dt.datetime | None = None) -> bool:
        """Let a version count as ``history`` gives it, also in another home; False where it does already."""
        version = pl.DataFrame([row], schema=log_types(DOSSIERS))
        digest = pl.lit(row["digest"], pl.Int64)
        new = self._marked(DOSSIERS, _typed(DOSSIERS, version)).with_columns(digest=digest, late=False)
        with at_home(self.home):
            files = self._files(DOSSIERS.name)
            while True:
                snapshot = files.made()
                held = self._history(snapshot, row["sender"], row["code"])
                if [row["digest"]] == held.filter(~pl.col("late"))["digest"].tail(1).to_list():
                    return False
                if self._put(files, snapshot, DOSSIERS, new, at, None):
                    return True

    def _history(self, snapshot: Snapshot, sender: str, code: str) -> pl.DataFrame:
        """All columns of the log's versions of a dossier, in order of arrival."""
        types = log_types(DOSSIERS)
        if not snapshot.log:
            return pl.DataFrame(schema=types)
        wanted = self._marked(
            DOSSIERS, pl.DataFrame([{"sender": sender, "code": code}], schema=DOSSIERS.types)
        )
        log = pl.scan_parquet(snapshot.uris(snapshot.log), glob=False)
        found = log.filter(dossier_id=wanted["dossier_id"][0], sender=sender, code=code)
        return found.select(list(types)).sort("sequence").collect()

    def compact(self, name: str | None = None, *, whole: bool = False) -> None:
        """Make reading fast: pack small files, and rewrite what counts once enough has arrived.

        With ``whole`` everything that arrived is rewritten, so that nothing is left to compare. Safe
        to run at any time beside readers and writers, and to be killed: what it does is one commit.
        """
        with at_home(self.home):
            self._compact(list(EVERY) if name is None else [name], whole=whole)

    def _compact(self, names: list[str], *, whole: bool) -> None:
        for each in names:
            files = self._files(each)
            snapshot = files.snapshot()
            if snapshot is None:
                continue
            try:
                if self._pack(files, EVERY[each], snapshot):
                    snapshot = files.made()
                if each == DOSSIERS.name:
                    self._sum_up(files, snapshot, whole=whole)
                else:
                    fresh, held = (sum(f.rows for f in part) for part in (snapshot.tail, snapshot.current))
                    if fresh and (whole or fresh * TAIL_SHARE >= held):
                        self._rewrite(files, EVERY[each], snapshot)
            except AnotherWriterError:
                continue  # another process is compacting this table
            if time.monotonic() >= self._sweep_after.get(each, 0.0):
                files.sweep()
                self._sweep_after[each] = time.monotonic() + SWEEP_EVERY

    def leave_sums(self) -> None:
        """Use no longer what compaction summed up, where steps it had read may be gone; it sums up anew."""
        files, steps = self._files(DOSSIERS.name), self._files(STEPS.name).snapshot()
        snapshot = files.snapshot()
        if snapshot and steps and snapshot.marked(mark_of_sums(steps)):
            files.commit(snapshot, (mark_of_sums(steps), 0))

    def forget(self, before: dt.datetime) -> Forgotten:
        """Delete versions of dossiers that did not count any more at a moment, from one file at most.

        Only versions that compaction has taken in are looked at, and a file is written anew once a fifth
        of it can go. What the records showed before that moment cannot be asked for afterwards
        (``as_of``). Safe beside readers and writers, and to be killed: it is one commit.
        """
        files = self._files(DOSSIERS.name)
        snapshot = files.snapshot()
        covered = [f for f in snapshot.log if f.last <= snapshot.covered] if snapshot else []
        if snapshot is None or not covered:
            return Forgotten(0, 0)
        with self._duckdb.cursor() as con:
            chosen = self._mostly_gone(con, snapshot, covered, before)
            if chosen is None:
                return Forgotten(0, 0)
            log, given = self._log(con, snapshot, [chosen])
            left = f"SELECT * FROM {log} ANTI JOIN gone USING (sequence) ORDER BY sequence"  # noqa: S608
            with tempfile.TemporaryDirectory(dir=self._scratch.name) as folder:
                con.execute(f"COPY ({left}) TO '{folder}/0.parquet' ({ONE_FILE})", given)
                written = files.bring("arrived", Path(folder))
            con.execute("DROP TABLE gone")
        seconds = int((before - dt.datetime(1970, 1, 1)).total_seconds())
        mark, also = (COVERED, snapshot.covered), (FORGOTTEN, seconds)
        try:
            files.commit(snapshot, mark, add=written, remove=[chosen], also=also)
        except AnotherWriterError:  # it was compacted meanwhile
            files.drop(written)
            return Forgotten(0, 0)
        rows, size = (sum(getattr(f, of) for f in written) for of in ("rows", "size"))
        return Forgotten(chosen.rows - rows, chosen.size - size)

    def _mostly_gone(
        self, con: duckdb.DuckDBPyConnection, snapshot: Snapshot, covered: list[File], before: dt.datetime
    ) -> File | None:
        """The first file of which enough can go; the places of all that can, in a table ``gone``."""
        log, given = self._log(con, snapshot, snapshot.log)
        con.execute(
            f"CREATE TEMP TABLE gone AS SELECT sequence FROM {log} WHERE arrived < $before "  # noqa: S608
            "QUALIFY late OR sequence < max(sequence) FILTER (NOT late) OVER (PARTITION BY dossier_id)",
            (given or {}) | {"before": before},
        )
        for file in covered:
            counted = con.execute(
                "SELECT count(*) FROM gone WHERE sequence BETWEEN ? AND ?", [file.first, file.last]
            ).fetchone()
            if counted and counted[0] * GONE_SHARE >= file.rows:
                return file
        con.execute("DROP TABLE gone")
        return None

    def sizes(self) -> dict[str, int]:
        """Bytes of the files that each table that was written to consists of."""
        snapshots = {name: self._files(name).snapshot() for name in EVERY}
        return {name: sum(f.size for f in found.files) for name, found in snapshots.items() if found}

    def _files(self, name: str) -> DeltaFiles:
        place = f"{self.home}/records/{name}"
        return DeltaFiles(place, log_types(EVERY[name]), keep_hours=self._keep_hours)

    @cached_property
    def _scratch(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="phucvu-")

    @cached_property
    def _duckdb(self) -> duckdb.DuckDBPyConnection:
        """For the store's own work; spills to disk before it takes much memory. Use a cursor of it."""
        return duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": self._scratch.name})

    def _ibis(self) -> BaseBackend:
        return ibis.duckdb.from_connection(self._duckdb.cursor())

    def _marked(self, table: Table, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows with ``dossier_id`` and, where rows have versions, a ``digest`` of all they say."""
        marks = []
        if "dossier_id" in table.kept:
            marks.append(f"{_number('sender || chr(31) || code')} AS dossier_id")
        if not table.facts:
            said = ", ".join(f'coalesce("{c}"::VARCHAR, chr(30))' for c in table.types)
            marks.append(f"{_number(f'concat_ws(chr(31), {said})')} AS digest")
        if not marks:
            return frame
        with self._duckdb.cursor() as con:
            con.register("rows", frame.to_arrow())
            found = con.sql(f"SELECT {', '.join(marks)} FROM rows").pl()  # noqa: S608
        return frame.hstack(found.get_columns())

    def _unknown(self, table: Table, rows: pl.DataFrame, snapshot: Snapshot | None) -> pl.DataFrame:
        """Those of the rows that the log does not hold yet; ``late`` marks what cannot count any more."""
        key = key_of(table)
        if table is DOSSIERS:
            decided = self._decided(rows, snapshot)
            new = decided.filter(pl.col("outcome").is_in([Outcome.COUNTS.value, Outcome.OLDER.value]))
            return new.with_columns(late=pl.col("outcome") == Outcome.OLDER.value).drop("outcome")
        if table.spans:
            return self._unknown_spans(rows, snapshot).with_columns(late=pl.lit(False))
        held = self._held(key, [] if table.facts else ["digest", "sequence"], rows, snapshot)
        if table.facts:
            return rows.unique(key, keep="first", maintain_order=True).join(
                held, on=key, how="anti", maintain_order="left"
            )
        latest = held.sort("sequence").unique(key, keep="last")
        rows = rows.unique(key, keep="last", maintain_order=True)
        rows = rows.join(latest, on=[*key, "digest"], how="anti", maintain_order="left")
        return rows.with_columns(late=pl.lit(False))

    def _unknown_spans(self, rows: pl.DataFrame, snapshot: Snapshot | None) -> pl.DataFrame:
        """Those of the rows with spans of days that count among themselves, and do not count already."""
        held = self._held(["code"], ["valid_from", "valid_to", "digest", "sequence"], rows, snapshot)
        standing = standing_spans(held, "sequence").select("code", "digest")
        numbered = standing_spans(rows.with_row_index("_row"), "_row").drop("_row")
        return numbered.join(standing, on=["code", "digest"], how="anti", maintain_order="left")

    def _decided(self, rows: pl.DataFrame, snapshot: Snapshot | None) -> pl.DataFrame:
        """The rows of dossiers with what becomes of each, an ``earlier.Outcome``, in a column ``outcome``.

        Only dossiers that are held, or that come more than once, need comparing.
        """
        held = self._held(["dossier_id"], ["digest", "late", "sequence", "status"], rows, snapshot)
        counting = held.filter(~pl.col("late")).sort("sequence").unique("dossier_id", keep="last")
        numbered = rows.with_row_index("_row")
        again = pl.col("dossier_id").is_duplicated() | pl.col("dossier_id").is_in(
            counting["dossier_id"].implode()
        )
        same = numbered.filter(pl.col("dossier_id").is_unique()).join(
            counting, on=["dossier_id", "digest"], how="semi"
        )
        told = dict.fromkeys(same["_row"], Outcome.KNOWN)
        # One whose status alone says more counts, whatever else it says; of what comes from a file it
        # must be seen whether the dossier was synchronised before.
        statuses = dict(counting.select("dossier_id", "status").iter_rows())
        sent = pl.col("dossier_id").is_unique() & pl.col(KNOWN_TO_PORTAL).fill_null(True)
        once = numbered.filter(sent).select("_row", "dossier_id", "status")
        newer = [
            row
            for row, number, status in once.iter_rows()
            if number in statuses and status_says_more(status, statuses[number])
        ]
        rest = numbered.filter(again & ~pl.col("_row").is_in(newer))
        compared, synchronised = self._compared(
            rest.join(same, on="_row", how="anti"), held, counting, snapshot
        )
        told |= compared
        said = [told.get(row, Outcome.COUNTS).value for row in range(rows.height)]
        rows = rows.with_columns(outcome=pl.Series(said, dtype=pl.String))
        if synchronised:
            own = enumerate(rows[KNOWN_TO_PORTAL].to_list())
            values = [synchronised.get(row, value) for row, value in own]
            rows = rows.with_columns(pl.Series(KNOWN_TO_PORTAL, values, dtype=pl.Boolean))
        return rows

    def _compared(
        self, rows: pl.DataFrame, held: pl.DataFrame, counting: pl.DataFrame, snapshot: Snapshot | None
    ) -> tuple[dict[int, Outcome], dict[int, bool | None]]:
        """What becomes of rows whose dossiers are held or come more than once, by ``_row``.

        And which of them stay synchronised, though they come from a file: what was once synchronised is.
        """
        if rows.is_empty():
            return {}, {}
        arriving = _arriving(rows)
        concerned = rows.select("dossier_id").unique()
        known: dict[int, set[int | None]] = defaultdict(set)
        for number, digest in (
            held.join(concerned, on="dossier_id").select("dossier_id", "digest").iter_rows()
        ):
            known[number].add(digest)
        versions = self._versions(counting.join(concerned, on="dossier_id"), arriving, snapshot)
        found: dict[int, Outcome] = {}
        stay: dict[int, bool | None] = {}
        for number, said in arriving.items():
            of = dict(
                zip(said, outcomes(list(said.values()), versions.get(number), known[number]), strict=True)
            )
            found |= of
            before = versions.get(number)
            was = before.columns[-1] if before else False
            for row in (row for row, outcome in of.items() if outcome is Outcome.COUNTS):
                own = said[row].columns[-1]
                if own is False and was is not False:
                    stay[row] = was
                else:
                    was = own
        return found, stay

    def _versions(
        self, counting: pl.DataFrame, arriving: dict[int, dict[int, Version]], snapshot: Snapshot | None
    ) -> dict[int, Version]:
        """What the counting versions say, by dossier."""
        if counting.is_empty() or snapshot is None:
            return {}
        columns = ["sequence", "digest", *COLUMNS]
        if counting.height <= FEW:
            held = self._looked_up(snapshot, snapshot.log, counting["dossier_id"], columns)
            rows = held.join(counting, on="sequence", how="semi")
        else:
            rows = self._at(snapshot, counting["sequence"], ["dossier_id", *columns])
        return self._with_payloads(rows, arriving, snapshot)

    def _with_payloads(
        self, rows: pl.DataFrame, arriving: dict[int, dict[int, Version]], snapshot: Snapshot
    ) -> dict[int, Version]:
        """The rows as versions, by dossier; their payloads only where the columns do not decide."""
        rows = rows.select("dossier_id", "sequence", "digest", *COLUMNS)
        said = {number: (place, digest, tuple(c)) for number, place, digest, *c in rows.iter_rows()}
        undecided = [
            place
            for number, (place, _, columns) in said.items()
            if not all(columns_say_more(one.columns, columns) for one in arriving[number].values())
        ]
        payloads = dict(self._at(snapshot, pl.Series(undecided), ["sequence", "payload"]).iter_rows())
        return {
            number: Version(digest, columns, payloads.get(place))
            for number, (place, digest, columns) in said.items()
        }

    def _at(self, snapshot: Snapshot, places: pl.Series, columns: list[str]) -> pl.DataFrame:
        """Columns of the rows of the log at these places in the order of arrival."""
        wanted = pl.DataFrame({"sequence": places.cast(pl.Int64)}).sort("sequence")
        if wanted.is_empty():
            return pl.DataFrame(schema=dict.fromkeys(columns, pl.Int64))
        least, most = wanted["sequence"][0], wanted["sequence"][-1]
        within = [f for f in snapshot.log if f.first <= most and f.last >= least]
        names = _named_in_sql(columns)
        with self._duckdb.cursor() as con:
            con.register("wanted", wanted.to_arrow())
            log, files = self._log(con, snapshot, within)
            log = _with_every_column(con, log)
            sql = (
                f"SELECT {names} FROM {log} SEMI JOIN wanted USING (sequence) "  # noqa: S608
                f"WHERE sequence BETWEEN {least} AND {most}"
            )
            found: pl.DataFrame = con.sql(sql, params=files).pl()
            return found

    def _held(
        self, key: list[str], extra: list[str], rows: pl.DataFrame, snapshot: Snapshot | None
    ) -> pl.DataFrame:
        """Key and ``extra`` columns of all versions in the log whose key is among the rows."""
        if snapshot is None or not snapshot.log:
            added = {"late": pl.Boolean(), "sequence": pl.Int64()}
            return pl.DataFrame(schema={c: added.get(c) or rows.schema[c] for c in [*key, *extra]})
        if key[0] == "dossier_id" and rows.height <= FEW:
            wanted = rows.select(key).unique()
            held = self._looked_up(snapshot, snapshot.log, wanted["dossier_id"], [*key[1:], *extra])
            return held.join(wanted, on=key, how="semi", nulls_equal=True)
        with self._duckdb.cursor() as con:
            con.register("rows", rows.select(key).unique().to_arrow())
            columns = ", ".join(f'"{c}"' for c in [*key, *extra])
            names = ", ".join(f'"{c}"' for c in key)
            log, files = self._log(con, snapshot, snapshot.log)
            sql = f"SELECT {columns} FROM {log} SEMI JOIN rows USING ({names})"  # noqa: S608
            found: pl.DataFrame = con.sql(sql, params=files).pl()
            return found

    def _log(
        self, con: duckdb.DuckDBPyConnection, snapshot: Snapshot, files: list[File]
    ) -> tuple[str, dict[str, list[str]] | None]:
        """How SQL on this connection says files of the log, and the parameters of that."""
        if is_remote(snapshot.place):
            con.register("log", snapshot.dataset(files))
            return "log", None
        return "read_parquet($files, union_by_name = true)", {"files": snapshot.uris(files)}

    def _pack(self, files: DeltaFiles, table: Table, snapshot: Snapshot) -> bool:
        """Put many small files of the log together; True if there were any."""
        done = False
        for covered in (True, False):
            small = [f for f in snapshot.log if f.size < SMALL and (f.last <= snapshot.covered) == covered]
            if len(small) < MANY:
                continue
            con = self._ibis()
            packed = self._copied(con, given_sql(versions(con, table, snapshot, small)), files, "arrived")
            files.commit(snapshot, (COVERED, snapshot.covered), add=packed, remove=small)
            snapshot = files.made()
            done = True
        return done

    def _rewrite(self, files: DeltaFiles, table: Table, snapshot: Snapshot) -> None:
        con = self._ibis()
        order = _named_in_sql(SORTED_BY.get(table.name, table.key))
        counting = f"FROM ({given_sql(rows_that_count(con, table, snapshot))}) ORDER BY {order}"
        written = self._copied(con, counting, files, "current")
        files.commit(snapshot, (COVERED, snapshot.last), add=written, remove=snapshot.current)

    def _sum_up(self, files: DeltaFiles, snapshot: Snapshot, *, whole: bool) -> None:
        """Rewrite the dossiers that count with what their steps say, once enough of either has arrived.

        With ``whole`` all steps are summed up anew, else those of dossiers of which something arrived.
        """
        steps = self._files(STEPS.name).snapshot()
        con = self._ibis()
        held_sums = with_sums(con, snapshot, steps) if steps and is_summed(snapshot, steps) else None
        fresh, held = (sum(f.rows for f in part) for part in (snapshot.tail, snapshot.current))
        due = fresh * TAIL_SHARE >= held and fresh
        if steps and steps.last:
            place = snapshot.marked(mark_of_sums(steps)) if held_sums is not None else 0
            due = due or (steps.last - place) * TAIL_SHARE >= steps.last
            fresh += steps.last - place
        if not (due or (whole and fresh)):
            con.disconnect()
            return
        with tempfile.TemporaryDirectory(dir=self._scratch.name) as folder:
            if held_sums is None or whole or fresh > SUMMED_AT_ONCE:
                sums = _summed_in_parts(con, snapshot, steps, folder)
            else:
                sums = given_sql(held_sums)
            ordered = f"FROM ({sums}) ORDER BY {IN_ORDER_OF_COUNTING}"
            # Read at each count, which LZ4 makes a tenth quicker, for a third more space than Zstandard.
            written = self._copied(con, ordered, files, "current", "lz4_raw")
        also = (mark_of_sums(steps), steps.last) if steps else None
        files.commit(snapshot, (COVERED, snapshot.last), add=written, remove=snapshot.current, also=also)

    def _copied(
        self, con: BaseBackend, sql: str, files: DeltaFiles, part: Part, compression: str = "zstd"
    ) -> list[File]:
        """Write rows, told in SQL, as files of a part.

        By COPY, which takes little memory and sorts on disk where that does not suffice; results
        handed over as Arrow are held whole.
        """
        how = f"FORMAT parquet, COMPRESSION {compression}, ROW_GROUP_SIZE 122880"
        with tempfile.TemporaryDirectory(dir=self._scratch.name) as folder:
            how = f"{how}, FILE_SIZE_BYTES '{FILE_SIZE}', OVERWRITE_OR_IGNORE"
            con.raw_sql(f"COPY ({sql}) TO '{folder}' ({how})")
            con.disconnect()
            return files.bring(part, Path(folder))


def _typed(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    absent = [pl.lit(None, t).alias(c) for c, t in table.types.items() if c not in frame.columns]
    return frame.with_columns(absent).select(pl.col(c).cast(t) for c, t in table.types.items())


TYPES_BY_DOSSIER = log_types(CHOSEN)
for _name in reversed(OF_DOSSIERS):
    TYPES_BY_DOSSIER |= log_types(TABLES[_name])
"""The columns of the tables whose rows are about a dossier; of one name they are of one type."""


def _number(text: str) -> str:
    """SQL for the lower half of a text's MD5 as a signed number: the same in every version and engine."""
    return f"(md5_number_lower({text})::HUGEINT - 9223372036854775808)::BIGINT"


def _dossier_ids(rows: pl.DataFrame) -> pl.Series:
    """The numbers of dossiers, as ``_marked`` makes them; of a few rows this takes far less time."""
    texts = (f"{sender}\x1f{code}" for sender, code in rows.select("sender", "code").iter_rows())
    halves = (hashlib.md5(text.encode(), usedforsecurity=False).digest()[8:] for text in texts)
    return pl.Series([int.from_bytes(half, "little") - 2**63 for half in halves], dtype=pl.Int64)


def _arriving(rows: pl.DataFrame) -> dict[int, dict[int, Version]]:
    """What rows of dossiers say, by dossier and ``_row``."""
    found: dict[int, dict[int, Version]] = defaultdict(dict)
    said = rows.select("_row", "dossier_id", "digest", "payload", *COLUMNS)
    for row, number, digest, payload, *columns in said.iter_rows():
        found[number][row] = Version(digest, tuple(columns), payload)
    return found


def _named_in_sql(columns: Iterable[str]) -> str:
    return ", ".join(f'"{c}"' for c in columns)


def _with_every_column(con: duckdb.DuckDBPyConnection, log: str) -> str:
    """Files of dossiers as SQL; columns that came after the files were written are empty."""
    types = {c: t for c, t in log_types(DOSSIERS).items() if c in ("dossier_id", "sequence", *COLUMNS)}
    con.register("no_rows", pl.DataFrame(schema=types).to_arrow())
    return f"(FROM no_rows UNION ALL BY NAME FROM {log})"


def _summed_in_parts(con: BaseBackend, dossiers: Snapshot, steps: Snapshot | None, folder: str) -> str:
    """In SQL all dossiers that count with what their steps say, by way of files in a folder.

    Some dossiers at a time: what is collected for each is held in memory until the last step is read.
    """
    rows = sum(f.rows for snapshot in (dossiers, steps) if snapshot for f in snapshot.files)
    parts = 1 << (rows // SUMMED_AT_ONCE).bit_length()
    for nth in range(parts):
        sql = given_sql(summed(con, dossiers, steps, nth, parts))
        con.raw_sql(f"COPY ({sql}) TO '{folder}/{nth}.parquet' (FORMAT parquet)")
    return f"FROM read_parquet('{folder}/*.parquet')"
