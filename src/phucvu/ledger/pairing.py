"""The own dossiers and those that the portal lists, paired by their number; only what differs is kept.

Two rows that say the same have the same verdict, so that of a province of a million dossiers only the few
that differ are judged twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir
import polars as pl
from ibis import _

from phucvu.engine.conditions import CONDITIONS
from phucvu.engine.look_up import look_up
from phucvu.engine.on_time import ended_before
from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period
from phucvu.records.histories import ID
from phucvu.records.schema import DOSSIERS, OWN_ONLY
from phucvu.rules.model import Count

LIST = "portal_dossiers"
"""The table of the portal's lists, beside those that the engine counts from."""

COLUMNS = tuple(name for name in DOSSIERS.types if name not in OWN_ONLY)
"""What the own dossiers and a list have in common."""

COMPARED = tuple(name for name in COLUMNS if name != "code")


@dataclass(frozen=True)
class PortalList:
    """A list of the portal's dossiers: whose, of which day, how many, from which day of receipt on.

    ``tells`` are the columns that it has; of the others the own dossiers are believed.
    """

    list_of: str
    taken_on: dt.date
    dossiers: int
    first: dt.date | None
    tells: frozenset[str]

    def rows(self, tables: Tables) -> ir.Table:
        held = tables[LIST]
        return held.filter(held.list_of == self.list_of, held.taken_on == self.taken_on)


def latest_list(tables: Tables, units: Collection[str]) -> PortalList | None:
    """The latest list that has the dossiers of one of some units: of a unit and those above it, say."""
    if LIST not in tables:
        return None
    held = tables[LIST]
    held = held.filter(held.list_of.isin(list(units)))
    lists = held.group_by("list_of", "taken_on", "tells")
    found = lists.agg(dossiers=held.count(), first=held.received_at.min().date()).to_polars()
    if found.is_empty():
        return None
    last = found.sort("taken_on", "dossiers").row(-1, named=True)
    parts = found.filter(list_of=last["list_of"], taken_on=last["taken_on"])
    tells = frozenset.intersection(*(frozenset(said.split()) for said in parts["tells"]))
    first = parts["first"].drop_nulls()
    return PortalList(
        last["list_of"],
        last["taken_on"],
        parts["dossiers"].sum(),
        min(first) if len(first) else None,
        tells | {"synchronised"},
    )


def not_there(tables: Tables, units: Collection[str], period: Period, cut_off: dt.datetime) -> pl.DataFrame:
    """Without a list: the own dossiers of which it is known that the portal does not have them.

    Columns as of ``apart``, those of the portal empty.
    """
    own = _own(tables, units)
    lost = own.filter(~own.own_synchronised).mutate(own_again=ibis.literal(0, "int64"))
    return _together(_that_can_count(lost, tables, period, cut_off))


def apart(
    tables: Tables,
    portal: PortalList,
    within: Collection[str],
    units: Collection[str],
    period: Period,
    cut_off: dt.datetime,
) -> pl.DataFrame:
    """The pairs that differ, and the dossiers that only one side has.

    ``within`` are the units of the province or ministry; a pair is kept where one of its sides is of
    ``units``. Columns: ``dossier_id`` (of the own dossier, else a negative number), ``own_…`` and
    ``portal_…`` of COLUMNS, ``own_again`` and ``portal_again`` (how many of the same number come before it
    on that side; empty where that side does not have it), the own ``sender``, and what the portal answered of
    it (``own_at_portal``, a code of ``AtPortal``, and ``own_message``).
    """
    own, listed = _own(tables, within), _listed(portal.rows(tables), portal.tells)
    own = _numbered(own, "own_again", "own_unit", ID)
    first = own.filter(own.own_again == 0).select("key", first_unit="own_unit")
    listed = look_up(listed, first, "key")
    # Of several the one of the own dossier's unit is its own.
    listed = listed.mutate(elsewhere=(listed.portal_unit != listed.first_unit).fill_null(False))
    listed = _numbered(listed, "portal_again", "elsewhere", "portal_unit").drop("elsewhere", "first_unit")
    same = [("key", "key"), ("own_again", "portal_again")]
    of_units = list(units)
    both = own.inner_join(listed, same)
    concerned = both.own_unit.isin(of_units) | both.portal_unit.isin(of_units)
    different = (_differ(both, name) for name in COMPARED if name in portal.tells)
    pairs = both.filter(concerned & reduce(or_, different, ~both.own_synchronised))
    alone = own.filter(own.own_unit.isin(of_units)).anti_join(listed, same)
    unheld = listed.filter(listed.portal_unit.isin(of_units)).anti_join(own, [(b, a) for a, b in same])
    return _together(_completed(pairs, portal.tells), _that_can_count(alone, tables, period, cut_off), unheld)


def _together(*parts: ir.Table) -> pl.DataFrame:
    none = {f"{side}_{name}": DOSSIERS.types[name] for side in ("own", "portal") for name in COLUMNS}
    types = (
        {ID: pl.Int64}
        | dict.fromkeys(("sender", "own_at_portal", "own_message"), pl.String)
        | {"own_again": pl.Int64, "portal_again": pl.Int64}
        | none
    )
    empty = pl.DataFrame(schema=types)
    frames = [part.to_polars() for part in parts]
    known = [f.select(pl.col(c).cast(t) for c, t in types.items() if c in f.columns) for f in frames]
    rows: pl.DataFrame = pl.concat([empty, *known], how="diagonal")
    return rows.with_columns(pl.col(ID).fill_null(-1 - pl.int_range(pl.len(), dtype=pl.Int64)))


def _own(tables: Tables, units: Collection[str]) -> ir.Table:
    """The own dossiers; ``own_synchronised`` says whether the portal has them, as far as is known."""
    rows, answers = tables["dossiers"], tables["portal_answers"]
    rows = rows.filter(rows.unit.isin(list(units)))
    answered = answers.select(ID, own_message="message", at_portal="outcome")
    rows = look_up(rows, answered, ID).select(ID, "sender", "own_message", "at_portal", *COLUMNS)
    known = CONDITIONS["synchronised"](rows, Count(of="dossiers"))
    columns = {f"own_{name}": rows[name] for name in COLUMNS} | {"own_synchronised": known}
    return rows.select(ID, "sender", "own_message", key=_key(rows), own_at_portal="at_portal", **columns)


def _listed(rows: ir.Table, tells: Collection[str]) -> ir.Table:
    columns = {
        f"portal_{name}": rows[name] if name in tells else ibis.null(rows[name].type()) for name in COLUMNS
    }
    return rows.select(key=_key(rows), **columns)


def _key(rows: ir.Table) -> ir.StringValue:
    """A dossier's number as it is compared."""
    return rows.code.strip().upper()


def _numbered(rows: ir.Table, name: str, *order: str) -> ir.Table:
    """With how many of the same number come before it: only those of the few such numbers are sorted."""
    several = rows.group_by("key").agg(number=_.count()).filter(_.number > 1)
    once = rows.anti_join(several, "key").mutate(**{name: ibis.literal(0, "int64")})
    again = rows.semi_join(several, "key")
    place = ibis.row_number().over(group_by="key", order_by=order)
    return once.union(again.mutate(**{name: place.cast("int64")}))


def _differ(both: ir.Table, name: str) -> ir.BooleanValue:
    own, there = both[f"own_{name}"], both[f"portal_{name}"]
    if isinstance(own, ir.BooleanValue):
        own, there = own.fill_null(False), there.fill_null(False)
    return ~own.identical_to(there)


def _completed(both: ir.Table, tells: Collection[str]) -> ir.Table:
    """What the list does not tell is as the own dossier has it."""
    untold = {f"portal_{name}": both[f"own_{name}"] for name in COMPARED if name not in tells}
    return both.mutate(**untold)


def _that_can_count(own: ir.Table, tables: Tables, period: Period, cut_off: dt.datetime) -> ir.Table:
    """Without what certainly ended before the period, or began after its cut-off."""
    began = ibis.coalesce(own.own_received_at, own.own_filed_at)
    own = own.filter(began <= cut_off)
    earlier = own.filter(own.own_received_at < period.starts)
    fields = {name: earlier[f"own_{name}"] for name in ("ended_at", "returned_at")}
    steps = tables["steps"].semi_join(earlier, ID)
    ended = ended_before(period.starts, earlier.select(ID, **fields), steps)
    return own.anti_join(ended, ID)
