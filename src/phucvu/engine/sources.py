"""The records that the engine counts: tables of the store, or frames in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import ibis
import ibis.expr.types as ir
import polars as pl

from phucvu.engine.connections import connect
from phucvu.records.schema import DOSSIER_ID, OF_DOSSIERS, TABLES
from phucvu.records.store import Store

Tables = Mapping[str, ir.Table]
"""The latest version of every record, one Ibis table for each of ``phucvu.records.schema.TABLES``.

Those of ``OF_DOSSIERS`` carry ``dossier_id``; the payload is not needed. ``phucvu.records.store.Store.table``
gives such tables.
"""


@contextmanager
def of_store(store: Store) -> Iterator[Tables]:
    """The tables of a store, on a connection of their own that ends with the context."""
    con = connect()
    try:
        yield store.tables(con)
    finally:
        con.disconnect()


def from_frames(frames: Mapping[str, pl.DataFrame]) -> dict[str, ir.Table]:
    """Tables of the given rows; what is not given is empty, a column not given is empty throughout."""
    typed = {name: _typed(frames.get(name, pl.DataFrame()), name) for name in TABLES}
    known = pl.concat(typed[name].select("sender", "code") for name in OF_DOSSIERS).unique()
    numbers = known.with_columns(pl.int_range(pl.len()).alias(*DOSSIER_ID))
    numbered = {name: typed[name].join(numbers, on=["sender", "code"], how="left") for name in OF_DOSSIERS}
    return {name: ibis.memtable(frame) for name, frame in (typed | numbered).items()}


def _typed(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    types = {c: t for c, t in TABLES[name].types.items() if c != "payload"}
    absent = [pl.lit(None, t).alias(c) for c, t in types.items() if c not in frame.columns]
    return frame.with_columns(absent).select(pl.col(c).cast(t) for c, t in types.items())
