"""What an account of a unit may bring in a file: rows of its own unit and those below it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from phucvu.figures.units import Units, units_of_rows
from phucvu.problems import Fault, UnusableError
from phucvu.records.store import Store

REGISTERS = ("units", "procedures", "calendar")
"""Tables that hold for more than one unit: administrators bring them."""

OF_A_UNIT = (
    *("dossiers", "authority", "services", "decisions", "catalogue", "targets", "officers"),
    *("reports", "petitions", "ratings", "portal_dossiers"),
)
"""Tables whose column ``unit`` says of which unit a row is. Steps are of the sender's own dossiers."""


@dataclass(frozen=True)
class Within:
    """Who brings a file: an account of ``unit``, which may write for ``units``.

    ``whole`` is true where that is everybody in the home.
    """

    unit: str
    units: frozenset[str]
    administrator: bool
    whole: bool

    def check(self, kind: str) -> None:
        """Raise UnusableError where the account may bring no rows of a table at all."""
        if kind in REGISTERS and not self.administrator:
            raise UnusableError(Fault("kind_for_administrators", kind=kind))
        if kind == "calendar" and not self.whole:
            raise UnusableError(Fault("calendar_of_all"))

    def refused(self, store: Store, table: str, frame: pl.DataFrame) -> dict[int, Fault]:
        """The rows that the account may not bring, and why, by place."""
        allowed: Callable[[dict[str, object]], bool]
        if self.whole or frame.is_empty():
            return {}
        if table == "units":
            allowed = self._units(store, frame)
        elif table == "procedures":
            allowed = self._procedures(store)
        elif table in OF_A_UNIT:
            allowed = self._of_own
        else:
            return {}
        return {
            place: self._problem(table, row)
            for place, row in enumerate(frame.iter_rows(named=True))
            if not allowed(row)
        }

    def _of_own(self, row: dict[str, object]) -> bool:
        return row["unit"] in self.units

    def _units(self, store: Store, frame: pl.DataFrame) -> Callable[[dict[str, object]], bool]:
        """Own units, which stay below own ones; and new ones below those."""
        held = dict(store.rows("units").select("code", "parent").iter_rows())
        new = Units(unit for unit in units_of_rows(frame) if unit.code not in held)
        below = {u.code for u in new if any(over.parent in self.units for over in new.above(u.code))}
        below |= self.units

        def allowed(row: dict[str, object]) -> bool:
            code, parent = row["code"], row["parent"]
            return code in below and (parent in below or (code in held and held[str(code)] == parent))

        return allowed

    def _procedures(self, store: Store) -> Callable[[dict[str, object]], bool]:
        """Procedures that are new, or that units of one's own publish already."""
        held = dict(store.rows("procedures").select("code", "owner").iter_rows())
        return lambda row: row["code"] not in held or held[str(row["code"])] in self.units

    def _problem(self, table: str, row: dict[str, object]) -> Fault:
        said = str(row.get("code") or row.get("number") or row.get("dossier") or "")
        of = str(
            row.get("unit" if table in OF_A_UNIT else "owner" if table == "procedures" else "code") or ""
        )
        return Fault("row_of_others", row_said=f"{said}: " if said else "", account=self.unit, unit=of)
