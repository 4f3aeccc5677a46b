"""What a unit's letter is made from on the site: the results that its pages show, so that both agree."""

from __future__ import annotations

import polars as pl

from phucvu.assignments.letter_duties import duties
from phucvu.assignments.targets import assigned
from phucvu.engine.listing import Listing
from phucvu.figures.periods import Period
from phucvu.inbox.clock import now
from phucvu.letters.letter_facts import LetterFacts
from phucvu.letters.letter_kinds import KINDS, LetterKind
from phucvu.letters.letter_sources import LetterSources
from phucvu.problems import Fault, UnusableError
from phucvu.scoring.scores import Scores
from phucvu.web import results
from phucvu.web.workspace import home
from phucvu.web.workspace.publication import every_watched, limits


def kinds_of(kind: str) -> dict[str, LetterKind]:
    """The letters that a kind of unit sends, by name."""
    return {name: one for name, one in KINDS.items() if kind in one.units}


def facts_of(unit: str, period: Period) -> LetterFacts:
    """Raises KeyError where the period has no result, or the unit is not among its units."""
    result = results.result(period)
    units = result.scores.units.of_period(period)
    root = home.tree(period).root(unit) or unit
    before = period.previous()
    scores = result.scores
    if before in results.versions():
        scores = _both(scores, results.result(before).scores)
    return LetterFacts(
        unit=units[unit],
        root=units[root],
        period=period,
        before=before,
        scores=scores,
        day=result.cut_off.date(),
        days=results.days(),
        decisions=every_watched(root, period),
        limits=limits(period),
        now=now().date(),
        sources=LetterSources(
            lambda: _listing(period),
            lambda: duties(
                unit, home.tree(period).above(unit), home.below(period, unit), period, now().date()
            ),
            assigned(home.below(period, unit)),
            home.procedure_names,
        ),
    )


def _listing(period: Period) -> Listing:
    """Raises UnusableError while the list is being made."""
    found = home.listing(period)
    if found is None:
        raise UnusableError(Fault("list_being_made", period=period))
    return found


def _both(one: Scores, other: Scores) -> Scores:
    """The scores of two periods as one."""
    frames = {
        name: pl.concat([getattr(one, name), getattr(other, name)], how="diagonal_relaxed")
        for name in ("components", "groups", "totals", "unrecorded")
    }
    return Scores(rules=other.rules | one.rules, units=one.units, **frames)
