"""Working days: swapped days count on both sides, and threads may share a calendar."""

import datetime as dt
from threading import Thread

import pytest

from phucvu.engine.calendar import Calendar
from phucvu.rules.loading import swapped_days


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-08-31", False),  # a Monday off for Saturday the 22nd
        ("2026-08-22", True),
        ("2026-08-29", False),
        ("2025-05-02", False),
        ("2025-04-26", True),
        ("2026-01-02", False),  # in the table that ships with the rule sets
        ("2026-01-10", True),
        ("2026-09-02", False),
        ("2026-09-03", True),
    ],
)
def test_swapped_days(day, worked):
    day = dt.date.fromisoformat(day)
    assert Calendar().is_working(day) is worked
    assert Calendar({day: not worked}).is_working(day) is not worked


def test_the_table_speaks_of_working_days_off_and_saturdays_worked():
    for day, worked in swapped_days().items():
        assert (day.weekday() == 5) is worked


def test_limits_over_swapped_days():
    assert Calendar().after(dt.date(2026, 8, 21), 1) == dt.date(2026, 8, 22)
    assert Calendar().after(dt.date(2026, 8, 28), 1) == dt.date(2026, 9, 3)
    assert Calendar().before(dt.date(2026, 9, 3), 1) == dt.date(2026, 8, 28)


def test_threads_share_a_calendar():
    """A thread that asks while another fills the calendar has the same answer as one alone."""
    day, answers = dt.date(2026, 8, 21), []

    class Interrupted(Calendar):
        def is_working(self, day: dt.date) -> bool:
            if not answers:
                answers.append(None)
                other = Thread(target=lambda: answers.append(shared.after(dt.date(2026, 8, 28), 1)))
                other.start()
                other.join()
            return super().is_working(day)

    shared = Interrupted()
    assert shared.after(day, 1) == dt.date(2026, 8, 22)
    assert answers == [None, dt.date(2026, 9, 3)]
