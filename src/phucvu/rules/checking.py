"""Checks of a whole rule set beyond the form of its file: its words, its days and its sums."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from itertools import chain
from typing import Any

from phucvu.formats import day
from phucvu.problems import Both, Fault
from phucvu.rules.model import (
    Count,
    Dated,
    GroupFile,
    Indicator,
    IndicatorFile,
    RuleSet,
    RuleSetFile,
    histories,
)
from phucvu.rules.vocabulary import CONDITIONS, PROCEDURES, THINGS, Thing, conditions_for

Place = tuple[str | int, ...]

MOST_WORKING_DAYS = 366
"""In working days. A longer limit is a mistake in typing."""


Found = tuple[Place, Fault]
"""A fault and its place: keys and indices of the file."""


def faults(rules: RuleSetFile) -> Iterator[Found]:
    """Everything that makes a rule set impossible to count or score on some day."""
    parts: list[GroupFile | IndicatorFile] = [*rules.groups, *rules.indicators]
    places: dict[str, Place] = {i.id: ("indicators", n) for n, i in enumerate(rules.indicators)}
    places |= {g.id: ("groups", n) for n, g in enumerate(rules.groups)}
    yield from _repeated(("groups",), [g.id for g in rules.groups])
    yield from _repeated(("indicators",), [i.id for i in rules.indicators])
    for part in parts:
        for field, history in histories(part):
            yield from _history((*places[part.id], field), history, rules.sources)
    yield from _history(("bands",), rules.bands or [], rules.sources)
    for n, indicator in enumerate(rules.indicators):
        yield from _indicator(("indicators", n), indicator, rules)
        for m, dated in enumerate(indicator.count):
            yield from _count(("indicators", n, "count", m, "value"), dated.value)
    reported: set[Place] = set()
    for first in sorted({d.from_ for part in parts for _, history in histories(part) for d in history}):
        # A fault that lasts is reported on its first day.
        for place, fault in _on(rules.at(first), places):
            if place not in reported:
                reported.add(place)
                yield place, fault


def _repeated(place: Place, words: Iterable[str]) -> Iterator[Found]:
    """Words that a list has twice. Case makes no difference, as in the column names of a database."""
    seen: set[str] = set()
    for word in words:
        if word.casefold() in seen:
            yield place, Fault("rule_word_twice", word=word)
        seen.add(word.casefold())


def _history(place: Place, history: list[Dated[Any]], sources: Collection[str]) -> Iterator[Found]:
    days = [dated.from_ for dated in history]
    if days != sorted(set(days)):
        yield place, Fault("rule_days_not_rising")
    for n, dated in enumerate(history):
        if dated.source not in sources:
            fault = Fault("rule_source_unknown", source=dated.source, known=", ".join(sources))
            yield (*place, n, "source"), fault


def _indicator(place: Place, indicator: IndicatorFile, rules: RuleSetFile) -> Iterator[Found]:
    groups = [g.id for g in rules.groups]
    if indicator.group not in groups:
        yield (*place, "group"), Fault("rule_group_unknown", group=indicator.group, known=", ".join(groups))
    scored = any(dated.value > 0 for dated in indicator.max_points)
    if scored and indicator.target is None:
        yield place, Fault("rule_target_missing", indicator=indicator.id)
    if not scored and indicator.target is not None:
        yield (*place, "target"), Fault("rule_target_without_points", indicator=indicator.id)
    if scored and indicator.beside:
        yield (*place, "beside"), Fault("rule_points_beside", indicator=indicator.id)


def _count(place: Place, count: Count) -> Iterator[Found]:
    thing = THINGS.get(count.of)
    if thing is None:
        yield (*place, "of"), Fault("rule_thing_unknown", of=count.of, known=", ".join(THINGS))
        return
    for field in ("numerator", "denominator"):
        yield from _conditions((*place, field), getattr(count, field), field, count.of, thing)
    known = [CONDITIONS[c] for c in (*count.numerator, *count.denominator) if c in CONDITIONS]
    yield from _population(place, count, thing, any(c.of == "dossier" for c in known))
    yield from _parameters(place, count)
    grouped = list(chain.from_iterable(count.taken_off))
    whole = sorted(grouped) == sorted(count.numerator) and all(count.taken_off)
    if count.taken_off and (count.of != "dossiers" or not whole):
        yield (*place, "taken_off"), Fault("rule_taken_off")


def _conditions(place: Place, named: tuple[str, ...], field: str, of: str, thing: Thing) -> Iterator[Found]:
    if field not in thing.conditions:
        if named:
            yield place, Fault("rule_conditions_out_of_place", conditions=field, of=of)
        return
    known = ", ".join(conditions_for(thing))
    if field == "numerator" and not named:
        yield place, Fault("rule_numerator_empty", of=of, known=known)
    yield from _repeated(place, named)
    for n, name in enumerate(named):
        if name not in CONDITIONS:
            yield (*place, n), Fault("rule_condition_unknown", condition=name, of=of, known=known)
        elif CONDITIONS[name].of not in thing.asks:
            yield (*place, n), Fault("rule_condition_out_of_place", condition=name, of=of, known=known)


def _population(place: Place, count: Count, thing: Thing, asks_dossiers: bool) -> Iterator[Found]:
    allowed = thing.populations
    if count.population in allowed:
        return
    if count.population is None and (not allowed or (thing.optional and not asks_dossiers)):
        return
    names = ", ".join(allowed) or Both("bỏ trống", "left out")
    yield (*place, "population"), Fault("rule_population", allowed=names, found=count.population)


def _parameters(place: Place, count: Count) -> Iterator[Found]:
    """Parameters that are missing, that no condition uses, or whose value makes no sense."""
    named = [c for c in (*count.numerator, *count.denominator) if c in CONDITIONS]
    needed = {need: c for c in named for need in CONDITIONS[c].needs}
    given = {*count.working_days, *([PROCEDURES] if count.procedures else [])}
    for need in sorted(needed.keys() - given):
        fault = Fault("rule_parameter_missing", condition=needed[need], parameter=need)
        yield (*place, *_of_parameter(need)), fault
    for extra in sorted(given - needed.keys()):
        fault = Fault("rule_parameter_unused", parameter=extra, needed=", ".join(sorted(needed)) or "–")
        yield (*place, *_of_parameter(extra)), fault
    for limit, days in count.working_days.items():
        if not 0 < days <= MOST_WORKING_DAYS:
            fault = Fault("rule_limit_outside", most=MOST_WORKING_DAYS, days=days)
            yield (*place, *_of_parameter(limit)), fault
    yield from _repeated((*place, PROCEDURES), count.procedures)


def _of_parameter(name: str) -> Place:
    return (PROCEDURES,) if name == PROCEDURES else ("working_days", name)


def _on(rules: RuleSet, places: dict[str, Place]) -> Iterator[Found]:
    """The faults of the rules in force on a day."""
    groups = {g.id for g in rules.groups}
    on = day(rules.day)
    for indicator in rules.indicators:
        place = places[indicator.id]
        if indicator.group not in groups:
            fault = Fault("rule_group_begins_later", group=indicator.group, indicator=indicator.id, day=on)
            yield (*place, "group"), fault
        if indicator.count.of == "processing_time" and indicator.scored:
            yield (*place, "max_points"), Fault("rule_points_for_time", indicator=indicator.id)
        yield from _multiplied(rules, indicator, place)
    for group in rules.groups:
        total = sum((i.max_points for i in rules.of_group(group.id)), Decimal(0))
        if total != group.max_points:
            stated = group.max_points
            fault = Fault("rule_sum_differs", group=group.id, stated=stated, total=total, day=on)
            yield places[group.id], fault


def _multiplied(rules: RuleSet, indicator: Indicator, place: Place) -> Iterator[Found]:
    """The other indicator, whose rate multiplies this one's, must have figures and a rate of its own."""
    times = indicator.count.times
    if times is None:
        return
    usable = [i.id for i in rules.indicators if _has_rate(i)]
    if times not in usable:
        on, names = day(rules.day), ", ".join(usable)
        yield (*place, "count"), Fault("rule_times_unusable", times=times, day=on, known=names)


def _has_rate(indicator: Indicator) -> bool:
    """Whether figures alone give the indicator's rate."""
    return not (indicator.by_rule or indicator.count.times or indicator.count.of == "processing_time")
