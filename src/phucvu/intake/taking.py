"""What an import took: rows added to the records, rows that were known, rows set aside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import msgspec
import polars as pl

from phucvu.intake.policy import FILES, Policy
from phucvu.problems import Fault
from phucvu.records import set_aside
from phucvu.records.set_aside import Aside
from phucvu.records.store import Added, Store

MOST_LISTED = 1000
"""So many problems are listed in ``Taken``; all are in the store."""

PREVIEW = 5

UNREAD = "unread"
"""What the payload of a row set aside is where only its place in the file is known."""


@dataclass
class Taken:
    """The outcome of one file.

    ``added`` counts the rows by table; ``set_aside`` those kept with a reason, ``refused`` those that who
    brought the file may not bring; of both ``problems`` lists the first; ``skipped`` rows that are no
    record (numbering, totals), ``notes`` what was assumed; ``preview`` the first rows as understood, by
    table.
    """

    file: str
    kind: str
    added: dict[str, Added] = field(default_factory=dict)
    set_aside: int = 0
    refused: int = 0
    problems: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    skipped: int = 0
    preview: dict[str, pl.DataFrame] = field(default_factory=dict)
    because: Fault | None = None
    """By what the kind was told, as a note."""
    columns: dict[str, str | None] = field(default_factory=dict)
    """By heading of the file, the column or field it is taken for; None where it is not used."""

    @property
    def taken(self) -> int:
        return sum(a.taken for a in self.added.values())

    @property
    def unchanged(self) -> int:
        return sum(a.unchanged for a in self.added.values())


class Taking:
    """Takes the rows that a policy lets in into the store, or with ``dry_run`` only counts them."""

    def __init__(
        self,
        store: Store,
        file: str,
        kind: str,
        *,
        dry_run: bool = False,
        policy: Policy = FILES,
    ) -> None:
        self.store = store
        self.taken = Taken(file, kind)
        self.dry_run = dry_run
        self.policy = policy

    def take(self, table: str, frame: pl.DataFrame) -> None:
        if table == "dossiers":
            # Where it is not said row by row, by what is known of the whole file.
            said = pl.col("synchronised").fill_null(bool(self.policy.synchronised))
            frame = frame.with_columns(synchronised=said)
        self._take(table, frame)

    def again(self, table: str, frame: pl.DataFrame) -> None:
        """Take rows that were held before, with all that is known of them."""
        self._take(table, frame)

    def _take(self, table: str, frame: pl.DataFrame) -> None:
        if refused := self.policy.refused(self.store, table, frame):
            frame = frame.filter(~pl.int_range(frame.height, eager=True).is_in(list(refused)))
            self.taken.refused += len(refused)
            self._list([p.at(file=self.taken.file) for p in refused.values()])
        self.taken.preview.setdefault(table, frame.head(PREVIEW))
        add = self.store.compare if self.dry_run else self.store.append
        known = self.taken.added.get(table, Added(0, 0))
        self.taken.added[table] = known + (add(table, frame) if frame.height else Added(0, 0))

    def aside(self, asides: Iterable[Aside]) -> None:
        listed = [
            replace(
                a,
                problem=a.problem.at(file=self.taken.file or a.problem.file),
                sender=a.sender or self.policy.account or None,
            )
            for a in asides
        ]
        if not self.dry_run:
            set_aside.add(self.store, listed)
        self._count([a.problem for a in listed])

    def understood(self, columns: dict[str, str | None], *, told: bool = True) -> None:
        """What the file's columns are taken for. It is noted where it matters, and a preview shows it."""
        self.taken.columns = columns
        if self.dry_run:
            return
        used = ", ".join(f"{heading} → {name}" for heading, name in columns.items() if name)
        rest = ", ".join(heading for heading, name in columns.items() if name is None)
        file = self.taken.file
        if used and told:
            self.taken.notes.append(Fault("columns_understood", file=file, used=used))
        if rest:
            self.taken.notes.append(Fault("columns_not_used", file=file, rest=rest))

    def unread(self, problems: Iterable[Fault]) -> None:
        """Rows that could not even be split into cells: kept by their place in the file."""
        self.aside(
            Aside(UNREAD, p, msgspec.json.encode({"file": self.taken.file, "row": p.row}).decode())
            for p in problems
        )

    def unmended(self, problems: Iterable[Fault]) -> None:
        """Rows set aside before that stay so."""
        self._count(list(problems))

    def _count(self, problems: list[Fault]) -> None:
        self.taken.set_aside += len(problems)
        self._list(problems)

    def _list(self, problems: list[Fault]) -> None:
        self.taken.problems += problems[: MOST_LISTED - len(self.taken.problems)]
