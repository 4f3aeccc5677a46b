"""The units of a period as a tree, and which of them each record counts for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import ibis.expr.types as ir
import polars as pl

from phucvu.engine.embedded import answer
from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period
from phucvu.figures.units import Unit, Units, units_in
from phucvu.records.schema import TABLES


@dataclass(frozen=True)
class Tree:
    """The units that are shown, and the home of every unit that records may name.

    A unit's home is the unit that its records count for: itself where it is shown; else the first of
    its successors that is; else, where none is named, the home of the unit above it, so that no
    record is lost to the province. The same holds of a unit above that is not shown.
    """

    units: Units
    shown: tuple[Unit, ...]

    @classmethod
    def of_period(cls, units: Units, period: Period) -> Tree:
        """The tree as it was: the units that existed on a day of the period (see ``Units.of_period``)."""
        then = units.of_period(period)
        return cls(then, tuple(u for u in then if u.exists_in(period)))

    @classmethod
    def of_today(cls, units: Units, day: dt.date) -> Tree:
        """The tree of a day, whatever the period: history regrouped under the successors of that day."""
        then = units.on(day)
        return cls(then, tuple(u for u in then if u.exists_on(day)))

    @staticmethod
    def moved(units: Units, period: Period, day: dt.date) -> bool:
        """Whether the units of a day are others than those of a period, or stand elsewhere."""
        trees = Tree.of_period(units, period), Tree.of_today(units, day)
        then, now = ({(u.code, u.kind, u.parent) for u in tree.shown} for tree in trees)
        return then != now

    def is_like(self, other: Tree) -> bool:
        """Whether the units of another tree of the same registry stand where these do."""
        return self.shown == other.shown and [*self.units] == [*other.units]

    @cached_property
    def _codes(self) -> frozenset[str]:
        return frozenset(u.code for u in self.shown)

    @cached_property
    def _homes(self) -> dict[str, str]:
        found = ((u.code, self._home(u.code)) for u in self.units)
        return {code: home for code, home in found if home is not None}

    def _home(self, code: str) -> str | None:
        over = self.units.above(code)
        after = (unit for above in over for unit in self.units.successors(above.code))
        return next((unit.code for unit in after if unit.code in self._codes), None)

    def home(self, code: str | None) -> str | None:
        """The shown unit that the records of a unit count for; None where there is none."""
        return self._homes.get(code or "")

    @cached_property
    def same_home_above(self) -> dict[str, list[str]]:
        """Of the units whose home is also that of some above them, the codes of those above."""
        found = {
            code: [above.code for above in self.units.above(code)[1:] if self.home(above.code) == home]
            for code, home in self._homes.items()
        }
        return {code: above for code, above in found.items() if above}

    def above(self, code: str) -> list[str]:
        """A shown unit and the shown units above it, nearest first."""
        found = [code]
        while (over := self._over(found)) is not None:
            found.append(over)
        return found

    def _over(self, chain: list[str]) -> str | None:
        """The shown unit above the last of a chain.

        A unit above may have ended and be succeeded by one of the chain, as a district by a commune that
        still names it as its parent: then it is passed over, so that nothing is lost to the province.
        """
        code, seen = self.units[chain[-1]].parent, set(chain)
        while (unit := self.units.get(code)) is not None:
            home = self.home(unit.code)
            if home is not None and home not in chain:
                return home
            if unit.code in seen:
                return None
            seen.add(unit.code)
            code = unit.parent
        return None

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """The shown units directly below each shown unit; who is further down comes first."""
        chains = sorted((self.above(u.code) for u in self.shown), key=len, reverse=True)
        found: dict[str, list[str]] = {chain[0]: [] for chain in chains}
        for code, *over in chains:
            if over:
                found[over[0]].append(code)
        return found

    @cached_property
    def _roots(self) -> dict[str, str]:
        kinds = ("province", "ministry")
        found = (
            (u.code, next((c for c in self.above(u.code) if self.units[c].kind in kinds), None))
            for u in self.shown
        )
        return {code: root for code, root in found if root is not None}

    def root(self, code: str | None) -> str | None:
        """The province or ministry that a shown unit belongs to, or is."""
        return self._roots.get(code or "")

    @cached_property
    def highest(self) -> dict[str, str]:
        """The province or ministry of every unit with a home; where there is none, the highest unit above."""
        homes = {unit.code: self.home(unit.code) for unit in self.units}
        return {code: self.root(home) or self.above(home)[-1] for code, home in homes.items() if home}

    def part(self, unit: str, of: str | None) -> str:
        """The unit directly below a shown unit that a record's unit belongs to, or the shown unit itself."""
        home = self.home(of)
        chain = self.above(home) if home else []
        place = chain.index(unit) if unit in chain else 0
        return chain[place - 1] if place else unit

    def below(self, code: str) -> list[str]:
        """The units, shown or not, whose records count for a shown unit."""
        homes = {u.code for u in self.shown if code in self.above(u.code)}
        return [u.code for u in self.units if self.home(u.code) in homes]

    @cached_property
    def spread(self) -> pl.DataFrame:
        """Columns unit, home, above: each unit that has a home, its home, and each unit it counts for.

        Those are the home and every unit above it, one row each.
        """
        rows = [
            (unit.code, home, above)
            for unit in self.units
            if (home := self.home(unit.code)) is not None
            for above in self.above(home)
        ]
        return pl.DataFrame(rows, schema=dict.fromkeys(("unit", "home", "above"), pl.String), orient="row")


def units_of(tables: Tables) -> Units:
    """The registry of units that records hold."""
    return units_in(answer(_all_that_is_said, tables["units"]))


def _all_that_is_said(units: ir.Table) -> ir.Table:
    return units.select(*TABLES["units"].types)
