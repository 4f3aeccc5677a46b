"""A join, named after what it is for."""

from __future__ import annotations

import ibis.expr.types as ir


def look_up(rows: ir.Table, table: ir.Table, *keys: str) -> ir.Table:
    """The rows with the other columns of the table's row of the same keys; empty where there is none.

    The table's own keys stay beside, named after its last column; looking up several tables in a row is
    then one join, to be followed by a selection of what is wanted.
    """
    return rows.left_join(table, keys, rname="{name}_of_" + table.columns[-1])
