"""`phucvu score` as its user runs it: a process, its output, its exit status."""

import csv
import io
import json

import fastexcel
import pytest

from .. import starting

HEADING = "period,unit,indicator,numerator,denominator"


def run(*arguments, cwd=None):
    return starting.phucvu(*map(str, arguments), cwd=cwd)


@pytest.fixture
def figures(tmp_path):
    path = tmp_path / "so-lieu.csv"
    rows = [
        f"2026-0{month},{unit},{indicator},{n},100,ghi chú"
        for month in (7, 8)
        for unit, n in (("H21.227", 90 if month == 8 else 50), ("H21.228", 80))
        for indicator in (
            *("1.1", "1.2", "1.3", "1.4", "2.1", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6"),
            *("4.1", "4.2", "4.3", "4.4", "4.5a", "4.5b", "5.2", "5.3", "5.4"),
        )
    ]
    path.write_text("\n".join([f"{HEADING},note", *rows]), encoding="utf-8")
    return path


def test_json_has_what_others_rely_on(figures):
    done = run("score", figures, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    keys = {"period", "unit", "indicator", "numerator", "denominator", "rate", "score", "max"}
    assert keys | {"note"} <= set(answer["scores"][0])
    progress = [s for s in answer["scores"] if s["indicator"] == "2.1" and s["unit"] == "H21.228"]
    assert [(s["numerator"], s["denominator"], s["rate"], s["score"], s["max"]) for s in progress] == [
        (80, 100, 0.8, 16.0, 20.0)
    ] * 2
    assert {g["group"] for g in answer["groups"]} == {
        *("transparency", "progress", "online", "payment", "digitisation", "satisfaction")
    }
    assert all(g["rank_from"] <= g["rank"] <= g["rank_to"] for g in answer["groups"])
    totals = {(t["period"], t["unit"]): t for t in answer["totals"]}
    august = totals["2026-08", "H21.227"]
    assert (august["rank"], august["rank_change"], august["max"]) == (1, 1, 100.0)
    assert totals["2026-07", "H21.227"]["rank"] == 2
    assert [(t["rank_from"], t["rank_to"]) for t in totals.values()] == [
        (t["rank"], t["rank"]) for t in totals.values()
    ]
    assert august["score_change"] == round(august["score"] - totals["2026-07", "H21.227"]["score"], 2)


def test_csv_is_one_row_a_component_and_keeps_further_columns(figures):
    done = run("score", figures, "--format", "csv", "--rules", "portal-2026")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) == 2 * 2 * 21
    assert rows[0]["note"] == "ghi chú"
    assert {r["state"] for r in rows if r["indicator"] == "4.6"} == {"by_rule"}


def test_the_table_and_the_workbook(figures, tmp_path):
    book = tmp_path / "diem.xlsx"
    done = run("score", figures, "--excel", book, "--against", "2026-07")
    assert done.returncode == 0
    assert "Xã, phường | Communes — H21, 2026-08" in done.stdout
    assert "▲ 1" in done.stdout
    assert "chắc từ–đến" in done.stdout
    sheets = fastexcel.read_excel(book)
    assert sheets.sheet_names == ["scores", "groups", "totals", "Nguồn"]
    totals = sheets.load_sheet("totals").to_polars()
    assert totals.height == 4
    assert {"Kỳ", "Mã đơn vị", "Điểm", "Hạng", "Hạng chắc từ", "Hạng chắc đến", "Thay đổi hạng"} <= set(
        totals.columns
    )
    about = dict(sheets.load_sheet("Nguồn", header_row=None).to_polars().iter_rows())
    assert about["Kỳ"].count("/2026") == 2
    assert about["Nguồn"] == figures.name


def test_rows_set_aside_are_listed_and_the_status_is_1(tmp_path):
    path = tmp_path / "so-lieu.csv"
    path.write_text(f"{HEADING}\n2026,H21,2.1,9,10\n2026,H24,2.1,11,10\n", encoding="utf-8")
    done = run("score", path, "--format", "json")
    assert done.returncode == 1
    assert [s["unit"] for s in json.loads(done.stdout)["scores"] if s["indicator"] == "2.1"] == ["H21"]
    lines = done.stderr.splitlines()
    assert lines[0] == (
        "so-lieu.csv, dòng 3, cột numerator: tử số 11 lớn hơn mẫu số 10"
        " | numerator 11 is above denominator 10"
    )
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["score"], "Missing argument"),
        (["score", "nowhere.csv"], "không đọc được"),
        (["score", "{figures}", "--rules", "khong-co"], "không có bộ quy tắc"),
        (["score", "{figures}", "--format", "pdf"], "'pdf' is not one of"),
        (["score", "{figures}", "--against", "2026-99"], "kỳ '2026-99' không đúng"),
        (["score", "{figures}", "--units", "nowhere.csv"], "không đọc được"),
        (["khong-co"], "No such command"),
        (["rules", "check", "nowhere.yaml"], "không đọc được"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_status_2(figures, tmp_path, arguments, said):
    done = run(*(a.format(figures=figures) for a in arguments), cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert said in line
    assert " | " in line


def test_group_scores_that_a_portal_published_stand_in(tmp_path):
    path, groups = tmp_path / "so-lieu.csv", tmp_path / "nhom.csv"
    path.write_text(f"{HEADING}\n2026,H21,2.1,9,10\n", encoding="utf-8")
    groups.write_text("period,unit,progress,online\n2026,H21,1,9.14\n", encoding="utf-8")
    answer = json.loads(run("score", path, "--groups", groups, "--format", "json").stdout)
    by_group = {g["group"]: (g["score"], g["origin"]) for g in answer["groups"]}
    assert by_group["progress"] == (18.0, "counted")
    assert by_group["online"] == (9.14, "published")
    groups.write_text("period,unit,online\n2026,H21,99\n", encoding="utf-8")
    done = run("score", path, "--groups", groups)
    assert done.returncode == 2
    assert "nhom.csv, dòng 2, cột online: '99' không phải số điểm từ 0 đến 12" in done.stderr


def test_a_table_of_units_decides_the_blocks(tmp_path):
    path, units = tmp_path / "so-lieu.csv", tmp_path / "don-vi.csv"
    path.write_text(
        f"{HEADING}\n2024,H21.30,2.1,9,10\n2024,H21.31,2.1,8,10\n"
        "2024,H21.32,2.1,7,10\n2024,H21.33,2.1,7,10\n2024,H21,2.1,7,10\n",
        encoding="utf-8",
    )
    units.write_text(
        "code,name,kind,parent\nH21.30,Huyện Thử,district,H21\nH21.31,Sở Thử,department,H21\n"
        "H21.32,Huyện Khác,district,H21\nH21.33,Sở Khác,department,H21\n",
        encoding="utf-8",
    )
    answer = json.loads(run("score", path, "--units", units, "--format", "json").stdout)
    ranks = {(g["unit"], g["group"]): g["rank"] for g in answer["groups"]}
    assert ranks["H21.30", "progress"] == ranks["H21.31", "progress"] == 1
    assert ranks["H21.32", "progress"] == ranks["H21.33", "progress"] == 2
    assert ranks["H21", "progress"] is None


def test_rules_commands(tmp_path):
    assert "portal-2026" in run("rules", "list").stdout
    shown = run("rules", "show", "portal-2026").stdout
    assert "Tỷ lệ hồ sơ thủ tục hành chính xử lý đúng hạn" in " ".join(shown.split())
    said = run("rules", "diff", "qd766-2022", "portal-2026").stdout
    assert "tỷ lệ đạt điểm tối đa: 80% → 100%" in said
    assert "liên quan 42 điểm" in said
    good = tmp_path / "tinh.yaml"
    good.write_text("name: tinh\nbased_on: portal-2026\n", encoding="utf-8")
    assert "22 chỉ số thành phần trong 5 nhóm, 100 điểm" in run("rules", "check", good).stdout
