"""How many steps name a handler who is none of the officers. Names are compared and never told."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter

import ibis
import ibis.expr.types as ir

from phucvu.engine.sources import Tables
from phucvu.figures.periods import Period
from phucvu.records.histories import ID
from phucvu.tables import plain

HANDLER = r'(?i)"NguoiXuLy"\s*:\s*"((?:[^"\\]|\\.)*)"'
"""A step's handler in what was sent."""


def unknown_handlers(steps: ir.Table, tables: Tables, period: Period, now: dt.datetime) -> dict[str, int]:
    """By unit, how many steps of a period name a handler who is none of the officers, by name or code.

    ``steps`` have their payload. Nothing is asked where no officers are held.
    """
    officers = tables["officers"].select("code", "name").to_polars()
    if officers.is_empty():
        return {}
    known = {plain(said) for column in officers for said in column}
    steps = steps.filter(steps["at"].between(period.starts, period.cut_off(now)))
    steps = steps.select(ID, handler=steps.payload.re_extract(HANDLER, 1))
    steps = steps.filter(steps.handler != "")
    named = steps.inner_join(tables["dossiers"].select(ID, "unit"), ID)
    counted = named.group_by("unit", "handler").agg(number=ibis._.count()).to_polars()
    found: Counter[str] = Counter()
    for unit, handler, number in counted.iter_rows():
        if plain(_text(handler)) not in known:
            found[unit] += number
    return dict(found)


def _text(said: str) -> str:
    """What a JSON string says; itself where it is none."""
    try:
        return str(json.loads(f'"{said}"'))
    except ValueError:
        return said
