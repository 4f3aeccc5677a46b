"""What somebody may bring: for which units, of which procedures, into which tables.

One policy serves the synchronisation API, the loader of what it kept, files, and the replay of what was set
aside.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import polars as pl

from phucvu.figures.units import Units, units_of_rows
from phucvu.problems import Fault, UnusableError
from phucvu.records.store import Store

REGISTERS = ("units", "procedures", "calendar")
"""Tables that hold for more than one unit."""

OF_A_UNIT = (
    *("dossiers", "authority", "services", "decisions", "catalogue", "targets", "officers"),
    *("reports", "petitions", "ratings", "portal_dossiers"),
)
"""Tables whose column ``unit`` says of which unit a row is. Steps are of the sender's own dossiers."""


@dataclass(frozen=True)
class Policy:
    """What the rows of somebody may be.

    ``units`` are those that the sender's ``account``, the code of a unit, may write for; None where it may
    for all. With ``registers`` it may bring ``REGISTERS`` too. With ``known_procedures`` a dossier of a
    procedure that the catalogue does not have is set aside; it is taken otherwise, and found doubtful
    later. ``synchronised`` says that the dossiers reached the national portal; None where that is not known
    yet.
    """

    account: str = ""
    units: Collection[str] | None = None
    registers: bool = True
    known_procedures: bool = False
    synchronised: bool | None = None

    def may_write_for(self, unit: object) -> bool:
        return self.units is None or unit in self.units

    def check(self, kind: str) -> None:
        """Raise UnusableError where no rows of a table may be brought at all."""
        if kind in REGISTERS and not self.registers:
            raise UnusableError(Fault("kind_for_administrators", kind=kind))
        if kind == "calendar" and self.units is not None:
            raise UnusableError(Fault("calendar_of_all"))

    def refused(self, store: Store, table: str, frame: pl.DataFrame) -> dict[int, Fault]:
        """The rows of a table that may not be brought, and why, by place."""
        allowed: Callable[[dict[str, object]], bool]
        if self.units is None or frame.is_empty():
            return {}
        if table == "units":
            allowed = self._units(store, frame)
        elif table == "procedures":
            allowed = self._procedures(store)
        elif table in OF_A_UNIT:
            allowed = self._of_own_unit
        else:
            return {}
        return {
            place: self._fault(table, row)
            for place, row in enumerate(frame.iter_rows(named=True))
            if not allowed(row)
        }

    def _of_own_unit(self, row: dict[str, object]) -> bool:
        return self.may_write_for(row["unit"])

    def _units(self, store: Store, frame: pl.DataFrame) -> Callable[[dict[str, object]], bool]:
        """Own units, which stay below own ones; and new ones below those."""
        held = dict(store.rows("units").select("code", "parent").iter_rows())
        new = Units(unit for unit in units_of_rows(frame) if unit.code not in held)
        below = {u.code for u in new if any(self.may_write_for(over.parent) for over in new.above(u.code))}
        below |= set(self.units or ())

        def allowed(row: dict[str, object]) -> bool:
            code, parent = row["code"], row["parent"]
            return code in below and (parent in below or (code in held and held[str(code)] == parent))

        return allowed

    def _procedures(self, store: Store) -> Callable[[dict[str, object]], bool]:
        """Procedures that are new, or that units of one's own publish already."""
        held = dict(store.rows("procedures").select("code", "owner").iter_rows())
        return lambda row: row["code"] not in held or self.may_write_for(held[str(row["code"])])

    def _fault(self, table: str, row: dict[str, object]) -> Fault:
        name = str(row.get("code") or row.get("number") or row.get("dossier") or "")
        column = "unit" if table in OF_A_UNIT else "owner" if table == "procedures" else "code"
        unit = str(row.get(column) or "")
        return Fault("row_of_others", row_said=f"{name}: " if name else "", account=self.account, unit=unit)


FILES = Policy()
"""What offices bring in files may be of any unit and procedure."""


def over_http(account: str, units: Collection[str]) -> Policy:
    """What a system sends, which is told at once and can correct it. What comes so is synchronised (1.4)."""
    return Policy(account, units, registers=False, known_procedures=True, synchronised=True)
