"""Figures of 3.1 to 3.3 for units of which only the score of the online group was published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from phucvu.figures.units import Units
from phucvu.problems import UnusableError
from phucvu.rules.model import RuleSet
from phucvu.simulation.targets import Figures, contradiction

OFFERED, USED, FILED = ("3.1", "3.2", "3.3")

USUAL_USE = Fraction(1, 10)
"""Of the services, those used, where the score can be had by it."""

TRIES = 400
"""So many numbers of services, and of dossiers filed online, are tried for a score."""


@dataclass(frozen=True)
class Online:
    """Numerators and denominators of 3.1, 3.2 and 3.3 of one unit."""

    offered: tuple[int, int] = (0, 0)
    used: tuple[int, int] = (0, 0)
    filed: tuple[int, int] = (0, 0)


def with_online(
    figures: pl.DataFrame, scores: Mapping[str, float], units: Units, rules: RuleSet
) -> pl.DataFrame:
    """The figures with 3.1 to 3.3 added, so that the online group of each unit has its published score.

    ``scores`` are points by unit, for every unit of ``figures``. The figures added are one of many
    possible: a parent's hold those of the units below, as figures of records do. Raises UnusableError
    with a problem for each unit whose score no figures give.
    """
    found: Figures = {
        (unit, indicator): (numerator, denominator)
        for unit, indicator, numerator, denominator in figures.select(
            "unit", "indicator", "numerator", "denominator"
        ).iter_rows()
    }
    named = figures["unit"].unique(maintain_order=True).to_list()
    above = {code: [u.code for u in units.with_codes(named).above(code)] for code in named}
    chosen: dict[str, Online] = {}
    problems = []
    for unit in sorted(named, key=lambda code: -len(above[code])):
        below = [chosen[u] for u in chosen if next((a for a in above[u][1:] if a in above), None) == unit]
        held = sum(found.get((unit, i), (0, 0))[1] for i in ("3.4", "4.5a"))
        received = found.get((unit, "1.4"), (0, 0))[0]
        paid = found.get((unit, "3.4"), (0, 0))[0]
        points = round(scores[unit] * 100)
        fitting = next(_fitting(points, held, paid, received, below, rules), None)
        if fitting is None:
            vi, en = "không có số liệu 3.1–3.3 nào cho", "no figures of 3.1 to 3.3 give"
            problems.append(
                contradiction(unit, OFFERED, f"{vi} {scores[unit]} điểm", f"{en} {scores[unit]} points")
            )
        chosen[unit] = fitting or Online()
    if problems:
        raise UnusableError(problems)
    period = figures["period"][0]
    rows = [
        (period, unit, indicator, *figure)
        for unit in named
        for indicator, figure in (
            (OFFERED, chosen[unit].offered),
            (USED, chosen[unit].used),
            (FILED, chosen[unit].filed),
        )
    ]
    schema = figures.select("period", "unit", "indicator", "numerator", "denominator").schema
    return pl.concat([figures, pl.DataFrame(rows, schema=schema, orient="row")], how="diagonal")


def _points(rules: RuleSet, indicator: str, numerator: int, denominator: int) -> int:
    """Hundredths of a point, rounded half to even."""
    rule = rules[indicator]
    if not denominator or rule.target is None:
        return 0
    return round(
        100 * Fraction(rule.max_points) * min(Fraction(1), Fraction(numerator, denominator) / rule.target)
    )


def _fitting(
    points: int, held: int, paid: int, received: int, below: list[Online], rules: RuleSet
) -> Iterator[Online]:
    """Figures that give a number of points (in hundredths) and include those of the units below.

    ``held`` are the procedures of the unit, ``paid`` those that surely have dossiers.
    """
    for offered in _offers(held, below, rules):
        rest = points - _points(rules, OFFERED, offered, held)
        if rest < 0:
            continue
        for filed in _filings(rest, received, below, rules):
            wanted = rest - _points(rules, FILED, filed, received)
            for used in _uses(wanted, offered, paid, filed, below, rules):
                yield Online((offered, held), used, (filed, received))


def _offers(held: int, below: list[Online], rules: RuleSet) -> Iterator[int]:
    """Procedures offered: as many as give full points first, then any number."""
    least = max((b.offered[0] for b in below), default=0)
    full = next(
        (
            n
            for n in range(held + 1)
            if _points(rules, OFFERED, n, held) == _points(rules, OFFERED, held, held)
        ),
        0,
    )
    yield max(least, full)
    yield from range(held, least - 1, -1)


def _filings(rest: int, received: int, below: list[Online], rules: RuleSet) -> Iterator[int]:
    """Dossiers filed online that leave some of the points for the services."""
    least = sum(b.filed[0] for b in below)
    most = least + received - sum(b.filed[1] for b in below)
    most_points = _points(rules, FILED, received, received)
    by_use = min(rest, round(USUAL_USE * _points(rules, USED, 1, 1)))
    if rest - by_use >= most_points:
        yield max(least, min(most, -(-received * 11 // 20)))
        return
    target = rules[FILED].target or Fraction(1)
    middle = int((rest - by_use) * received * target / most_points) if received else 0
    for step in range(TRIES):
        for filed in {middle - step, middle + step}:
            if least <= filed <= most and _points(rules, FILED, filed, received) <= rest:
                yield filed


def _uses(
    wanted: int, offered: int, paid: int, filed: int, below: list[Online], rules: RuleSet
) -> Iterator[tuple[int, int]]:
    """Services used and offered that give a number of points: one for each procedure at least.

    There are enough unused ones that only procedures with dossiers need be used.
    """
    used_below, below_all = (sum(b.used[n] for b in below) for n in (0, 1))
    full = _points(rules, USED, 1, 1)
    least = offered if not below else 8 * offered
    for own in range(least, least + TRIES):
        total = below_all + own
        nearest = wanted * total // full
        for used in (nearest, nearest + 1):
            fits = used_below <= used <= min(used_below + own, filed) and (total or not used)
            fits &= offered - (own - used) <= paid
            if fits and _points(rules, USED, used, total) == wanted:
                yield used, total
