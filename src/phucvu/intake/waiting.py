"""What is set aside and waits to be mended: a page at a time, and by the name that would free most."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from phucvu.intake import wire
from phucvu.records.set_aside import Kind
from phucvu.records.store import Store

MOST_NAMES = 200

State = Literal["pending", "dismissed"]


@dataclass(frozen=True)
class Waiting:
    """A row set aside, and why.

    ``arrived_at`` is when it was set aside (Vietnam's time); ``payload`` the row as it came, JSON where
    it was; ``dossier`` its code as far as can be told, else empty. ``sender`` is the sending unit where
    there is one; ``file`` and ``row`` say where it stood where it came in a file. ``kind`` and ``value``
    tell of a unit or procedure that is not known, as ``set_aside.mend`` takes them; else both are empty.
    """

    id: str
    arrived_at: dt.datetime
    source: str
    sender: str | None
    dossier: str
    field: str | None
    kind: Kind | None
    value: str | None
    vi: str
    en: str
    file: str | None
    row: int | None
    payload: str


@dataclass(frozen=True)
class Unknown:
    """A name or code that nobody knows, the field where it was said, and how many rows wait for it."""

    kind: Kind
    value: str
    field: str | None
    rows: int


def count(store: Store, senders: Collection[str] | None = None, *, state: State = "pending") -> int:
    """How many rows wait, or were dismissed: of the senders given, or with None of all and of files."""
    found = store.asked("set_aside", f"SELECT count(*) {PENDING}", _of(senders, state))
    return int(found.item())


def page(
    store: Store,
    senders: Collection[str] | None = None,
    *,
    number: int = 1,
    size: int = 50,
    state: State = "pending",
) -> list[Waiting]:
    """The rows that wait (or were dismissed), the latest first: the ``number``-th ``size``, from 1.

    Of the sending units given (a unit's subtree, say), or with None of all and of files.
    """
    found = store.asked(
        "set_aside",
        f"""SELECT id, arrived AS arrived_at, source, sender, field, kind, value, vi, en, file, row, payload
        {PENDING} ORDER BY sequence DESC LIMIT $size OFFSET $before""",
        _of(senders, state) | {"size": size, "before": size * (number - 1)},
        payload=True,
    )
    return [
        Waiting(**row, dossier=wire.code_of(row["payload"].encode())) for row in found.iter_rows(named=True)
    ]


def unknown(store: Store, senders: Collection[str] | None = None) -> list[Unknown]:
    """The unknown names and codes, at most ``MOST_NAMES``, those that most rows wait for first.

    Saying once what one means (``set_aside.mend``) and replaying takes all its rows.
    """
    found = store.asked(
        "set_aside",
        f"""SELECT kind, value, field, count(*) AS rows {PENDING} AND kind IS NOT NULL
        GROUP BY ALL ORDER BY rows DESC, value, field LIMIT {MOST_NAMES}""",
        _of(senders, "pending"),
    )
    return [Unknown(**row) for row in found.iter_rows(named=True)]


PENDING = "FROM held WHERE state = $state AND ($senders IS NULL OR list_contains($senders, sender))"


def _of(senders: Collection[str] | None, state: State) -> dict[str, Any]:
    """The parameters of ``PENDING``."""
    return {"state": state, "senders": None if senders is None else list(senders)}
