"""What letters are made from beside figures and published results: losses, targets, duties."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from phucvu.engine.listing import Listing
from phucvu.engine.tree import Tree
from phucvu.figures.periods import Period
from phucvu.formats import some
from phucvu.letters.dossier_counts import DossierCounts, dossier_counts
from phucvu.problems import Fault, NotFoundError, UnusableError
from phucvu.rules.model import RuleSet
from phucvu.scoring.scores import Scores
from phucvu.steering.due_lists import late_dossiers
from phucvu.steering.losses import losses
from phucvu.steering.points_lost import Account, account

MOST_NAMED = 5
"""Codes in a message."""


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
    cause_of: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Of those, why, by sender and code."""
    promised: Mapping[tuple[str, str], dt.date] = field(default_factory=dict)
    """The new day of the result that a letter of apology names, by sender and code."""
    difficulties: Sequence[Raised] = ()
    quarterly_before: int | None = None
    """The day of a quarter's last month before which the unit wants reports."""


@dataclass(frozen=True)
class LetterSources:
    """Where a letter finds what only some kinds tell; what a kind does not ask for is not looked up.

    ``listing`` gives the list of the period's dossiers, ``duties`` what the workspaces keep of the unit;
    ``targets`` are rows of the table of that name, ``procedures`` gives names by code. ``codes`` are the
    dossiers that a letter is about, where not all that are late. ``applicant`` gives a dossier's applicant,
    by sender and code, to those who may know; it is empty for the others.
    """

    listing: Callable[[], Listing]
    duties: Callable[[], Duties] = Duties
    targets: Sequence[Mapping[str, Any]] = ()
    procedures: Callable[[], Mapping[str, str]] = dict
    codes: Sequence[str] = ()
    applicant: Callable[[str, str], str] = lambda _sender, _code: ""

    def late(self, scores: Scores, period: Period, unit: str) -> list[dict[str, Any]]:
        """The late dossiers of a unit and those below it that the letter is about, the latest first.

        Raises UnusableError where there is none, or one of ``codes`` is not among them.
        """
        within = Tree.of_period(scores.units, period).below(unit)
        found = late_dossiers(self.listing(), period, within, set(self.codes) or None)
        missing = sorted(set(self.codes) - {row["code"] for row in found})
        if missing:
            raise UnusableError(Fault("dossier_not_late", dossiers=some(missing, MOST_NAMED), period=period))
        if not found:
            raise NotFoundError(Fault("no_late_dossier"))
        return found

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
