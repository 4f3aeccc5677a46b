"""The records look like those that senders send, and tell of nobody real."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import defaultdict
from pathlib import Path
from random import Random
from typing import Any

import pytest

from phucvu.records.schema import TABLES
from phucvu.simulation import simulate

from .consistent import UNITS, frame, whole
from .test_figures_come_out import OCTOBER
from .written import records

Rows = dict[str, list[dict[str, Any]]]

NOW = OCTOBER


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("simulated")
    simulate(
        frame("2026", whole(Random(11), ["H91", "H91.01", "H91.101"], 1500)), UNITS, out, seed=4, now=NOW
    )
    return out


@pytest.fixture(scope="module")
def written(folder: Path) -> Rows:
    return records(folder)


def histories(written: Rows) -> dict[str, list[tuple[dt.datetime, int]]]:
    found = defaultdict(list)
    for step in written["steps"]:
        found[step["code"]].append((step["at"], step["status"]))
    return {code: sorted(steps) for code, steps in found.items()}


def test_same_seed_same_records(folder: Path, tmp_path: Path) -> None:
    asked = frame("2026", whole(Random(11), ["H91", "H91.01", "H91.101"], 1500))
    simulate(asked, UNITS, tmp_path / "again", seed=4, now=NOW)
    simulate(asked, UNITS, tmp_path / "other", seed=5, now=NOW)
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()
    same = (tmp_path / "other" / "dossiers.jsonl").read_bytes() == (folder / "dossiers.jsonl").read_bytes()
    assert not same


def test_nothing_is_dated_after_the_cut_off(written: Rows) -> None:
    moments = [step["at"] for step in written["steps"]]
    moments += [d[m] for d in written["dossiers"] for m in ("received_at", "ended_at", "returned_at") if d[m]]
    assert max(moments) <= NOW
    for petition in written["petitions"]:
        given = [petition[m] for m in petition if m.endswith("_at") and petition[m]]
        assert max(given) <= NOW
        assert petition["arrived_at"] == min(given)


def test_histories_run_forward(written: Rows) -> None:
    steps = histories(written)
    assert len(steps) == len(written["dossiers"])
    for dossier in written["dossiers"]:
        seen = [status for _, status in steps[dossier["code"]] if status != 1]
        assert re.fullmatch(
            r"24(54)?(5|9|9,10|3|7|8)?|245454?5?", "".join(map(str, seen)).replace("910", "9,10")
        )
        assert dossier["received_at"] < dossier["due_at"]
        ends = [at for at, status in steps[dossier["code"]] if status in (3, 7, 8, 9)]
        assert dossier["ended_at"] == (ends[0] if ends else None)


def test_work_is_done_in_office_hours(written: Rows) -> None:
    received = [d["received_at"] for d in written["dossiers"]]
    office = [m.weekday() < 5 and 7 <= m.hour < 17 for m in received]
    assert sum(office) / len(office) > 0.98
    by_day = [sum(m.weekday() == day for m in received) for day in range(5)]
    assert by_day[0] > by_day[4] > 0
    assert {5, 9, 10} <= {step["status"] for step in written["steps"]}
    running = [d for d in written["dossiers"] if d["ended_at"] is None]
    assert running


def test_nobody_is_real(folder: Path) -> None:
    with (folder / "dossiers.jsonl").open(encoding="utf-8") as file:
        owners = {json.loads(line)["ChuHoSo"] for line in file}
    assert all(re.fullmatch(r"\w+ (Văn|Thị) (Thử|Mẫu|Giả Định|Mô Phỏng) \d{6}", name) for name in owners)


def test_tables_have_their_columns(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        heading = path.read_text(encoding="utf-8").splitlines()[0]
        assert heading.split(",") == list(TABLES[path.stem].types)


def test_what_rows_name_is_there(written: Rows) -> None:
    units = {unit["code"] for unit in written["units"]}
    procedures = {procedure["code"] for procedure in written["procedures"]}
    codes = [dossier["code"] for dossier in written["dossiers"]]
    assert len(codes) == len(set(codes))
    for table in ("dossiers", "authority", "services", "petitions", "ratings", "reports", "decisions"):
        assert {row["unit"] for row in written[table]} <= units
    for table in ("dossiers", "authority", "services", "decisions"):
        assert {row["procedure"] for row in written[table]} <= procedures
    assert {row["dossier"] for row in written["ratings"]} <= set(codes)
    received = {dossier["code"]: dossier["received_at"] for dossier in written["dossiers"]}
    named = [petition for petition in written["petitions"] if petition["dossier"]]
    assert named
    assert all(received[petition["dossier"]] < petition["arrived_at"] for petition in named)
