"""The counts that the records must have: the given figures, as whole numbers of each block.

A block is the records of a named unit that belong to no other named unit below it. Figures of
dossiers and petitions add up, so a block's are those of its unit less those of the named units below.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from phucvu.figures.periods import Period
from phucvu.figures.units import Units
from phucvu.problems import Both, Fault, UnusableError

HANDLED = ("2.1", "4.1", "4.2", "4.3", "4.4", "4.5b", "5.4")
"""Their denominator is every dossier handled."""

LEFT_OUT = ("2.2", "4.6")
"""Average time, which is never scored, and certified copies, for which the portal has no figure."""


@dataclass(frozen=True)
class Quantity:
    """A whole number that adds up over blocks.

    ``sources`` are the places of the figures that state it: (indicator, 0) is a numerator,
    (indicator, 1) a denominator. It counts a part of ``within``: the share
    ``usual`` where no figure gives it.
    """

    name: str
    sources: tuple[tuple[str, int], ...]
    within: str = ""
    usual: float = 1.0

    @property
    def indicator(self) -> str:
        return self.sources[0][0]


QUANTITIES = (
    Quantity("handled", tuple((i, 1) for i in HANDLED)),
    Quantity("received", (("1.4", 0), ("3.3", 1)), "handled", 0.9),
    Quantity("on_time", (("2.1", 0),), "handled", 0.93),
    Quantity("content", (("5.4", 0),), "on_time", 0.998),
    Quantity("online", (("3.3", 0),), "received", 0.7),
    Quantity("fee", (("3.6", 1),), "payable", 0.5),
    Quantity("paid", (("3.6", 0),), "fee", 0.85),
    Quantity("result", (("4.1", 0),), "handled", 0.8),
    Quantity("digitised", (("4.2", 0),), "handled", 0.5),
    Quantity("reused", (("4.3", 0),), "handled", 0.3),
    Quantity("population", (("4.5b", 0),), "handled", 0.7),
    Quantity("store", (("4.4", 0),), "population", 0.05),
    Quantity("petitions", (("5.2", 1),)),
    Quantity("arrived", (("5.1a", 1), ("5.1b", 1), ("5.3", 1)), "petitions", 1.0),
    Quantity("policy", (("5.1a", 0),), "arrived", 0.7),
    Quantity("conduct", (("5.1b", 0),), "not_policy", 0.7),
    Quantity("petitions_on_time", (("5.2", 0),), "petitions", 0.8),
    Quantity("satisfied", (("5.3", 0),), "may_satisfy", 0.8),
    Quantity("services", (("3.2", 1),)),
    Quantity("used", (("3.2", 0),), "services", 0.5),
)

NEEDED_BY = {"fee": ("3.4", "3.5"), "paid": ("3.4",), "population": ("4.5a",), "online": ("3.2",)}
"""Counts of procedures or services that each need one such dossier."""

SETS = {"paid": "3.4", "charged": "3.5", "connected": "4.5a", "offered": "3.1"}
"""Figures that count distinct procedures; those of a unit are a union, not a sum."""


@dataclass
class Target:
    """The numbers that one named unit and its block must have.

    ``counts`` are the block's, by the names of QUANTITIES. ``sets`` are the unit's own figures of
    distinct procedures, (numerator, denominator) by the names of SETS. ``services`` are those used and
    all, None where the figures do not fix them. ``declared`` is the denominator of 1.4.
    """

    unit: str
    kind: str
    parent: str | None
    children: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    sets: dict[str, tuple[int, int]] = field(default_factory=dict)
    services: tuple[int, int] | None = None
    declared: int = 0


Figures = dict[tuple[str, str], tuple[int, int]]


def read_targets(
    frame: pl.DataFrame, units: Units, payable: str
) -> tuple[Period, Figures, dict[str, Target]]:
    """The period, the figures by (unit, indicator), and the target of each unit, parents first.

    ``frame`` has the columns period, unit, indicator, numerator, denominator. ``payable`` is the
    population in which the rules look for fee dossiers, received or handled.
    Raises UnusableError with a problem for each figure that no records can have.
    """
    period, figures = _figures(frame)
    named = list(dict.fromkeys(unit for unit, _ in figures))
    targets = _tree(named, units)
    values = _values(figures, named)
    problems = [*_too_large(figures), *_disagreeing(figures)]
    if not problems:
        problems = _split(targets, values, figures, payable)
    if not problems:
        problems = [p for t in targets.values() for p in _impossible(t, figures)]
    if problems:
        raise UnusableError(problems)
    for (unit, indicator), figure in figures.items():
        for name, of in SETS.items():
            if indicator == of:
                targets[unit].sets[name] = figure
        if indicator == "1.4":
            targets[unit].declared = figure[1]
        if indicator == "3.2":
            targets[unit].services = (targets[unit].counts["used"], targets[unit].counts["services"])
    return period, figures, targets


def _figures(frame: pl.DataFrame) -> tuple[Period, Figures]:
    periods = frame["period"].unique().sort().to_list()
    if len(periods) != 1:
        found = ", ".join(periods)
        raise UnusableError(Fault("one_period_needed", count=len(periods), found=found))
    rows = frame.select("unit", "indicator", "numerator", "denominator").drop_nulls()
    known = {i for q in QUANTITIES for i, _ in q.sources} | set(SETS.values()) | {"1.1", "1.2", "1.3"}
    figures: Figures = {}
    for unit, indicator, numerator, denominator in rows.iter_rows():
        if indicator in LEFT_OUT:
            continue
        if indicator not in known:
            raise UnusableError(Fault("indicator_not_simulated", unit=unit, indicator=indicator))
        figures[unit, indicator] = (numerator, denominator)
    return Period.parse(periods[0]), figures


def _tree(named: list[str], units: Units) -> dict[str, Target]:
    """A target for each named unit, every parent before its children."""
    above = {code: [u.code for u in units.above(code)] for code in named}
    targets: dict[str, Target] = {}
    for code in sorted(named, key=lambda c: len(above[c])):
        parent = next((u for u in above[code][1:] if u in above), None)
        targets[code] = Target(code, units[code].kind, parent)
        if parent:
            targets[parent].children.append(code)
    return targets


def _values(figures: Figures, named: list[str]) -> dict[str, dict[str, int]]:
    """Quantity → unit → the number its figures state."""
    return {
        quantity.name: {
            unit: figures[unit, indicator][place]
            for unit in named
            for indicator, place in reversed(quantity.sources)
            if (unit, indicator) in figures
        }
        for quantity in QUANTITIES
    }


CONTRADICTION = "figures_contradict"
"""The code of a fault with a figure, of a unit and an indicator, that no records can have beside others."""


def contradiction(unit: str, indicator: str, vi: str, en: str) -> Fault:
    return Fault("figures_contradict", unit=unit, indicator=indicator, reason=Both(vi, en))


def _too_large(figures: Figures) -> Iterable[Fault]:
    for (unit, indicator), (numerator, denominator) in figures.items():
        if not 0 <= numerator <= denominator:
            yield contradiction(
                unit,
                indicator,
                f"tử số {numerator} không nằm trong khoảng 0 đến mẫu số {denominator}",
                f"the numerator {numerator} is not between 0 and the denominator {denominator}",
            )


def _disagreeing(figures: Figures) -> Iterable[Fault]:
    """Figures that state the same number differently."""
    same = [q.sources for q in QUANTITIES if len(q.sources) > 1] + [(("3.4", 1), ("3.5", 1))]
    words = (("tử số", "numerator"), ("mẫu số", "denominator"))
    for unit in dict.fromkeys(unit for unit, _ in figures):
        for sources in same:
            stated = [(i, p, figures[unit, i][p]) for i, p in sources if (unit, i) in figures]
            for indicator, place, value in stated[1:]:
                first, first_place, expected = stated[0]
                if value != expected:
                    (vi, en), (first_vi, first_en) = words[place], words[first_place]
                    yield contradiction(
                        unit,
                        indicator,
                        f"{vi} {value} phải bằng {first_vi} {expected} của chỉ số {first}",
                        f"the {en} {value} must equal the {first_en} {expected} of indicator {first}",
                    )


def _split(
    targets: dict[str, Target], values: dict[str, dict[str, int]], figures: Figures, payable: str
) -> list[Fault]:
    """Give every block its share of every quantity; a fault for each number that does not fit."""
    for base, stand_in in (("handled", "received"), ("petitions", "arrived"), ("services", "used")):
        values[base] = {u: values[stand_in].get(u, 0) for u in targets} | values[base]
    problems: list[Fault] = []
    for quantity in QUANTITIES:
        given = values[quantity.name]
        room = {u: _room(t.counts, quantity.within, payable) for u, t in targets.items()}
        groups: dict[str | None, list[str]] = {}
        nearest: dict[str, str | None] = {}
        rest = dict(given)
        for unit, target in targets.items():
            over = nearest[target.parent] if target.parent else None
            nearest[unit] = unit if unit in given else over
            groups.setdefault(nearest[unit], []).append(unit)
            if unit in given and over:
                rest[over] -= given[unit]
        for giver, members in groups.items():
            if giver is None:
                for member in members:
                    least = [figures.get((member, i), (0, 0))[0] for i in NEEDED_BY.get(quantity.name, ())]
                    usual = max(round(quantity.usual * room[member]), *least, 0)
                    targets[member].counts[quantity.name] = min(usual, room[member])
                continue
            total, weights = rest[giver], [room[m] for m in members]
            if total < 0:
                problems.append(_less_than_parts(giver, quantity, given[giver], total))
            elif quantity.within and total > sum(weights):
                problems.append(_no_room(giver, quantity, total, sum(weights)))
            shares = _in_proportion(total, weights) if quantity.within else [total]
            for member, share in zip(members, shares, strict=True):
                targets[member].counts[quantity.name] = share
        if problems:
            break
    return problems


def _room(counts: dict[str, int], within: str, payable: str) -> int:
    if within == "payable":
        return counts[payable]
    if within == "not_policy":
        return counts["arrived"] - counts["policy"]
    if within == "may_satisfy":
        return min(counts["arrived"], counts["petitions_on_time"])
    return counts[within] if within else 0


def _in_proportion(total: int, weights: list[int]) -> list[int]:
    """Whole shares of the total, none larger than its weight where the total is not."""
    whole, so_far, given, shares = sum(weights), 0, 0, []
    for weight in weights:
        so_far += weight
        share = (total * so_far // whole if whole else 0) - given
        shares.append(share)
        given += share
    return shares


def _less_than_parts(unit: str, quantity: Quantity, total: int, rest: int) -> Fault:
    return contradiction(
        unit,
        quantity.indicator,
        f"{total} ít hơn tổng {total - rest} của các đơn vị bên dưới",
        f"{total} is less than the {total - rest} of the units below together",
    )


WITHIN = {
    "handled": ("hồ sơ xử lý trong kỳ", "dossiers handled"),
    "received": ("hồ sơ tiếp nhận trong kỳ", "dossiers received"),
    "payable": ("hồ sơ có thể phải nộp phí", "dossiers that may have a fee"),
    "on_time": ("hồ sơ đúng hạn", "dossiers on time"),
    "fee": ("hồ sơ có phí", "dossiers with a fee"),
    "population": ("hồ sơ dùng dữ liệu dân cư", "dossiers with population data"),
    "petitions": ("phản ánh, kiến nghị đang xử lý", "petitions being handled"),
    "arrived": ("phản ánh, kiến nghị đến trong kỳ", "petitions that arrived"),
    "not_policy": ("phản ánh, kiến nghị còn lại sau 5.1a", "petitions that 5.1a leaves"),
    "may_satisfy": ("phản ánh, kiến nghị đúng hạn", "petitions on time"),
    "services": ("dịch vụ công trực tuyến", "online services"),
}


def _no_room(unit: str, quantity: Quantity, asked: int, room: int) -> Fault:
    vi, en = WITHIN[quantity.within]
    return contradiction(
        unit,
        quantity.indicator,
        f"cần {asked} nhưng chỉ có {room} {vi} ngoài các đơn vị bên dưới",
        f"{asked} are needed but there are only {room} {en} outside the units below",
    )


def _impossible(target: Target, figures: Figures) -> Iterable[Fault]:
    """Faults of a block's numbers other than a part larger than its whole."""
    c = target.counts
    unusable = c["handled"] - max(c["result"], c["digitised"])
    if c["store"] > c["digitised"] + unusable:
        if (target.unit, "4.4") not in figures:
            c["store"] = c["digitised"] + unusable
        else:
            room = c["digitised"] + unusable
            yield contradiction(
                target.unit,
                "4.4",
                f"{c['store']} hồ sơ có tệp từ kho, nhưng 4.1 và 4.2 chỉ cho phép {room}",
                f"{c['store']} dossiers with a file from the store, but 4.1 and 4.2 leave only {room}",
            )


def traits_of_paper(target: Target) -> tuple[int, int]:
    """Numbers of dossiers: with a file from the store but not digitised; digitised but without a result.

    The first need a procedure that returns a paper, the second one that does not.
    """
    counts = target.counts
    return max(0, counts["store"] - counts["digitised"]), max(0, counts["digitised"] - counts["result"])
