"""Units (cơ quan, đơn vị): the tree of offices, and how it changed over time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

from phucvu.problems import Problem, UnusableError
from phucvu.rules.model import Kind
from phucvu.tables.reading import ROW, heading_with, read_table


@dataclass(frozen=True)
class Unit:
    """One office. ``parent`` and ``successor`` are codes; a day that is None is unbounded."""

    code: str
    name: str
    kind: Kind
    parent: str | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    successor: str | None = None

    def exists_on(self, day: dt.date) -> bool:
        return (self.valid_from or dt.date.min) <= day <= (self.valid_to or dt.date.max)

    @property
    def short_name(self) -> str:
        """The name without «UBND» and the province behind a dash, as tables show it.

        >>> Unit("H21.17", "Sở Y tế - tỉnh Gia Lai", "department", "H21").short_name
        'Sở Y tế'
        >>> Unit("H29", "UBND Thành phố Hồ Chí Minh", "province").short_name
        'Thành phố Hồ Chí Minh'
        """
        name = self.name.removeprefix("UBND ").split(" - ")[0]
        return name[:1].upper() + name[1:]

    @property
    def plain_name(self) -> str:
        """The bare name of a province, as a map shows it: «Gia Lai», «Hà Nội»."""
        return re.sub(r"^(tỉnh|thành phố) ", "", self.short_name, flags=re.IGNORECASE)


def unit_from_code(code: str) -> Unit:
    """The unit that a code speaks of, where nothing else is known of it.

    The national codes say it by their form: H21 a province, H21.17 a department, H21.227 a commune,
    G09 a ministry, G09.20 a body of it.
    """
    parent, _, last = code.rpartition(".")
    kind: Kind
    if not parent:
        kind = "ministry" if code.startswith("G") else "province"
    elif code.startswith("G"):
        kind = "branch"
    else:
        kind = "commune" if len(last) > 2 else "department"
    return Unit(code, code, kind, parent or None)


UNIT_COLUMNS = ("code", "name", "kind")


def read_units(path: Path) -> Units:
    """The units of a file (CSV, JSON Lines, Excel, Parquet) with the columns of the units table.

    Raises UnusableError with a problem for each row that cannot be used: a table of units with
    holes would put others into wrong blocks.
    """
    sheet = read_table(path, heading_with(*UNIT_COLUMNS), ", ".join(UNIT_COLUMNS))
    problems = list(sheet.set_aside)
    units = []
    for row in sheet.frame.iter_rows(named=True):
        try:
            units.append(_unit(row))
        except (KeyError, ValueError) as error:
            column = str(error.args[0])
            vi = f"giá trị {row.get(column)!r} không dùng được"
            en = f"value {row.get(column)!r} cannot be used"
            problems.append(Problem(vi, en, file=path.name, row=row[ROW], field=column))
    if problems:
        raise UnusableError(problems)
    return Units(units)


def _unit(row: dict[str, Any]) -> Unit:
    for column in UNIT_COLUMNS:
        if not row[column]:
            raise ValueError(column)
    if row["kind"] not in get_args(Kind):
        raise ValueError("kind")
    days: dict[str, dt.date | None] = {}
    for column in ("valid_from", "valid_to"):
        try:
            days[column] = dt.date.fromisoformat(row[column]) if row.get(column) else None
        except ValueError as error:
            raise ValueError(column) from error
    return Unit(
        row["code"], row["name"], row["kind"], row.get("parent"), successor=row.get("successor"), **days
    )


class Units:
    """All units known, by code."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._units = {u.code: u for u in units}

    def __iter__(self) -> Iterator[Unit]:
        return iter(self._units.values())

    def __len__(self) -> int:
        return len(self._units)

    def __contains__(self, code: str) -> bool:
        return code in self._units

    def __getitem__(self, code: str) -> Unit:
        return self._units[code]

    def get(self, code: str | None) -> Unit | None:
        return self._units.get(code or "")

    def with_codes(self, codes: Iterable[str]) -> Units:
        """These units and one made from each further code (see ``unit_from_code``)."""
        return Units([*self, *(unit_from_code(c) for c in codes if c not in self)])

    @cached_property
    def _children(self) -> dict[str | None, list[Unit]]:
        children: dict[str | None, list[Unit]] = {}
        for unit in self:
            children.setdefault(unit.parent, []).append(unit)
        return children

    def children(self, code: str | None) -> list[Unit]:
        """The units just below one; of None, the roots."""
        return self._children.get(code, [])

    def below(self, code: str) -> list[Unit]:
        """The unit and every unit below it."""
        found = {code: self[code]}
        waiting = [code]
        for above in waiting:
            for unit in self.children(above):
                if unit.code not in found:
                    found[unit.code] = unit
                    waiting.append(unit.code)
        return list(found.values())

    def above(self, code: str) -> list[Unit]:
        """The unit and every unit above it, nearest first."""
        return list(self._walk(self[code], "parent"))

    def _walk(self, unit: Unit, link: str) -> Iterator[Unit]:
        """The unit, the unit that it names, and so on; in a circle each is told of once."""
        seen: set[str] = set()
        here: Unit | None = unit
        while here is not None and here.code not in seen:
            yield here
            seen.add(here.code)
            here = self.get(getattr(here, link))

    def circles(self) -> list[tuple[str, list[str]]]:
        """The circles of units that name each other as ``parent`` or ``successor``: A, B, A.

        Import refuses them; those held from before stop no walk, but leave some units without a root.
        """
        return [(link, way) for link in LINKS for way in circles({u.code: getattr(u, link) for u in self})]

    def on(self, day: dt.date) -> Units:
        """The units that exist on a day."""
        return Units(u for u in self if u.exists_on(day))

    def survivor(self, code: str) -> Unit:
        """The unit that stands for this one today: its successor's successor, and so on."""
        return list(self._walk(self[code], "successor"))[-1]


LINKS = ("parent", "successor")
"""How a unit names another one."""


def circles(named: Mapping[str, str | None]) -> list[list[str]]:
    """The ways that lead back to where they began, each once, from its first code in order.

    >>> circles({"A": "B", "B": "A", "C": "A", "D": "D", "E": None})
    [['A', 'B', 'A'], ['D', 'D']]
    """
    found: list[list[str]] = []
    done: set[str] = set()
    for start in sorted(named):
        way: list[str] = []
        here: str | None = start
        while here is not None and here in named and here not in done:
            done.add(here)
            way.append(here)
            here = named[here]
        if here in way:
            ring = way[way.index(here) :]
            first = ring.index(min(ring))
            found.append([*ring[first:], *ring[: first + 1]])
    return found
