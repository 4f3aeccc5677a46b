"""Believable histories: when dossiers come in, fall due, wait for the citizen, end and are returned.

Moments are whole seconds since 1970 in Vietnam's time; NONE means not known. Nothing is dated
after the cut-off: what has not ended by then is still running.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phucvu.engine.calendar import Calendar
from phucvu.figures.periods import Period
from phucvu.records.codes import Status

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

NONE = np.iinfo(np.int64).min
DAY = 86_400
MINUTE = 60
MORNING, NOON, AFTERNOON = 27_000, 41_400, 48_600  # office hours 7:30–11:30 and 13:30–17:00
OFFICE_SECONDS = 27_000
CLOSING = 61_200
WEEKDAYS = np.array([1.25, 1.1, 1.0, 1.0, 0.85, 0.5, 0.5])
"""How busy the days of the week are, Monday first."""

REFUSED, WITHDRAWN, STOPPED, DONE, RETURNED = map(
    int, (Status.REFUSED, Status.WITHDRAWN, Status.STOPPED, Status.DONE, Status.RETURNED)
)


def seconds(moment: dt.datetime) -> int:
    return round((moment - dt.datetime(1970, 1, 1)).total_seconds())


@dataclass(frozen=True)
class Clock:
    """The period, its cut-off, and the working days around them (days since 1970)."""

    starts: int
    cut_off: int
    workdays: Ints

    @classmethod
    def of(cls, period: Period, cut_off: dt.datetime) -> Clock:
        calendar = Calendar()
        first = period.first - dt.timedelta(days=400)
        days = (cut_off.date() - first).days + 400
        worked = [n for n in range(days) if calendar.is_working(first + dt.timedelta(days=n))]
        start = (first - dt.date(1970, 1, 1)).days
        return cls(seconds(period.starts), seconds(cut_off), np.array(worked, dtype=np.int64) + start)

    def index(self, moments: Ints | int) -> Ints:
        """The last working day not after each moment, as an index of ``workdays``."""
        return np.searchsorted(self.workdays, np.asarray(moments) // DAY, side="right") - 1

    def office(self, rng: np.random.Generator, index: Ints) -> Ints:
        """A moment in office hours on each of those working days."""
        within = rng.integers(0, OFFICE_SECONDS, len(index))
        clock = np.where(within < NOON - MORNING, MORNING + within, AFTERNOON + within - (NOON - MORNING))
        return self.workdays[index] * DAY + clock

    def into_office(self, rng: np.random.Generator, moments: Ints, low: Ints, high: Ints) -> Ints:
        """Each moment moved into office hours of its day or the one before, where that stays in bounds."""
        moved = self.office(rng, self.index(moments))
        return np.where((moved >= low) & (moved <= high), moved, moments)


@dataclass
class History:
    """One row a dossier; ``asked`` and ``resumed`` hold up to two requests for a supplement."""

    filed: Ints
    received: Ints
    started: Ints
    due: Ints
    asked: tuple[Ints, Ints]
    resumed: Ints
    end: Ints
    ending: Ints
    returned: Ints

    @property
    def finished(self) -> Mask:
        return np.not_equal(self.end, NONE)


def between(rng: np.random.Generator, low: Ints, high: Ints, shape: float = 1.0) -> Ints:
    """A moment in [low, high] each; a larger ``shape`` draws it towards the high end."""
    return low + np.floor(rng.random(len(low)) ** (1 / shape) * (high - low + 1)).astype(np.int64)


def make_history(
    rng: np.random.Generator,
    clock: Clock,
    received_in_period: Mask,
    late_count: int,
    online: Mask,
    allotted: Ints,
    by_clock: Mask,
) -> tuple[History, Mask]:
    """Histories of which exactly ``late_count`` are late at the cut-off, and which those are.

    ``received_in_period`` tells dossiers of the period from those carried into it unfinished.
    ``allotted`` is the time of the procedure: working days, or hours where ``by_clock``.
    """
    received, due = _receipts(rng, clock, received_in_period, allotted, by_clock)
    late = _late(rng, late_count, due < clock.cut_off - MINUTE)
    _let_be_late(rng, clock, received, due, late, received_in_period, allotted, by_clock)
    _let_be_on_time(rng, clock, due, ~late & ~received_in_period)
    end = _ends(rng, clock, received, due, late)
    return _with_supplements(rng, clock, received, due, late, end, online), late


def _due(clock: Clock, received: Ints, allotted: Ints, by_clock: Mask) -> Ints:
    last = clock.workdays[np.minimum(clock.index(received) + allotted, len(clock.workdays) - 1)]
    return np.where(by_clock, received + allotted * 3600, last * DAY + CLOSING)


def _receipts(
    rng: np.random.Generator, clock: Clock, in_period: Mask, allotted: Ints, by_clock: Mask
) -> tuple[Ints, Ints]:
    count = len(in_period)
    first = int(np.searchsorted(clock.workdays, clock.starts // DAY))
    last = int(clock.index(clock.cut_off))
    if first <= last:
        days = np.arange(first, last + 1)
        busy = WEEKDAYS[(clock.workdays[days] + 3) % 7]
        inside = clock.office(rng, rng.choice(days, count, p=busy / busy.sum()))
    else:
        inside = np.full(count, clock.cut_off + 1)
    anywhere = rng.integers(clock.starts, clock.cut_off + 1, count)
    inside = np.where(inside <= clock.cut_off, inside, anywhere)
    # Carried in: received as long before the period as their time allows, a few much longer.
    back = 1 + np.floor(rng.random(count) * np.maximum(allotted, 2)).astype(np.int64)
    before = clock.office(rng, np.maximum(first - back, 0))
    received = np.where(in_period, inside, before)
    return received, _due(clock, received, allotted, by_clock)


def _late(rng: np.random.Generator, count: int, ripe: Mask) -> Mask:
    """``count`` dossiers, those past their due date first."""
    late = np.zeros(len(ripe), dtype=bool)
    late[np.argsort(rng.random(len(ripe)) + ~ripe)[:count]] = True
    return late


def _let_be_late(
    rng: np.random.Generator,
    clock: Clock,
    received: Ints,
    due: Ints,
    late: Mask,
    in_period: Mask,
    allotted: Ints,
    by_clock: Mask,
) -> None:
    """Bring the due dates of the late before the cut-off: receive them earlier, or allow less time."""
    first = int(np.searchsorted(clock.workdays, clock.starts // DAY))
    room = int(clock.index(clock.cut_off)) - first - allotted
    early = late & (due >= clock.cut_off - MINUTE) & in_period & (room > 1)
    if early.any():
        index = first + np.floor(rng.random(early.sum()) * room[early]).astype(np.int64)
        received[early] = clock.office(rng, index)
        due[early] = _due(clock, received[early], allotted[early], by_clock[early])
    tight = late & (due >= clock.cut_off - MINUTE)
    crowded = tight & (received > clock.cut_off - 10 * MINUTE)
    received[crowded] = clock.starts + (clock.cut_off - clock.starts) // 3
    due[tight] = between(
        rng, received[tight] + MINUTE, received[tight] + (2 * (clock.cut_off - received[tight])) // 3
    )


def _let_be_on_time(rng: np.random.Generator, clock: Clock, due: Ints, carried: Mask) -> None:
    """Those carried in on time end in the period, so they fall due in it or after."""
    short = carried & (due < clock.starts + 10 * DAY // 24)
    due[short] = clock.starts + rng.integers(1, 15, short.sum()) * DAY + CLOSING


def _ends(rng: np.random.Generator, clock: Clock, received: Ints, due: Ints, late: Mask) -> Ints:
    """The end of processing without any waiting; NONE while the dossier is running at the cut-off."""
    low = np.maximum(received, clock.starts)
    on_time = between(rng, np.minimum(low + MINUTE, due), due, 1.6)
    on_time = clock.into_office(rng, on_time, np.minimum(low + MINUTE, due), due)
    over = np.maximum(due + 1, clock.starts)
    delay = np.exp(rng.normal(np.log(4 * DAY), 1.1, len(due))).astype(np.int64)
    too_late = clock.into_office(rng, over + delay, over, over + delay)
    end = np.where(late, too_late, on_time)
    return np.where(end <= clock.cut_off, end, NONE)


def _with_supplements(
    rng: np.random.Generator,
    clock: Clock,
    received: Ints,
    due: Ints,
    late: Mask,
    end: Ints,
    online: Mask,
) -> History:
    count = len(end)
    finished = end != NONE
    reached = np.where(finished, end, clock.cut_off)
    started = between(rng, received, received + np.minimum(4 * 3600, (reached - received) // 3))
    chance = rng.random(count)

    # Done in spite of a supplement: the wait, whole weeks, moves the end and does not count.
    wait = rng.integers(1, 3, count) * 7 * DAY
    waited = finished & (chance < 0.12) & (reached - started >= DAY) & (end + wait <= clock.cut_off)
    latest = np.maximum(started + 1, reached - 3600)
    asked = clock.into_office(rng, between(rng, started + 1, latest), started + 1, latest)
    asked = np.where(waited, asked, NONE)
    resumed = np.where(waited, asked + wait, NONE)
    end = np.where(waited, end + wait, end)

    # Running and waiting for the citizen: asked once is judged by that moment, asked twice is late.
    since = np.where(late, np.maximum(due, started) + 1, started + 1)
    waiting = ~finished & (chance < 0.1) & (since < clock.cut_off)
    latest = np.maximum(since, clock.cut_off)
    asked = np.where(waiting, clock.into_office(rng, between(rng, since, latest), since, latest), asked)
    again = waiting & late & (chance < 0.02) & (asked + 2 * DAY < clock.cut_off)
    resumed = np.where(again, asked + DAY, resumed)
    asked_again = np.where(again, asked + 2 * DAY, NONE)

    filed = np.where(online, received - rng.integers(0, DAY, count), received - rng.integers(0, 900, count))
    later = (
        np.where(finished, end, clock.cut_off)
        + rng.integers(0, 3, count) * DAY
        + rng.integers(0, 7200, count)
    )
    returned = np.where(finished & (later <= clock.cut_off), later, NONE)
    return History(
        filed=filed,
        received=received,
        started=started,
        due=due,
        asked=(asked, asked_again),
        resumed=resumed,
        end=end,
        ending=np.where(finished, DONE, 0),
        returned=returned,
    )
