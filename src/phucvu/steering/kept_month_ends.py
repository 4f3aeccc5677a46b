"""What a home expects scores of with, as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from phucvu.steering.kept_numbers import read_numbers, write_numbers
from phucvu.steering.month_ends import MonthEnds
from phucvu.steering.month_ends_tried import BEATEN, TOTAL, Month, shown

MEANING = 1
"""To be raised when what is written comes to mean something else: an older file is made anew."""


@dataclass(frozen=True)
class KeptMonthEnds:
    """``wider`` says by part how wide intervals must be, ``months`` how good past ones were.

    Where there were too few months to learn from, all are empty and nothing is shown.
    """

    at: dt.datetime
    known: MonthEnds
    wider: Mapping[str, float]
    months: Sequence[Month]

    def shown(self, part: str = TOTAL) -> bool:
        """Whether what is expected of an indicator or the total may be shown."""
        return shown(self.months, part)

    def last_months(self, part: str = TOTAL) -> list[Month]:
        """How the last months came out that a part was judged by."""
        return [month for month in self.months if month.part == part][-BEATEN:]

    def write(self, path: Path) -> None:
        said = {
            "meaning": MEANING,
            "at": self.at.isoformat(),
            "known": self.known.to_json(),
            "wider": dict(self.wider),
            "months": [asdict(month) for month in self.months],
        }
        write_numbers(path, said)


def read(path: Path) -> KeptMonthEnds | None:
    """What a file holds; None where there is none, or none that can be read."""
    said = read_numbers(path, MEANING)
    if said is None:
        return None
    try:
        return KeptMonthEnds(
            dt.datetime.fromisoformat(said["at"]),
            MonthEnds.from_json(said["known"]),
            said["wider"],
            [Month(**month) for month in said["months"]],
        )
    except (ValueError, KeyError, TypeError):
        return None
