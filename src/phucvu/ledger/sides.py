"""One side of the ledger: the figures of a unit, and the services, procedures and communes counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir
import polars as pl

from phucvu.engine.counts import (
    Tallied,
    Tallies,
    communes,
    measures,
    of_things,
    procedures,
    services,
    tallies,
)
from phucvu.engine.evaluation import Evaluation
from phucvu.engine.figures import counted, counted_for
from phucvu.engine.tree import Tree
from phucvu.rules.model import Indicator

Figure = tuple[int | None, int | None]
Figures = dict[str, Figure]
"""Numerator and denominator by indicator; empty where it is not known."""


@dataclass(frozen=True)
class Side:
    """``things``, by indicator that counts them: key, code, and numerator and denominator (0 or 1 each)."""

    figures: Figures
    things: dict[str, pl.DataFrame]


def side(evaluation: Evaluation, unit: str, shown: Sequence[Indicator], measured: Tallied) -> Side:
    """The side of a unit, from the measures of the dossiers."""
    sums = tallies(evaluation, measured)
    rows = counted(evaluation, sums).iter_rows()
    found = {(of, indicator): (above, below) for of, indicator, above, below in rows}
    of = {i.id: counted_for(evaluation, unit, i) for i in shown}
    counting_things = (i for i in shown if measures(i) and i.count.of in THINGS)
    return Side(
        {i.id: found.get((of[i.id], i.id), (0, 0)) for i in shown},
        {i.id: _things(evaluation, sums, of[i.id], i) for i in counting_things},
    )


def _things(evaluation: Evaluation, sums: Tallies, unit: str, indicator: Indicator) -> pl.DataFrame:
    asked = evaluation.among([unit])

    def rows_of_unit() -> Iterator[ir.Table]:
        rows, key, code = THINGS[indicator.count.of](evaluation, sums, indicator)
        verdict = of_things(rows, indicator)
        parts = {"numerator": verdict.looked_at & verdict.counted, "denominator": verdict.looked_at}
        flags = {name: holds.cast("int64") for name, holds in parts.items()}
        told = rows.select("above", key=key, code=code, **flags)
        yield told.semi_join(asked, [("above", "unit")]).drop("above")

    [found] = evaluation.ask(("things", indicator.id), rows_of_unit)
    return found


Things = tuple[ir.Table, ir.StringValue, ir.StringValue]
"""Rows for each thing and unit above it, the key by which dossiers are told to be of it, and its code."""


def _services(evaluation: Evaluation, sums: Tallies, indicator: Indicator) -> Things:
    rows = services(evaluation, sums, [indicator])
    return rows, rows.home + " " + rows.procedure, rows.code


def _communes(evaluation: Evaluation, sums: Tallies, indicator: Indicator) -> Things:
    rows = communes(evaluation, sums, [indicator])
    return rows, rows.commune, rows.commune


def _procedures(evaluation: Evaluation, sums: Tallies, indicator: Indicator) -> Things:
    rows = procedures(evaluation, sums, [indicator])
    return rows, rows.procedure, rows.procedure


THINGS: dict[str, Callable[[Evaluation, Tallies, Indicator], Things]] = {
    "services": _services,
    "communes": _communes,
    "procedures": _procedures,
}


def key_of(thing: str, side: str, tree: Tree) -> pl.Expr:
    """The key of the service, commune or procedure that a dossier makes count, on a side of a pair."""
    unit, procedure = pl.col(f"{side}_unit"), pl.col(f"{side}_procedure")
    if thing == "procedures":
        return procedure
    homes = {u.code: tree.home(u.code) for u in tree.units}
    if thing == "services":
        home = unit.replace_strict(homes, default=None, return_dtype=pl.String)
        return pl.concat_str(home, procedure, separator=" ")
    kinds = {u.code: u.kind for u in tree.shown}
    nearest = {
        code: next((above for above in tree.above(home) if kinds[above] == "commune"), None)
        for code, home in homes.items()
        if home is not None
    }
    return unit.replace_strict(nearest, default=None, return_dtype=pl.String)
