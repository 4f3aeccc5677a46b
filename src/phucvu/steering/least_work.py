"""The least work that lifts scores: deeds on records, solved exactly in whole numbers (HiGHS).

A deed is what one does to one record, at so many minutes. A record counts in an indicator once all the
deeds that it needs for it are done. Which records get a deed matters only by what they need, so records
that need the same are one group, and deeds that no indicator needs together are decided apart. Within a
group the records stand in an order: a deed is done to the first so many of them, so that those that need
two deeds get both. That never costs more, and leaves a few whole numbers to find.

A score is max · min(1, rate / target) in whole hundredths, rounded half to even, as
``scoring.component_scores`` gives it. The solver works in floating point, so what it finds is counted
again exactly; where it took a rounding for another, it is told and asked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import highspy

Numerators = Mapping[str, int]
"""By indicator."""


@dataclass(frozen=True)
class Component:
    """A figure that deeds can lift, and what it scores: ``max`` in hundredths of a point.

    The denominator, never 0, stays as it is. Of an indicator over the larger of declared and synchronised
    (1.4) it is what was declared, at least 1: beyond that all points are reached. ``times`` is another
    component whose rate multiplies this one's.
    """

    numerator: int
    denominator: int
    max: int
    target: Fraction = Fraction(1)
    times: str | None = None


@dataclass(frozen=True)
class Group:
    """So many records alike. ``needs`` says by indicator which deeds one needs in order to count in it."""

    records: int
    needs: Mapping[str, frozenset[str]]

    @property
    def deeds(self) -> frozenset[str]:
        return frozenset().union(*self.needs.values())

    def gains(self, done: Mapping[str, int]) -> dict[str, int]:
        """By indicator, of how many all is done once each deed is done to the first so many records."""
        return {i: min(done.get(deed, 0) for deed in needed) for i, needed in self.needs.items()}


@dataclass(frozen=True)
class Things:
    """So many things (procedures, services, communes) that count in an indicator by one record alone.

    ``groups`` are the groups (by number) in each of which each of them has a record, and none elsewhere
    that could count. So any records of these groups, as long as there are things left, can be of
    different ones.
    """

    indicator: str
    number: int
    groups: tuple[int, ...]


@dataclass(frozen=True)
class Task:
    """The components of a unit by indicator, groups of records, and the minutes that each deed takes."""

    components: Mapping[str, Component]
    groups: Sequence[Group]
    minutes: Mapping[str, int]
    things: Sequence[Things] = ()

    def share(self, indicator: str, numerators: Numerators) -> Fraction:
        return min(Fraction(1), Fraction(numerators[indicator], self.components[indicator].denominator))

    def score(self, indicator: str, numerators: Numerators) -> int:
        """What a component scores, in hundredths, exactly."""
        one = self.components[indicator]
        rate = self.share(indicator, numerators)
        if one.times is not None:
            rate *= self.share(one.times, numerators)
        return min(one.max, round(one.max * rate / one.target))

    def work(self, done: Sequence[Mapping[str, int]]) -> Work:
        """What it takes and gives to do each deed to the first so many records of each group."""
        numerators = {indicator: one.numerator for indicator, one in self.components.items()}
        gains = [group.gains(its) for group, its in zip(self.groups, done, strict=True)]
        of_things = {some.indicator for some in self.things}
        for of_group in gains:
            for indicator in of_group.keys() - of_things:
                numerators[indicator] += of_group[indicator]
        for some in self.things:
            numerators[some.indicator] += min(
                some.number, sum(gains[group][some.indicator] for group in some.groups)
            )
        scores = {indicator: self.score(indicator, numerators) for indicator in self.components}
        spent = sum(self.minutes[deed] * number for its in done for deed, number in its.items())
        return Work(tuple(done), spent, numerators, scores)

    def nothing(self) -> Work:
        return self.work([{} for _ in self.groups])

    def everything(self) -> Work:
        """Every deed done: the most that can be reached."""
        return self.work([dict.fromkeys(group.deeds, group.records) for group in self.groups])


@dataclass(frozen=True)
class Work:
    """How many records of each group get which deed: the first so many of it.

    ``numerators`` and ``scores`` (hundredths) are those of all components afterwards.
    """

    done: tuple[Mapping[str, int], ...]
    minutes: int
    numerators: Numerators
    scores: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.scores.values())


def least_minutes(task: Task, total: int) -> Work | None:
    """The least work after which the components score at least so many hundredths; None: nothing does."""
    if task.everything().total < total:
        return None
    return _Program(task).cheapest(total)


def most_points(task: Task, minutes: int) -> Work:
    """The most points that so many minutes give, and of all ways to them the shortest."""
    best = _Program(task).highest(minutes)
    return _Program(task).cheapest(best)


# The program


@dataclass(frozen=True)
class Part:
    """Records that need the same of some deeds that belong together, of one group or several."""

    needs: Mapping[str, frozenset[str]]
    members: tuple[int, ...]
    """The groups, in the order in which their records get the deeds."""
    records: int

    @property
    def deeds(self) -> list[str]:
        return sorted(frozenset().union(*self.needs.values()))


def parts(task: Task) -> list[Part]:
    """The groups taken apart by deeds that belong together, and put together by what they need."""
    of_things = {(some.indicator, group) for some in task.things for group in some.groups}
    alike: dict[object, tuple[dict[str, frozenset[str]], list[int]]] = {}
    for number, group in enumerate(task.groups):
        for needs in _belonging_together(group.needs):
            # Of which things the records are is known of a whole group.
            apart = number if any((indicator, number) in of_things for indicator in needs) else None
            alike.setdefault((frozenset(needs.items()), apart), (needs, []))[1].append(number)
    return [
        Part(
            needs,
            # Who needs many deeds first, so that few records are taken in hand.
            tuple(sorted(members, key=lambda m: -len(task.groups[m].deeds))),
            sum(task.groups[m].records for m in members),
        )
        for needs, members in alike.values()
    ]


def _belonging_together(needs: Mapping[str, frozenset[str]]) -> Iterator[dict[str, frozenset[str]]]:
    """The needs in sets that have no deed in common."""
    left = dict(needs)
    while left:
        together: frozenset[str] = next(iter(left.values()))
        while grown := [deeds for deeds in left.values() if deeds & together and not deeds <= together]:
            together = together.union(*grown)
        found = {indicator: deeds for indicator, deeds in left.items() if deeds & together}
        left = {indicator: deeds for indicator, deeds in left.items() if indicator not in found}
        yield found


PARITY_UP_TO = 10_000
"""Denominators of scores up to which halves are told from their neighbours beyond the solver's tolerance."""


class _Program:
    """The whole numbers to find, and what holds between them."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._parts = parts(task)
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]
        self._solver.silent()
        for option, value in OPTIONS.items():
            self._solver.setOptionValue(option, value)
        self._most = task.everything()
        self._least = task.nothing()
        self._done = [{deed: self._whole(0, part.records) for deed in part.deeds} for part in self._parts]
        self._numerators = {i: self._numerator(i) for i in task.components}
        self._scores = {i: self._score(i) for i in task.components}

    def cheapest(self, total: int) -> Work:
        """The least minutes after which the scores add up to a total that can be reached."""
        self._solver.addRow(total, highspy.kHighsInf, *_row(dict.fromkeys(self._scores.values(), 1.0)))
        for its in self._done:
            for deed, column in its.items():
                self._solver.changeColCost(column, self._task.minutes[deed])
        self._solver.changeObjectiveSense(highspy.ObjSense.kMinimize)
        return self._solved()

    def highest(self, minutes: int) -> int:
        """The largest sum of scores that so many minutes can give."""
        spent = {c: float(self._task.minutes[deed]) for its in self._done for deed, c in its.items()}
        self._solver.addRow(-highspy.kHighsInf, minutes, *_row(spent))
        for column in self._scores.values():
            self._solver.changeColCost(column, 1.0)
        self._solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        return self._solved().total

    def _solved(self) -> Work:
        """Ask, and ask again while a score was taken for more than it is."""
        while True:
            self._solver.run()
            if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                raise RuntimeError(self._solver.modelStatusToString(self._solver.getModelStatus()))
            values = [round(value) for value in self._solver.getSolution().col_value]
            work = self._work(values)
            wrong = [i for i, column in self._scores.items() if values[column] > work.scores[i]]
            if not wrong:
                return work
            for indicator in wrong:
                self._tell(indicator, values[self._scores[indicator]], work.numerators)

    def _work(self, values: Sequence[int]) -> Work:
        done: list[dict[str, int]] = [{} for _ in self._task.groups]
        for part, columns in zip(self._parts, self._done, strict=True):
            for deed, column in columns.items():
                left = values[column]
                for member in part.members:
                    if number := min(left, self._task.groups[member].records):
                        done[member][deed] = number
                        left -= number
        return self._task.work(done)

    def _whole(self, least: int, most: int) -> int:
        """A new whole number between two bounds: its column."""
        column: int = self._solver.getNumCol()
        self._solver.addVar(least, most)
        self._solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        return column

    def _at_most(self, above: float, row: Mapping[int, float]) -> None:
        self._solver.addRow(-highspy.kHighsInf, above, *_row(row))

    def _numerator(self, indicator: str) -> int:
        """The numerator of a component after the work: what it is now and what each part adds."""
        found = self._whole(self._least.numerators[indicator], self._most.numerators[indicator])
        gains = {
            part.members: self._gain(part, indicator, columns)
            for part, columns in zip(self._parts, self._done, strict=True)
            if indicator in part.needs
        }
        if things := [some for some in self._task.things if some.indicator == indicator]:
            gains = {
                some.groups: self._first_of(some, [gains[group,] for group in some.groups]) for some in things
            }
        self._at_most(self._least.numerators[indicator], {found: 1.0} | dict.fromkeys(gains.values(), -1.0))
        return found

    def _gain(self, part: Part, indicator: str, columns: Mapping[str, int]) -> int:
        """Of how many records of a part all is done that an indicator needs."""
        needed = [columns[deed] for deed in part.needs[indicator]]
        if len(needed) == 1:
            return needed[0]
        gain = self._whole(0, part.records)
        for column in needed:
            self._at_most(0, {gain: 1.0, column: -1.0})
        return gain

    def _first_of(self, things: Things, gains: Sequence[int]) -> int:
        """How many things have such a record."""
        found = self._whole(0, things.number)
        self._at_most(0, {found: 1.0} | dict.fromkeys(gains, -1.0))
        return found

    def _score(self, indicator: str) -> int:
        """What a component scores after the work: at most its numerator gives, rounded half to even."""
        one = self._task.components[indicator]
        found = self._whole(self._least.scores[indicator], self._most.scores[indicator])
        of_one = one.max / one.target / one.denominator  # hundredths that one more in the numerator gives
        if one.times is None or self._settled(one.times):
            if one.times is not None:
                of_one *= self._task.share(one.times, self._least.numerators)
            reached = {self._numerators[indicator]: 1}
        else:
            of_one /= self._task.components[one.times].denominator
            reached = self._product(indicator, one.times)
        whole = of_one.denominator
        row = {found: 1.0} | {column: -float(of_one * times) for column, times in reached.items()}
        if whole % 2 == 0 and of_one.numerator % 2 and whole <= PARITY_UP_TO:
            # A half is rounded up to an even score only: found = 2 · half + odd.
            half, odd = self._whole(0, one.max), self._whole(0, 1)
            self._solver.addRow(0, 0, *_row({found: 1.0, half: -2.0, odd: -1.0}))
            row[odd] = 1 / (2 * whole)
        self._at_most(0.5, row)
        return found

    def _settled(self, indicator: str) -> bool:
        return self._task.share(indicator, self._least.numerators) == self._task.share(
            indicator, self._most.numerators
        )

    def _product(self, one: str, other: str) -> dict[int, int]:
        """The product of two numerators, the other's up to its denominator: columns and their factors.

        The other is written in binary digits; a digit times the first is at most the first, and 0 at 0.
        """
        least, whole = self._least.numerators[other], self._task.components[other].denominator
        least = min(least, whole)
        most = min(self._most.numerators[other], whole)
        product, digits = {self._numerators[one]: least}, {}
        for place in range((most - least).bit_length()):
            digit = self._whole(0, 1)
            times = self._whole(0, self._most.numerators[one])
            self._at_most(0, {times: 1.0, digit: -float(self._most.numerators[one])})
            self._at_most(0, {times: 1.0, self._numerators[one]: -1.0})
            product[times], digits[digit] = 1 << place, float(1 << place)
        self._at_most(most - least, digits)
        self._at_most(-least, digits | {self._numerators[other]: -1.0})
        return product

    def _tell(self, indicator: str, taken_for: int, numerators: Numerators) -> None:
        """That a component scores less than it was taken for, unless one of its numerators is higher."""
        score = self._scores[indicator]
        over = float(self._most.scores[indicator] - taken_for + 1)
        row = {score: 1.0}
        other = self._task.components[indicator].times
        for name in (indicator, *([other] if other is not None else [])):
            higher = self._whole(0, 1)
            row[higher] = -over
            least = self._least.numerators[name]
            needed = numerators[name] + 1 - least
            self._at_most(-least, {higher: float(needed), self._numerators[name]: -1.0})
        self._at_most(taken_for - 1, row)


OPTIONS = {
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.0,
    "threads": 1,
    "random_seed": 766,
}
"""The best is proved, and the same each time."""


def _row(factors: Mapping[int, float]) -> tuple[int, list[int], list[float]]:
    return len(factors), list(factors), list(factors.values())
