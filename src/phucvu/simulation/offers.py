"""Which procedures each unit offers online."""

from __future__ import annotations

from phucvu.problems import Fault
from phucvu.simulation.sets import Procedure, Share, not_arranged, total
from phucvu.simulation.targets import Target

USUAL_OFFER = 0.8
"""The share of a unit's procedures that it offers online where no figure gives a number."""


def offer(targets: dict[str, Target], shares: dict[str, Share], way: str, *, by_use: bool) -> list[Fault]:
    """Choose the procedures that each unit offers online; they include those of the units below.

    Used services need dossiers: ``by_use`` takes procedures with dossiers for them, and others for the
    unused ones. The offers of several units must add up to the size of the unit above: the ``way``
    ``alike`` first takes what the units beside offer, ``apart`` what they do not.
    """
    problems: list[Fault] = []
    bound = services_bound(targets)
    beside: dict[str | None, set[Procedure]] = {}
    for unit, target in reversed(targets.items()):
        sets, own = shares[unit].sets, shares[unit].own
        below = beside.get(unit, set())
        services = total(targets, unit, "services")
        count = target.sets["offered"][0] if "offered" in target.sets else round(USUAL_OFFER * len(sets.held))
        if "offered" not in target.sets:
            count = max(len(below), min(count, services) if unit in bound else count)
        used = total(targets, unit, "used")
        shown = {*sets.paid, *sets.charged, *sets.connected}
        first = set(
            sorted(shown)[: min(used, count - int(services > used))] if by_use and unit in bound else ()
        )
        taken = beside.setdefault(target.parent, set())
        preferred = {"": set(), "alike": taken, "apart": set(sets.held) - taken}[way]
        order = sorted(
            set(sets.held) - below, key=lambda p: (p not in first, p not in preferred, p in shown, p)
        )
        own.offered = order[: max(0, count - len(below))]
        sets.offered = sorted(below | set(own.offered))
        taken |= set(sets.offered)
        if len(sets.offered) != count or (unit in bound and len(own.offered) > target.counts["services"]):
            problems.append(not_arranged(unit, "offered"))
    return problems


def services_bound(targets: dict[str, Target]) -> set[str]:
    """The units whose number of services is fixed, by a figure of their own or of a unit above."""
    bound: set[str] = set()
    for unit, target in targets.items():
        if target.services is not None or target.parent in bound:
            bound.add(unit)
    return bound
