"""Whom the steps of dossiers name as handlers, and how many of these are none of the officers."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter

import ibis.expr.types as ir
import polars as pl

from phucvu.engine.embedded import answer
from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period
from phucvu.records.histories import ID
from phucvu.tables import plain

HANDLER = r'(?i)"NguoiXuLy"\s*:\s*"((?:[^"\\]|\\.)*)"'
"""A step's handler in what was sent."""


def unknown_handlers(steps: ir.Table, tables: Tables, period: Period, now: dt.datetime) -> dict[str, int]:
    """By unit, how many steps of a period name a handler who is none of the officers, by name or code.

    Names are compared and never told.

    ``steps`` have their payload. Nothing is asked where no officers are held.
    """
    officers = answer(_officers, tables["officers"])
    if officers.is_empty():
        return {}
    known = {plain(said) for column in officers for said in column}
    within = pl.DataFrame({"first": [period.starts], "last": [period.cut_off(now)]})
    counted = answer(_named, steps, tables["dossiers"], within)
    found: Counter[str] = Counter()
    for unit, handler, number in counted.iter_rows():
        if plain(_text(handler)) not in known:
            found[unit] += number
    return dict(found)


def last_handlers(steps: ir.Table, until: dt.datetime, of: pl.DataFrame | None = None) -> pl.DataFrame:
    """The handler whom the last step of each dossier by a moment names, as it is written there.

    ``steps`` have their payload. Columns: those of ``of`` (dossiers by number, or by sender and code), and
    ``handler``; without it of all dossiers that name somebody, by sender and code.
    """
    moment = pl.DataFrame({"until": [until]})
    if of is None:
        return answer(_last_of_all, steps, moment)
    # What was sent is long: it is read only of the steps that are looked for.
    return answer(_last, steps, answer(_places, steps, moment, of))


def _seen(steps: ir.Table, moment: ir.Table) -> ir.Table:
    return steps.inner_join(moment, steps["at"] <= moment.until)


def _last_of_all(steps: ir.Table, moment: ir.Table) -> ir.Table:
    return _last_named(_seen(steps, moment), "sender", "code")


def _places(steps: ir.Table, moment: ir.Table, of: ir.Table) -> ir.Table:
    return _seen(steps, moment).semi_join(of, of.columns).select("sequence", *of.columns)


def _last(steps: ir.Table, places: ir.Table) -> ir.Table:
    return _last_named(steps.semi_join(places, "sequence"), *places.columns[1:])


def _last_named(steps: ir.Table, *of: str) -> ir.Table:
    named = steps.select(*of, "at", handler=steps.payload.re_extract(HANDLER, 1))
    named = named.filter(named.handler != "")
    return named.group_by(*of).agg(handler=named.handler.argmax(named["at"]))


def _officers(officers: ir.Table) -> ir.Table:
    return officers.select("code", "name")


def _named(steps: ir.Table, dossiers: ir.Table, within: ir.Table) -> ir.Table:
    """By unit and handler, how many steps between two moments name them."""
    steps = steps.inner_join(within, [steps["at"] >= within.first, steps["at"] <= within.last])
    steps = steps.select(ID, handler=steps.payload.re_extract(HANDLER, 1))
    named = steps.filter(steps.handler != "").inner_join(dossiers.select(ID, "unit"), ID)
    return named.group_by("unit", "handler").agg(number=named.count())


def _text(said: str) -> str:
    """What a JSON string says; itself where it is none."""
    try:
        return str(json.loads(f'"{said}"'))
    except ValueError:
        return said
