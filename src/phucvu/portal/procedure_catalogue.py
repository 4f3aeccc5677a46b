"""The portal's catalogue of procedures as rows of the procedures table."""

from __future__ import annotations

from collections import Counter

import polars as pl

from phucvu.portal.departments import Departments
from phucvu.portal.report_rows import Rows
from phucvu.portal.reports import CATALOGUE, label
from phucvu.problems import Fault
from phucvu.records.codes import ProcedureState
from phucvu.records.schema import PROCEDURES

COLUMNS = ("code", "name", "owner", "status")

STATES = {"ACTIVE": ProcedureState.PUBLIC.value}
"""Our status for the portal's states. No other state has been seen; one that is not here is noted."""


def procedures(
    rows: Rows | None, departments: Departments, problems: list[Fault], notes: list[Fault]
) -> pl.DataFrame:
    """The procedures, each code once: code, name, owner (unit code) and status.

    Owner is null where service-results do not name the portal's id, status where the state is not
    known.
    """
    place = label(CATALOGUE, None)
    found = []
    strange: Counter[str] = Counter()
    for item in rows.others if rows else []:
        code, name, state = (item.get(k) for k in ("code", "name", "state"))
        if not isinstance(code, str) or not code:
            problems.append(Fault("procedure_without_code", file=place, name=name))
            continue
        status = STATES.get(str(state))
        if status is None:
            strange[str(state)] += 1
        owner = departments.codes.get(str(item.get("departmentId")))
        found.append((code, name if isinstance(name, str) else None, owner, status))
    notes += [
        Fault("state_unknown", file=place, state=state, count=count) for state, count in strange.items()
    ]
    schema = {name: PROCEDURES.types[name] for name in COLUMNS}
    frame = pl.DataFrame(found, schema=schema, orient="row")
    return frame.unique("code", keep="first", maintain_order=True)
