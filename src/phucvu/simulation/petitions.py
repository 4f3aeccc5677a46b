"""Petitions of one block, with given numbers on time, late, satisfied, and of each class."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl

from phucvu.engine.calendar import Calendar
from phucvu.figures.periods import Period
from phucvu.problems import UnusableError
from phucvu.records.schema import PETITIONS
from phucvu.simulation.targets import Target, contradiction

REFUSED, SUPPLEMENT, ANSWERED, PUBLISHED = 2, 5, 15, 2
"""Working days that each may take."""


def make_petitions(
    rng: np.random.Generator,
    calendar: Calendar,
    period: Period,
    cut_off: dt.datetime,
    target: Target,
    offices: list[str],
    complaints: list[tuple[dt.datetime, str]],
) -> pl.DataFrame:
    """The petitions of a block, as rows of the table ``petitions`` (see ``records.schema``).

    ``offices`` are the units they reach. Some name a dossier of ``complaints`` (received at, code)
    that was received before they arrived. Raises UnusableError where the period has not lasted long
    enough for one that arrived in it to be late.
    """
    counts = target.counts
    arrived, carried = counts["arrived"], counts["petitions"] - counts["arrived"]
    on_time = min(arrived, counts["petitions_on_time"])
    carried_on_time = counts["petitions_on_time"] - on_time
    course = _Course(rng, calendar, period, cut_off)
    if arrived > on_time and not course.days_for_late:
        raise UnusableError(
            contradiction(
                target.unit,
                "5.2",
                "kỳ chưa đủ dài để phản ánh, kiến nghị đến trong kỳ bị quá hạn",
                "the period has not lasted long enough for a petition that arrived in it to be late",
            )
        )
    classes = ["policy"] * counts["policy"] + ["conduct"] * counts["conduct"]
    classes += [None] * (arrived - len(classes))  # type: ignore[list-item]
    rng.shuffle(classes)
    satisfied = counts["satisfied"]
    complaints = sorted(complaints)
    rows = []
    for number in range(arrived + carried):
        within = number < arrived
        punctual = number < on_time if within else number - arrived < carried_on_time
        row = course.arrived_in_period(punctual) if within else course.carried(punctual)
        row |= _opinion(rng, liked=number < satisfied or not within)
        row["class"] = classes[number] if within else str(rng.choice(["policy", "conduct"]))
        row["unit"] = offices[int(rng.integers(len(offices)))]
        named = complaints and complaints[0][0] < row["arrived_at"] and rng.random() < 0.3
        row["dossier"] = complaints.pop(0)[1] if named else None
        row["code"] = f"PAKN-{target.unit}-{number + 1:05}"
        rows.append(row)
    return pl.DataFrame(rows, schema=PETITIONS.types)


def _opinion(rng: np.random.Generator, *, liked: bool) -> dict[str, Any]:
    """Likes and dislikes; one that is not liked was disliked more, or raised again."""
    likes = int(rng.integers(0, 4))
    if liked:
        return {"likes": likes, "dislikes": int(rng.integers(0, likes + 1)), "reraised": False}
    raised = bool(rng.random() < 0.3)
    return {"likes": likes, "dislikes": 0 if raised else likes + 1, "reraised": raised}


class _Course:
    """What may happen to a petition, all of it by the cut-off."""

    def __init__(
        self, rng: np.random.Generator, calendar: Calendar, period: Period, cut_off: dt.datetime
    ) -> None:
        self.rng, self.calendar, self.period, self.cut_off = rng, calendar, period, cut_off
        self.last = cut_off.date()
        self.days = [period.first + dt.timedelta(days=n) for n in range((self.last - period.first).days + 1)]
        self.days_for_late = [day for day in self.days if calendar.after(day, REFUSED) < self.last]

    def arrived_in_period(self, punctual: bool) -> dict[str, Any]:
        days = self.days if punctual else self.days_for_late
        arrived = self._at(days[int(self.rng.integers(len(days)))], self.period.starts)
        return self._punctual(arrived) if punctual else self._late(arrived)

    def carried(self, punctual: bool) -> dict[str, Any]:
        """Reached the unit before the period, and was neither refused nor answered until then."""
        back = 1 if punctual else int(self.rng.integers(20, 40))
        day = self.calendar.before(self.period.first, back)
        arrived = dt.datetime.combine(day, dt.time(16))
        if punctual:
            return self._row(arrived, refused=self.period.starts + dt.timedelta(seconds=1))
        return self._row(arrived)

    def _punctual(self, arrived: dt.datetime) -> dict[str, Any]:
        options = ["refused", "supplement", *["answered"] * 6]
        if self._limit(arrived, ANSWERED) >= self.last:
            options += ["open"] * 2
        match str(self.rng.choice(options)):
            case "refused":
                return self._row(arrived, refused=self._by(arrived, REFUSED))
            case "supplement":
                return self._row(arrived, supplement=self._by(arrived, SUPPLEMENT))
            case "answered":
                answered = self._by(arrived, ANSWERED)
                return self._row(arrived, answered=answered, published=self._by(answered, PUBLISHED))
            case _:
                return self._row(arrived)

    def _late(self, arrived: dt.datetime) -> dict[str, Any]:
        options = ["refused", "unpublished"]
        if self._limit(arrived, SUPPLEMENT) < self.last:
            options += ["supplement"]
        if self._limit(arrived, ANSWERED) < self.last:
            options += ["open"] * 2 + ["answered"] * 4
        match str(self.rng.choice(options)):
            case "refused":
                return self._row(arrived, refused=self._past(arrived, REFUSED))
            case "unpublished":
                return self._row(arrived, answered=self._at(arrived.date(), arrived))
            case "supplement":
                return self._row(arrived, supplement=self._past(arrived, SUPPLEMENT))
            case "answered":
                answered = self._past(arrived, ANSWERED)
                return self._row(arrived, answered=answered, published=answered)
            case _:
                return self._row(arrived)

    def _limit(self, moment: dt.datetime, days: int) -> dt.date:
        return self.calendar.after(moment.date(), days)

    def _by(self, moment: dt.datetime, days: int) -> dt.datetime:
        """A moment after the given one, within a number of working days."""
        last = min(self._limit(moment, days), self.last)
        return self._between(moment.date(), last, moment)

    def _past(self, moment: dt.datetime, days: int) -> dt.datetime:
        """A moment after a number of working days, mostly not long after."""
        first = self._limit(moment, days) + dt.timedelta(days=1)
        delay = dt.timedelta(days=int(self.rng.integers(1, 20)))
        return self._between(first, min(first + delay, self.last), moment)

    def _between(self, first: dt.date, last: dt.date, earliest: dt.datetime) -> dt.datetime:
        days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
        days = [day for day in days if self.calendar.is_working(day)] or days
        return self._at(days[int(self.rng.integers(len(days)))], earliest)

    def _at(self, day: dt.date, earliest: dt.datetime) -> dt.datetime:
        """A moment of the day in office hours, neither before another nor after the cut-off."""
        moment = dt.datetime.combine(day, dt.time(8)) + dt.timedelta(seconds=int(self.rng.integers(9 * 3600)))
        return min(max(moment, earliest), self.cut_off)

    def _row(
        self,
        arrived: dt.datetime,
        refused: dt.datetime | None = None,
        supplement: dt.datetime | None = None,
        answered: dt.datetime | None = None,
        published: dt.datetime | None = None,
    ) -> dict[str, Any]:
        return {
            "arrived_at": arrived,
            "refused_at": refused,
            "supplement_asked_at": supplement,
            "answered_at": answered,
            "published_at": published,
        }
