"""Asking DuckDB in this process: rows put under names, and questions over these names."""

from __future__ import annotations

import datetime as dt
import warnings
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
    place = _place(con, over.table)
    if place:
        return _over_any(over.read, over.table.schema())[0].replace(_any(0), place)
    rows = over.read(over.table)
    con._register_in_memory_tables(rows)
    sql: str = con.compile(rows)
    return sql


def _place(con: BaseBackend, rows: ir.Table) -> str:
    """Where SQL on this connection finds the rows of a table; nothing where they are worked out first."""
    table = rows.op()
    if isinstance(table, ops.SQLQueryResult):
        return f"({table.query})"
    if isinstance(table, ops.InMemoryTable):
        con._register_in_memory_tables(rows)
        return _quoted(table.name)
    if isinstance(table, ops.DatabaseTable):
        space = table.namespace
        return ".".join(_quoted(part) for part in (space.catalog, space.database, table.name) if part)
    return ""


def _quoted(name: str) -> str:
    return f'"{name.replace(QUOTE, 2 * QUOTE)}"'


QUOTE = '"'


def answer(read: Callable[..., ir.Table], *tables: ir.Table | pl.DataFrame) -> pl.DataFrame:
    """What is read of tables by a function of a module; that of a home's is translated once for all homes.

    Frames hold what differs from question to question: moments, units, dossiers.
    """
    given = [ibis.memtable(table) if isinstance(table, pl.DataFrame) else table for table in tables]
    kept = (table._find_backends()[0] for table in given)
    con = next((backends[0] for backends in kept if backends), None) or ibis.get_backend()
    places = [_place(con, table) for table in given] if con.name == EMBEDDED else [""]
    if not all(places):
        rows: pl.DataFrame = read(*given).to_polars()
        return rows
    sql, columns = _over_any(read, *(table.schema() for table in given))
    for number, place in enumerate(places):
        sql = sql.replace(_any(number), place)
    return _asked(con, sql, columns)


def everything(table: ir.Table) -> ir.Table:
    """What ``answer`` reads of a small table."""
    return table


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
    return _asked(con, sql, rows.schema())


def _asked(con: BaseBackend, sql: str, columns: ibis.Schema) -> pl.DataFrame:
    # To be asked as a relation, DuckDB would parse and bind a question more than once, which takes it as long
    # as to answer for few dossiers, and longer than to copy the answer.
    found = pl.DataFrame(con.con.execute(sql).to_arrow_table())
    converted: pl.DataFrame = PolarsData.convert_table(found, columns)
    return converted


warnings.filterwarnings("ignore", message="Arrow output on a DB-API result makes an extra copy")


def forget(con: BaseBackend, name: str, rows: object) -> None:
    """Let go of what was put under a name; it would stay until the connection is closed."""
    if isinstance(rows, pl.DataFrame):
        con.con.unregister(name)
    else:
        con.raw_sql(f'DROP VIEW IF EXISTS "{name}"')
