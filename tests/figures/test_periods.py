"""Periods that cannot be reckoned with are refused in words."""

import pytest

from phucvu.figures.periods import Period
from phucvu.problems import UnusableError

BAD = [
    "",
    "0001",
    "0000",
    "9999",
    "9999-12",
    "1899",
    "2200-Q1",
    "0001-01-01..9999-12-31",
    "2026-01-01..2200-01-01",
    "2026-02-30..2026-03-01",
    "2026-03-02..2026-03-01",
    "2026-13",
    "2026-Q5",
    "２０２６",
    "٢٠٢٦-٠٨",
    "2026-08-0１..2026-08-15",
    "2" * 10_000,
    "2026\0",
    "2026-08\n2026",
]


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_period_is_refused_in_one_line(text):
    with pytest.raises(UnusableError, match="unknown period") as refused:
        Period.parse(text)
    line = str(refused.value)
    assert "2026-Q3" in line
    assert "\n" not in line
    assert len(line) < 400


@pytest.mark.parametrize("text", ["1900", "2199", "1900-01", "2199-Q4", "1900-01-01..2199-12-31"])
def test_the_outermost_periods_have_neighbours(text):
    period = Period.parse(text)
    assert str(period) == text
    for other in (period.previous(), period.last_year()):
        assert other.first < period.first
        assert str(other)
