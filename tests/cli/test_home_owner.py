"""Whose home it is: only its owner may use it, and what is made in it is for nobody else."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from .. import starting

COMMANDS = (
    ["serve", "--port", "1"],
    ["senders", "list"],
    ["set-aside", "list"],
    ["inbox", "replay", "--to", "elsewhere"],
    ["findings", "--period", "2026-08"],
)


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return starting.phucvu(*words, "--home", str(home), umask=0o022)


def refused(home: Path, *words: str) -> str:
    done = run(home, *words)
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert " | " in line
    return line


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_home_of_another_user_is_refused_by_name(tmp_path: Path, command: list[str]) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, 65534, -1)
    assert "sudo -u nobody phucvu" in refused(home, *command)
    assert list(home.iterdir()) == []


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("")
    for command in COMMANDS[:3]:
        refused(home, *command)
        refused(home / "below", *command)


def test_what_is_made_is_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    units = tmp_path / "units.csv"
    units.write_text("code,name,kind,parent\nH21,UBND tỉnh Gia Lai,province,\n", encoding="utf-8")
    done = run(home, "import", str(units))
    assert done.returncode == 0, done.stderr
    done = run(home, "senders", "add", "gialai", "--unit", "H21")
    assert done.returncode == 0, done.stderr
    made = [home, *home.rglob("*")]
    assert len(made) > 6
    assert not [path for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077]
