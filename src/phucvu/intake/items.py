"""The one intake of dossiers and steps: items and a policy in; rows, rows set aside and rows refused out.

The synchronisation API, the loader of what it kept, files, and the replay of rows set aside all ask here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import polars as pl

from phucvu.intake import wire
from phucvu.intake.known import Known
from phucvu.intake.wire import Read
from phucvu.problems import Fault
from phucvu.records.set_aside import Aside


@dataclass(frozen=True)
class Policy:
    """What the items of somebody may be.

    ``units`` are those that the sender's ``account`` may write for; None where it may for all. With
    ``known_procedures`` a dossier of a procedure that the catalogue does not have is set aside. It is
    taken otherwise, and found doubtful later. ``synchronised`` says that the dossiers reached the national
    portal; None where that is not known yet.
    """

    account: str = ""
    units: Collection[str] | None = None
    known_procedures: bool = False
    synchronised: bool | None = None


FILES = Policy()
"""What offices bring in files may be of any unit and procedure."""


def over_http(account: str, units: Collection[str]) -> Policy:
    """What a system sends, which is told at once and can correct it. What comes so is synchronised (1.4)."""
    return Policy(account, units, known_procedures=True, synchronised=True)


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
        read = _of_own_units(read, policy.account, policy.units)
    return _of_known_procedures(read, known, items, sender) if policy.known_procedures else read


def _of_own_units(read: Read, account: str, own: Collection[str]) -> Read:
    """The dossiers of units that the account may write for; the others are refused."""
    rest, foreign = _without(read, "unit", [u for u in read.frame["unit"].unique() if u not in own])
    refused = {
        number: Fault("unit_of_others", dossier=code, field="DonViXuLy", account=account, unit=unit)
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
