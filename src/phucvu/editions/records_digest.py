"""A digest of the records that counted at a moment: the same after corrections, compaction and a move.

Of each table the rows that count are written as text, column by column; the SHA-256 of these, in the order of
their arrival, are hashed together.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from phucvu.editions.manifest import RecordsDigest
from phucvu.records.schema import TABLES
from phucvu.records.store import Store

BATCH = 100_000
"""Rows fetched at once."""

PLACE = "sequence"
"""Where a row stands in the order of arrival."""

SQL = """
SELECT unhex(sha256(concat_ws(chr(31), {texts}))) AS digest FROM ({rows}) ORDER BY {place}
"""
TEXT = "coalesce(cast({column} AS VARCHAR), chr(0))"


def digests(
    store: Store, con: Backend, as_of: dt.datetime, columns: Mapping[str, Sequence[str]] | None = None
) -> dict[str, RecordsDigest]:
    """The digest of each table that holds rows, of those that counted at ``as_of`` (Vietnam's time).

    ``columns`` names those to read of each table, so that one that came later changes nothing; of a
    table that is not named all columns of the schema are read but the payload, which they come from.
    """
    found = {}
    for name, table in TABLES.items():
        rows = store.table(con, name, as_of)
        held = set(rows.columns)
        asked = (columns or {}).get(name) or [c for c in table.types if c != "payload"]
        found[name] = _digest(con, rows, [c for c in asked if c in held])
    return {name: digest for name, digest in found.items() if digest.rows}


def _digest(con: Backend, rows: ir.Table, columns: list[str]) -> RecordsDigest:
    texts = ", ".join(TEXT.format(column=f'"{column}"') for column in columns)
    query = SQL.format(place=PLACE, texts=texts, rows=ibis.to_sql(rows, dialect="duckdb"))
    whole, count = hashlib.sha256(), 0
    # Sorting may use the disk, and no more than a batch is held here.
    for batch in con.con.sql(query).to_arrow_reader(BATCH):
        [digest] = batch.columns
        whole.update(b"".join(digest.to_pylist()))
        count += batch.num_rows
    return RecordsDigest(count, columns, whole.hexdigest())
