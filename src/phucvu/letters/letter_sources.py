"""What letters are made from beside figures and published results: losses, targets, duties."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from phucvu.engine.listing import Listing
from phucvu.engine.tree import Tree
from phucvu.figures.periods import Period
from phucvu.letters.dossier_counts import DossierCounts, dossier_counts
from phucvu.rules.model import RuleSet
from phucvu.scoring.scores import Scores
from phucvu.steering.losses import losses
from phucvu.steering.points_lost import Account, account


@dataclass(frozen=True)
class Drive:
    """A campaign that runs: ``measure`` is an indicator or another word of ``steering.campaign_lines``."""

    name: str
    measure: str
    starts: dt.date
    ends: dt.date
    source: str
    before: dt.date | None = None


@dataclass(frozen=True)
class Raised:
    """A difficulty of the unit that waits for an answer, and what it proposes."""

    topic: str
    text: str
    proposal: str


@dataclass(frozen=True)
class Duties:
    """What units were asked for and said: kept in workspaces, not among the records."""

    drives: Sequence[Drive] = ()
    causes: Mapping[str, int] = field(default_factory=dict)
    """How many late dossiers of the period were explained by each cause, in words."""
    unexplained: int = 0
    difficulties: Sequence[Raised] = ()
    quarterly_before: int | None = None
    """The day of a quarter's last month before which the unit wants reports."""


@dataclass(frozen=True)
class LetterSources:
    """Where a letter finds what only some kinds tell; what a kind does not ask for is not looked up.

    ``listing`` gives the list of the period's dossiers, ``duties`` what the workspaces keep of the unit;
    ``targets`` are rows of the table of that name.
    """

    listing: Callable[[], Listing]
    duties: Callable[[], Duties] = Duties
    targets: Sequence[Mapping[str, Any]] = ()

    def dossiers(
        self, scores: Scores, period: Period, unit: str, by: Literal["unit", "procedure"]
    ) -> dict[str, DossierCounts]:
        """What became of the dossiers of a unit and those below it, by the unit or procedure of each."""
        within = Tree.of_period(scores.units, period).below(unit)
        return dossier_counts(self.listing(), period, within, by)

    def account(self, scores: Scores, rules: RuleSet, period: Period, unit: str) -> Account:
        """What a unit loses in a period."""
        listing, tree = self.listing(), Tree.of_period(scores.units, period)
        components = scores.components.filter(period=str(period), unit=unit).to_dicts()
        running = listing.cut_off < period.ends
        return account(components, rules, unit, running, lambda i: losses(listing, tree, period, unit, i))
