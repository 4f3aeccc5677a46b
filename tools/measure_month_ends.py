"""Expected scores at a month's end beside plain rules, month by month: python tools/measure_month_ends.py.

Writes docs/measured/month_ends.json from the municipal log (../shared/data/receipt/receipt.xes.gz) and from
simulated offices, then the tables of docs/forecasts.md. Takes some two minutes.

Of the log 2.1 alone is known. The offices also digitise results: in each month each unit with a chance of its
own, so that 4.2 stands for an indicator of which nothing is known beforehand but how it went.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from phucvu.figures.periods import Period
from phucvu.rules.loading import rules_in_use
from phucvu.rules.model import RuleSet
from phucvu.steering.lateness import in_hours
from phucvu.steering.month_ends_tried import TOTAL, Month, months, walk
from phucvu.steering.past_month_ends import tried
from phucvu.steering.working_time import WorkingTime
from tools.benchmark_pages import with_parts
from tools.measure_forecasts import DOCS, LOG, SETS, Weekdays, municipal_log
from tools.simulated_offices import offices

MEASURED = DOCS / "measured" / "month_ends.json"
ALL = "H99"
"""The unit above all others."""


def tried_offices(units: int = 40, last: int = 99) -> pl.DataFrame:
    """Simulated offices at moments of their last months (``month_ends.TRIED``)."""
    past = offices(units=units)
    rng = np.random.default_rng(5)
    worked = past.select("unit", month=pl.col("received_at").dt.strftime("%Y-%m")).unique(maintain_order=True)
    worked = worked.with_columns(care=rng.beta(6, 2, worked.height))
    care = past.with_columns(month=pl.col("received_at").dt.strftime("%Y-%m")).join(
        worked, on=["unit", "month"]
    )
    digital = rng.random(past.height) < care["care"].to_numpy()
    return _tried(past.with_columns(digital=pl.Series(digital)), "offices", last)


def tried_log() -> pl.DataFrame:
    return _tried(municipal_log(LOG), "log")


def _tried(past: pl.DataFrame, of: str, last: int = 99) -> pl.DataFrame:
    first, due = past["received_at"].min(), past["due_at"].max()
    assert isinstance(first, dt.datetime)
    assert isinstance(due, dt.datetime)
    time = WorkingTime(Weekdays(), first.date(), due.date() + dt.timedelta(days=40))
    starts, until = SETS[of]
    of_months = [Period.months(start.year, start.month, 1) for start in starts]
    of_months = [month for month in of_months if month.ends <= until][-last:]
    units = past["unit"].unique().sort()
    spread = pl.concat(
        [pl.DataFrame({"unit": units, "above": above}) for above in (units, [ALL] * len(units))]
    )
    return tried(
        in_hours(past, time),
        time,
        of_months,
        lambda month, at: counted(past, month, at),
        lambda month: spread,
        ["2.1"],
    )


def counted(past: pl.DataFrame, month: Period, at: dt.datetime) -> pl.DataFrame:
    """2.1, and 4.2 where it is known: of each unit and of all, as at a moment."""
    received, ended = pl.col("received_at"), pl.col("ended_at")
    still = (received >= month.starts) | ended.is_null() | (ended >= month.starts)
    handled = past.filter((received <= at) & still)
    until = pl.when(ended <= at).then(ended).otherwise(pl.lit(at))
    found = [_sums(handled, "2.1", until <= pl.col("due_at"))]
    if "digital" in past.columns:
        found.append(_sums(handled.filter(ended <= at), "4.2", pl.col("digital")))
    return pl.concat(found)


def _sums(rows: pl.DataFrame, indicator: str, met: pl.Expr) -> pl.DataFrame:
    each = rows.select("unit", met=met)
    both = pl.concat([each, each.with_columns(unit=pl.lit(ALL))])
    found = both.group_by("unit", maintain_order=True).agg(
        kind=pl.lit("department"),
        indicator=pl.lit(indicator),
        numerator=pl.col("met").sum().cast(pl.Int64),
        denominator=pl.len().cast(pl.Int64),
    )
    return found.with_columns(kind=pl.when(pl.col("unit") == ALL).then(pl.lit("province")).otherwise("kind"))


def rules_of(found: pl.DataFrame) -> Mapping[str, RuleSet]:
    return dict.fromkeys(found["month"].unique(), rules_in_use().at(dt.date(2026, 1, 31)))


def measured(found: pl.DataFrame) -> list[dict[str, Any]]:
    """Each part, of all units and of the one above them; the first month, which nothing told, left out."""
    made = walk(found, rules_of(found))
    made = made.filter(pl.col("month") > made["month"].min())
    rows: list[dict[str, Any]] = []
    for of, frame in (
        ("each unit", made.filter(pl.col("unit") != ALL)),
        ("all together", made.filter(unit=ALL)),
    ):
        found_of: dict[str, list[Month]] = {}
        for month in months(frame):
            found_of.setdefault(month.part, []).append(month)
        if len(found_of) == 2:  # the total of one indicator says it again
            del found_of[TOTAL]
        rows += [{"of": of, "part": part} | _together(said) for part, said in found_of.items()]
    return rows


def _together(found: Sequence[Month]) -> dict[str, Any]:
    number = sum(m.number for m in found)
    said = {
        n: sum(getattr(m, n) * m.number for m in found) / number
        for n in ("width", "error", "so_far_error", "last_error")
    }
    return {
        "forecasts": number,
        "months": len(found),
        "better": sum(m.better for m in found),
        "covered": round(sum(m.covered for m in found) / number, 4),
        **{name: round(value, 3) for name, value in said.items()},
        "by_month": {m.month: round(m.covered / m.number, 3) for m in found},
    }


def table(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """The part of docs/forecasts.md."""
    rows = [
        "| months of | score | number | off by | so far | last month | beaten both | covered | interval |"
    ]
    rows.append("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, parts in found.items():
        for one in parts:
            cells = (
                f"{name}, {one['of']}",
                one["part"],
                f"{one['forecasts']:,}",
                *(f"{one[n]:.2f}" for n in ("error", "so_far_error", "last_error")),
                f"{one['better']} of {one['months']} months",
                f"{one['covered']:.1%}",
                f"{one['width']:.2f}",
            )
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def main() -> None:
    found = {"municipal log": measured(tried_log()), "simulated offices": measured(tried_offices())}
    MEASURED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    page = DOCS / "forecasts.md"
    page.write_text(
        with_parts(page.read_text(encoding="utf-8"), {"month_ends": table(found)}), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
