"""The periods there are to choose from, laid out by year, and the ones to step to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from phucvu.figures.periods import ROMAN, Period
from phucvu.web.language import _, language


@dataclass(frozen=True)
class Year:
    """The periods of a year that have a result: the year itself, its quarters, its months, other runs."""

    year: int
    periods: list[tuple[str, list[Period]]]
    """By kind, in words; none is empty."""


@dataclass(frozen=True)
class Chooser:
    """Every period by year, and the neighbours of the one shown; None where they have no result."""

    shown: Period
    years: list[Year]
    before: Period | None
    after: Period | None
    year_before: Period | None

    @property
    def several(self) -> bool:
        return sum(len(periods) for year in self.years for _kind, periods in year.periods) > 1


def chooser(known: Sequence[Period], shown: Period) -> Chooser:
    return Chooser(
        shown,
        [Year(year, _kinds(known, year)) for year in sorted({p.last.year for p in known}, reverse=True)],
        before=_if_known(shown.previous(), known),
        after=next((p for p in known if p.kind == shown.kind and p.previous() == shown), None),
        year_before=_if_known(shown.last_year(), known),
    )


def _if_known(period: Period, known: Sequence[Period]) -> Period | None:
    return period if period in known else None


def _kinds(known: Sequence[Period], year: int) -> list[tuple[str, list[Period]]]:
    names = {"year": _("Cả năm"), "quarter": _("Quý"), "month": _("Tháng"), "days": _("Những ngày")}
    found = (
        (name, sorted(p for p in known if p.last.year == year and p.kind == kind))
        for kind, name in names.items()
    )
    return [(name, periods) for name, periods in found if periods]


def within_year(period: Period) -> str:
    """What a period is called under its year: 2026, III, 9."""
    match period.kind:
        case "year":
            return str(period.first.year)
        case "quarter":
            return ROMAN[period.quarter - 1] if language() == "vi" else f"Q{period.quarter}"
        case "month":
            return str(period.first.month)
        case _:
            return period.title(language())


def brief(period: Period) -> str:
    """A period in few letters, as an axis or a column says it: 2026, III/2026, 09/2026."""
    match period.kind:
        case "quarter":
            return f"{within_year(period)}/{period.first.year}"
        case "month":
            return f"{period.first:%m/%Y}"
        case _:
            return within_year(period)
