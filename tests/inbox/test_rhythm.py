"""A sender is silent when it has said nothing for longer than it usually does, in working time."""

import datetime as dt

from phucvu.inbox.rhythm import is_silent, with_messages, working_seconds

MONDAY = dt.datetime(2026, 10, 5)
HOUR = 3600


def at(day: int, hour: float) -> dt.datetime:
    return MONDAY + dt.timedelta(days=day, hours=hour)


def test_nights_and_weekends_are_no_silence():
    assert working_seconds(at(0, 8), at(0, 9.5)) == 1.5 * HOUR
    assert working_seconds(at(0, 16), at(1, 8)) == 2 * HOUR
    assert working_seconds(at(4, 16), at(7, 8)) == 2 * HOUR  # Friday to Monday
    assert working_seconds(at(5, 8), at(6, 20)) == 0
    assert working_seconds(at(0, 9), at(0, 8)) == 0


def sent_every(minutes: int, days: range) -> tuple[dict[str, int], dt.datetime]:
    times = [at(d, 7) + dt.timedelta(minutes=m) for d in days for m in range(0, 600, minutes)]
    return with_messages({}, None, times), times[-1]


def test_a_frequent_sender_is_missed_after_half_an_hour():
    gaps, last = sent_every(5, range(3))
    assert max(gaps.values()) == 5 * 60
    assert not is_silent(gaps, last, at(3, 7.2))
    assert is_silent(gaps, last, at(3, 7.6))


def test_a_sender_that_sends_once_a_day_is_missed_after_two():
    gaps = with_messages({}, None, [at(d, 18) for d in range(4)])
    assert not is_silent(gaps, at(3, 18), at(4, 17))
    assert not is_silent(gaps, at(3, 18), at(7, 17))
    assert is_silent(gaps, at(3, 18), at(8, 8))


def test_nobody_is_missed_before_a_rhythm_is_known():
    assert not is_silent({}, None, at(3, 8))
    gaps = with_messages({}, None, [at(0, 8), at(0, 9)])
    assert not is_silent(gaps, at(0, 9), at(4, 8))


def test_only_the_last_days_are_remembered():
    gaps, _ = sent_every(60, range(40))
    assert len(gaps) == 14
