"""The dossiers to send again: those held here that the portal does not have."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import polars as pl

from phucvu.engine.connections import connect
from phucvu.ledger.balance import Ledger
from phucvu.ledger.causes import Cause
from phucvu.records.store import Store

AGAIN = (Cause.NOT_SENT, Cause.REFUSED, Cause.UNKNOWN_THERE)


def to_send_again(ledger: Ledger) -> pl.DataFrame:
    """Columns sender, code, unit, cause, answer (what the portal said of it); each dossier once."""
    rows = ledger.all_dossiers.filter(pl.col("cause").is_in([c.value for c in AGAIN]))
    rows = rows.select(
        "sender", "code", pl.col("own_unit").alias("unit"), "cause", pl.col("own_message").alias("answer")
    )
    return rows.unique(["sender", "code"], keep="first").sort("sender", "code")


def payloads(home: str, wanted: pl.DataFrame) -> Iterator[str]:
    """The dossiers in the synchronisation format, each as it was last sent to this program."""
    con = connect()
    try:
        held = Store(home).table(con, "dossiers", payload=True)
        mine = held.semi_join(ibis.memtable(wanted.select("sender", "code")), ["sender", "code"])
        yield from mine.order_by("sender", "code").select("payload").to_polars()["payload"].drop_nulls()
    finally:
        con.disconnect()
