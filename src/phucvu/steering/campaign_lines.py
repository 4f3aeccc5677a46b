"""Campaigns: what was reached day by day, what was needed, and what the rest has to bring.

A share is counted over the dossiers received since the campaign began. What is left in an old system are the
dossiers received up to a day, not finished, whose procedure was not yet set up in the dossier system then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_UP, Decimal
from functools import partial, reduce
from operator import and_

import ibis
import ibis.expr.types as ir
import polars as pl

from phucvu.engine import features
from phucvu.engine.conditions import CONDITIONS
from phucvu.engine.evaluation import Evaluation, moment
from phucvu.engine.fully_online import LEVEL
from phucvu.engine.look_up import look_up
from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period, last_second
from phucvu.records.codes import APPLIED
from phucvu.rules.model import Count, Indicator, RuleSet, RuleSetFile

FULLY_ONLINE, OLD_SYSTEM = "fully_online", "old_system"
"""The measures beside indicators: the share filed fully online, and the number left in an old system."""

BEFORE = "phucvu_before"
"""What the day is called up to which dossiers were received that lie in an old system."""

_before = moment(BEFORE)

Rows = Callable[[Evaluation, ir.Table], ir.Table]

CENT = Decimal("0.01")


def countable(rules: RuleSet) -> list[Indicator]:
    """The indicators that a campaign can be for: shares of dossiers by what each dossier is."""
    return [
        i
        for i in rules.indicators
        if i.count.of == "dossiers" and not i.by_rule and i.max_points and _of_each(i.count)
    ]


def _of_each(count: Count) -> bool:
    """Whether all conditions are of a dossier or its procedure, each lost once, and nothing else counts."""
    conditions = (*count.numerator, *count.denominator)
    of_each = all(CONDITIONS[c].of in ("dossier", "procedure") for c in conditions)
    return of_each and not count.taken_off and count.times is None


@dataclass(frozen=True)
class Line:
    """The days of a campaign so far, the first first: ``numerator`` of ``denominator``, both summed up.

    Of what is left in an old system, the number left at the end of each day, of those there at the start.
    """

    measure: str
    target: Decimal
    starts: dt.date
    ends: dt.date
    days: tuple[dt.date, ...]
    numerator: tuple[int, ...]
    denominator: tuple[int, ...]

    @property
    def is_share(self) -> bool:
        return self.measure != OLD_SYSTEM

    @property
    def values(self) -> list[Decimal | None]:
        """Percent, or dossiers left; None where there is nothing to take a share of."""
        if not self.is_share:
            return [Decimal(number) for number in self.numerator]
        return [
            (Decimal(100 * n) / d).quantize(CENT, rounding=ROUND_HALF_EVEN) if d else None
            for n, d in zip(self.numerator, self.denominator, strict=True)
        ]

    @property
    def value(self) -> Decimal | None:
        """What is reached now."""
        return self.values[-1] if self.days else None

    def needed(self, day: dt.date) -> Decimal:
        """What is needed by the end of a day: the target of a share, and evenly less of what is left."""
        if self.is_share or not self.denominator:
            return self.target
        whole = (self.ends - self.starts).days + 1
        gone = min(whole, max(0, (day - self.starts).days + 1))
        begun = self.denominator[0]
        return (begun - (begun - self.target) * gone / whole).quantize(CENT, rounding=ROUND_HALF_EVEN)

    @property
    def reached(self) -> bool:
        """Whether the target is met as of now."""
        if self.value is None:
            return False
        return self.value >= self.target if self.is_share else self.value <= self.target

    @property
    def rest(self) -> Decimal | None:
        """The share needed of what is still to come, at the pace so far, in percent, rounded up; above 100 it
        cannot be reached. None without days or dossiers, or where nothing more is to come."""
        left = (self.ends - self.days[-1]).days if self.days else 0
        if not self.is_share or left <= 0 or not self.denominator[-1]:
            return None
        come = Decimal(self.denominator[-1]) * left / len(self.days)
        wanted = self.target / 100 * (self.denominator[-1] + come) - self.numerator[-1]
        return max(Decimal(0), wanted * 100 / come).quantize(CENT, rounding=ROUND_UP)


def line(
    tables: Tables,
    rules: RuleSetFile,
    measure: str,
    units: Collection[str],
    starts: dt.date,
    ends: dt.date,
    target: Decimal,
    before: dt.date | None,
    now: dt.datetime,
) -> Line:
    """The line of a campaign of units and those below them; no days before it begins."""
    last = min(ends, now.date())
    days = tuple(starts + dt.timedelta(days=n) for n in range((last - starts).days + 1))
    if not days:
        return Line(measure, target, starts, ends, (), (), ())
    period = Period(starts, ends)
    with Evaluation.at(tables, rules.at(last), period, now) as evaluation:
        among = evaluation.among({code for unit in units for code in evaluation.tree.below(unit)})
        evaluation.put_moment(BEFORE, last_second(before or starts))
        of: Rows = OTHERS.get(measure) or partial(_shares, measure)
        [found] = evaluation.ask(measure, lambda: [of(evaluation, features.dossiers(evaluation, among))])
        if measure == FULLY_ONLINE:
            found = _fully_online(found, evaluation)
    numbers = {day: (n, d) for day, n, d in found.iter_rows()}
    if measure == OLD_SYSTEM:
        begun = sum(d for _n, d in numbers.values())
        left = _summed([-numbers.get(day, (0, 0))[0] for day in days], begun)
        return Line(measure, target, starts, ends, days, left, (begun,) * len(days))
    each = [numbers.get(day, (0, 0)) for day in days]
    return Line(
        measure,
        target,
        starts,
        ends,
        days,
        _summed([n for n, _d in each]),
        _summed([d for _n, d in each]),
    )


def _summed(numbers: list[int], start: int = 0) -> tuple[int, ...]:
    return tuple(start + sum(numbers[: n + 1]) for n in range(len(numbers)))


def _by_day(rows: ir.Table) -> ir.Table:
    return rows.filter(rows.received).mutate(day=ibis._.received_at.date())


def _shares(measure: str, evaluation: Evaluation, rows: ir.Table) -> ir.Table:
    """Columns day, n, d: of the dossiers received on each day, how many count, and of how many."""
    rows = _by_day(rows)
    count = evaluation.rules[measure].count

    def meets(conditions: Iterable[str], which: ir.BooleanValue) -> ir.BooleanValue:
        return reduce(and_, (CONDITIONS[c](rows, count).fill_null(False) for c in conditions), which)

    looked_at = meets(count.denominator, ibis.literal(True))
    counts = meets(count.numerator, looked_at)
    told = rows.select("day", counts=counts, looked_at=looked_at).group_by("day")
    return told.agg(n=ibis._.counts.sum(), d=ibis._.looked_at.sum())


def _filed_online(_evaluation: Evaluation, rows: ir.Table) -> ir.Table:
    """By day, unit and procedure, the dossiers received and those of them filed online."""
    rows = _by_day(rows)
    online = CONDITIONS["online"](rows, Count(of="dossiers")).fill_null(False)
    told = rows.mutate(online=online).group_by("day", "unit", "procedure")
    return told.agg(received=ibis._.count(), online=ibis._.online.sum())


def _fully_online(found: pl.DataFrame, evaluation: Evaluation) -> pl.DataFrame:
    """The same as ``_shares``, of dossiers filed online where the unit that received them applies such a
    service."""
    [services] = evaluation.ask("services", lambda: [evaluation.tables["services"]])
    offers = services.filter(pl.col("level") == LEVEL, pl.col("status").is_in(list(APPLIED)))
    homes = evaluation.tree.spread.select("unit", "home").unique()
    offers = offers.join(homes, on="unit").select("home", "procedure", offered=True).unique()
    found = found.join(homes, on="unit").join(offers, on=["home", "procedure"], how="left")
    filed = pl.col("online").filter(pl.col("offered").fill_null(False)).sum()
    return found.group_by("day").agg(n=filed, d=pl.col("received").sum()).select("day", "n", "d")


def _left(evaluation: Evaluation, rows: ir.Table) -> ir.Table:
    """Columns day, n, d: of what lay in the old system, how many ended on each day (none: not finished)."""
    procedures = evaluation.tables["procedures"].select("configured_on", procedure="code")
    rows = look_up(rows, procedures, "procedure")
    late_set_up = rows.configured_on.isnull() | (rows.configured_on > rows.received_at.date())
    rows = rows.filter(rows.received_at <= _before(), late_set_up)
    return rows.mutate(day=rows.end.date()).group_by("day").agg(n=ibis._.count(), d=ibis._.count())


OTHERS: dict[str, Rows] = {
    OLD_SYSTEM: _left,
    FULLY_ONLINE: _filed_online,
}
"""What is asked of the measures beside indicators."""
