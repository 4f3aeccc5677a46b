"""What the items of a call mean: rows of the records, or why they are none.

The same reading serves the answer to the sender and, later, the move into the records.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import polars as pl

from phucvu.inbox.answers import NUMBERS, ItemResult
from phucvu.inbox.watching import Registers
from phucvu.intake import wire
from phucvu.intake.catalogue import with_known_procedures
from phucvu.intake.foreign import without_foreign
from phucvu.problems import Fault
from phucvu.records.set_aside import Aside
from phucvu.records.store import Store

TABLES = {"DongBoHoSoMC": "dossiers", "CapNhatTienDoHoSoMC": "steps"}
"""The services that bring records, and the table that they bring them to."""

OLDER = (
    "Hồ sơ {}: đã giữ như một phiên bản cũ, vì không nói gì thêm so với phiên bản đang được tính; "
    "số liệu không đổi"
)
"""What is said of a dossier that is kept as an earlier version."""

WORDS = {"dossiers": "hồ sơ", "steps": "tiến độ"}


@dataclass(frozen=True)
class Understood:
    """The rows of ``frame`` come from ``items`` of these numbers; the other items were set aside, or
    refused because they write for a unit that is not the sender's."""

    frame: pl.DataFrame
    items: pl.Series
    aside: dict[int, Aside]
    refused: dict[int, Fault]

    def older(self, store: Store) -> frozenset[int]:
        """The numbers of the dossiers that the records will keep as earlier versions.

        As far as the records know now: what arrived within the last second may not be in them yet.
        """
        if "received_at" not in self.frame.columns or self.frame.is_empty():
            return frozenset()
        return frozenset(self.items.filter(pl.Series(store.older(self.frame))))

    def results(self, items: Sequence[bytes], older: Collection[int] = ()) -> list[ItemResult]:
        """What became of each item, in order; those with a number in ``older`` are told so."""
        taken = dict(zip(self.items, self.frame["code"], strict=True))
        results = []
        for number, item in enumerate(items):
            if number in taken:
                message = OLDER.format(taken[number]) if number in older else ""
                results.append(ItemResult(taken[number], message=message))
                continue
            problem = self.aside[number].problem if number in self.aside else self.refused[number]
            named = wire.code_of(item)
            place = "" if named else f"mục thứ {number + 1}: "
            field = f" (trường {problem.field})" if problem.field else ""
            message = f"{place}{problem.vi}{field}"
            results.append(ItemResult(named, NUMBERS[problem.code], message[:1].upper() + message[1:]))
        return results


def understand(
    items: Sequence[bytes],
    service: str,
    registers: Registers,
    *,
    account: str,
    unit: str,
    now: dt.datetime,
) -> Understood:
    """Items of a service sent for ``unit`` by an account of the unit ``account``."""
    known = registers.known()
    if TABLES[service] == "steps":
        steps = wire.steps(items, sender=unit)
        return Understood(steps.frame, steps.items, steps.aside, {})
    read = wire.dossiers(items, known, sender=unit, now=now.replace(microsecond=0))
    # What senders bring here they synchronise (1.4).
    read = replace(read, frame=read.frame.with_columns(synchronised=pl.lit(value=True)))
    read, refused = without_foreign(read, registers.below(account), account)
    read = with_known_procedures(read, known, items, unit)
    return Understood(read.frame, read.items, read.aside, refused)
