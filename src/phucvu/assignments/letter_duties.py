"""What workspaces keep of a unit that its letters tell: campaigns, explanations, difficulties, reports."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection

from phucvu.assignments import campaigns
from phucvu.assignments.causes import CAUSES
from phucvu.assignments.models import Apology, Difficulty, LateDossier
from phucvu.assignments.reports import wanted_by
from phucvu.figures.periods import Period
from phucvu.letters.letter_sources import Drive, Duties, Raised


def duties(unit: str, above: Collection[str], below: Collection[str], period: Period, day: dt.date) -> Duties:
    """What a unit and those above it asked for as of a day; why dossiers of a period were late there.

    ``below`` are the units whose records count for it. Free text is the unit's own alone.
    """
    running = [one for one in campaigns.of_unit(unit, above) if one.starts <= day <= one.ends]
    causes = _causes(below, period)
    numbers = Counter(causes.values())
    own = Difficulty.objects.filter(unit=unit, closed_at=None, registered_at__date__lte=period.last)
    letters = Apology.objects.filter(unit__in=list(below)).order_by("signed_on", "pk")
    return Duties(
        drives=[
            Drive(one.name, one.measure, one.starts, one.ends, one.source, one.before) for one in running
        ],
        causes={CAUSES[code].vi: number for code, number in numbers.items() if code in CAUSES},
        unexplained=numbers[""],
        cause_of={which: CAUSES[code].vi for which, code in causes.items() if code in CAUSES},
        promised={(one.sender, one.code): one.new_due_on for one in letters},
        difficulties=[Raised(one.topic, one.text, one.proposal) for one in own.order_by("registered_at")],
        quarterly_before=next((r.before_day for r in wanted_by(unit) if r.every == "quarter"), None),
    )


def _causes(below: Collection[str], period: Period) -> dict[tuple[str, str], str]:
    """Why late dossiers asked about for months of a period were late; the empty text: not explained."""
    rows = LateDossier.objects.filter(unit__in=list(below)).values_list(
        "request__period", "sender", "code", "explanation__cause"
    )
    said: dict[tuple[str, str], str] = {}
    for asked, sender, code, cause in rows.iterator():
        of = Period.parse(asked)
        if of.first <= period.last and period.first <= of.last:
            said[sender, code] = cause or said.get((sender, code), "")
    return said
