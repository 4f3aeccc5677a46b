"""Lateness by section and handler: who counts, who is no officer, and who is not shown alone."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl

from phucvu.engine.sources import of_store
from phucvu.figures.periods import Period
from phucvu.records.store import Store
from phucvu.rules.loading import load
from phucvu.steering.lateness_by_handler import (
    by_section,
    few_together,
    lateness_by_handler,
    with_handlers,
)

NOW = dt.datetime(2026, 6, 20, 12)


def test_a_dossier_counts_for_the_handler_of_its_last_step(tmp_path) -> None:
    store = Store(tmp_path)
    units = [("H99", "UBND tỉnh Thử Nghiệm", "province", None), ("H99.01", "Sở Thử", "department", "H99")]
    store.append("units", pl.DataFrame(units, schema=["code", "name", "kind", "parent"], orient="row"))
    officers = [("H99.01", "CB1", "Trần Thị Thử", "Phòng A"), ("H99.01", "CB2", "Lê Văn Thử", "Phòng B")]
    store.append("officers", pl.DataFrame(officers, schema=["unit", "code", "name", "section"], orient="row"))
    day = dt.datetime(2026, 6, 2, 9)
    said = {
        "1": ([("CB1", 2), ("Lê Văn Thử", 9)], 1),  # on time: ended on the 4th, due on the 5th
        "2": ([("trần thị thử", 2)], 1),  # late and open, by name in another case
        "3": ([("CB2", 2), ("Người Lạ", 4)], 1),  # late, with somebody who is no officer
        "4": ([("CB1", 2)], 40),  # not due yet
    }
    dossiers, steps = [], []
    for code, (handlers, days) in said.items():
        due = day + dt.timedelta(days=3 * days)
        dossiers.append(
            {"sender": "H99", "code": code, "unit": "H99.01", "procedure": "1", "status": 2}
            | {"received_at": day, "due_at": due}
        )
        for number, (handler, status) in enumerate(handlers):
            at = day + dt.timedelta(days=2 * number)
            payload = json.dumps({"NguoiXuLy": handler}, ensure_ascii=False)
            steps.append({"sender": "H99", "code": code, "at": at, "status": status, "payload": payload})
    store.append("dossiers", pl.DataFrame(dossiers))
    store.append("steps", pl.DataFrame(steps))
    with of_store(store) as tables:
        held = store.table(tables["steps"].get_backend(), "steps", payload=True)
        found = lateness_by_handler(tables, held, load("portal-2026"), Period.parse("2026-06"), NOW, "H99")
        asked = pl.DataFrame(dossiers).select("sender", "unit", dossier="code")[:3]
        each = with_handlers(tables, held, asked, NOW)
        earlier = with_handlers(tables, held, asked, day)
    rows = {row["code"]: (row["handled"], row["late"], row["open_late"]) for row in found.to_dicts()}
    assert rows == {"CB1": (2, 1, 1), "CB2": (1, 0, 0), None: (1, 1, 1)}
    assert {row["section"]: row["late"] for row in by_section(found).to_dicts()} == {
        "Phòng A": 1,
        "Phòng B": 0,
        None: 1,
    }
    assert dict(each.select("dossier", "name").iter_rows()) == {
        "1": "Lê Văn Thử",
        "2": "Trần Thị Thử",
        "3": None,
    }
    assert earlier["code"].to_list() == ["CB1", "CB1", "CB2"]
    together = few_together(found, 2)
    assert together["name"].to_list() == ["Trần Thị Thử", None, None]
    assert together["handled"].sum() == found["handled"].sum()
    assert "Lê Văn Thử" not in str(together.to_dicts())
