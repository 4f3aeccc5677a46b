"""What lateness is forecast with, as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from phucvu.steering.kept_numbers import read_numbers, write_numbers
from phucvu.steering.lateness import Lateness
from phucvu.steering.prequential import Bounds, Measures, beats

MEANING = 1
"""To be raised when what is written comes to mean something else: an older file is made anew."""


@dataclass(frozen=True)
class KeptForecast:
    """``first`` and ``last`` are the moments of receipt that it learnt from, ``months`` how good it was."""

    first: dt.datetime
    last: dt.datetime
    dossiers: int
    lateness: Lateness
    bounds: Bounds
    months: Sequence[Measures]

    @property
    def shown(self) -> bool:
        """Whether the forecast may be shown; else the clerk's rule is."""
        return beats(self.months)

    def write(self, path: Path) -> None:
        said = {
            "meaning": MEANING,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "dossiers": self.dossiers,
            "lateness": self.lateness.to_json(),
            "bounds": asdict(self.bounds),
            "months": [asdict(month) for month in self.months],
        }
        write_numbers(path, said)


def read(path: Path) -> KeptForecast | None:
    """What a file holds; None where there is none, or none that can be read."""
    said = read_numbers(path, MEANING)
    if said is None:
        return None
    try:
        return KeptForecast(
            dt.datetime.fromisoformat(said["first"]),
            dt.datetime.fromisoformat(said["last"]),
            int(said["dossiers"]),
            Lateness.from_json(said["lateness"]),
            Bounds(**said["bounds"]),
            [Measures(**month) for month in said["months"]],
        )
    except (ValueError, KeyError, TypeError):
        return None
