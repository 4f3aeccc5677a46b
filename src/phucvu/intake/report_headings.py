"""What the columns of the forms II.06a/VPCP/KSTT and 07a/BTP hold, told from headings of several levels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from phucvu.tables import plain

COUNTED = re.compile(r"\(?(?:\d{1,2}|[A-Za-z])\)?(?:\s*=[\s\d()+-]*)?")
"""A cell of the row that numbers the columns: «(4)», «4», «(3)=(4)+(5)+(6)»."""

COUNT = re.compile(r"\d[\d.,\s]*")

LOWEST = 6
"""At most so many rows are a heading."""

SO_MANY = r"^(?:(?:tong|so|luong|ho so|tthc|da|ket qua) )*"
GROUPS = (
    (
        None,
        re.compile(
            r"khong tiep nhan|cho tiep nhan|tu choi|tra lai|dung xu ly|dung giai quyet|\brut\b|thanh toan"
        ),
    ),
    ("open", re.compile(SO_MANY + r"(?:dang|chua) (?:giai quyet|xu ly)")),
    ("finished", re.compile(SO_MANY + r"(?:giai quyet|xu ly)")),
    ("received", re.compile(SO_MANY + r"tiep nhan(?! luc| ngay)")),
)
"""What groups of columns are called, the first that fits; those of None are not kept."""

MEANINGS = {
    "received": (
        ("carried_over", r"ky truoc"),
        ("territory", r"phi dia gioi"),
        ("online", r"truc tuyen|toan trinh|mot phan"),
        ("in_person", r"truc tiep"),
        ("postal", r"buu chinh|bcci"),
    ),
    "finished": (("finished_on_time", r"truoc|dung"), ("finished_late", r"(?:qua|tre) han")),
    "open": (("open_in_time", r"trong han|chua den han|con han"), ("open_late", r"(?:qua|tre) han")),
}
"""By group, what a column of it is for, by words of its heading below the group's."""

WHOLE = re.compile(r"tong(?: so| cong)?\b")


@dataclass
class FormColumns:
    """Where a form has its rows' names and numbers: places of columns, from 0.

    Several columns of one number are its parts. ``titles`` say what the columns are headed.
    """

    name: int | None = None
    numbering: int | None = None
    by_unit: bool = False
    by_field: bool = False
    numbers: dict[str, list[int]] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether rows can be named, and what was received, finished and is open can be told."""
        return self.name is not None and {"received", "finished", "open"} <= self.numbers.keys()


def is_first_row(cells: Iterable[str]) -> bool:
    """Whether a row is the highest of such a heading: names of rows, received, and what became of them."""
    groups, names = set(), 0
    for cell in cells:
        said = plain(cell)
        if "ma ho so" in said:
            return False
        names += _names_rows(said)
        group = _group(said) if said else ""
        groups.add(group)
    return names > 0 and "received" in groups and bool(groups & {"finished", "open"})


def heading_rows(rows: Sequence[Sequence[str]]) -> int:
    """How many rows the heading has, the one that numbers the columns left out."""
    for number, cells in enumerate(rows[:LOWEST]):
        said = [cell for cell in cells if cell]
        if number and said and (is_numbering(said) or any(COUNT.fullmatch(cell) for cell in said)):
            return number
    return min(len(rows), LOWEST)


def is_numbering(cells: Iterable[str]) -> bool:
    """Whether cells, none of them empty, number the columns."""
    listed = list(cells)
    return len(listed) > 1 and all(COUNTED.fullmatch(cell) for cell in listed)


def columns_of(rows: Sequence[Sequence[str]]) -> FormColumns:
    """What the columns under the rows of a heading hold."""
    found = FormColumns()
    wholes: set[str] = set()
    for place, path in enumerate(_paths(rows)):
        plainly = [plain(level) for level in path]
        found.titles[place] = ": ".join(path)
        if not path:
            continue
        if plainly[-1] in ("tt", "stt", "so tt"):
            found.numbering = place
        elif _names_rows(said := " ".join(plainly)) and found.name is None:
            found.name, found.by_unit, found.by_field = place, _of_units(said), "linh vuc" in said
        elif meaning := _meaning(plainly):
            name, whole = meaning
            if whole and name not in wholes:
                found.numbers[name] = []
                wholes.add(name)
            if whole or name not in wholes:
                found.numbers.setdefault(name, []).append(place)
    return found


def _names_rows(said: str) -> bool:
    return _of_units(said) or "linh vuc" in said


def _of_units(said: str) -> bool:
    return bool(re.search(r"\b(?:don vi(?! tinh)|co quan)\b", said))


def _group(said: str) -> str | None:
    """The group that a heading begins; the empty text where it begins none."""
    return next((name for name, pattern in GROUPS if pattern.search(said)), "")


def _meaning(path: Sequence[str]) -> tuple[str, bool] | None:
    """Which number a column has, and whether as a whole; None for what is not kept."""
    levels = [(depth, group) for depth, level in enumerate(path) if (group := _group(level)) != ""]
    if not levels or levels[-1][1] is None:
        return None
    depth, group = levels[-1]
    assert group is not None
    below = path[depth + 1 :]
    said = " ".join(below)
    whole = bool(below) and bool(WHOLE.match(below[-1]))
    if not below or (whole and len(below) == 1):
        return group, True
    for name, words in MEANINGS[group]:
        if re.search(words, said):
            return name, whole
    return None


def _paths(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The headings over each column, the highest first: a merged one stands over all its columns."""
    width = max(map(len, rows), default=0)
    above = [0] * width
    paths: list[list[str]] = [[] for _ in range(width)]
    for cells in rows:
        begun = list(range(width))
        for place in range(width):
            said = " ".join(cells[place].split()) if place < len(cells) else ""
            beside = place > 0 and above[place] == above[place - 1]
            if not said and beside:
                begun[place] = begun[place - 1]
                said = paths[place - 1][-1] if paths[place - 1][-1:] != paths[place][-1:] else ""
            if said:
                paths[place].append(said)
        above = begun
    return paths
