"""The published figures of 2026, scored."""

from __future__ import annotations

from phucvu.figures.periods import Period
from phucvu.published.bundled_results import portal_2026
from phucvu.rules.loading import load
from phucvu.scoring.result import Result
from phucvu.scoring.scores import score


def scored_2026() -> Result:
    """The result of 2026 as the national portal published it, with its units and their scores."""
    known = portal_2026()
    scores = score(known.figures, load("portal-2026"), known.units, known.groups)
    return Result(Period.parse(known.period), known.cut_off, known.source, scores, known.derived)
