"""What is noted on charts over time: where values are unlike those before them, and why."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from phucvu.editions import published, remarks
from phucvu.figures.periods import Period
from phucvu.figures.units import Unit
from phucvu.formats import day as said_day
from phucvu.formats import some
from phucvu.web import results
from phucvu.web.boards import Board
from phucvu.web.language import _, language
from phucvu.web.published_words import in_words
from phucvu.web.sentences import called

MOST_NAMED = 3
"""Merged units that are named; more are only counted."""


@dataclass(frozen=True)
class Annotation:
    """``kind`` is merger, formula, correction or remark; ``place`` the first period that is not as before.

    ``until`` is the last day for which it holds, None where it holds on.
    """

    place: int
    kind: str
    since: dt.date
    label: str
    words: str
    until: dt.date | None = None
    source: str = ""

    @property
    def said(self) -> str:
        days = said_day(self.since) + (f"–{said_day(self.until)}" if self.until else "")
        return f"{self.label} ({days}): {self.words}" + (f" ({self.source})" if self.source else "")

    @property
    def data(self) -> dict[str, str | None]:
        return {
            "kind": self.kind,
            "since": self.since.isoformat(),
            "until": self.until.isoformat() if self.until else None,
            "words": self.words,
            "source": self.source or None,
        }


def noted_on(
    board: Board, periods: Sequence[Period], codes: Sequence[str], indicator: str | None = None
) -> list[Annotation]:
    """What is noted on a chart of some units over periods, by day; of all units where none is named."""
    found = [
        *(() if board.regrouped else _mergers(board, periods, codes)),
        *_formulas(board, periods, indicator),
        *_corrections(periods),
        *_remarks(board, periods, codes),
    ]
    return sorted(found, key=lambda one: (one.since, one.kind, one.words))


def _place(periods: Sequence[Period], day: dt.date) -> int | None:
    """The first period with values of a day or after it; None before the first and after the last."""
    if not periods[0].first <= day <= periods[-1].last:
        return None
    return next(place for place, period in enumerate(periods) if period.last >= day)


def _mergers(board: Board, periods: Sequence[Period], codes: Sequence[str]) -> Iterator[Annotation]:
    gone: dict[tuple[dt.date, str], list[Unit]] = defaultdict(list)
    for unit in board.result.scores.units.rows:
        into = board.units.get(unit.successor)
        if unit.valid_to and into is not None and into.code != unit.code:
            day = unit.valid_to + dt.timedelta(days=1)
            over = {above.code for above in board.units.above(into.code)}
            for concerned in [code for code in codes if code in over] if codes else [""]:
                gone[day, concerned].append(unit)
    for (day, concerned), merged in gone.items():
        place = _place(periods, day)
        if place:  # what was so from the first period on changes no line
            yield Annotation(place, "merger", day, _("Sáp nhập"), _merged(board, concerned, merged))


def _merged(board: Board, concerned: str, merged: Sequence[Unit]) -> str:
    names = [called(unit) for unit in merged[: MOST_NAMED + 1]]
    if len(merged) > MOST_NAMED:
        return _("%(count)s đơn vị sáp nhập, tổ chức lại") % {"count": len(merged)}
    into = dict.fromkeys(unit.successor for unit in merged)
    one = board.units.get(next(iter(into))) if len(into) == 1 else None
    if one is None:
        return _("%(names)s được sáp nhập") % {"names": some(names, MOST_NAMED)}
    return _("%(names)s sáp nhập thành %(unit)s") % {"names": some(names, MOST_NAMED), "unit": called(one)}


def _formulas(board: Board, periods: Sequence[Period], indicator: str | None) -> Iterator[Annotation]:
    """The portal's changes of its formula: only where what is drawn are the portal's scores."""
    if results.source().counts or indicator is not None:
        return  # own scores follow the rule set, and rates no formula of points
    known = {str(period): place for place, period in enumerate(periods)}
    for one in results.days().not_alike():
        if one.indicator in board.rules and (place := known.get(one.period)):
            yield Annotation(place, "formula", one.since, _("Cổng đổi công thức"), in_words(one))


def _corrections(periods: Sequence[Period]) -> Iterator[Annotation]:
    if not results.source().publishes:
        return
    known = {str(period): place for place, period in enumerate(periods)}
    for one in published.every():
        if one.corrects is not None and one.period in known:
            words = _("kỳ công bố số %(number)s thay cho số %(corrects)s: %(reason)s")
            said = words % {"number": one.number, "corrects": one.corrects, "reason": one.reason}
            day = (one.decided_at or one.frozen_at).date()
            yield Annotation(known[one.period], "correction", day, _("Đính chính"), said)


def _remarks(board: Board, periods: Sequence[Period], codes: Sequence[str]) -> Iterator[Annotation]:
    """What was added for one of the units or one above it; where all are meant, for those above all."""
    if not results.source().publishes:
        return
    over = {above.code for code in codes if code in board.units for above in board.units.above(code)}
    for one in remarks.of_units(over or {unit.code for unit in board.units.roots}):
        place = _place(periods, one.since)
        if place is not None:
            words = (one.words_en or one.words) if language() == "en" else one.words
            yield Annotation(place, "remark", one.since, _("Ghi chú"), words, one.until, one.source)
