"""What forecasts are made with, as a file: numbers in JSON, which reading cannot make do anything."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from phucvu.steering.lateness import Lateness
from phucvu.steering.prequential import Bounds, Measures, beats

MEANING = 1
"""To be raised when what is written comes to mean something else: an older file is made anew."""

LARGEST = 64 << 20
"""Bytes of a file that is read."""


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

    @property
    def last_month(self) -> Measures | None:
        """The last month whose forecasts have mostly come out."""
        return self.months[-1] if self.months else None

    def write(self, path: Path) -> None:
        """Put the file in place at once; only its owner reads it."""
        said = {
            "meaning": MEANING,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "dossiers": self.dossiers,
            "lateness": self.lateness.to_json(),
            "bounds": asdict(self.bounds),
            "months": [asdict(month) for month in self.months],
        }
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(said, file)
        unfinished.replace(path)


def read(path: Path) -> KeptForecast | None:
    """What a file holds; None where there is none, or none that can be read."""
    try:
        if path.stat().st_size > LARGEST:
            return None
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["meaning"] != MEANING:
            return None
        return KeptForecast(
            dt.datetime.fromisoformat(said["first"]),
            dt.datetime.fromisoformat(said["last"]),
            int(said["dossiers"]),
            Lateness.from_json(said["lateness"]),
            Bounds(**said["bounds"]),
            [Measures(**month) for month in said["months"]],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
