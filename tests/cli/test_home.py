"""The commands on a home, as their user runs them: simulate, import, count, follow down to a dossier."""

import csv
import io
import json
import os

import polars as pl
import pytest

from phucvu.published import portal_2026

from .. import starting

NOW = ("--now", "2026-10-10T23:59:59")
UNITS = ("H21.17", "H21.227")


def run(*arguments, home=None, cwd=None):
    environment = os.environ | ({"PHUCVU_HOME": str(home)} if home else {})
    return starting.phucvu(*map(str, arguments), cwd=cwd, env=environment)


@pytest.fixture(scope="module")
def figures():
    return portal_2026().figures.filter(pl.col("unit") == "H21.227")


@pytest.fixture(scope="module")
def home(tmp_path_factory, figures):
    """A commune with the figures that were published for it."""
    folder = tmp_path_factory.mktemp("office")
    figures.write_csv(folder / "like.csv")
    made = run("simulate", "--like", folder / "like.csv", "--out", folder / "records", "--seed", 7, *NOW)
    assert made.returncode == 0, made.stderr
    assert "dossiers.jsonl: 2.618" in made.stdout
    taken = run("import", folder / "records", "--synchronised", home=folder / "home")
    assert taken.returncode == 0, taken.stderr
    assert "dossiers: 2.618 mới | new" in taken.stdout
    return folder / "home"


def test_the_figures_are_the_published_ones(home, figures):
    done = run("figures", "--period", "2026", "--unit", "H21.227", "--format", "csv", *NOW, home=home)
    assert done.returncode == 0, done.stderr
    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert rows[0] == ["period", "unit", "indicator", "numerator", "denominator"]
    counted = {row[2]: (int(row[3]), int(row[4])) for row in rows[1:]}
    for _, _, indicator, numerator, denominator in figures.iter_rows():
        assert counted[indicator] == (numerator, denominator), indicator


def test_the_same_files_again_change_nothing(home):
    again = run("import", home.parent / "records", "--synchronised", home=home)
    assert again.returncode == 0
    assert "dossiers: 0 mới | new, 2.618 đã có | known" in again.stdout
    assert "steps: 0 mới | new" in again.stdout


def test_the_scoreboard_counts_and_scores(home):
    done = run("scoreboard", "--period", "2026", "--format", "json", *NOW, home=home)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    groups = {(g["unit"], g["group"]): g["score"] for g in answer["groups"]}
    assert groups["H21.227", "progress"] == 19.41
    assert groups["H21.227", "payment"] == 7.34
    assert groups["H21.227", "digitisation"] == 12.49
    totals = {t["unit"]: t for t in answer["totals"]}
    assert totals["H21.227"]["score"] is not None


def test_every_lost_dossier_is_there_with_its_reason(home, figures):
    lost = {row[2]: row[4] - row[3] for row in figures.iter_rows()}
    done = run(
        *("dossiers", "--unit", "H21.227", "--indicator", "2.1", "--period", "2026", "--lost"),
        *("--limit", 1000, "--format", "csv", *NOW),
        home=home,
    )
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) == lost["2.1"] == 77
    assert all(row["reason_vi"].startswith("quá hạn") for row in rows)
    shown = run("dossiers", "--unit", "H21.227", "--indicator", "3.6", "--period", "2026", *NOW, home=home)
    assert "không thanh toán trực tuyến" in " ".join(shown.stdout.split())


def test_as_of_a_time_before_anything_arrived(home):
    done = run(
        *("figures", "--period", "2026", "--as-of", "2020-01-01", "--format", "csv", *NOW),
        home=home,
    )
    assert done.returncode == 2
    assert "chưa có đơn vị nào" in done.stderr


def test_findings_and_averages(home):
    done = run("findings", "--period", "2026", "--limit", 5, "--format", "json", *NOW, home=home)
    assert done.returncode == 0, done.stderr
    assert {"dossier", "unit", "finding", "vi", "en"} <= set(json.loads(done.stdout)["findings"][0])
    done = run("averages", "--unit", "H21.227", "--period", "2026", "--format", "csv", *NOW, home=home)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["figures", "--period", "2026"], "chưa có đơn vị nào"),
        (["figures", "--period", "x"], "kỳ 'x' không đúng"),
        (["figures", "--period", "2026", "--now", "hôm nay"], "không phải thời điểm ISO"),
        (["figures", "--period", "0001-01-01..9999-12-31"], "không đúng; viết 2026-08"),
        (["figures", "--period", "２０２６"], "không đúng; viết 2026-08"),
        (["figures", "--period", "2026", "--now", "0001-01-01T00:00:00+07:00"], "các năm 1900–2199"),
        (["figures", "--period", "2026", "--now", "9999-12-31T23:59:59-11:00"], "các năm 1900–2199"),
        (["figures", "--period", "2026", "--as-of", "0001-01-01"], "--as-of '0001-01-01' không phải"),
        (["figures", "--period", "2026", "--as-of", "9" * 10_000], "các năm 1900–2199"),
        (["figures", "--period", "2026", "--engine", "oracle"], "không có máy tính toán 'oracle'"),
        (["import", "nowhere.csv"], "không có tệp này"),
        (["simulate", "--like", "nowhere.csv", "--out", "x"], "không đọc được"),
        (["mappings", "show", "khong-co"], "không có ánh xạ"),
        (["set-aside", "mend", "unit", "Xã Lạ", "H99"], "H99"),
        (["portal", "pull", "--period", "2026"], "PHUCVU_PORTAL"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_status_2(tmp_path, arguments, said):
    done = run(*arguments, home=tmp_path / "home", cwd=tmp_path)
    assert done.returncode == 2, done.stdout
    (line,) = done.stderr.splitlines()
    assert said in line


def test_rows_set_aside_are_mended_and_replayed(tmp_path):
    home = tmp_path / "home"
    units = tmp_path / "units.csv"
    units.write_text(
        "code,name,kind,parent\nH21,UBND tỉnh Gia Lai,province,\nH21.227,UBND xã Vân Canh,commune,H21\n",
        encoding="utf-8",
    )
    dossier = {
        "MaHoSo": "H21.227-260801-0001",
        "MaTTHC": "9.000001",
        "NgayTiepNhan": "20260803080000",
        "TrangThaiHoSo": "4",
        "DonViXuLy": "Xã Vân Canh (cũ)",
    }
    broken = dossier | {"MaHoSo": "H21.227-260801-0002", "NgayTiepNhan": "20261332"}
    sent = tmp_path / "ho-so.jsonl"
    sent.write_text("\n".join(json.dumps(d, ensure_ascii=False) for d in (dossier, broken)), encoding="utf-8")
    taken = run("import", units, sent, "--sender", "H21", home=home)
    assert taken.returncode == 1
    assert "H21.227-260801-0002" in taken.stderr
    assert "NgayTiepNhan" in taken.stderr
    assert "Xã Vân Canh (cũ)" in run("set-aside", "list", home=home).stdout
    mended = run("set-aside", "mend", "unit", "Xã Vân Canh (cũ)", "H21.227", home=home)
    assert mended.returncode == 0, mended.stderr
    replayed = run("set-aside", "replay", home=home)
    assert replayed.returncode == 1  # the impossible date still waits
    assert "1 mới | new" in replayed.stdout
    count = run("figures", "--period", "2026-08", "--unit", "H21.227", "--format", "csv", *NOW, home=home)
    assert "2026-08,H21.227,2.1,1,1" in count.stdout  # no deadline is known: on time
    rest = run("set-aside", "list", "--format", "csv", home=home)
    assert len(rest.stdout.splitlines()) == 2


def test_mappings_are_shown_changed_and_saved(tmp_path):
    home = tmp_path / "home"
    (name,) = run("mappings", "list", home=home).stdout.split()
    shown = run("mappings", "show", name, home=home).stdout
    own = tmp_path / "own.yaml"
    own.write_text(shown.replace(f"name: {name}", "name: vnpt-cua-toi"), encoding="utf-8")
    assert run("mappings", "save", own, home=home).returncode == 0
    assert "vnpt-cua-toi" in run("mappings", "list", home=home).stdout


def test_a_home_without_dossiers_has_figures_of_nothing(tmp_path):
    (tmp_path / "units.csv").write_text("code,name,kind,parent\nH99,Tỉnh Ví Dụ,province,\n")
    assert run("import", "units.csv", home="home", cwd=tmp_path).returncode == 0
    for command in (["figures"], ["scoreboard"], ["dossiers", "--unit", "H99", "--indicator", "2.1"]):
        done = run(*command, "--period", "2026", home="home", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
