"""`phucvu ledger` over a home: its tables, files and what to send again."""

import datetime as dt
import json

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner

from phucvu.cli.program import program
from phucvu.intake.files import import_file
from phucvu.intake.policy import Policy
from phucvu.problems import UnusableError
from phucvu.records.store import Store

UNITS = {
    "code": ["H99", "H99.01", "H99.101"],
    "name": ["UBND tỉnh Ví Dụ", "Sở Ví Dụ", "UBND xã Ví Dụ"],
    "kind": ["province", "department", "commune"],
    "parent": [None, "H99", "H99"],
}
NUMBERS = {"finished": 1, "finished_on_time": 1, "finished_late": 0, "open": 4, "open_late": 0}


def wire(number, **changed):
    payload = {
        "MaHoSo": f"H99.01-260810-{number:04}",
        "MaTTHC": "1.000001",
        "TrangThaiHoSo": "4",
        "KenhThucHien": "2",
        "DonViXuLy": "H99.01",
        "NgayTiepNhan": "20260810081500",
        "NgayHenTra": "20260901170000",
    }
    return json.dumps(payload | changed) + "\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A department with four dossiers: of one the portal knows the same, of three not."""
    folder = tmp_path_factory.mktemp("home")
    store = Store(folder)
    store.append("units", pl.DataFrame(UNITS))
    store.append(
        "procedures", pl.DataFrame({"code": ["1.000001"], "name": ["Cấp phép thử"], "owner": ["H99"]})
    )
    of = {"unit": "H99", "period": "2026-08", "received": 5, "online": 3, "in_person": 1, "carried_over": 0}
    below = {"unit": "H99.01", "received": 4, "online": 3}
    for row in (of, of | below, of | below | {"unit": "H99.101"}):
        store.append("reports", pl.DataFrame([row | NUMBERS | {"finished": 2 if row is of else 1}]))
    (folder / "own.jsonl").write_text("".join(wire(n) for n in range(1, 5)))
    import_file(store, folder / "own.jsonl", sender="H99", policy=Policy(synchronised=True))
    answer = {"sender": "H99", "code": "H99.01-260810-0002", "at": dt.datetime(2026, 8, 11)}
    said = {"outcome": "refused", "message": "MaTTHC không có trong danh mục"}
    store.append("portal_answers", pl.DataFrame([answer | said]))
    (folder / "portal.jsonl").write_text(wire(1) + wire(3, KenhThucHien="1") + wire(9))
    import_file(store, folder / "portal.jsonl", kind="portal-dossiers", sender="H99")
    return folder


@pytest.fixture
def run(home):
    asked = ("--unit", "H99.01", "--period", "2026-08", "--now", "2026-08-20T09:00", "--home", str(home))
    return lambda *more: CliRunner().invoke(program, ["ledger", *asked, *more], standalone_mode=False)


def test_json_has_figures_causes_dossiers_and_identities(run):
    found = json.loads(run("--format", "json", "--indicator", "3.3").stdout)
    [figure] = found["figures"]
    sides = {
        s: (figure[f"{s}_numerator"], figure[f"{s}_denominator"]) for s in ("counted", "listed", "declared")
    }
    assert sides == {"counted": (4, 4), "listed": (2, 3), "declared": (3, 4)}
    assert (figure["numerator"], figure["denominator"]) == (-2, -1)
    causes = {c["cause"]: (c["number"], c["numerator"], c["denominator"]) for c in found["causes"]}
    assert causes == {
        "refused": (1, -1, -1),
        "unknown_there": (1, -1, -1),
        "unknown_here": (1, 1, 1),
        "other_marks": (1, -1, 0),
    }
    by_code = {d["code"][-4:]: d for d in found["dossiers"]}
    assert by_code["0003"]["differs"] == ["channel"]
    assert by_code["0002"]["own_message"] == "MaTTHC không có trong danh mục"
    assert [(i["unit"], i["finding"]) for i in found["identities"]] == [("H99.01", "report_received_carried")]


def test_the_identities_hold_between_the_levels_too(run):
    found = json.loads(run("--format", "json", "--unit", "H99").stdout)["identities"]
    children = {
        i["field"]: (i["declared"], i["expected"]) for i in found if i["finding"] == "report_children"
    }
    assert children["received"] == (5, 8)
    assert "finished" not in children  # 2 = 1 + 1


def test_csv_and_table_list_the_causes_and_their_dossiers(run):
    causes = run("--format", "csv").stdout.splitlines()
    assert causes[0] == "indicator,cause,number,numerator,denominator"
    assert "3.3,refused,1,-1,-1" in causes
    dossiers = run("--format", "csv", "--cause", "refused", "--indicator", "3.3").stdout.splitlines()
    assert len(dossiers) == 2
    shown = run("--indicator", "3.3").stdout
    for words in ("4/4", "2/3", "3/4", "H99.01-260810-0003", "hình thức nộp", "khác đã giải quyết"):
        assert words in shown, words


def test_a_workbook_has_the_summary_the_causes_the_dossiers_and_the_identities(run, tmp_path):
    done = run("--format", "xlsx", "--output", str(tmp_path / "a.xlsx"))
    assert done.exception is None
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["Tổng hợp", "Nguyên nhân", "Hồ sơ", "Số báo cáo không khớp", "Nguồn"]
    heading = [cell.value for cell in book["Tổng hợp"][1]]
    assert heading[:2] == ["Mã chỉ số", "Chỉ số"]
    assert "Hệ thống này: tử số" in heading
    assert book["Hồ sơ"].auto_filter.ref
    for more in (("--format", "xlsx"), ("--cause", "lạ")):
        with pytest.raises(UnusableError):
            raise run(*more).exception


def test_what_to_send_again_is_written_by_number_or_as_it_is_held(run, tmp_path):
    run("--resend", str(tmp_path / "a.csv"))
    rows = pl.read_csv(tmp_path / "a.csv", infer_schema=False)
    assert rows.select("code", "cause").rows() == [
        ("H99.01-260810-0002", "refused"),
        ("H99.01-260810-0004", "unknown_there"),
    ]
    run("--resend", str(tmp_path / "a.jsonl"))
    sent = [json.loads(line)["MaHoSo"][-4:] for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert sent == ["0002", "0004"]
