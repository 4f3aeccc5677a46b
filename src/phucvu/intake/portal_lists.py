"""Lists of dossiers from the national portal, in the synchronisation format or as its exports.

What they say is kept apart from the own records, for the ledger to compare the two. A row that cannot be
used is reported and not kept: the file is mended and brought again.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any

import polars as pl

from phucvu.figures.periods import now_in_vietnam
from phucvu.figures.units import units_in
from phucvu.intake import exports, mappings, wire_files
from phucvu.intake.mappings import Mapping
from phucvu.intake.taking import Taking
from phucvu.intake.wire_files import Progress
from phucvu.problems import Fault, UnusableError
from phucvu.records.schema import OWN_ONLY, PORTAL_DOSSIERS
from phucvu.records.set_aside import Aside
from phucvu.tables import Source

KIND = "portal-dossiers"

OF_FIELDS = {"fees": ("fee_lines", "fees"), "procedure_name": ("procedure",)}
"""Columns that a field of a mapping fills, where they are not one of the same name."""

TOLD_BY_SYNCHRONISATION = tuple(
    name
    for name in PORTAL_DOSSIERS.types
    if name not in ("list_of", "taken_on", "copy", "tells", "synchronised", *OWN_ONLY)
)


class PortalList(Taking):
    """Takes the dossiers of a file as a list of the portal's; steps are not part of one."""

    def __init__(self, *args: Any, list_of: str, taken_on: dt.date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.list_of, self.taken_on = list_of, taken_on
        self.tells: Iterable[str] = TOLD_BY_SYNCHRONISATION
        self._seen: Counter[tuple[str, str]] = Counter()

    def take(self, table: str, frame: pl.DataFrame) -> None:
        if table == "dossiers":
            self._take(PORTAL_DOSSIERS.name, self._listed(frame))

    def _listed(self, frame: pl.DataFrame) -> pl.DataFrame:
        copies = []
        for row in frame.select("code", "unit").iter_rows():
            self._seen[row] += 1
            copies.append(self._seen[row])
        columns = [name for name in frame.columns if name in PORTAL_DOSSIERS.types]
        return frame.select(columns).with_columns(
            list_of=pl.lit(self.list_of),
            taken_on=pl.lit(self.taken_on),
            copy=pl.Series(copies, dtype=pl.Int32),
            tells=pl.lit(" ".join(self.tells)),
            synchronised=pl.lit(True),
        )

    def aside(self, asides: Iterable[Aside]) -> None:
        self._count([a.problem.at(file=self.taken.file or a.problem.file) for a in asides])


def take(taking: PortalList, source: Source, mapping: Mapping | None, progress: Progress | None) -> None:
    """Take a list in the synchronisation format, or one that a mapping reads."""
    name = source.path.name.lower().removesuffix(".gz")
    if name.endswith((".json", ".jsonl", ".ndjson")) and wire_files.is_wire(source.path):
        wire_files.take(taking, source.path, taking.list_of, progress)
        return
    mapping = mapping or mappings.built_in()
    heading = source.heading(exports.heading_by(mapping), "", exports.joined_by(mapping.field_of))
    fields = {mapping.field_of(cell) for cell in heading} - {None}
    taking.tells = [column for field in fields if field for column in OF_FIELDS.get(field, (field,))]
    exports.take(taking, source, mapping, taking.list_of)


def list_of(taking: Taking, sender: str | None) -> str:
    """The unit whose dossiers a list has: the one given, else the only province or ministry of the home.

    Raises UnusableError where neither tells it.
    """
    units = units_in(taking.store.rows("units"))
    if sender is not None and sender in units:
        return sender
    roots = [unit.code for unit in units.roots]
    if sender is not None or len(roots) != 1:
        raise UnusableError(Fault("portal_list_of_nobody", file=taking.taken.file))
    return roots[0]


def today() -> dt.date:
    return now_in_vietnam().date()
