"""Online services: which procedures units offer, and which of the services were used."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from phucvu.problems import UnusableError
from phucvu.records.codes import APPLIED
from phucvu.simulation.offers import services_bound
from phucvu.simulation.targets import Target, contradiction

Pair = tuple[str, str]
"""(unit, procedure code)"""


def make_services(
    rng: np.random.Generator,
    targets: dict[str, Target],
    may_offer: dict[str, list[Pair]],
    must_offer: dict[str, list[str]],
    outside: list[str],
    filed_online: set[Pair],
) -> list[dict[str, str]]:
    """Rows of the table ``services`` with the required counts.

    ``may_offer`` has, by block, the pairs (unit, procedure) that may have services; ``must_offer``, by
    block, the procedures that need one; ``outside`` procedures under no authority, whose services count
    in 3.2 alone; ``filed_online`` the pairs with a dossier received in the period and filed online.
    Raises UnusableError where the required services are impossible.
    """
    bound = services_bound(targets)
    chosen = [
        pair
        for unit, target in targets.items()
        for pair in (
            _asked(
                target, may_offer[unit], must_offer[unit], [(unit, code) for code in outside], filed_online
            )
            if unit in bound
            else may_offer[unit]
        )
    ]
    levels = rng.choice(["partial", "full"], len(chosen))
    states = rng.choice([*APPLIED], len(chosen), p=[0.94, 0.03, 0.03])
    return [
        {
            "code": f"DVC-{unit}-{number:06}",
            "procedure": procedure,
            "unit": unit,
            "level": str(level),
            "status": str(state),
        }
        for number, ((unit, procedure), level, state) in enumerate(
            zip(chosen, levels, states, strict=True), 1
        )
    ]


def _asked(
    target: Target, pairs: list[Pair], must: list[str], outside: list[Pair], filed_online: set[Pair]
) -> list[Pair]:
    """Exactly as many services as asked for, used and not used, of every procedure that needs one."""
    used = target.counts["used"]
    unused = target.counts["services"] - used
    on = [pair for pair in pairs if pair in filed_online]
    off = [pair for pair in pairs if pair not in filed_online]
    first_on, first_off = _first(on), _first(off)
    for_use = [first_on[p] for p in must if p in first_on and p not in first_off]
    idle = [first_off[p] for p in must if p in first_off and p not in first_on]
    for procedure in (p for p in must if p in first_on and p in first_off):
        (for_use if len(for_use) < used else idle).append(
            (first_on if len(for_use) < used else first_off)[procedure]
        )
    if len(for_use) + len(idle) < len(must) or len(for_use) > used or len(idle) > unused:
        raise _impossible(target)
    return [
        *for_use,
        *_repeated(target, on or [p for p in outside if p in filed_online], used - len(for_use)),
        *idle,
        *_repeated(target, off or [p for p in outside if p not in filed_online], unused - len(idle)),
    ]


def _first(pairs: Iterable[Pair]) -> dict[str, Pair]:
    """The first pair of each procedure."""
    found: dict[str, Pair] = {}
    for unit, procedure in pairs:
        found.setdefault(procedure, (unit, procedure))
    return found


def _repeated(target: Target, pairs: list[Pair], count: int) -> list[Pair]:
    """``count`` services of these pairs; a procedure may have several."""
    if count and not pairs:
        raise _impossible(target)
    return [pairs[n % len(pairs)] for n in range(count)]


def _impossible(target: Target) -> UnusableError:
    return UnusableError(
        contradiction(
            target.unit,
            "3.2",
            "không sắp xếp được dịch vụ công trực tuyến cho khớp 3.1, 3.2 và 3.3",
            "no arrangement of online services fits 3.1, 3.2 and 3.3",
        )
    )
