"""The lines of an edition: each figure, score and rank as a short text that stands by itself.

A line has six parts with blanks between: period, unit, indicator or group or ``total``, figure
(``numerator/denominator``), score (``score/maximum``, points with two decimals) and rank
(``rank/ranked``); what is not there is ``-``.

>>> Line("2026-10", "H21.17", "3.3", (1234, 5678), "2.61", "6.00", None).entry
b'2026-10 H21.17 3.3 1234/5678 2.61/6.00 -'
>>> Line.read(b"2026-10 H21.17 total - 75.45/100.00 3/19").rank
(3, 19)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

from phucvu.problems import Fault, UnusableError
from phucvu.scoring.scores import Scores

TOTAL = "total"
NOTHING = "-"


@dataclass(frozen=True)
class Line:
    """One published value: ``item`` is an indicator, a group or ``total``; scores are decimals as text."""

    period: str
    unit: str
    item: str
    figure: tuple[int, int] | None
    score: str | None
    maximum: str | None
    rank: tuple[int, int] | None

    @property
    def key(self) -> tuple[str, str]:
        return self.unit, self.item

    @property
    def entry(self) -> bytes:
        """The line as the tree's entry."""
        score = None if self.maximum is None else (self.score or NOTHING, self.maximum)
        unit = quote(self.unit, safe="._-")
        parts = (self.period, unit, self.item, *map(_pair, (self.figure, score, self.rank)))
        return " ".join(parts).encode()

    @classmethod
    def read(cls, entry: bytes) -> Line:
        """The line that an entry is. Raises UnusableError where it is none."""
        try:
            period, unit, item, figure, score, rank = entry.decode().split(" ")
            points, _, maximum = score.partition("/")
            return cls(
                period,
                unquote(unit),
                item,
                _numbers(figure),
                None if points == NOTHING else points,
                maximum or None,
                _numbers(rank),
            )
        except ValueError as error:
            raise UnusableError(Fault("edition_line_unreadable")) from error


def lines_of(scores: Scores) -> Iterator[Line]:
    """The lines of scores: by unit its indicators, its groups, its total."""
    found: dict[str, list[Line]] = {}
    for row in scores.components.iter_rows(named=True):
        figure = None if row["denominator"] is None else (row["numerator"], row["denominator"])
        _add(found, row, row["indicator"], figure)
    for row in scores.groups.iter_rows(named=True):
        _add(found, row, row["group"], None)
    for row in scores.totals.iter_rows(named=True):
        _add(found, row, TOTAL, None)
    for unit in sorted(found):
        yield from found[unit]


def _add(
    found: dict[str, list[Line]], row: dict[str, object], item: str, figure: tuple[int, int] | None
) -> None:
    score, maximum, rank = row["score"], row["max"], row.get("rank")
    line = Line(
        str(row["period"]),
        str(row["unit"]),
        item,
        figure,
        None if score is None else str(score),
        None if maximum is None else str(maximum),
        (int(str(rank)), int(str(row["ranked"]))) if rank is not None else None,
    )
    found.setdefault(line.unit, []).append(line)


def _pair(two: tuple[object, object] | None) -> str:
    return NOTHING if two is None else f"{two[0]}/{two[1]}"


def _numbers(text: str) -> tuple[int, int] | None:
    if text == NOTHING:
        return None
    above, below = text.split("/")
    return int(above), int(below)
