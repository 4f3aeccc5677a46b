"""Figures counted from records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

import polars as pl

from phucvu.engine.counts import COUNTS, Tallied, Tallies, columns, every_measure, tallied, tallies, tally
from phucvu.engine.evaluation import Evaluation
from phucvu.engine.sources import Tables
from phucvu.engine.tree import Tree, units_of
from phucvu.figures.periods import Period
from phucvu.figures.table import NUMBERS, SCHEMA
from phucvu.figures.units import Units
from phucvu.rules.model import Indicator, RuleSet, RuleSetFile

MOST_TOGETHER = 4_000
"""So many units of periods are counted in one pass at most. Beyond that what is summed up for each takes more
memory than there should be, and longer to find than what is saved by reading the dossiers once."""

FOUND = {column: of for column, of in SCHEMA.items() if column != "period"}
"""The columns of figures that were counted, and not yet shown."""


def figures(
    tables: Tables,
    rules: RuleSetFile,
    period: Period,
    now: dt.datetime,
    units: Collection[str] | None = None,
    *,
    regroup: bool = False,
) -> pl.DataFrame:
    """Every figure of a period: columns period, unit, indicator, numerator, denominator.

    One row for each unit that existed in the period (or of those given in ``units``) and each indicator
    that has figures for units of its kind, by the rules in force on the period's last day; 0 and 0
    where there is nothing to count. ``now`` is Vietnam's time without a zone; a running period is
    counted up to it. With ``regroup`` the units are those of ``now``, and what others did before them
    counts for their successors.
    """
    in_force = rules.at(period.last)
    with Evaluation.at(tables, in_force, period, now, regroup=regroup) as evaluation:
        return shown(evaluation, counted(evaluation, tally(evaluation, by_count(in_force))), units)


def figures_of_several(
    tables: Tables,
    rules: RuleSetFile,
    periods: Sequence[Period],
    now: dt.datetime,
    units: Collection[str] | None = None,
    *,
    regroup: bool = False,
) -> pl.DataFrame:
    """As ``figures`` of each period, one after another; the dossiers are gone through once for all of them.

    For periods that lie apart, or between which units or rules changed, once for each run of them.
    """
    found = {
        evaluation.period: shown(evaluation, counted(evaluation, tallies(evaluation, rows)), units)
        for evaluation, rows in each_tallied(tables, rules, periods, now, regroup=regroup)
    }
    return pl.concat(found[period] for period in periods)


def each_tallied(
    tables: Tables, rules: RuleSetFile, periods: Sequence[Period], now: dt.datetime, *, regroup: bool = False
) -> Iterator[tuple[Evaluation, Tallied]]:
    """Of each of several periods its evaluation, and the measures of its dossiers (``counts.tallied``).

    The evaluation ends when the next is asked for. The dossiers are gone through as seldom as can be.
    """
    trees = _trees(units_of(tables), periods, now.date() if regroup else None)
    before: Evaluation | None = None
    for run in _runs(trees, rules):
        rows = _tallied_together(tables, rules, run, now, trees) if len(run) > 1 else None
        for place, period in enumerate(run):
            in_force = rules.at(period.last)
            each = before or Evaluation.at(tables, in_force, period, now, regroup=regroup)
            with each.beside(in_force, period, now, trees[period]) as evaluation:
                own = tallied(evaluation, by_count(in_force)) if rows is None else rows.of_period(place)
                yield evaluation, own
            before = evaluation


def _trees(known: Units, periods: Iterable[Period], today: dt.date | None) -> dict[Period, Tree]:
    """The tree of each period, or of today; one object as long as it stays the same."""
    found: dict[Period, Tree] = {}
    last: Tree | None = None
    for period in sorted(periods):
        tree = Tree.of_today(known, today) if today else Tree.of_period(known, period)
        if last is None or not tree.is_like(last):
            last = tree
        found[period] = last
    return found


def _runs(trees: Mapping[Period, Tree], rules: RuleSetFile) -> list[list[Period]]:
    """The periods that one pass counts: not too many, without a gap, of the same measures and units."""
    runs: list[list[Period]] = []
    for period in sorted(trees):
        if runs and _go_together(runs[-1], period, trees, rules):
            runs[-1].append(period)
        else:
            runs.append([period])
    return runs


def _go_together(
    run: Sequence[Period], period: Period, trees: Mapping[Period, Tree], rules: RuleSetFile
) -> bool:
    gap = period.first > max(p.last for p in run) + dt.timedelta(days=1)
    if gap or (len(run) + 1) * len(trees[period].shown) > MOST_TOGETHER:
        return False
    these, those = (list(every_measure(by_count(rules.at(p.last)))) for p in (run[0], period))
    return these == those and trees[run[0]].highest == trees[period].highest


def _tallied_together(
    tables: Tables,
    rules: RuleSetFile,
    run: Sequence[Period],
    now: dt.datetime,
    trees: Mapping[Period, Tree],
) -> Tallied:
    in_force = rules.at(run[0].last)
    with Evaluation.of_several(tables, in_force, run, now, trees[run[0]]) as whole:
        return tallied(whole, by_count(in_force))


def shown(evaluation: Evaluation, found: pl.DataFrame, units: Collection[str] | None = None) -> pl.DataFrame:
    """The figures of the units shown, or of those given, as ``figures`` says; ``found`` is of ``counted``."""
    asked = showing(evaluation)
    if units is not None:
        asked = asked.filter(pl.col("unit").is_in([*units]))
    figures = asked.join(
        found, left_on=["of", "indicator"], right_on=["unit", "indicator"], how="left", maintain_order="left"
    )
    figures = figures.with_columns(pl.col(NUMBERS).fill_null(0), period=pl.lit(str(evaluation.period)))
    return figures.select(pl.col(column).cast(of) for column, of in SCHEMA.items())


def showing(evaluation: Evaluation) -> pl.DataFrame:
    """Columns unit, indicator, of: each unit shown, what has figures for units of its kind, and whose figure
    that is (``counted_for``)."""
    tree, indicators = evaluation.tree, evaluation.rules.indicators
    units = [(unit.code, unit.kind, tree.root(unit.code)) for unit in tree.shown]
    applying = [(kind, i.id, i.scope == "province") for i in indicators for kind in i.applies_to]
    each = pl.DataFrame(units, schema=dict.fromkeys(("unit", "kind", "root"), pl.String), orient="row")
    types = {"kind": pl.String, "indicator": pl.String, "of_root": pl.Boolean}
    rows = each.join(
        pl.DataFrame(applying, schema=types, orient="row"), on="kind", maintain_order="left_right"
    )
    root = pl.when("of_root").then("root")
    return rows.select("unit", "indicator", of=pl.coalesce(root, "unit"))


def counted_for(evaluation: Evaluation, unit: str, indicator: Indicator) -> str:
    """The unit whose figure a unit shows: itself, or by the scope its province or ministry."""
    if indicator.scope == "province":
        return evaluation.tree.root(unit) or unit
    return unit


def by_count(rules: RuleSet) -> list[Indicator]:
    """The indicators that are counted from records."""
    return [i for i in rules.indicators if not i.by_rule]


def counted(
    evaluation: Evaluation, tallies: Tallies, things: Collection[str] = COUNTS.keys()
) -> pl.DataFrame:
    """The figures of some things where there is something to count: columns of ``FOUND``."""
    indicators = by_count(evaluation.rules)
    found = [pl.DataFrame(schema=FOUND)]
    for thing in things:
        of_thing = [i for i in indicators if i.count.of == thing]
        if not of_thing:
            continue
        for wide in evaluation.ask(("count", thing), partial(COUNTS[thing], evaluation, tallies, of_thing)):
            found += [_of_one(wide, indicator) for indicator in of_thing if columns(indicator)[0] in wide]
    return pl.concat(found)


def _of_one(wide: pl.DataFrame, indicator: Indicator) -> pl.DataFrame:
    numbers = (
        pl.col(column).cast(pl.Int64).fill_null(0).alias(name)
        for name, column in zip(NUMBERS, columns(indicator), strict=True)
    )
    return wide.select("unit", pl.lit(indicator.id).alias("indicator"), *numbers)
