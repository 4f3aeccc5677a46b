"""`phucvu plan` over a home: dossiers done without their result, and what can be had back."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from phucvu.cli.program import program
from phucvu.intake.files import import_file
from phucvu.intake.policy import Policy
from phucvu.problems import UnusableError
from phucvu.records.store import Store
from phucvu.steering.plan import DEFAULT_MINUTES
from phucvu.web.workspace import deed_minutes

plan = importlib.import_module("phucvu.cli.plan")
"""The module, not the command of its name."""

UNITS = {
    "code": ["H99", "H99.01"],
    "name": ["UBND tỉnh Ví Dụ", "Sở Ví Dụ"],
    "kind": ["province", "department"],
    "parent": [None, "H99"],
}


def wire(number: int) -> str:
    payload = {
        "MaHoSo": f"H99.01-260810-{number:04}",
        "MaTTHC": "1.000001",
        "TrangThaiHoSo": "9",
        "KenhThucHien": "2",
        "DonViXuLy": "H99.01",
        "NgayTiepNhan": "20260810081500",
        "NgayHenTra": "20260901170000",
        "NgayKetThucXuLy": "20260812170000",
    }
    return json.dumps(payload) + "\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("home")
    store = Store(folder)
    store.append("units", pl.DataFrame(UNITS))
    store.append(
        "procedures", pl.DataFrame({"code": ["1.000001"], "name": ["Cấp phép thử"], "owner": ["H99"]})
    )
    (folder / "own.jsonl").write_text("".join(wire(n) for n in range(1, 5)))
    import_file(store, folder / "own.jsonl", sender="H99", policy=Policy(synchronised=True))
    return str(folder)


def run(home: str, *more: str) -> Any:
    asked = ("--unit", "H99.01", "--period", "2026-08", "--now", "2026-08-20T09:00", "--home", home)
    return CliRunner().invoke(program, ["plan", *asked, *more], standalone_mode=False)


def test_the_most_points_for_some_minutes_are_counted_again(home: str) -> None:
    # 24 minutes are enough for the results of all four, at 5 minutes each, and for nothing more.
    answer = run(home, "--hours", "0.4", "--minutes", "attach_result=5", "--verify", "--format", "json")
    assert answer.exception is None, answer.output
    found = json.loads(answer.stdout)
    [plan] = found["plan"]
    [line] = found["lines"]
    assert (line["deeds"], line["number"], line["minutes"]) == (["attach_result"], 4, 20)
    assert plan["score"] - plan["score_now"] == pytest.approx(6 if "4.2" not in line["indicators"] else 10)
    assert [row["code"] for row in found["dossiers"]] == [f"H99.01-260810-{n:04}" for n in range(1, 5)]
    assert run(home, "--score", "100").stdout.count("H99.01-260810-") == 4


def test_an_offices_own_minutes_are_those_of_its_workspace(
    home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"attach_result": 12, "digitise": 480, "issue_result": 480, "send": 480, "send_again": 480}
    monkeypatch.setattr(plan, "site_kept", lambda _home: True)
    monkeypatch.setattr(plan, "open_site", lambda _home: None)
    monkeypatch.setattr(deed_minutes, "minutes_of", lambda unit: DEFAULT_MINUTES | given)
    answer = run(home, "--hours", "0.4", "--format", "json")
    assert answer.exception is None, answer.output
    [line] = json.loads(answer.stdout)["lines"]
    assert (line["number"], line["minutes"]) == (2, 24)
    # What is said on the command line is what counts.
    answer = run(home, "--hours", "0.4", "--minutes", "attach_result=6", "--format", "json")
    [line] = json.loads(answer.stdout)["lines"]
    assert (line["number"], line["minutes"]) == (4, 24)


def test_a_home_of_the_command_line_alone_gets_no_database(home: str) -> None:
    run(home, "--hours", "0.1")
    assert not list(Path(home).glob("*.sqlite3"))


def test_where_nothing_was_declared_the_first_dossier_sent_gives_all_points(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """1.4 was over a twelfth of last year's dossiers; once one is sent it is over what is sent."""
    folder = tmp_path_factory.mktemp("unsent")
    store = Store(folder)
    store.append("units", pl.DataFrame(UNITS))
    store.append(
        "procedures", pl.DataFrame({"code": ["1.000001"], "name": ["Cấp phép thử"], "owner": ["H99"]})
    )
    store.append("reports", pl.DataFrame([{"unit": "H99.01", "period": "2025", "received": 120}]))
    (folder / "own.jsonl").write_text("".join(wire(n) for n in range(1, 5)))
    import_file(store, folder / "own.jsonl", sender="H99", policy=Policy(synchronised=False))
    answer = run(str(folder), "--hours", "0.05", "--verify", "--format", "json")
    assert answer.exception is None, answer.output
    [line] = json.loads(answer.stdout)["lines"]
    assert (line["deeds"], line["number"], line["points"]) == (["send"], 1, 6)


@pytest.mark.parametrize(
    "wrong",
    [
        ("--score", "abc"),
        ("--hours", "-1"),
        (),
        ("--score", "1", "--rank", "2"),
        ("--hours", "1", "--minutes", "attach_result=0"),
        ("--hours", "1", "--minutes", "what=5"),
    ],
)
def test_what_is_no_goal_is_told_in_one_line(home: str, wrong: tuple[str, ...]) -> None:
    assert isinstance(run(home, *wrong).exception, UnusableError)
