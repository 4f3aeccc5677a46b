"""Rows that could not be used: kept as they came with the reason, until they are mended and taken."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import ibis
import polars as pl

from phucvu.figures.periods import now_in_vietnam
from phucvu.figures.units import Units, units_in
from phucvu.problems import Both, Fault, UnusableError
from phucvu.records.schema import ROOT_NAMES, SET_ASIDE
from phucvu.records.store import Added, Store

Kind = Literal["unit", "procedure"]
"""What a name may be the name of."""

NAMED = {"unit": ("units", Both("đơn vị", "unit")), "procedure": ("procedures", Both("thủ tục", "procedure"))}


@dataclass(frozen=True)
class Aside:
    """A row that could not be used.

    ``source`` says how to read ``payload`` (see ``phucvu.intake.replay``); ``value`` is the name of a
    unit or procedure where that was not known, and ``kind`` says which of the two.
    """

    source: str
    problem: Fault
    payload: str
    sender: str | None = None
    value: str | None = None
    kind: Kind | None = None

    @property
    def id(self) -> str:
        """The same row set aside again is one."""
        said = "\x1f".join((self.source, self.sender or "", self.payload))
        return hashlib.md5(said.encode(errors="backslashreplace"), usedforsecurity=False).hexdigest()[:16]


def add(store: Store, asides: Iterable[Aside], *, mark: tuple[str, int] | None = None) -> Added:
    """Keep the rows; those kept before with the same reason are unchanged. ``mark`` as in ``append``.

    A row that was dismissed stays so when it comes again.
    """
    rows = [
        {
            "id": a.id,
            "source": a.source,
            "sender": a.sender,
            "file": a.problem.file or None,
            "row": a.problem.row,
            "field": a.problem.field or None,
            "value": a.value,
            "kind": a.kind,
            "code": a.problem.code,
            "vi": a.problem.vi,
            "en": a.problem.en,
            "payload": a.payload,
        }
        for a in asides
    ]
    if not rows:
        return Added(0, 0)
    dismissed = _dismissed(store, [str(row["id"]) for row in rows])
    for row in rows:
        row["state"] = "dismissed" if row["id"] in dismissed else "pending"
    return store.append("set_aside", pl.DataFrame(rows, schema=SET_ASIDE.types), mark=mark)


def _dismissed(store: Store, ids: list[str]) -> set[str]:
    """Those of the rows that somebody dismissed."""
    con = ibis.duckdb.connect()
    held = store.table(con, "set_aside")
    found = con.to_polars(held.filter(held.state == "dismissed", held.id.isin(ids)).select("id"))
    con.disconnect()
    return set(found["id"])


def pending(store: Store) -> pl.DataFrame:
    """What waits to be mended: the columns of ``schema.SET_ASIDE``, oldest file and row first."""
    return store.rows("set_aside").filter(state="pending").sort("file", "row", "id", nulls_last=True)


def dismissed(store: Store) -> pl.DataFrame:
    """What somebody said need not be mended, as ``pending`` gives it."""
    return store.rows("set_aside").filter(state="dismissed").sort("file", "row", "id", nulls_last=True)


def dismiss(store: Store, rows: pl.DataFrame) -> None:
    """These rows of ``pending`` need not be mended: they wait no more, until they are brought back."""
    if rows.height:
        store.append("set_aside", rows.with_columns(state=pl.lit("dismissed")))


def bring_back(store: Store, rows: pl.DataFrame) -> None:
    """These rows of ``dismissed`` wait again."""
    if rows.height:
        store.append("set_aside", rows.with_columns(state=pl.lit("pending")))


def mark_taken(store: Store, rows: pl.DataFrame) -> None:
    """These rows of ``pending`` have been taken since."""
    if rows.height:
        store.append("set_aside", rows.with_columns(state=pl.lit("taken")))


def mend(store: Store, kind: Kind, name: str, code: str, *, root: str | None = None) -> int:
    """Say once what an unknown name of a unit or procedure means; holds from now on.

    A unit's name holds for what its own province or ministry sends; a procedure's for what ``root`` sends,
    or where that is not given, for what each province and ministry of the home sends.

    Returns how many rows set aside it concerns; ``phucvu.intake.replay`` takes them, and gives
    dossiers taken with an unknown procedure code the right one. Raises UnusableError if there is no
    unit or procedure with the code, it is not of the root, or the name is itself a code known.
    """
    table, what = NAMED[kind]
    codes = store.rows(table)["code"]
    if code not in codes:
        raise UnusableError(Fault("nothing_with_code", what=what, named=code))
    if name in codes:
        raise UnusableError(Fault("name_is_a_code", name=name, what=what))
    units = units_in(store.rows("units")).on(now_in_vietnam().date())
    its = units.root(code).code if kind == "unit" else root
    if (kind == "unit" and root not in (None, its)) or (
        kind == "procedure" and root and not _is_settled_in(store, units, code, root)
    ):
        raise UnusableError(Fault("not_of_root", what=what, named=code, root=root))
    roots = [its] if its else [unit.code for unit in units.roots]
    said = [{"root": root, "kind": kind, "name": name, "code": code} for root in roots]
    store.append("root_names", pl.DataFrame(said, schema=ROOT_NAMES.types))
    senders = pending(store).filter(value=name)["sender"]
    return sum(sender is None or _root(units, sender) in roots for sender in senders)


OF_A_PROCEDURE = "procedures? (has|have) the (code|name)"


def name_kinds(store: Store) -> None:
    """Note the kind of names in rows that were set aside before it was kept; their moment stays.

    Only here it is told by the reason, which says «procedure» or «unit»: nothing else was kept of it.
    """
    con = ibis.duckdb.connect()
    held = store.table(con, "set_aside", payload=True)
    nameless = held.filter(held.value.notnull(), held.kind.isnull(), held.state != "taken")
    rows = nameless.order_by("sequence").to_polars()
    con.disconnect()
    of_procedure = pl.col("en").str.contains(OF_A_PROCEDURE)
    kind = pl.when(of_procedure).then(pl.lit("procedure")).otherwise(pl.lit("unit"))
    rows = rows.with_columns(kind=kind)
    for (arrived,), together in rows.group_by(["arrived"], maintain_order=True):
        store.append("set_aside", together.select(list(SET_ASIDE.types)), arrived)


def _root(units: Units, code: str) -> str:
    """The province or ministry above a unit; a unit that is not known has none above it."""
    return units.root(code).code if code in units else code


def _is_settled_in(store: Store, units: Units, procedure: str, root: str) -> bool:
    """Whether a procedure is a ministry's or nobody's in particular, or the root owns or settles it."""
    owner = store.rows("procedures").filter(code=procedure)["owner"][0]
    owners = _root(units, owner) if owner else root
    if owners == root or owners not in units or units[owners].kind == "ministry":
        return True
    settling = store.rows("authority").filter(procedure=procedure)["unit"]
    return any(_root(units, unit) == root for unit in settling)
