"""`phucvu demo` as a newcomer runs it."""

import pytest

from .. import starting

pytestmark = pytest.mark.demo


def run(*arguments, cwd):
    return printed("demo", "--once", *arguments, cwd=cwd)


def printed(*words, cwd):
    done = starting.phucvu(*words, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_scoreboard_as_published(tmp_path):
    said = run(cwd=tmp_path)
    assert "Tỉnh Đồng Tháp" in said
    assert "Cả nước | The nation: 62,58" in said
    assert "chỉ có điểm nhóm đã công bố" in said


def test_gia_lai_at_full_size_from_raw_dossiers(tmp_path):
    """Simulated, imported and counted: every published figure, and every group score to 0.01."""
    said = run("--records", cwd=tmp_path)
    assert "417.669 hồ sơ mô phỏng: 456/456 số liệu bằng số liệu công bố" in said
    assert "144/144 điểm nhóm đúng đến 0,01" in said
    program, *dossiers = said.strip().splitlines()[-1].split()
    assert program == "phucvu"
    assert "quá hạn" in printed(*dossiers, cwd=tmp_path)


def test_a_folder_that_is_not_the_demonstrations_is_left_alone(tmp_path):
    (tmp_path / "phucvu-demo").mkdir()
    (tmp_path / "phucvu-demo" / "mine.txt").write_text("mine")
    done = starting.phucvu("demo", "--once", "--records", cwd=tmp_path)
    assert done.returncode == 2
    assert "phucvu-demo" in done.stderr
    assert (tmp_path / "phucvu-demo" / "mine.txt").read_text() == "mine"
