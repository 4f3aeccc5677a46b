"""Asking DuckDB in this process: rows put under names, and questions over these names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import polars as pl
from ibis.backends import BaseBackend
from ibis.formats.polars import PolarsData

EMBEDDED = "duckdb"


@dataclass(frozen=True)
class Over:
    """A table of the connection, and what to read of it: a function of any table of its columns."""

    table: ir.Table
    read: Callable[[ir.Table], ir.Table]


Rows = pl.DataFrame | Over


def put(con: BaseBackend, name: str, rows: Rows) -> object:
    """Let SQL on this connection read rows under a name, in place of what it read there before.

    They can be read as long as what is returned is held.
    """
    if isinstance(rows, pl.DataFrame):
        con.con.register(name, rows.to_arrow())
    else:
        # Ibis would make a view that stays, and ask for its columns, which takes longer than making it.
        con.raw_sql(f'CREATE OR REPLACE TEMP VIEW "{name}" AS {_sql(con, rows)}')
    return rows


def _sql(con: BaseBackend, over: Over) -> str:
    table = over.table.op()
    if isinstance(table, ops.SQLQueryResult):
        return _over_any(over.read, table.schema)[0].replace(_any(0), f"({table.query})")
    if isinstance(table, ops.DatabaseTable):
        space = table.namespace
        parts = (part for part in (space.catalog, space.database, table.name) if part)
        return _over_any(over.read, table.schema)[0].replace(
            _any(0), ".".join(f'"{part.replace(QUOTE, 2 * QUOTE)}"' for part in parts)
        )
    rows = over.read(over.table)
    con._register_in_memory_tables(rows)
    sql: str = con.compile(rows)
    return sql


QUOTE = '"'


def answer(read: Callable[..., ir.Table], *tables: ir.Table) -> pl.DataFrame:
    """What is read of tables by a function of a module; that of a home's is translated once for all homes."""
    given = [table.op() for table in tables]
    if not all(isinstance(table, ops.SQLQueryResult) and table.source.name == EMBEDDED for table in given):
        rows: pl.DataFrame = read(*tables).to_polars()
        return rows
    sql, columns = _over_any(read, *(table.schema for table in given))
    for number, table in enumerate(given):
        sql = sql.replace(_any(number), f"({table.query})")
    found: pl.DataFrame = PolarsData.convert_table(given[0].source.con.sql(sql).pl(), columns)
    return found


def _any(number: int) -> str:
    return f'"phucvu_any_table_{number}"'


@lru_cache(maxsize=128)
def _over_any(read: Callable[..., ir.Table], *schemas: ibis.Schema) -> tuple[str, ibis.Schema]:
    """The SQL of what is read of tables of these columns, and its columns; translating it takes longer than
    running it."""
    rows = read(*(ibis.table(schema, name=_any(n).strip(QUOTE)) for n, schema in enumerate(schemas)))
    return str(ibis.to_sql(rows, dialect=EMBEDDED)), rows.schema()


def put_moment(con: BaseBackend, name: str, moment: dt.datetime) -> None:
    """Let SQL on this connection say ``name()`` for a moment."""
    con.raw_sql(f"CREATE OR REPLACE TEMP MACRO {name}() AS {moment_in_sql(moment)}")


def moment_in_sql(moment: dt.datetime) -> str:
    return f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S.%f}'"


def run(con: BaseBackend, rows: ir.Table, sql: str) -> pl.DataFrame:
    """The rows of an expression over names, whose SQL is known."""
    found: pl.DataFrame = PolarsData.convert_table(con.con.sql(sql).pl(), rows.schema())
    return found


def forget(con: BaseBackend, name: str, rows: object) -> None:
    """Let go of what was put under a name; it would stay until the connection is closed."""
    if isinstance(rows, pl.DataFrame):
        con.con.unregister(name)
    else:
        con.raw_sql(f'DROP VIEW IF EXISTS "{name}"')
