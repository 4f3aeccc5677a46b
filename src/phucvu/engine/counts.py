"""One counting piece for each thing that a rule set can count (``count.of``).

The dossiers are gone through once (``tally``): for each unit and procedure, how many of a population
meet the conditions that some indicator asks for. What concerns dossiers is then a small sum over the
tallies; the rest is counted from its own records.

Each piece is given the indicators that count its thing, and yields tables with a row for each unit
that has something to count: ``unit``, and for one or more indicators a ``numerator`` and a
``denominator`` (see ``columns``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, sub
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import polars as pl

from phucvu.engine import features
from phucvu.engine.conditions import CONDITIONS, OF_PROCEDURES
from phucvu.engine.declared import declared
from phucvu.engine.evaluation import OF_PERIOD, Evaluation, input_table, own_period
from phucvu.engine.look_up import look_up
from phucvu.engine.reasons import NO_DOSSIER
from phucvu.engine.verdict import (
    OF_OTHER_RECORDS,
    YES,
    Verdict,
    all_of,
    any_of,
    asked_of_dossiers,
    of_records,
)
from phucvu.records.codes import APPLIED
from phucvu.records.schema import TABLES
from phucvu.rules.model import Count, Indicator

WORKING_HOURS = 8
"""Working hours in a working day (Labour Code 2019, Article 105)."""


OF_PAIRS = ("services", "procedures")
"""What is counted by whether its unit and procedure have such a dossier, however many."""

PAIRS = "pairs"
"""The column of a unit's procedures in what is asked by unit."""

OF_WHOLE_PROCEDURES = (*OF_PROCEDURES, "certified_copy")
"""Conditions that all dossiers of a procedure meet, or none."""


@ibis.udf.agg.builtin(signature=(("boolean",), "int64"))
def count_if(wanted):  # type: ignore[no-untyped-def]
    """How many rows are wanted: DuckDB counts so in half the time that a filter of its own takes it."""


@dataclass(frozen=True)
class Measure:
    """The dossiers of a population that meet all of some conditions: how many, or their working time."""

    count: Count
    conditions: tuple[str, ...]
    worked: bool = False

    @property
    def name(self) -> str:
        named = self.count.procedures if any(CONDITIONS[c].needs for c in self.conditions) else ()
        parts = [str(self.count.population), *sorted(set(self.conditions)), *named]
        return " ".join([*parts, "worked"] if self.worked else parts)

    @property
    def of_dossiers(self) -> tuple[str, ...]:
        """The conditions that may hold for one dossier of a procedure and not for another."""
        return tuple(sorted({c for c in self.conditions if c not in OF_WHOLE_PROCEDURES}))

    @property
    def part(self) -> str:
        """The column of ``within`` in a table of groups."""
        return " ".join(["all", *self.of_dossiers, *(["worked"] if self.worked else [])])

    def within(self, dossiers: ir.Table) -> ir.IntegerValue:
        """The sum over a group of dossiers, whatever their population and procedure."""
        meets = [CONDITIONS[c].says(dossiers, self.count) for c in self.of_dossiers]
        wanted = reduce(and_, meets) if meets else None
        if self.worked:
            return dossiers.worked_days.sum(where=wanted)
        return dossiers.count() if wanted is None else count_if(wanted)

    def of(self, groups: ir.Table) -> ir.IntegerValue:
        """The sum over groups of dossiers, each of one population or not and of one procedure."""
        # What is added to a sum DuckDB finds quicker than which rows to add up.
        return self._whole(groups).ifelse(groups[self.part].cast("int64"), 0).sum().cast("int64").fill_null(0)

    def any_of(self, groups: ir.Table) -> ir.BooleanValue:
        """Which groups have such a dossier."""
        return (self._whole(groups) & (groups[self.part] > 0)).fill_null(False)

    def _whole(self, groups: ir.Table) -> ir.BooleanValue:
        """Which groups are of the population, and of procedures that meet the conditions."""
        alike = (CONDITIONS[c].says(groups, self.count) for c in OF_WHOLE_PROCEDURES if c in self.conditions)
        return all_of(alike, groups[self.count.population])

    def of_each(self, dossiers: ir.Table) -> ir.IntegerValue:
        """What each of these dossiers adds to the sum."""
        share = dossiers.worked_days.fill_null(0) if self.worked else 1
        meets = (CONDITIONS[c].says(dossiers, self.count) for c in self.conditions)
        # Null, which adds nothing, where a condition is not known to hold.
        return all_of(meets, dossiers[self.count.population]).ifelse(share, 0)


def measures(indicator: Indicator) -> tuple[Measure, ...]:
    """The measures behind numerator and denominator; none where an indicator asks nothing of dossiers."""
    count = indicator.count
    if count.of in OF_OTHER_RECORDS or count.population is None:
        return ()
    above, below = asked_of_dossiers(count)
    return Measure(count, above, count.of == "processing_time"), Measure(count, below)


def taken_off(indicator: Indicator) -> tuple[Measure, ...]:
    """Where a count takes off group by group, the dossiers looked at that meet each group of conditions."""
    count = indicator.count
    return tuple(Measure(count, (*count.denominator, *group)) for group in count.taken_off)


class Tallied(NamedTuple):
    """The measures of the dossiers, counted in one pass.

    ``by_unit`` has columns unit and each measure. ``by_pair`` has unit, procedure, and for the measures that
    services and procedures ask for (``asked_of_pairs``) more than 0 where there are such dossiers; some stand
    in several rows, of which there may be a hundred times as many as of units. Where several periods are
    counted together both have ``OF_PERIOD``.
    """

    by_unit: pl.DataFrame
    by_pair: pl.DataFrame

    def of_period(self, place: int) -> Tallied:
        """Of several periods counted together the one at this place."""
        return Tallied(*(rows.filter(pl.col(OF_PERIOD) == place).drop(OF_PERIOD) for rows in self))


@dataclass(frozen=True)
class Tallies:
    """The measures of the dossiers, summed up for units and the units above them.

    ``own`` has columns home and procedure; ``by_procedure`` (above and procedure) and ``by_unit`` (unit)
    include the units below. They have columns for the measures of ``Tallied``: at least for those asked for.
    """

    own: ir.Table
    by_procedure: ir.Table
    by_unit: ir.Table


def tally(
    evaluation: Evaluation, indicators: Collection[Indicator], units: Collection[str] | None = None
) -> Tallies:
    """The one pass over the dossiers, of all units or of the records of those given."""
    return tallies(evaluation, tallied(evaluation, indicators, units))


def tallied(
    evaluation: Evaluation, indicators: Collection[Indicator], units: Collection[str] | None = None
) -> Tallied:
    """The measures of the dossiers, of all units or of the records of those given."""
    wanted, of_pairs = every_measure(indicators), asked_of_pairs(indicators)
    rows = _counted(evaluation, by_unit, wanted, units, of_pairs)
    if PAIRS not in rows.columns:
        return Tallied(rows, rows.select("unit", "procedure"))
    keys = [c for c in (OF_PERIOD, "unit") if c in rows.columns]
    pairs = rows.select(*keys, PAIRS).explode(PAIRS, keep_nulls=False).unnest(PAIRS)
    return Tallied(rows.drop(PAIRS), pairs)


def tallied_by_pair(evaluation: Evaluation, indicators: Iterable[Indicator]) -> Tallied:
    """As ``tallied``, with every measure by unit and procedure."""
    rows = _counted(evaluation, by_pair, every_measure(indicators))
    return Tallied(rows, rows)


def _counted(
    evaluation: Evaluation,
    summed: Callable[..., ir.Table],
    wanted: Mapping[str, Measure],
    units: Collection[str] | None = None,
    *more: Mapping[str, Measure],
) -> pl.DataFrame:
    """What one pass over the dossiers gives, summed up as said; nothing is read where nothing is wanted."""
    if not wanted:
        return pl.DataFrame(schema={"unit": pl.String, "procedure": pl.String})
    among = None if units is None else evaluation.among(units)

    def counted() -> Iterator[ir.Table]:
        facts = evaluation.tables["procedures"].select(*features.FACTS, procedure="code")
        yield summed(grouped(features.with_filed(evaluation, among), facts, wanted), wanted, *more)

    names = (*wanted, *(f"any of {name}" for also in more for name in also))
    [rows] = evaluation.ask((summed.__name__, among is None, *names), counted)
    return rows


def grouped(dossiers: ir.Table, facts: ir.Table, wanted: Mapping[str, Measure]) -> ir.Table:
    """Dossiers of one unit and procedure that are in the same populations, and the parts of the measures.

    Populations and procedures are asked for groups, of which there are few, and not for each dossier;
    ``facts`` are what conditions ask of procedures.
    """
    keys = *own_period(dossiers)[:1], "unit", "procedure"
    populations = sorted({str(m.count.population) for m in wanted.values()})
    parts = {m.part: m.within(dossiers) for m in wanted.values()}
    return look_up(dossiers.group_by(*keys, *populations).agg(**parts), facts, "procedure")


def by_unit(groups: ir.Table, wanted: Mapping[str, Measure], of_pairs: Mapping[str, Measure]) -> ir.Table:
    """The measures wanted by unit; and in ``PAIRS`` its procedures with whether there are such dossiers."""
    sums = {name: m.of(groups) for name, m in wanted.items()}
    has = {name: m.any_of(groups) for name, m in of_pairs.items()}
    pairs = ibis.struct({"procedure": groups.procedure, **has}).collect(where=any_of(has.values(), YES))
    return groups.group_by(*own_period(groups)[:1], "unit").agg(**sums, **{PAIRS: pairs})


def by_pair(groups: ir.Table, wanted: Mapping[str, Measure]) -> ir.Table:
    """The measures wanted by unit and procedure."""
    sums = {name: m.of(groups) for name, m in wanted.items()}
    return groups.group_by(*own_period(groups)[:1], "unit", "procedure").agg(**sums)


def every_measure(indicators: Iterable[Indicator]) -> dict[str, Measure]:
    """The measures that the indicators ask for, by name."""
    return {m.name: m for i in indicators for m in (*measures(i), *taken_off(i))}


def asked_of_pairs(indicators: Iterable[Indicator]) -> dict[str, Measure]:
    """The measures that services or procedures are asked for, by name: whether they have such a dossier."""
    things = [i for i in indicators if i.count.of in OF_PAIRS]
    return {name: m for name, m in every_measure(things).items() if m.conditions}


def tallies(evaluation: Evaluation, counted: Tallied) -> Tallies:
    """The measures summed up for units and procedures."""
    spread = evaluation.tree.spread
    homes = spread.filter(pl.col("home") == pl.col("above")).select("unit", "home")
    own = _summed(counted.by_pair.join(homes, on="unit"), "home", "procedure")
    # Most units have none below them, and so nothing to add to what is their own.
    over = spread.filter(pl.col("home") != pl.col("above"))["above"].unique()
    to_add = spread.filter(pl.col("above").is_in(over.implode())).select("home", "above").unique()
    alone = own.filter(~pl.col("home").is_in(over.implode())).rename({"home": "above"})
    added = _summed(own.join(to_add, on="home"), "above", "procedure")
    return Tallies(
        evaluation.hold(own, "own"),
        evaluation.hold(pl.concat([alone, added]), "by_procedure"),
        with_above(evaluation, counted.by_unit),
    )


def with_above(evaluation: Evaluation, of_units: pl.DataFrame) -> ir.Table:
    """``Tallies.by_unit`` from the measures of the units' own dossiers."""
    rows = of_units.join(evaluation.tree.spread, on="unit")
    return evaluation.hold(_summed(rows, pl.col("above").alias("unit")), "by_unit")


def _summed(rows: pl.DataFrame, *keys: str | pl.Expr) -> pl.DataFrame:
    measured = pl.exclude("unit", "home", "above", "procedure")
    return rows.group_by(*keys).agg(measured.sum().cast(pl.Int64))


def columns(indicator: Indicator) -> tuple[str, str]:
    """The names of an indicator's two columns in the tables of this module."""
    return f"{indicator.id} numerator", f"{indicator.id} denominator"


def _named(indicator: Indicator, numerator: ir.Value, denominator: ir.Value) -> dict[str, ir.Value]:
    return dict(zip(columns(indicator), (numerator, denominator), strict=True))


def _both(rows: ir.Table, indicator: Indicator, verdict: Verdict[ir.BooleanValue]) -> dict[str, ir.Value]:
    counted = rows.count(where=verdict.counted & verdict.looked_at)
    return _named(indicator, counted, rows.count(where=verdict.looked_at))


def of_dossiers(
    evaluation: Evaluation, tallies: Tallies, indicators: Sequence[Indicator]
) -> Iterator[ir.Table]:
    """Dossiers of the population, and those that meet the conditions."""
    yield tallies.by_unit.select("unit", **dossier_figures(tallies.by_unit, indicators))


def dossier_figures(sums: ir.Table, indicators: Sequence[Indicator]) -> dict[str, ir.Value]:
    """The figures of dossiers from their measures, whatever these are summed up by.

    Where a count takes off group by group (``Count.taken_off``), the dossiers less all that is taken off.
    """
    figures: dict[str, ir.Value] = {}
    for indicator in indicators:
        above, below = (sums[m.name] for m in measures(indicator))
        apart = [below - sums[m.name] for m in taken_off(indicator)]
        if apart:
            above = ibis.greatest(reduce(sub, apart, below), 0)
        figures |= _named(indicator, above, below)
    return figures


def of_processing_time(
    evaluation: Evaluation, tallies: Tallies, indicators: Sequence[Indicator]
) -> Iterator[ir.Table]:
    """Working hours spent on the dossiers, eight for each working day, over the dossiers."""
    yield tallies.by_unit.select("unit", **time_figures(tallies.by_unit, indicators))


def time_figures(sums: ir.Table, indicators: Sequence[Indicator]) -> dict[str, ir.Value]:
    """The figures of processing time from its measures, whatever these are summed up by."""
    figures: dict[str, ir.Value] = {}
    for indicator in indicators:
        worked, dossiers = (sums[m.name] for m in measures(indicator))
        figures |= _named(indicator, worked * WORKING_HOURS, dossiers)
    return figures


def of_synchronised(
    evaluation: Evaluation, tallies: Tallies, indicators: Sequence[Indicator]
) -> Iterator[ir.Table]:
    """Dossiers synchronised, over the larger of these and those declared (see ``declared``)."""
    dossiers = tallies.by_unit.select("unit", *sorted(every_measure(indicators)))
    every = look_up(declared(evaluation), dossiers, "unit")
    for indicator in indicators:
        synchronised = every[measures(indicator)[0].name].fill_null(0)
        larger = ibis.greatest(synchronised, every.now)
        denominator = (larger == 0).ifelse(every.last_year, larger)
        yield every.select("unit", **_named(indicator, synchronised, denominator))


def of_communes(
    evaluation: Evaluation, tallies: Tallies, indicators: Sequence[Indicator]
) -> Iterator[ir.Table]:
    """Communes of the unit, and those with at least one such dossier, at any unit of theirs."""
    rows = communes(evaluation, tallies, indicators)
    yield rows.group_by(unit=rows.above).agg(**_having_dossiers(rows, indicators))


def communes(evaluation: Evaluation, tallies: Tallies, indicators: Collection[Indicator]) -> ir.Table:
    """A row for each commune and unit above it, itself included: commune, above, and its measures."""
    dossiers = tallies.by_unit.select("unit", *sorted(every_measure(indicators)))
    return _communes(evaluation).left_join(dossiers, [("commune", "unit")])


@input_table("communes", {"above": pl.String, "commune": pl.String})
def _communes(evaluation: Evaluation) -> pl.DataFrame:
    codes = [u.code for u in evaluation.tree.shown if u.kind == "commune"]
    return evaluation.tree.spread.filter(pl.col("unit").is_in(codes)).select("above", commune="unit")


def _having_dossiers(rows: ir.Table, indicators: Sequence[Indicator]) -> dict[str, ir.Value]:
    """The figures of things that count if they have a dossier: how many have, of all there are."""
    figures: dict[str, ir.Value] = {}
    for indicator in indicators:
        figures |= _both(rows, indicator, of_things(rows, indicator))
    return figures


def of_things(rows: ir.Table, indicator: Indicator) -> Verdict[ir.BooleanValue]:
    """The verdict of services, communes or procedures, with their measures and facts as columns.

    Conditions on dossiers ask for at least one such dossier.
    """
    count, (met, applied) = indicator.count, measures(indicator) or (None, None)
    own = [c for c in (*count.numerator, *count.denominator) if CONDITIONS[c].of != "dossier"]
    own = own if count.of == "procedures" else []
    lacks = {c: ~CONDITIONS[c](rows, count) for c in own if c in count.numerator}
    if met is not None and met.conditions:
        lacks[NO_DOSSIER] = ~_at_least_one(rows, met)
    return Verdict(
        population=YES if applied is None else _at_least_one(rows, applied),
        required={c: CONDITIONS[c](rows, count) for c in own if c in count.denominator},
        lacks=lacks,
        groups=(any_of(lacks.values(), YES),),
        yes=YES,
    )


def _at_least_one(rows: ir.Table, measure: Measure) -> ir.BooleanValue:
    """Whether there is at least one dossier of a measure; where it asks nothing, all there is."""
    return (rows[measure.name] > 0).fill_null(False) if measure.conditions else YES


def of_services(
    evaluation: Evaluation, tallies: Tallies, indicators: Sequence[Indicator]
) -> Iterator[ir.Table]:
    """Services that the unit and those below apply, and those that such a dossier used."""
    rows = services(evaluation, tallies, indicators)
    rows = rows.filter(rows.home == rows.above)  # each counts once for every unit above its own
    own = rows.group_by("home").agg(**_having_dossiers(rows, indicators))
    over = evaluation.spread.filter(evaluation.spread.unit == evaluation.spread.home).drop("unit")
    each = own.inner_join(over, "home")
    yield each.group_by(unit=each.above).agg(each[c].sum().name(c) for i in indicators for c in columns(i))


def services(evaluation: Evaluation, tallies: Tallies, indicators: Collection[Indicator]) -> ir.Table:
    """A row for each service applied and each unit it counts for (``above``).

    With its unit (``home``) and the measures of that unit's dossiers of the same procedure.
    """
    dossiers = tallies.own.select("home", "procedure", *sorted(asked_of_pairs(indicators)))
    return look_up(applied_services(evaluation), dossiers, "home", "procedure")


def applied_services(evaluation: Evaluation) -> ir.Table:
    """Services in state public, to be stopped or in testing, for each unit (``above``) they count for."""
    table = evaluation.tables["services"].select("code", "procedure", "unit", "status")
    applied = table.filter(table.status.isin(APPLIED)).drop("status")
    return applied.inner_join(evaluation.spread, "unit")


def of_procedures(
    evaluation: Evaluation, tallies: Tallies, indicators: Sequence[Indicator]
) -> Iterator[ir.Table]:
    """Procedures under the authority of the unit and those below it, each counted once."""
    rows = procedures(evaluation, tallies, indicators)
    yield rows.group_by(unit=rows.above).agg(**_having_dossiers(rows, indicators))


def procedures(evaluation: Evaluation, tallies: Tallies, indicators: Collection[Indicator]) -> ir.Table:
    """A row for each unit (``above``) and procedure of its authority: its facts, services and dossiers."""
    rows = evaluation.kept(_held_under_authority, _under_authority)
    names = sorted(asked_of_pairs(indicators))
    dossiers = tallies.by_procedure.select("above", "procedure", *names)
    facts = evaluation.tables["procedures"].select(*PROCEDURE_FACTS, procedure="code")
    rows = look_up(look_up(rows, facts, "procedure"), dossiers, "above", "procedure")
    return rows.select("above", "procedure", *PROCEDURE_FACTS, "services", *names)


UNDER_AUTHORITY = {"above": pl.String, "procedure": pl.String, "services": pl.Int64}


@input_table("under_authority", UNDER_AUTHORITY)
def _held_under_authority(evaluation: Evaluation) -> pl.DataFrame:
    return evaluation.ask_once("under_authority", lambda: _under_authority(evaluation))


def _under_authority(evaluation: Evaluation) -> ir.Table:
    """Each unit (``above``) and procedure of its authority or of units below it, with services applied."""
    authority = evaluation.tables["authority"].inner_join(evaluation.spread, "unit")
    offers = applied_services(evaluation).group_by("above", "procedure").agg(services=ibis._.count())
    rows = look_up(authority.select("above", "procedure").distinct(), offers, "above", "procedure")
    return rows.select(*UNDER_AUTHORITY)


PROCEDURE_FACTS = tuple(c for c in TABLES["procedures"].types if c != "code")


def of_owned_procedures(
    evaluation: Evaluation, tallies: Tallies, indicators: Sequence[Indicator]
) -> Iterator[ir.Table]:
    """Procedures of the province or ministry that owns them."""
    rows = owned_procedures(evaluation)
    figures: dict[str, ir.Value] = {}
    for indicator in indicators:
        figures |= _both(rows, indicator, of_records(rows, indicator))
    yield rows.group_by(unit=rows.root).agg(**figures)


def owned_procedures(evaluation: Evaluation) -> ir.Table:
    """The procedures with the province or ministry that owns each, as ``root``."""
    return evaluation.tables["procedures"].inner_join(_owners(evaluation), "owner")


@input_table("owners", {"owner": pl.String, "root": pl.String})
def _owners(evaluation: Evaluation) -> pl.DataFrame:
    tree = evaluation.tree
    roots = [(u.code, tree.root(tree.home(u.code))) for u in tree.units]
    return pl.DataFrame(roots, schema=["owner", "root"], orient="row").drop_nulls()


def of_decisions(
    evaluation: Evaluation, tallies: Tallies, indicators: Sequence[Indicator]
) -> Iterator[ir.Table]:
    """Procedures with a decision, and those all of whose decisions meet the conditions; each once."""
    for indicator in indicators:
        rows = features.decisions(evaluation, indicator.count)
        verdict = of_records(rows, indicator)
        each = rows.filter(verdict.looked_at).group_by("root", "procedure").agg(met=verdict.counted.all())
        yield each.group_by(unit=each.root).agg(**_named(indicator, each.met.sum(), each.count()))


def of_petitions(
    evaluation: Evaluation, tallies: Tallies, indicators: Sequence[Indicator]
) -> Iterator[ir.Table]:
    """Petitions of the population, and those that meet the conditions."""
    for alike in _with_equal_limits(indicators):
        rows = features.petitions(evaluation, alike[0].count).inner_join(evaluation.spread, "unit")
        figures: dict[str, ir.Value] = {}
        for indicator in alike:
            figures |= _both(rows, indicator, of_records(rows, indicator))
        yield rows.group_by(unit=rows.above).agg(**figures)


def _with_equal_limits(indicators: Sequence[Indicator]) -> list[list[Indicator]]:
    """The indicators in groups of equal limits; those without limits go with any."""
    alike: dict[tuple[tuple[str, int], ...], list[Indicator]] = {}
    for indicator in sorted(indicators, key=lambda i: not i.count.working_days):
        limits = tuple(sorted(indicator.count.working_days.items())) or next(iter(alike), ())
        alike.setdefault(limits, []).append(indicator)
    return list(alike.values())


COUNTS: dict[str, Callable[[Evaluation, Tallies, Sequence[Indicator]], Iterator[ir.Table]]] = {
    "dossiers": of_dossiers,
    "processing_time": of_processing_time,
    "synchronised": of_synchronised,
    "communes": of_communes,
    "services": of_services,
    "procedures": of_procedures,
    "owned_procedures": of_owned_procedures,
    "decisions": of_decisions,
    "petitions": of_petitions,
}
