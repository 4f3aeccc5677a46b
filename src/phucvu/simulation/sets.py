"""Sets of procedures and their sizes.

The figures count distinct procedures over a unit and all below it, so a unit's set holds those of the
units below. A procedure is of one of four classes: with a fee; with a fee and for citizens; for
citizens; neither. The second is used only where a unit has too few dossiers or procedures without it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from phucvu.problems import Fault
from phucvu.simulation.targets import Target, contradiction

FEE, BOTH, CITIZEN, NEITHER = range(4)
CLASSES = (FEE, BOTH, CITIZEN, NEITHER)

Procedure = tuple[int, int]
"""(class, number within the class)."""


@dataclass
class Sets:
    """The procedures of one unit.

    ``held`` are those under its authority; ``paid``, ``charged``, ``connected`` and ``offered`` those
    that the figures 3.4, 3.5, 4.5a and 3.1 count for it.
    """

    held: list[Procedure]
    paid: list[Procedure]
    charged: list[Procedure]
    connected: list[Procedure]
    offered: list[Procedure] = field(default_factory=list)


@dataclass
class Share:
    """The procedures of a unit, and of these what its own block has to show beyond the units below.

    ``own`` has the procedures that stand under the unit's own authority alone, those of which its block
    needs at least one dossier paid, charged or connected, and those of which it needs a service.
    """

    sets: Sets
    own: Sets


FIGURE_OF = {
    "fee": "3.4",
    "paid": "3.4",
    "charged": "3.5",
    "citizen": "4.5a",
    "connected": "4.5a",
    "authority": "3.1",
    "offered": "3.1",
}


def not_arranged(unit: str, name: str) -> Fault:
    return contradiction(
        unit,
        FIGURE_OF[name],
        "không sắp xếp được thủ tục cho khớp 3.1, 3.4, 3.5, 3.6 và 4.5a của đơn vị và đơn vị cấp trên",
        "no arrangement of procedures fits 3.1, 3.4, 3.5, 3.6 and 4.5a of the unit and those above it",
    )


def total(targets: dict[str, Target], unit: str, quantity: str) -> int:
    """What a unit and all below it have of a quantity."""
    target = targets[unit]
    return target.counts[quantity] + sum(total(targets, child, quantity) for child in target.children)
