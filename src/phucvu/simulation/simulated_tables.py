"""The tables beside dossiers and steps: units, procedures, who settles and offers what, and the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from phucvu.engine.calendar import Calendar
from phucvu.figures.units import Unit
from phucvu.records.schema import TABLES
from phucvu.rules.model import RuleSet
from phucvu.simulation.plan import Plan
from phucvu.simulation.services import Pair, make_services
from phucvu.simulation.simulated_decisions import decisions, owned_procedures


def make_tables(
    rng: np.random.Generator, plan: Plan, rules: RuleSet, calendar: Calendar, filed_online: set[Pair]
) -> dict[str, pl.DataFrame]:
    """The tables that need no dossiers at hand, by name, with the columns of ``records.schema``.

    ``filed_online`` are the (unit, procedure) of which a dossier received in the period was filed
    online. Raises UnusableError where the services or decisions asked for cannot be had.
    """
    procedures = plan.catalogue.rows() + owned_procedures(plan.transparency)
    rows: dict[str, list[dict[str, Any]]] = {
        "units": [_unit(u) for root in sorted(set(plan.roots.values())) for u in plan.units.below(root)],
        "procedures": procedures,
        "authority": [
            {"unit": office, "procedure": procedure}
            for unit in plan.targets
            for office, procedure in _authority(plan, unit)
        ],
        "services": make_services(
            rng,
            plan.targets,
            {unit: _may_offer(plan, unit) for unit in plan.targets},
            {unit: plan.catalogue.codes_of(plan.shares[unit].own.offered) for unit in plan.targets},
            plan.catalogue.outside_codes,
            filed_online,
        ),
        "decisions": decisions(rng, plan.transparency, calendar, plan.period, plan.cut_off, rules),
        "reports": [
            {"unit": unit, "period": str(plan.period), "received": target.declared}
            for unit, target in plan.targets.items()
            if target.declared
        ],
    }
    return {name: pl.DataFrame(of, schema=TABLES[name].types) for name, of in rows.items()}


def write_table(table: pl.DataFrame, path: Path) -> None:
    """As CSV: booleans 0 and 1, dates and times ISO."""
    flags = [name for name, kind in table.schema.items() if kind == pl.Boolean]
    table.with_columns(pl.col(flags).cast(pl.Int8)).write_csv(path, datetime_format="%Y-%m-%dT%H:%M:%S")


def _unit(unit: Unit) -> dict[str, Any]:
    return {column: getattr(unit, column) for column in TABLES["units"].types}


def _authority(plan: Plan, unit: str) -> list[Pair]:
    """A unit's own procedures; and of the offices beside it in its block, those they usually have."""
    own, usual = plan.shares[unit].own.held, plan.usual[unit]
    pairs = [(unit, code) for code in plan.catalogue.codes_of(own)]
    if usual:
        common = plan.catalogue.codes_of(usual.held)
        pairs += [(office, code) for office in plan.offices[unit][1:] for code in common]
    return pairs


def _may_offer(plan: Plan, unit: str) -> list[Pair]:
    """What the offices of a block may offer online, of the procedures offered in its unit."""
    sets, usual = plan.shares[unit].sets, plan.usual[unit]
    pairs = []
    for office in plan.offices[unit]:
        held = set((usual if usual and office != unit else sets).held)
        pairs += [(office, code) for code in plan.catalogue.codes_of(p for p in sets.offered if p in held)]
    return pairs
