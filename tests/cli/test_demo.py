"""`phucvu demo` as a newcomer runs it."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.demo


def run(*arguments, cwd):
    command = [sys.executable, "-m", "phucvu", "demo", "--once", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=True).stdout


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
    dossiers = [sys.executable, "-m", *said.strip().splitlines()[-1].split()]
    lost = subprocess.run(dossiers, capture_output=True, text=True, cwd=tmp_path, check=True).stdout
    assert "quá hạn" in lost


def test_a_folder_that_is_not_the_demonstrations_is_left_alone(tmp_path):
    (tmp_path / "phucvu-demo").mkdir()
    (tmp_path / "phucvu-demo" / "mine.txt").write_text("mine")
    command = [sys.executable, "-m", "phucvu", "demo", "--once", "--records"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "phucvu-demo" in done.stderr
    assert (tmp_path / "phucvu-demo" / "mine.txt").read_text() == "mine"
