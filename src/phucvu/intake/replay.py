"""Trying again what was set aside, once names, units or mappings have been mended."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace

import ibis
import polars as pl

from phucvu.intake import exports, items, tables, wire, xes
from phucvu.intake import policy as policies
from phucvu.intake import rows as mapped
from phucvu.intake.known import Known
from phucvu.intake.mappings import load
from phucvu.intake.rows import Headings
from phucvu.intake.taking import Taken, Taking
from phucvu.intake.wire_files import senders
from phucvu.problems import Both, Fault, UnusableError
from phucvu.records import set_aside
from phucvu.records.schema import SET_ASIDE
from phucvu.records.set_aside import Aside
from phucvu.records.store import Store

PART = 5000
"""Rows that are tried at a time."""

Outcome = tuple[str, pl.DataFrame, dict[int, Aside]]
"""Table, rows of it, and what still cannot be used, by place among the rows tried."""


def replay(store: Store, step: Callable[[int], None] = lambda done: None) -> Taken:
    """Try again every row that is set aside.

    What can be used now is taken and marked so; the rest stays, with its present reason. A row is
    marked only once it is safely taken, and taking one twice adds nothing. ``step`` is told after each part
    how many rows were tried, and may end it by an error.
    """
    waiting = set_aside.pending(store)
    taking = Taking(store, "", "replay")
    known = Known.of(store)
    _mend_procedures(taking, known)
    groups = waiting.with_columns(
        mapping=pl.col("payload").str.json_path_match("$.mapping"), over_http=pl.col("file").is_null()
    )
    keys = ("source", "sender", "mapping", "over_http")
    parts = (
        (key, part)
        for key, group in groups.group_by(*keys)
        # What a table's rows mean depends on the others of the file.
        for part in ([group] if key[0] in tables.KINDS else group.iter_slices(PART))
    )
    tried = 0
    for (source, sender, mapping, over_http), part in parts:
        step(tried)
        tried += part.height
        rows = part.select(list(SET_ASIDE.types))
        outcome = _tried(store, known, str(source), sender, mapping, rows, over_http=over_http)
        if outcome is None:
            taking.unmended(
                Fault(
                    "set_aside_before",
                    file=r["file"] or "",
                    row=r["row"],
                    field=r["field"] or "",
                    reason=Both(r["vi"], r["en"]),
                )
                for r in rows.iter_rows(named=True)
            )
            continue
        table, frame, aside = outcome
        taking.take(table, frame)
        done = ~pl.int_range(rows.height, eager=True).is_in(list(aside))
        set_aside.mark_taken(store, rows.filter(done))
        taking.aside(_placed(rows, aside))
    return taking.taken


def _mend_procedures(taking: Taking, known: Known) -> None:
    """Dossiers taken with a procedure code of which it was said since what it means."""
    con = ibis.duckdb.connect()
    held = taking.store.table(con, "dossiers").select("sender", "procedure").distinct().to_polars()
    meant = {(by, code): known.procedure_code(code, by) for by, code in held.iter_rows()}
    for by, code in (said for said, m in meant.items() if said[1] != m):
        dossiers = taking.store.table(con, "dossiers", payload=True)
        rows = dossiers.filter(dossiers.sender == by, dossiers.procedure == code).to_polars()
        taking.again("dossiers", rows.with_columns(procedure=pl.lit(meant[by, code])))
    con.disconnect()


def _tried(
    store: Store,
    known: Known,
    source: str,
    sender: str | None,
    mapping: str | None,
    rows: pl.DataFrame,
    *,
    over_http: bool,
) -> Outcome | None:
    """The rows read again; None where that cannot be: their mapping is gone, or only their place is known."""
    payloads = rows["payload"].to_list()
    if source == wire.DOSSIER:
        by = sender or ""
        policy = policies.over_http(by, known.can_write_for(by)) if over_http else policies.FILES
        read = items.take_in([p.encode() for p in payloads], wire.DOSSIER, known, policy, sender=sender)
        return "dossiers", read.frame, read.aside | _refused(read, rows)
    if source == wire.STEP:
        sends = sender or known.sender_of_steps(senders(store))
        read = items.take_in([p.encode() for p in payloads], wire.STEP, known, sender=sends)
        return "steps", read.frame, {n: replace(a, sender=sender) for n, a in read.aside.items()}
    if source in (exports.SOURCE, xes.SOURCE):
        try:
            by_name = load(store.home, mapping or "")
        except UnusableError:
            return None
        said = [json.loads(p)["row"] for p in payloads]
        names = list(dict.fromkeys(name for row in said for name in row))
        read = mapped.read(said, Headings.among(names, by_name), by_name, known, sender, source)
        return "dossiers", read.frame, read.aside
    if source not in tables.KINDS:
        return None
    table = tables.KINDS[source]
    said = [json.loads(p) for p in payloads]
    names = list(dict.fromkeys(name for row in said for name in row))
    said_rows = pl.DataFrame(said, schema=dict.fromkeys(names, pl.String))
    typed = tables.typed(table, said_rows)
    typed = tables.fitting(table, typed, store.rows("units"), rows["row"].to_list())
    return source, typed.frame, tables.asides(source, said_rows, typed.faults)


def _refused(read: wire.Read, rows: pl.DataFrame) -> dict[int, Aside]:
    """Rows of units that their sender may not write for: as nobody is told of a refusal, they stay aside.

    Which account sent for the unit is not kept, so the unit itself is what counts here. The name stays
    with the row, so that it can be given another meaning.
    """
    asides = {}
    for number, fault in read.refused.items():
        row = rows.row(number, named=True)
        asides[number] = Aside(wire.DOSSIER, fault, row["payload"], row["sender"], row["value"], row["kind"])
    return asides


def _placed(rows: pl.DataFrame, aside: dict[int, Aside]) -> Iterable[Aside]:
    """With the place in the file where each row stood."""
    for number, one in aside.items():
        file, row, payload = rows["file"][number], rows["row"][number], rows["payload"][number]
        yield replace(one, payload=payload, problem=one.problem.at(file=file or "", row=row))
