"""The numbers that units declared in the national reporting system (1.4)."""

from __future__ import annotations

import polars as pl

from phucvu.engine.evaluation import Evaluation, input_table
from phucvu.engine.tree import Tree
from phucvu.figures.periods import Period

SHARES = {"month": 12, "quarter": 4, "year": 1}

Totals = dict[str, int]
"""Dossiers declared, by unit; who declared nothing is not in it."""


@input_table("declared", {"unit": pl.String, "now": pl.Int64, "last_year": pl.Int64})
def declared(evaluation: Evaluation) -> pl.DataFrame:
    """Dossiers declared by each unit for the period (now), and the period's share of last year's.

    A declared number covers the units below. The share is last year's total over 12 for a month, 4 for
    a quarter, 1 for a year, rounded half up; other periods have none. 0 where nothing was declared.
    """
    period, reports = evaluation.period, by_period(evaluation)
    now = totals(evaluation.tree, reports, period)
    whole_year = totals(evaluation.tree, reports, Period.months(period.first.year - 1, 1, 12))
    parts = SHARES.get(period.kind)
    codes = [unit.code for unit in evaluation.tree.shown]
    shares = [(2 * whole_year.get(c, 0) + parts) // (2 * parts) if parts else 0 for c in codes]
    return pl.DataFrame(
        {"unit": codes, "now": [now.get(c, 0) for c in codes], "last_year": shares},
        schema={"unit": pl.String, "now": pl.Int64, "last_year": pl.Int64},
    )


def by_period(evaluation: Evaluation, column: str = "received") -> dict[str, Totals]:
    """What units declared in a column of the reports, by period."""
    rows = evaluation.ask_once("reports", lambda: evaluation.tables["reports"])
    reports = rows.select("unit", "period", column).drop_nulls(column).partition_by("period", as_dict=True)
    return {
        covered: dict(zip(declared["unit"].to_list(), declared[column].to_list(), strict=True))
        for (covered,), declared in reports.items()
    }


def totals(tree: Tree, reports: dict[str, Totals], period: Period) -> Totals:
    """What each shown unit declared for a period; ``reports`` has what units declared by period.

    Without a number of its own, a unit takes for a quarter or year the sum of its months', else the sum
    of those directly below it; each only where none of them is missing.
    """
    found = _own(tree, reports.get(str(period), {}))
    by_month = [totals(tree, reports, month) for month in period.its_months]
    if found or any(by_month):
        for code, below in tree.children.items():
            if code in found:
                continue
            total = _sum([month.get(code) for month in by_month])
            if total is None:
                total = _sum([found.get(child) for child in below])
            if total is not None:
                found[code] = total
    return found


def _sum(parts: list[int | None]) -> int | None:
    """Their sum; None where one is missing, or there are none."""
    known = [part for part in parts if part is not None]
    return sum(known) if known and len(known) == len(parts) else None


def _own(tree: Tree, reports: Totals) -> Totals:
    """What each shown unit declared, with what the units declared whose records count for it.

    A number that is part of another's, because its unit was below the other, is not added again.
    """
    totals: Totals = {}
    for unit, number in reports.items():
        home = tree.home(unit)
        if home is not None and not any(code in reports for code in tree.same_home_above.get(unit, ())):
            totals[home] = totals.get(home, 0) + number
    return totals
