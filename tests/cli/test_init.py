"""`phucvu init`, and what a home that is not there is told."""

import os

import pytest

from .. import starting


@pytest.fixture
def run(tmp_path):
    def run(*words, **variables):
        environment = {k: v for k, v in os.environ.items() if k not in ("PHUCVU_HOME", "PHUCVU_HTTPS")}
        return starting.phucvu(*words, cwd=tmp_path, env=environment | variables)

    return run


def test_an_empty_home_is_made_once_and_names_the_next_commands(run, tmp_path):
    made = run("init", "--home", "nha")
    assert made.returncode == 0, made.stderr
    assert "đã lập | The home made: nha" in made.stdout
    assert "phucvu import --home nha units.csv" in made.stdout
    assert "phucvu serve --home nha" in made.stdout
    assert (tmp_path / "nha" / "phucvu.sqlite3").exists()
    assert (tmp_path / "nha").stat().st_mode & 0o077 == 0
    again = run("init", "--home", "nha")
    assert again.returncode == 0
    assert "đã có sẵn" in again.stdout


def test_a_folder_of_other_files_is_no_home(run, tmp_path):
    (tmp_path / "anh").mkdir()
    (tmp_path / "anh" / "meo.jpg").write_text("")
    done = run("init", "--home", "anh")
    assert done.returncode == 2
    assert "anh: thư mục này có tệp khác" in done.stderr
    assert [path.name for path in (tmp_path / "anh").iterdir()] == ["meo.jpg"]


@pytest.mark.parametrize("words", [["serve"], ["accounts", "list"], ["senders", "add", "x", "--unit", "H21"]])
def test_a_home_that_is_not_there_is_not_made_by_mistake(run, tmp_path, words):
    done = run(*words, "--home", "nah")
    assert done.returncode == 2, done.stdout
    (line,) = done.stderr.splitlines()
    assert "phucvu init --home nah" in line
    assert list(tmp_path.iterdir()) == []


def test_the_scoreboard_of_a_home_without_dossiers_has_no_totals(run, tmp_path):
    (tmp_path / "units.csv").write_text("code,name,kind,parent\nH99,Tỉnh Ví Dụ,province,\n")
    assert run("import", "units.csv").returncode == 0
    done = run("scoreboard", "--period", "2026")
    assert done.returncode == 0, done.stderr
    assert "14,00" not in done.stdout
    assert "1 đơn vị chưa có hồ sơ" in done.stdout
