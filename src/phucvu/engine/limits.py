"""What values can be counted with; records may hold others from before import refused them."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from phucvu.records.schema import LARGEST, LONGEST_TIMES


def possible_time(procedures: ir.Table) -> ir.BooleanValue:
    """Whether a maximum time is one that deadlines can be worked out with; import takes no other."""
    most = ibis.cases(*((procedures.max_time_unit == unit, most) for unit, most in LONGEST_TIMES.items()))
    return procedures.max_time.between(0, most)


def _countable(column: str) -> Callable[[ir.Table], ir.BooleanValue]:
    return lambda table: table[column].between(0, LARGEST)


WITHIN: dict[str, dict[str, Callable[[ir.Table], ir.BooleanValue]]] = {
    "procedures": {"max_time": possible_time},
    "reports": {"received": _countable("received")},
    "petitions": {"likes": _countable("likes"), "dislikes": _countable("dislikes")},
}
"""What a value of a table must be to be counted with; else it is empty, and a row that needs it left out.

One row that cannot be meant must not stop all counting."""
