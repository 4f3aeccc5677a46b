"""What expressions are written over: names of tables and moments, to which an evaluation gives a meaning.

So an expression holds for all records and every period, and what has been built and translated once is
asked again without that work (``Evaluation.ask``), which takes longer than to count 100,000 dossiers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import polars as pl
from ibis.formats.polars import PolarsSchema

from phucvu.records.schema import DOSSIER_ID, LARGEST, LONGEST_TIMES, TABLES

if TYPE_CHECKING:
    from phucvu.engine.evaluation import Evaluation

Types = Mapping[str, pl.DataType | type[pl.DataType]]


@dataclass(frozen=True)
class Given:
    """A named table, and how an evaluation makes its rows."""

    table: ir.Table
    rows: Callable[[Evaluation], pl.DataFrame | ir.Table]

    def __call__(self, evaluation: Evaluation) -> ir.Table:
        """The table to write an expression with, its rows where the evaluation's engine finds them."""
        evaluation.put(self.table.get_name())
        return self.table


GIVEN: dict[str, Given] = {}
"""By name in the engine."""


def table(name: str, types: Types) -> ir.Table:
    return ibis.table(PolarsSchema.to_ibis(dict(types)), name=f"phucvu_{name}")


def given(name: str, types: Types) -> Callable[[Callable[[Evaluation], pl.DataFrame | ir.Table]], Given]:
    """Make a function that says what the rows are into the named table."""

    def register(rows: Callable[[Evaluation], pl.DataFrame | ir.Table]) -> Given:
        found = Given(table(name, types), rows)
        return GIVEN.setdefault(found.table.get_name(), found)

    return register


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

Records may hold such rows from before import refused them, and one must not stop all counting."""


def _record(name: str) -> Given:
    types = {c: t for c, t in TABLES[name].types.items() if c != "payload"}
    types |= DOSSIER_ID if "dossier_id" in TABLES[name].kept else {}
    limits = WITHIN.get(name, {})

    def rows(evaluation: Evaluation) -> ir.Table:
        table = evaluation.records[name]
        for column, within in limits.items():
            if TABLES[name][column].required:
                table = table.filter(within(table))
            else:
                table = table.mutate(**{column: within(table).ifelse(table[column], None)})
        return table.select(*types)

    return given(name, types)(rows)


RECORDS = {name: _record(name) for name in TABLES}


def _moment(name: str) -> Callable[[], ir.TimestampScalar]:
    def moment() -> None: ...

    called: Callable[[], ir.TimestampScalar] = ibis.udf.scalar.builtin(
        moment, name=name, signature=((), "timestamp")
    )
    return called


STARTS, CUT_OFF = "phucvu_starts", "phucvu_cut_off"

starts = _moment(STARTS)
"""The first moment of the period."""

cut_off = _moment(CUT_OFF)
"""The last moment that is seen."""
