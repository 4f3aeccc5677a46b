"""`phucvu accounts` and `phucvu audit` as an administrator of the machine uses them."""

import json
import os
import re
import sqlite3
import subprocess
import sys

import pytest

UNITS = "code,name,kind,parent\nH99,Tỉnh Ví Dụ,province,\n"


@pytest.fixture
def run(tmp_path):
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    environment = os.environ | {"PHUCVU_HOME": str(tmp_path / "home")}

    def run_(*words):
        return subprocess.run(
            [sys.executable, "-m", "phucvu", *words],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            check=False,
        )

    assert run_("import", "units.csv").returncode == 0
    return run_


def test_the_first_administrator_and_the_log(run, tmp_path):
    made = run("accounts", "add", "quan-tri", "--unit", "H99", "--email", "quan-tri@example.vn")
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("/")
    assert "quản trị viên" in run("accounts", "list").stdout

    whole = run("audit", "verify")
    assert whole.returncode == 0, whole.stderr
    noted = whole.stdout.strip()
    assert re.fullmatch(r"\d+:[0-9a-f]{64}", noted)
    entries = [json.loads(line) for line in run("audit", "export").stdout.splitlines()]
    assert entries[0]["action"] == "account made"
    assert entries[-1]["hash"] == noted.split(":")[1]
    assert run("audit", "verify", "--noted", noted).returncode == 0

    with sqlite3.connect(tmp_path / "home" / "phucvu.sqlite3") as database:
        database.execute("UPDATE accounts_auditentry SET object = 'ai-do' WHERE number = 1")
    altered = run("audit", "verify")
    assert altered.returncode == 1
    assert "mục 1" in altered.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("accounts", "add", "ai", "--unit", "H98", "--email", "ai@example.vn"),
        ("accounts", "add", "ai", "--unit", "H99", "--email", "ai"),
        ("audit", "verify", "--noted", "1:x"),
    ],
)
def test_what_cannot_be_done_is_said(run, words):
    done = run(*words)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
