"""The least work: as good as trying everything, on small cases; proven and quick on large ones."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from phucvu.steering.least_work import Component, Group, Task, Things, least_minutes, most_points

DEEDS = ("attach", "digitise", "send")
MINUTES = {"attach": 5, "digitise": 9, "send": 2}
INDICATORS = {
    "1.4": ("send",),
    "3.3": ("attach",),
    "4.1": ("attach",),
    "4.2": ("attach", "digitise"),
}


def subsets(deeds):
    return chain.from_iterable(combinations(deeds, n) for n in range(len(deeds) + 1))


def lacking(deeds):
    """What a record needs that lacks these."""
    needs = {i: frozenset(deeds) & frozenset(asked) for i, asked in INDICATORS.items()}
    return {i: needed for i, needed in needs.items() if needed}


@st.composite
def tasks(draw):
    """Few records: at most four of them, none lacks more than three deeds."""
    lacks = draw(st.lists(st.sets(st.sampled_from(DEEDS), min_size=1), max_size=4))
    alike = {frozenset(its): lacks.count(its) for its in lacks}
    groups = [Group(number, lacking(its)) for its, number in alike.items()]
    number = draw(st.integers(1, 2))
    # Things that have a record in each of some groups; the records of a group stand by turns for them.
    having = [n for n, group in enumerate(groups) if group.records >= number and "attach" in group.deeds]
    having = having[: draw(st.integers(0, 2))]
    for n in having:
        groups[n] = Group(groups[n].records, groups[n].needs | {"4.6": frozenset({"attach"})})
    things = [Things("4.6", number, tuple(having))] if having else []
    components = {}
    for indicator in (*INDICATORS, "4.6"):
        lost = sum(g.records for g in groups if indicator in g.needs)
        numerator = draw(st.integers(0, 9))
        components[indicator] = Component(
            numerator,
            max(1, numerator + lost + draw(st.integers(0, 7))),
            draw(st.sampled_from([3, 17, 200, 600])),
            draw(st.sampled_from([Fraction(1), Fraction(4, 5), Fraction(1, 2)])),
            "1.4" if indicator == "3.3" and draw(st.booleans()) else None,
        )
    return Task(components, groups, MINUTES, things)


def every_way(task):
    """What each way to do deeds to each record by itself costs and gives."""
    records = [
        (number, turn, [set(way) for way in subsets(sorted(group.deeds))])
        for number, group in enumerate(task.groups)
        for turn in range(group.records)
    ]
    for ways in product(*(choices for _, _, choices in records)):
        numerators = {i: c.numerator for i, c in task.components.items()}
        covered = set()
        for (number, turn, _), way in zip(records, ways, strict=True):
            for indicator, needed in task.groups[number].needs.items():
                if needed <= way and indicator == "4.6":
                    covered.add(turn % task.things[0].number)
                elif needed <= way:
                    numerators[indicator] += 1
        numerators["4.6"] += len(covered)
        points = sum(plain_score(task, i, numerators) for i in task.components)
        yield sum(MINUTES[deed] for way in ways for deed in way), points


def plain_score(task, indicator, numerators):
    one = task.components[indicator]
    rate = Fraction(numerators[indicator], one.denominator)
    if one.times:
        rate *= min(Fraction(1), Fraction(numerators[one.times], task.components[one.times].denominator))
    return round(one.max * min(Fraction(1), rate / one.target))


@settings(max_examples=60, deadline=None)
@given(tasks(), st.data())
def test_no_way_is_shorter_or_gives_more(task, data):
    ways = list(every_way(task))
    least, most = task.nothing().total, task.everything().total
    assert most == max(points for _, points in ways)
    wanted = data.draw(st.integers(least, most + 1), label="total")
    work = least_minutes(task, wanted)
    enough = [minutes for minutes, points in ways if points >= wanted]
    assert (work and work.minutes) == (min(enough) if enough else None)
    if work is not None:
        assert work.total >= wanted
    time = data.draw(st.integers(0, 40), label="minutes")
    best = max(points for minutes, points in ways if minutes <= time)
    work = most_points(task, time)
    assert work.total == best
    assert work.minutes == min(minutes for minutes, points in ways if points >= best)
