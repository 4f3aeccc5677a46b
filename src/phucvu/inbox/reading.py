"""What the items of a call mean: rows of the records, or why they are none.

The same reading serves the answer to the sender and, later, the move into the records.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import polars as pl

from phucvu.inbox.answers import NUMBERS, ItemResult
from phucvu.inbox.watching import Registers
from phucvu.intake import wire
from phucvu.intake.items import take_in
from phucvu.intake.policy import over_http
from phucvu.records.store import Store

TABLES = {"DongBoHoSoMC": "dossiers", "CapNhatTienDoHoSoMC": "steps"}
"""The services that bring records, and the table that they bring them to."""

OLDER = (
    "Hồ sơ {}: đã giữ như một phiên bản cũ, vì không nói gì thêm so với phiên bản đang được tính; "
    "số liệu không đổi"
)
"""What is said of a dossier that is kept as an earlier version."""

SOURCES = {"DongBoHoSoMC": wire.DOSSIER, "CapNhatTienDoHoSoMC": wire.STEP}
"""What each of their items is."""

WORDS = {"dossiers": "hồ sơ", "steps": "tiến độ"}


def understand(
    items: Sequence[bytes],
    service: str,
    registers: Registers,
    *,
    account: str,
    unit: str,
    now: dt.datetime,
) -> wire.Read:
    """Items of a service sent for ``unit`` by an account of the unit ``account``."""
    policy = over_http(account, registers.below(account))
    at = now.replace(microsecond=0)
    return take_in(items, SOURCES[service], registers.known(), policy, sender=unit, now=at)


def older(read: wire.Read, store: Store) -> frozenset[int]:
    """The numbers of the dossiers that the records will keep as earlier versions.

    As far as the records know now: what arrived within the last second may not be in them yet.
    """
    if "received_at" not in read.frame.columns or read.frame.is_empty():
        return frozenset()
    return frozenset(read.items.filter(pl.Series(store.older(read.frame))))


def results(read: wire.Read, items: Sequence[bytes], older: Collection[int] = ()) -> list[ItemResult]:
    """What became of each item, in order; those with a number in ``older`` are told so."""
    taken = dict(zip(read.items, read.frame["code"], strict=True))
    results = []
    for number, item in enumerate(items):
        if number in taken:
            message = OLDER.format(taken[number]) if number in older else ""
            results.append(ItemResult(taken[number], message=message))
            continue
        fault = read.aside[number].problem if number in read.aside else read.refused[number]
        named = wire.code_of(item)
        place = "" if named else f"mục thứ {number + 1}: "
        field = f" (trường {fault.field})" if fault.field else ""
        message = f"{place}{fault.vi}{field}"
        results.append(ItemResult(named, NUMBERS[fault.code], message[:1].upper() + message[1:]))
    return results
