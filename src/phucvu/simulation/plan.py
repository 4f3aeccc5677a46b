"""The plan of a simulation, made before any record."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from phucvu.figures.periods import Period
from phucvu.figures.units import Unit, Units
from phucvu.problems import Fault, UnusableError
from phucvu.rules.model import RuleSet
from phucvu.simulation.offers import services_bound
from phucvu.simulation.procedure_shares import share_out
from phucvu.simulation.sets import Procedure, Sets, Share
from phucvu.simulation.simulated_catalogue import Catalogue
from phucvu.simulation.simulated_decisions import Transparency, read_transparency
from phucvu.simulation.targets import Target, read_targets, traits_of_paper

COMMUNES = 135
"""Communes of a simulated province, those with figures of their own included: as many as Gia Lai has."""

DOSSIERS_A_COMMUNE = 400
"""Dossiers that each made-up commune has at least; else fewer communes are made up."""


@dataclass(frozen=True)
class Plan:
    """The counts and procedures of every block, and the units that share them.

    By named unit: ``offices`` are the units that share its block, the named unit first; ``usual`` the
    procedures that these mostly have, None for all of the unit's; ``roots`` the province or ministry that
    sends for it. ``bound`` are the units whose number of services is fixed by figures.
    """

    period: Period
    cut_off: dt.datetime
    units: Units
    made_up: int
    targets: dict[str, Target]
    shares: dict[str, Share]
    transparency: list[Transparency]
    catalogue: Catalogue
    offices: dict[str, list[str]]
    usual: dict[str, Sets | None]
    roots: dict[str, str]
    bound: set[str]
    payable: str


def make_plan(figures: pl.DataFrame, units: Units, rules: RuleSet, now: dt.datetime) -> Plan:
    """The plan for the given figures; raises UnusableError where no records can have them all."""
    units = _known(units, figures["unit"].unique().sort().to_list())
    for text in figures["period"].unique():
        units = Units(units.of_period(Period.parse(text)))  # the rows of one time are what is simulated
    payable = rules["3.6"].count.population or "received"
    period, given, targets = read_targets(figures, units, payable)
    cut_off = period.cut_off(now)
    if cut_off - period.starts < dt.timedelta(hours=1):
        raise UnusableError(Fault("period_not_begun", period=period, now=now))
    transparency = read_transparency(given, units)
    shares = share_out(targets)
    offices, made_up = _offices(targets, Units(u for u in units if u.exists_on(cut_off.date())))
    return Plan(
        period=period,
        cut_off=cut_off,
        units=Units([*units, *made_up]),
        made_up=len(made_up),
        targets=targets,
        shares=shares,
        transparency=transparency,
        catalogue=_catalogue(targets, shares),
        offices=offices,
        usual={unit: _usual(target, targets, shares) for unit, target in targets.items()},
        roots={unit: units.root(unit).code for unit in targets},
        bound=services_bound(targets),
        payable=payable,
    )


def _known(units: Units, codes: list[str]) -> Units:
    """The units, with those named and those above them made from their codes where not known."""
    missing = set(codes)
    while missing:
        units = units.with_codes(sorted(missing))
        missing = {u.parent for u in units if u.parent and u.parent not in units}
    return units


def _catalogue(targets: dict[str, Target], shares: dict[str, Share]) -> Catalogue:
    """All procedures; whether those that blocks must show return a paper is as their dossiers need it."""
    returning: set[Procedure] = set()
    not_returning: set[Procedure] = set()
    for unit, target in targets.items():
        own = shares[unit].own
        shown = {*own.paid, *own.charged, *own.connected}
        undigitised, paperless = traits_of_paper(target)
        if undigitised > target.counts["population"] - len(own.connected):
            returning |= shown
        if paperless:
            not_returning |= shown
    return Catalogue((p for s in shares.values() for p in s.sets.held), returning, not_returning)


def _offices(targets: dict[str, Target], units: Units) -> tuple[dict[str, list[str]], list[Unit]]:
    """The units that share each block, the named unit first; and the units made up for this."""
    offices: dict[str, list[str]] = {}
    made_up: list[Unit] = []
    taken = {u.code for u in units}
    for unit, target in targets.items():
        offices[unit] = [unit]
        count = target.counts["handled"]
        if target.kind != "province" or not count:
            continue
        below = [u for u in units.below(unit) if u.kind == "commune"]
        others = [u for u in below if not {a.code for a in units.above(u.code)} & (targets.keys() - {unit})]
        named = [u for u in below if u.code in targets]
        if not others:
            wanted = max(1, min(COMMUNES - len(named), count // DOSSIERS_A_COMMUNE))
            numbers = (f"{unit}.{n}" for n in range(501, 1000))
            codes = [code for code in numbers if code not in taken][:wanted]
            others = [
                Unit(code, f"UBND xã mô phỏng {n:03}", "commune", unit) for n, code in enumerate(codes, 1)
            ]
            made_up += others
        offices[unit] += [u.code for u in others]
    return offices, made_up


def _usual(target: Target, targets: dict[str, Target], shares: dict[str, Share]) -> Sets | None:
    """The procedures of communes without figures: those of communes with figures, else a part of all."""
    if target.kind != "province":
        return None
    of = [shares[c].sets for c in target.children if targets[c].kind == "commune"]
    sets = shares[target.unit].sets
    if not of:
        some = {*sets.paid[:40], *sets.charged[:20], *sets.connected[:100], *sets.held[::5]}
        of = [
            Sets(*([p for p in s if p in some] for s in (sets.held, sets.paid, sets.charged, sets.connected)))
        ]

    def union(name: str) -> list[Procedure]:
        return sorted({p for one in of for p in getattr(one, name)})

    return Sets(union("held"), union("paid"), union("charged"), union("connected"))
