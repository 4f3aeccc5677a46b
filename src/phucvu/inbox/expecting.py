"""Learning what scores months end with, from a home's past months, counted again at moments within them.

A record counts from the moment that it tells of, as in every count; when it came in is not asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from phucvu.engine.figures import figures
from phucvu.engine.sources import of_store
from phucvu.engine.tree import Tree, units_of
from phucvu.figures.periods import Period
from phucvu.figures.units import units_by_period
from phucvu.records.store import Store
from phucvu.rules.loading import rules_in_use
from phucvu.steering.kept_month_ends import KeptMonthEnds
from phucvu.steering.month_ends import MonthEnds, learn
from phucvu.steering.month_ends_tried import LEARNT_FROM, months, walk, wider
from phucvu.steering.past_month_ends import drawn_indicators, falling, tried
from phucvu.steering.working_time import WorkingTime

MONTHS = 9
"""Past months that are counted again: three to learn from, six to try it in."""


def learnt(
    store: Store, moment: dt.datetime, past: pl.DataFrame, time: WorkingTime, *, by_rates: bool
) -> KeptMonthEnds:
    """What a home's months tell at a moment; nothing where there are too few.

    ``past`` is the history of dossiers by ``in_hours``; ``by_rates`` takes the clerk's rule for chances.
    """
    rules = rules_in_use()
    of_months = _with_dossiers(past, _before(moment))
    if len(of_months) <= LEARNT_FROM:
        return KeptMonthEnds(moment, MonthEnds({}, {}, {}), {}, [])
    with of_store(store) as tables:
        units = units_of(tables)

        def counted(month: Period, at: dt.datetime) -> pl.DataFrame:
            wanted = drawn_indicators(rules.at(month.last))
            found = figures(tables, rules, month, at).filter(pl.col("indicator").is_in(wanted))
            return found.join(units_by_period(units, [str(month)]), on=["period", "unit"])

        def spread(month: Period) -> pl.DataFrame:
            return Tree.of_period(units, month).spread.select("unit", "above")

        falls = falling(rules.at(of_months[-1].last))
        found = tried(past, time, of_months, counted, spread, falls, by_rates=by_rates)
    made = walk(found, {str(month): rules.at(month.last) for month in of_months})
    return KeptMonthEnds(moment, learn(found), wider(made), months(made))


def _before(moment: dt.datetime) -> list[Period]:
    return [Period.months(moment.year, moment.month - n, 1) for n in range(MONTHS, 0, -1)]


def _with_dossiers(past: pl.DataFrame, of_months: Sequence[Period]) -> list[Period]:
    """The months from the first on that was begun with dossiers from before it."""
    first = past["received_at"].min()
    assert isinstance(first, dt.datetime)
    return [month for month in of_months if month.starts > first]
