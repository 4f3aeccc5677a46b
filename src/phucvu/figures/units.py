"""Units (cơ quan, đơn vị): the tree of offices, and how it changed over time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import polars as pl

from phucvu.figures.periods import Period
from phucvu.formats import day
from phucvu.problems import Both, Fault, UnusableError
from phucvu.rules.model import Kind
from phucvu.tables import plain
from phucvu.tables.reading import ROW, heading_with, read_table


@dataclass(frozen=True)
class Unit:
    """One office, as it is from a first to a last day.

    ``parent`` and ``successor`` are codes; a day that is None is unbounded.
    """

    code: str
    name: str
    kind: Kind | Literal["nation"]
    parent: str | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    successor: str | None = None

    @property
    def first_day(self) -> dt.date:
        return self.valid_from or dt.date.min

    @property
    def last_day(self) -> dt.date:
        return self.valid_to or dt.date.max

    def exists_on(self, day: dt.date) -> bool:
        return self.first_day <= day <= self.last_day

    def exists_in(self, period: Period) -> bool:
        """Whether the row holds on a day of the period."""
        return self.first_day <= period.last and period.first <= self.last_day

    def overlaps(self, other: Unit) -> bool:
        """Whether two rows share a day."""
        return self.first_day <= other.last_day and other.first_day <= self.last_day

    @property
    def short_name(self) -> str:
        """The name without “UBND” and without the province after a dash, as tables show it.

        >>> Unit("H21.17", "Sở Y tế - tỉnh Gia Lai", "department", "H21").short_name
        'Sở Y tế'
        >>> Unit("H29", "UBND Thành phố Hồ Chí Minh", "province").short_name
        'Thành phố Hồ Chí Minh'
        """
        name = self.name.removeprefix("UBND ").split(" - ")[0]
        return name[:1].upper() + name[1:]

    @property
    def plain_name(self) -> str:
        """The bare name of a province, as a map shows it: Gia Lai, Hà Nội."""
        return re.sub(r"^(tỉnh|thành phố) ", "", self.short_name, flags=re.IGNORECASE)

    @property
    def called(self) -> str:
        """What it is called in a sentence: Gia Lai, Sở Y tế, Xã Vân Canh."""
        return self.plain_name if self.kind == "province" else self.short_name


NATION = Unit("VN", "Cả nước", "nation")
"""The nation, which stands beside two or more provinces: no unit of the records, and above none of them."""


def unit_from_code(code: str) -> Unit:
    """A unit made from its code alone.

    The form of a national code gives kind and parent: H21 a province, H21.17 a department, H21.227 a commune,
    G09 a ministry, G09.20 a body of it; VN is the nation.
    """
    if code == NATION.code:
        return NATION
    parent, _, last = code.rpartition(".")
    kind: Kind
    if not parent:
        kind = "ministry" if code.startswith("G") else "province"
    elif code.startswith("G"):
        kind = "branch"
    else:
        kind = "commune" if len(last) > 2 else "department"
    return Unit(code, code, kind, parent or None)


def units_of_rows(rows: pl.DataFrame) -> list[Unit]:
    """Each row of the table ``units``."""
    columns = [field.name for field in fields(Unit)]
    return [Unit(*row) for row in rows.select(columns).iter_rows()]


def units_in(rows: pl.DataFrame) -> Units:
    """The registry of rows of the table ``units``, in order of code."""
    return Units(units_of_rows(rows.sort("code", maintain_order=True)))


UNIT_COLUMNS = ("code", "name", "kind")


def read_units(path: Path) -> Units:
    """The units of a file (CSV, JSON Lines, Excel, Parquet) with the columns of the units table.

    Raises UnusableError with a problem for each row that cannot be used, and for each circle of units: a
    table of units with holes would put others into wrong blocks.
    """
    sheet = read_table(path, heading_with(*UNIT_COLUMNS), ", ".join(UNIT_COLUMNS))
    problems = list(sheet.set_aside)
    units: list[Unit] = []
    seen: dict[str, list[Numbered]] = {}
    for row in sheet.frame.iter_rows(named=True):
        try:
            units.append(unit := _unit(row))
            others = seen.setdefault(unit.code, [])
            for other in others:
                if other[1] != unit and other[1].overlaps(unit):
                    fault = same_days(other, (row[ROW], unit))
                    problems.append(fault.at(file=path.name, row=row[ROW]))
            others.append((row[ROW], unit))
        except (KeyError, ValueError) as error:
            column = str(error.args[0])
            value = row.get(column)
            fault = Fault("value_unusable", file=path.name, row=row[ROW], field=column, value=value)
            problems.append(fault)
    if problems:
        raise UnusableError(problems)
    registry = Units(units)
    if found := registry.circles():
        raise UnusableError(circle_of(link, way).at(file=path.name, field=link) for link, way in found)
    return registry


Numbered = tuple[int | None, Unit]
"""A row of units with its number in a file; None where that is not known."""


def same_days(first: Numbered, second: Numbered) -> Fault:
    """The fault of two rows of one unit that share days."""
    code = first[1].code
    return Fault("unit_twice", field="code", unit=code, first=_said(first), second=_said(second))


def same_days_as_held(row: Unit, held: Unit) -> Fault:
    """The fault of a row that moves a unit while the row held goes on."""
    said, said_held = _said((None, row)), _said((None, held))
    return Fault("unit_moved_without_end", field="valid_from", unit=row.code, row_said=said, held=said_held)


def _said(row: Numbered) -> Both:
    number, unit = row
    vi = [f"dòng {number}"] if number else []
    en = [f"row {number}"] if number else []
    if unit.valid_from:
        vi.append(f"từ {day(unit.valid_from)}")
        en.append(f"from {day(unit.valid_from)}")
    if unit.valid_to:
        vi.append(f"đến {day(unit.valid_to)}")
        en.append(f"to {day(unit.valid_to)}")
    if not unit.valid_from and not unit.valid_to:
        vi.append("không ghi ngày")
        en.append("without days")
    if unit.parent:
        vi.append(f"thuộc {unit.parent}")
        en.append(f"under {unit.parent}")
    return Both(", ".join(vi), ", ".join(en))


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
    """The registry of units: their rows, and the tree, successors and names that they make.

    A unit that moved to another parent has a row for each span of days. What is looked up by code is the
    row of one time (see ``on`` and ``of_period``), of a registry as it is made each unit's last row. Where
    the days of two rows of a unit overlap, the one given later holds.
    """

    def __init__(self, rows: Iterable[Unit], day: dt.date | None = None) -> None:
        """``day`` is the day whose row is looked up; None stands for the last."""
        self._rows = _without_overlapped(rows)
        self._units = {code: _row_of(rows, day) for code, rows in self._rows.items()}
        self._as_of: dict[dt.date, Units] = {}

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

    @property
    def rows(self) -> Iterator[Unit]:
        """Every row of every unit, those of one unit in order of their days."""
        return (row for rows in self._rows.values() for row in rows)

    def rows_of(self, code: str) -> Sequence[Unit]:
        """The rows of a unit, in order of their days; none where it is not known."""
        return self._rows.get(code, ())

    def with_codes(self, codes: Iterable[str]) -> Units:
        """These units and one made from each further code (see ``unit_from_code``)."""
        return Units([*self.rows, *(unit_from_code(c) for c in codes if c not in self)])

    def on(self, day: dt.date) -> Units:
        """All units, each by its row of a day: the last that has begun by then, else its first.

        So a unit that has ended or has not begun still has a parent and a successor.
        """
        if day not in self._as_of:
            moved = any(len(rows) > 1 for rows in self._rows.values())
            self._as_of[day] = Units(self.rows, day) if moved else self
        return self._as_of[day]

    def changed_by(self, day: dt.date) -> dt.date | None:
        """The last day by then on which a row of a unit begins, or has ended the day before."""
        begun = (row.valid_from for row in self.rows if row.valid_from)
        ended = (row.valid_to + dt.timedelta(days=1) for row in self.rows if row.valid_to)
        return max((change for change in (*begun, *ended) if change <= day), default=None)

    def of_period(self, period: Period) -> Units:
        """All units, each by its row of a period: that of the period's last day.

        A row that begins within the period counts for all of it: the units of a period are those that its
        result is for, and they are the same whenever in the period it is counted.
        """
        return self.on(period.last)

    def frozen(self, day: dt.date) -> Units:
        """The units of a day without first and last days: history is regrouped under them."""
        there = (unit for unit in self.on(day) if unit.exists_on(day))
        return Units(replace(unit, valid_from=None, valid_to=None) for unit in there)

    def blocks(self, period: Period) -> dict[tuple[str, str | None], frozenset[str]]:
        """The units of a period that are ranked together: those of one kind under one parent."""
        found: dict[tuple[str, str | None], set[str]] = {}
        for unit in self.of_period(period):
            if unit.exists_in(period):
                found.setdefault((unit.kind, unit.parent), set()).add(unit.code)
        return {block: frozenset(codes) for block, codes in found.items()}

    @cached_property
    def _children(self) -> dict[str | None, list[Unit]]:
        children: dict[str | None, list[Unit]] = {}
        for unit in self:
            children.setdefault(unit.parent, []).append(unit)
        return children

    def children(self, code: str | None) -> list[Unit]:
        """The units just below one; of None, those that name no unit above them."""
        return self._children.get(code, [])

    @property
    def roots(self) -> list[Unit]:
        """The units with no known unit above them."""
        return [u for u in self if u.parent is None or u.parent not in self]

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

    def root(self, code: str) -> Unit:
        """The highest unit above one, or itself."""
        return self.above(code)[-1]

    def survivor(self, code: str) -> Unit:
        """The unit that stands for this one in the end: its successor's successor, and so on."""
        return self.successors(code)[-1]

    def successors(self, code: str) -> list[Unit]:
        """The unit, its successor, that one's successor, and so on."""
        return list(self._walk(self[code], "successor"))

    @cached_property
    def _predecessors(self) -> dict[str, list[Unit]]:
        found: dict[str, list[Unit]] = {}
        for unit in self:
            if unit.successor:
                found.setdefault(unit.successor, []).append(unit)
        return found

    def predecessors(self, code: str) -> list[Unit]:
        """The units that name this one as their successor."""
        return self._predecessors.get(code, [])

    def in_charge_of(self, code: str) -> list[Unit]:
        """The units that a unit acts for: itself, those below it, and the predecessors of all these."""
        return [
            unit
            for unit in self
            if any(code == over.code for u in (unit, self.survivor(unit.code)) for over in self.above(u.code))
        ]

    @property
    def in_order(self) -> list[str]:
        """The codes of all units, so that those below one follow it."""
        order: dict[str, None] = {}
        waiting = self.roots[::-1]
        while waiting:
            unit = waiting.pop()
            if unit.code not in order:
                order[unit.code] = None
                waiting += self.children(unit.code)[::-1]
        return [*order, *(u.code for u in self if u.code not in order)]  # a circle of units has no root

    @cached_property
    def _named(self) -> dict[str, dict[str, Unit]]:
        found: dict[str, dict[str, Unit]] = {}
        for row in self.rows:
            found.setdefault(plain(row.name), {})[row.code] = row
        return found

    def named(self, name: str) -> list[Unit]:
        """The units that have or had a name, compared without accents, case and doubled spaces."""
        return list(self._named.get(plain(name), {}).values())

    def _walk(self, unit: Unit, link: str) -> Iterator[Unit]:
        """The unit, the unit that it names, and so on; in a circle each once."""
        seen: set[str] = set()
        here: Unit | None = unit
        while here is not None and here.code not in seen:
            yield here
            seen.add(here.code)
            here = self.get(getattr(here, link))

    def over_time(self) -> list[Units]:
        """All units on each of the days on which a row begins: between two of them nothing changes."""
        days = sorted({row.first_day for rows in self._rows.values() if len(rows) > 1 for row in rows})
        return [self.on(day) for day in days] or [self]

    def circles(self) -> list[tuple[str, list[str]]]:
        """The circles of units that name each other as ``parent`` or ``successor``, at any time: A, B, A.

        Import refuses them. Old homes may hold some: they stop no walk, but leave units without a root.
        """
        found = [(link, [row.code for row in rows]) for link, rows in self.circles_of_rows()]
        return [circle for n, circle in enumerate(found) if circle not in found[:n]]

    def circles_of_rows(self) -> Iterator[tuple[str, list[Unit]]]:
        """The circles of each day on which something changes, as the rows of that day."""
        for link in LINKS:
            for view in self.over_time():
                for way in circles({u.code: getattr(u, link) for u in view}):
                    yield link, [view[code] for code in way]


def _without_overlapped(rows: Iterable[Unit]) -> dict[str, tuple[Unit, ...]]:
    """The rows of each unit in order of their days, without those that a later one overlaps."""
    found: dict[str, list[Unit]] = {}
    for row in rows:
        others = found.get(row.code, [])
        found[row.code] = [*(other for other in others if not other.overlaps(row)), row]
    return {code: tuple(sorted(of, key=lambda u: u.first_day)) for code, of in found.items()}


def _row_of(rows: Sequence[Unit], day: dt.date | None) -> Unit:
    begun = [row for row in rows if row.first_day <= (day or dt.date.max)]
    return (begun or rows[:1])[-1]


LINKS = ("parent", "successor")
"""How a unit names another one."""


def circle_of(link: str, way: Sequence[str]) -> Fault:
    """The fault of units that name each other in a circle, as ``Units.circles`` gives it.

    >>> str(circle_of("parent", ["A", "B", "A"]))
    'đơn vị A đứng trên chính nó: A → B → A | unit A stands above itself: A → B → A'
    """
    return Fault(
        "unit_above_itself" if link == "parent" else "unit_succeeds_itself",
        unit=way[0],
        circle=" → ".join(way),
    )


def circles(named: Mapping[str, str | None]) -> list[list[str]]:
    """The circles in a mapping of names, each once, starting at its first code in order.

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


def units_by_period(units: Units, periods: Iterable[str]) -> pl.DataFrame:
    """Columns period, unit, kind, parent: the units of each period, with what they were in it."""
    return pl.DataFrame(
        [(p, u.code, u.kind, u.parent) for p in periods for u in units.of_period(Period.parse(p))],
        schema={"period": pl.String, "unit": pl.String, "kind": pl.String, "parent": pl.String},
        orient="row",
    )
