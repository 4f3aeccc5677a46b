"""The own dossiers and those that the portal lists, paired by their number; only what differs is kept.

Two rows that say the same have the same verdict, so that of a province of a million dossiers only the few
that differ are judged twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import polars as pl

from phucvu.engine import populations
from phucvu.engine.conditions import CONDITIONS
from phucvu.engine.connections import Over
from phucvu.engine.counts import count_if
from phucvu.engine.evaluation import Evaluation, cut_off, starts, table
from phucvu.engine.look_up import look_up
from phucvu.engine.on_time import ended_before
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


_WHICH = {"list_of": pl.String, "taken_on": pl.Date}
_LIST = table("list", _WHICH)
_LISTED = table("listed", {name: DOSSIERS.types[name] for name in COLUMNS} | _WHICH)
_UNITS = table("of_ledger", {"unit": pl.String, "asked": pl.Boolean})
_ODD = table("odd", {"key": pl.String, "alone": pl.Boolean})


def latest_list(evaluation: Evaluation, units: Collection[str]) -> PortalList | None:
    """The latest list that has the dossiers of one of some units: of a unit and those above it, say."""
    if LIST not in evaluation.records:
        return None

    among = evaluation.among(units)
    lists = evaluation.hold(Over(evaluation.records[LIST], _lists), "lists")
    [found] = evaluation.ask("lists", lambda: [lists.semi_join(among, [("list_of", "unit")])])
    if found.is_empty():
        return None
    last = found.sort("taken_on", "dossiers").row(-1, named=True)
    parts = found.filter(list_of=last["list_of"], taken_on=last["taken_on"])
    tells = frozenset.intersection(*(frozenset(said.split()) for said in parts["tells"]))
    first = parts["first"].drop_nulls()
    return PortalList(
        last["list_of"],
        last["taken_on"],
        int(parts["dossiers"].sum()),
        min(first) if len(first) else None,
        tells | {"synchronised"},
    )


def _lists(held: ir.Table) -> ir.Table:
    each = held.group_by("list_of", "taken_on", "tells")
    return each.agg(dossiers=held.count(), first=held.received_at.min().date())


def _of_lists(held: ir.Table) -> ir.Table:
    return held.select(*COLUMNS, *_WHICH)


def not_there(evaluation: Evaluation, units: Collection[str]) -> pl.DataFrame:
    """Without a list: the own dossiers of which it is known that the portal does not have them.

    Columns as of ``apart``, those of the portal empty.
    """
    _hold_units(evaluation, units, units)

    def lost() -> Iterator[ir.Table]:
        own = _own(evaluation)
        own = own.filter(~own.own_synchronised)
        yield own.anti_join(_past(evaluation, own), ID)

    [own] = evaluation.ask("not there", lost)
    return _together(own.with_columns(own_again=0))


def apart(
    evaluation: Evaluation, portal: PortalList, within: Collection[str], units: Collection[str]
) -> pl.DataFrame:
    """The pairs that differ, and the dossiers that only one side has.

    ``within`` are the units of the province or ministry; a pair is kept where one of its sides is of
    ``units``, which are among them. Columns: ``dossier_id`` (of the own dossier, else a negative number),
    ``own_…`` and ``portal_…`` of COLUMNS, ``own_again`` and ``portal_again`` (how many of the same number
    come before it on that side; empty where that side does not have it), the own ``sender``, and what the
    portal answered of it (``own_at_portal``, a code of ``AtPortal``, and ``own_message``).
    """
    tells = portal.tells
    _hold_units(evaluation, within, units)
    evaluation.hold(pl.DataFrame([(portal.list_of, portal.taken_on)], schema=_WHICH, orient="row"), "list")
    evaluation.hold(Over(evaluation.records[LIST], _of_lists), "listed")
    [odd] = evaluation.ask(("odd keys", tells), lambda: [_odd_keys(evaluation, tells)])
    evaluation.hold(odd, "odd")
    own, listed = evaluation.ask(("odd", tells), lambda: _of_odd_keys(evaluation, tells))
    return _paired(own, listed, tells, units)


def _odd_keys(evaluation: Evaluation, tells: Collection[str]) -> ir.Table:
    """The numbers of which there is not one dossier on each side that say the same, in one pass over both.

    Columns key, and ``alone``: the list does not have it. Rows are compared by a hash of 64 bits.
    """
    sides = {"own": _own(evaluation), "portal": _listed(tells)}
    rows = ibis.union(
        *(
            side.select(
                "key",
                "asked",
                own=ibis.literal(name == "own"),
                known=side.own_synchronised if name == "own" else ibis.literal(True),
                said=ibis.struct({c: _compared(side[f"{name}_{c}"]) for c in COMPARED if c in tells}).hash(),
            )
            for name, side in sides.items()
        )
    )
    found = rows.group_by("key").agg(
        asked=rows.asked.any(),
        own=count_if(rows.own),
        portal=count_if(~rows.own),
        alike=(rows.said.min() == rows.said.max()) & rows.known.all(),
    )
    alike = (found.own == 1) & (found.portal == 1) & found.alike
    return found.filter(found.asked & ~alike).select("key", alone=found.portal == 0)


def _of_odd_keys(evaluation: Evaluation, tells: Collection[str]) -> Iterator[ir.Table]:
    """All dossiers of the odd numbers on each side, without own ones that only others could make count."""
    own = _own(evaluation)
    own = own.inner_join(_ODD, "key").select(*own.columns, "alone")
    past = _past(evaluation, own.filter(own.alone))
    yield own.anti_join(past, ID).drop("alone")
    yield _listed(tells).semi_join(_ODD, "key")


def _paired(
    own: pl.DataFrame, listed: pl.DataFrame, tells: Collection[str], units: Collection[str]
) -> pl.DataFrame:
    """What ``apart`` keeps of the dossiers of both sides; of each number that they have these are all."""
    own = _numbered(own, "own_again", "own_unit", ID)
    first = own.filter(own_again=0).select("key", first_unit="own_unit")
    # Of several the one of the own dossier's unit is its own.
    elsewhere = (pl.col("portal_unit") != pl.col("first_unit")).fill_null(False)
    listed = listed.join(first, on="key", how="left").with_columns(elsewhere=elsewhere)
    listed = _numbered(listed, "portal_again", "elsewhere", "portal_unit")
    place, place_there = ["key", "own_again"], ["key", "portal_again"]
    both = own.join(listed, left_on=place, right_on=place_there, coalesce=False)
    # What the list does not tell is as the own dossier has it.
    both = both.with_columns(pl.col(f"own_{c}").alias(f"portal_{c}") for c in COMPARED if c not in tells)
    differ = pl.any_horizontal(~pl.col("own_synchronised"), *(_differ(name) for name in COMPARED))
    own_asked, listed_asked = (pl.col(f"{side}_unit").is_in(list(units)) for side in ("own", "portal"))
    return _together(
        both.filter(own_asked | listed_asked, differ),
        own.filter(own_asked).join(listed, left_on=place, right_on=place_there, how="anti"),
        listed.filter(listed_asked).join(own, left_on=place_there, right_on=place, how="anti"),
    )


def _together(*parts: pl.DataFrame) -> pl.DataFrame:
    none = {f"{side}_{name}": DOSSIERS.types[name] for side in ("own", "portal") for name in COLUMNS}
    types = (
        {ID: pl.Int64}
        | dict.fromkeys(("sender", "own_at_portal", "own_message"), pl.String)
        | {"own_again": pl.Int64, "portal_again": pl.Int64}
        | none
    )
    empty = pl.DataFrame(schema=types)
    known = [part.select(pl.col(c).cast(t) for c, t in types.items() if c in part.columns) for part in parts]
    rows: pl.DataFrame = pl.concat([empty, *known], how="diagonal")
    return rows.with_columns(pl.col(ID).fill_null(-1 - pl.int_range(pl.len(), dtype=pl.Int64)))


def _hold_units(evaluation: Evaluation, within: Collection[str], units: Collection[str]) -> None:
    """The units whose own dossiers are looked at, and which of them are asked for."""
    asked = pl.DataFrame({"unit": [*within]}, schema={"unit": pl.String})
    evaluation.hold(asked.with_columns(asked=pl.col("unit").is_in(list(units))), "of_ledger")


def _own(evaluation: Evaluation) -> ir.Table:
    """The own dossiers; ``own_synchronised`` says whether the portal has them, as far as is known."""
    rows, answers = evaluation.tables["dossiers"], evaluation.tables["portal_answers"]
    answered = answers.select(ID, own_message="message", at_portal="outcome")
    rows = look_up(_with_key(rows).inner_join(_UNITS, "unit"), answered, ID)
    known = CONDITIONS["synchronised"](rows, Count(of="dossiers"))
    columns = {f"own_{name}": rows[name] for name in COLUMNS} | {"own_synchronised": known}
    of_own = ("key", "asked", "sender", "own_message")
    return rows.select(ID, *of_own, own_at_portal="at_portal", **columns)


def _listed(tells: Collection[str]) -> ir.Table:
    """The dossiers of the list; what it does not tell is empty."""
    rows = look_up(_with_key(_LISTED.semi_join(_LIST, [*_WHICH])), _UNITS, "unit")
    columns = {
        f"portal_{name}": rows[name] if name in tells else ibis.null(rows[name].type()) for name in COLUMNS
    }
    return rows.select("key", asked=rows.asked.fill_null(False), **columns)


def _with_key(rows: ir.Table) -> ir.Table:
    """With a dossier's number as it is compared."""
    code = rows.code
    # Stripping every number would take as long as all else that is compared.
    blank = (code.left(1) <= " ") | (code.right(1) <= " ")
    return rows.mutate(key=blank.ifelse(code.strip(), code).upper())


def _numbered(rows: pl.DataFrame, name: str, *order: str) -> pl.DataFrame:
    """With how many of the same number come before it."""
    place = pl.int_range(pl.len(), dtype=pl.Int64).over("key")
    return rows.sort(order, nulls_last=True, maintain_order=True).with_columns(place.alias(name))


def _compared(value: ir.Value) -> ir.Value:
    """What is not known to be so is as what is not so."""
    return value.fill_null(False) if isinstance(value, ir.BooleanValue) else value


def _differ(name: str) -> pl.Expr:
    own, there = pl.col(f"own_{name}"), pl.col(f"portal_{name}")
    if DOSSIERS.types[name] == pl.Boolean:
        own, there = own.fill_null(False), there.fill_null(False)
    return own.ne_missing(there)


def _past(evaluation: Evaluation, own: ir.Table) -> ir.Table:
    """Those of own dossiers that the period cannot count: over before it, or begun after its cut-off."""
    if evaluation.summed:
        return own.select(ID).anti_join(evaluation.histories, ID)
    began = ibis.coalesce(own.own_received_at, own.own_filed_at)
    later = own.filter(began > cut_off()).select(ID)
    earlier = own.filter(~populations.received(own.own_received_at, starts()))
    fields = {name: earlier[f"own_{name}"] for name in ("ended_at", "returned_at")}
    steps = evaluation.tables["steps"].semi_join(earlier, ID)
    return later.union(ended_before(starts(), earlier.select(ID, **fields), steps))
