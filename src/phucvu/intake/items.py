"""The one intake of dossiers and steps: items and a policy in; rows, rows set aside and rows refused out.

The synchronisation API, the loader of what it kept, files, and the replay of rows set aside all ask here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from phucvu.intake import wire
from phucvu.intake.known import Known
from phucvu.intake.policy import FILES, Policy
from phucvu.intake.wire import Read
from phucvu.problems import Fault
from phucvu.records.set_aside import Aside


def take_in(
    items: Sequence[bytes],
    source: str,
    known: Known,
    policy: Policy = FILES,
    *,
    sender: str | None,
    now: dt.datetime | None = None,
) -> Read:
    """Read items of a ``source`` (``wire.DOSSIER`` or ``wire.STEP``); ``sender`` is the sending unit."""
    if source == wire.STEP:
        return wire.steps(items, sender=sender)
    read = wire.dossiers(items, known, sender=sender, now=now)
    if policy.synchronised is not None:
        read = replace(read, frame=read.frame.with_columns(synchronised=pl.lit(policy.synchronised)))
    if policy.units is not None:
        read = _of_own_units(read, policy)
    return _of_known_procedures(read, known, items, sender) if policy.known_procedures else read


def _of_own_units(read: Read, policy: Policy) -> Read:
    """The dossiers of units that the account may write for; the others are refused."""
    units = read.frame["unit"].unique()
    rest, foreign = _without(read, "unit", [u for u in units if not policy.may_write_for(u)])
    refused = {
        number: Fault("unit_of_others", dossier=code, field="DonViXuLy", account=policy.account, unit=unit)
        for number, code, unit in foreign
    }
    return replace(rest, refused=refused)


def _of_known_procedures(read: Read, known: Known, items: Sequence[bytes], sender: str | None) -> Read:
    """The dossiers of procedures that the catalogue has; the others are set aside.

    Where no catalogue is held yet, no procedure is strange.
    """
    procedures = read.frame["procedure"].unique() if known.procedures else ()
    rest, strange = _without(read, "procedure", [p for p in procedures if p not in known.procedures])
    asides = {
        number: Aside(
            wire.DOSSIER,
            Fault("procedure_code_unknown", dossier=code, field="MaTTHC", procedure=procedure),
            items[number].decode(),
            sender,
            procedure,
            "procedure",
        )
        for number, code, procedure in strange
    }
    return replace(rest, aside=read.aside | asides)


def _without(read: Read, column: str, values: Sequence[str]) -> tuple[Read, list[tuple[int, str, str]]]:
    """The rows without such values, and the others: the item's number, the dossier's code, the value."""
    if not values:
        return read, []
    bad = read.frame[column].is_in(values)
    rows = read.frame.filter(bad).select("code", column).iter_rows()
    left_out = [(number, *row) for number, row in zip(read.items.filter(bad), rows, strict=True)]
    return replace(read, frame=read.frame.filter(~bad), items=read.items.filter(~bad)), left_out
