"""How long things are kept; deleting what is past its time, a little at a turn; and what each part takes.

Nothing is deleted that the records do not hold: a payload goes only once it is counted and the records
have noted its move. The audit log is never touched.
"""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Length

from phucvu.configuration import Configuration
from phucvu.inbox.clock import now
from phucvu.inbox.home import home
from phucvu.inbox.lists import folder as lists_folder
from phucvu.inbox.models import Body, Move, Part, Payload, RelayAnswer, RelayItem
from phucvu.inbox.reconciling import lacking, reconcile
from phucvu.records.places import is_remote
from phucvu.records.store import Store

PAYLOADS, VERSIONS = "payloads", "versions"
"""The parts that are swept."""

AT_ONCE = 500
BYTES_AT_ONCE = 64 << 20
"""So many payloads, and bytes of them, are deleted in one turn."""

VERSIONS_EVERY = 3600.0
"""Seconds between two looks at whether versions can go; while some can, one turn follows another."""

MEASURE_EVERY = 6 * 3600.0
"""Seconds between two measurements: SQLite reads a table to tell its size."""


class Sweeper:
    """Deletes what is past its time, and measures what is left."""

    def __init__(self, store: Store, chosen: Configuration) -> None:
        self._store, self._chosen = store, chosen
        self._versions_after = self._measure_after = 0.0

    def sweep(self) -> bool:
        """One turn; whether there may be more to do at once."""
        moment = now()
        payloads, versions = self._chosen.keep_payloads, self._chosen.keep_versions
        more = bool(payloads) and self._payloads(moment - dt.timedelta(days=payloads))
        if versions and time.monotonic() >= self._versions_after:
            more |= self._versions(moment - dt.timedelta(days=versions))
        if time.monotonic() >= self._measure_after:
            measure(self._store)
            self._measure_after = time.monotonic() + MEASURE_EVERY
        return more

    def _payloads(self, before: dt.datetime) -> bool:
        _drop_answers(before)
        due, size = _oldest_counted(before)
        if not due:
            return False
        if Payload.objects.filter(lacking(self._store), pk__in=due).exists():
            reconcile(self._store)
            return False
        with transaction.atomic():
            moves = list(Payload.objects.filter(pk__in=due).values_list("move", flat=True))
            Body.objects.filter(payload__in=due).delete()
            Payload.objects.filter(pk__in=due).delete()
            _drop_moves(max(filter(None, moves)))
            _note(PAYLOADS, len(due), size)
        return len(due) == AT_ONCE or size >= BYTES_AT_ONCE

    def _versions(self, before: dt.datetime) -> bool:
        gone = self._store.forget(before)
        if not gone.rows:
            self._versions_after = time.monotonic() + VERSIONS_EVERY
            return False
        _note(VERSIONS, gone.rows, gone.bytes)
        return True


def _oldest_counted(before: dt.datetime) -> tuple[list[int], int]:
    """The numbers of payloads received before a moment, counted and passed on, and the bytes they carry."""
    queued = RelayItem.objects.filter(payload=OuterRef("pk"))
    rows = Payload.objects.filter(~Exists(queued), state=Payload.State.COUNTED, body__isnull=False)
    rows = rows.filter(to_relay=False).order_by("id")
    due: list[int] = []
    size = 0
    for number, received, carried in rows.values_list("id", "received_at", Length("body__packed"))[:AT_ONCE]:
        if received >= before or size >= BYTES_AT_ONCE:
            break
        due.append(number)
        size += carried
    return due, size


def _drop_answers(before: dt.datetime) -> None:
    """Delete what the portal said before a moment, which the records hold; but for the last answer of all."""
    old = RelayAnswer.objects.filter(at__lt=before).order_by("id").values_list("pk", flat=True)[:AT_ONCE]
    last = RelayAnswer.objects.order_by("-id").values_list("pk", flat=True)[:1]
    RelayAnswer.objects.filter(pk__in=list(old)).exclude(pk__in=list(last)).delete()


def _drop_moves(last: int) -> None:
    """Delete moves up to a number that no payload refers to any more."""
    kept = Payload.objects.filter(move=OuterRef("pk"))
    unused = Move.objects.filter(~Exists(kept), pk__lte=last).order_by("pk")
    Move.objects.filter(pk__in=list(unused.values_list("pk", flat=True)[: 2 * AT_ONCE])).delete()


def _note(part: str, rows: int, size: int) -> None:
    Part.objects.get_or_create(name=part)
    Part.objects.filter(name=part).update(
        swept_rows=F("swept_rows") + rows, swept_bytes=F("swept_bytes") + size, swept_at=now()
    )


def measure(store: Store) -> None:
    """Note how many bytes each part takes."""
    sizes = sizes_in_database() | _sizes_of_files(store)
    with transaction.atomic():
        for name, size in sizes.items():
            Part.objects.update_or_create(name=name, defaults={"bytes": size, "measured_at": now()})


TABLES = {
    PAYLOADS: ("inbox_payload", "inbox_body", "inbox_move", "inbox_relayitem", "inbox_relayanswer"),
    "audit log": ("accounts_auditentry",),
}
"""Which tables of the database a part consists of."""


def sizes_in_database() -> dict[str, int]:
    """Bytes of the database, of what is free in it, and of its parts, indices included."""
    with connection.cursor() as cursor:

        def one(query: str, *given: Any) -> int:
            cursor.execute(query, given)
            return int(cursor.fetchone()[0] or 0)

        if connection.vendor == "postgresql":
            found = {"database": one("SELECT pg_database_size(current_database())")}
            for part, tables in TABLES.items():
                size = "SELECT sum(pg_total_relation_size(to_regclass(t))) FROM unnest(%s::text[]) t"
                found[part] = one(size, list(tables))
            return found
        page = one("PRAGMA page_size")
        found = {
            "database": page * one("PRAGMA page_count"),
            "free in the database": page * one("PRAGMA freelist_count"),
        }
        for part, tables in TABLES.items():
            names = ", ".join(["%s"] * len(tables))
            within = f"SELECT name FROM sqlite_master WHERE tbl_name IN ({names})"  # noqa: S608
            size = f"SELECT sum(pgsize) FROM dbstat WHERE aggregate = TRUE AND name IN ({within})"  # noqa: S608
            found[part] = one(size, *tables)
        return found


def _sizes_of_files(store: Store) -> dict[str, int]:
    """Bytes of the records' tables, and of the home's folders that stand on this machine."""
    tables = store.sizes()
    found = {f"records/{name}": size for name, size in tables.items()}
    found["lists"] = _size(lists_folder(home()))
    if not is_remote(store.home):
        place = Path(store.home)
        found["records, replaced files and logs"] = _size(place / "records") - sum(tables.values())
        found["portal"] = _size(place / "portal")
    return found


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue  # deleted meanwhile
    return total
