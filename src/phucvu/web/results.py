"""What the site shows: which periods there are, and the result of each."""

from __future__ import annotations

from functools import cache

from phucvu.figures.periods import Period
from phucvu.published import portal_2026
from phucvu.rules.loading import load
from phucvu.scoring.results import Result
from phucvu.scoring.scores import score


def results() -> list[Result]:
    """Every result there is to show, in any order.

    The one function to replace where results come from elsewhere.
    """
    published = portal_2026()
    scores = score(published.figures, load("portal-2026"), published.units, published.groups)
    return [
        Result(Period.parse(published.period), published.cut_off, published.source, scores, published.derived)
    ]


@cache
def _by_period() -> dict[Period, Result]:
    found = {result.period: result for result in results()}
    return dict(sorted(found.items(), key=lambda item: (item[0].last, item[0].days), reverse=True))


def periods() -> list[Period]:
    """The periods that have a result: the latest first, of those that end together the longest."""
    return list(_by_period())


def result(period: Period) -> Result:
    """The result of a period; raises KeyError where there is none."""
    return _by_period()[period]
