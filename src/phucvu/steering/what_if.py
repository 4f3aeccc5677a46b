"""What the score would be with other figures: scoring alone, not whether they can still be reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from phucvu.figures.table import SCHEMA
from phucvu.figures.units import Units
from phucvu.rules.model import RuleSetFile
from phucvu.scoring.scores import score


@dataclass(frozen=True)
class WhatIf:
    """The components of a unit (rows of ``Scores.components``) with other numerators, and their points."""

    now: Sequence[Mapping[str, Any]]
    then: Mapping[str, Mapping[str, Any]]
    """By indicator."""

    @property
    def change(self) -> Decimal:
        """Points that the total gains or loses."""
        return sum((self.change_of(row) for row in self.now), Decimal(0))

    def change_of(self, row: Mapping[str, Any]) -> Decimal:
        then = self.then.get(row["indicator"])
        if then is None or then["score"] is None or row["score"] is None:
            return Decimal(0)
        found: Decimal = then["score"] - row["score"]
        return found

    def change_of_group(self, group: str) -> Decimal:
        return sum((self.change_of(row) for row in self.now if row["group"] == group), Decimal(0))


def what_if(
    components: Sequence[Mapping[str, Any]], numerators: Mapping[str, int], rules: RuleSetFile, units: Units
) -> WhatIf:
    """The same unit's figures with these numerators, at most their denominators; the others as they are."""
    rows = [
        row | {"numerator": min(row["denominator"], numerators.get(row["indicator"], row["numerator"]))}
        for row in map(dict, components)
        if row["denominator"] is not None
    ]
    figures = pl.DataFrame([{name: row[name] for name in SCHEMA} for row in rows], schema=SCHEMA)
    scored = score(figures, rules, units).components.to_dicts()
    return WhatIf(components, {row["indicator"]: row for row in scored})
