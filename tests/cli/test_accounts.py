"""`phucvu accounts` and `phucvu audit` as an administrator of the machine uses them."""

import json
import re
import sqlite3

import pytest


def test_the_first_administrator_and_the_log(phucvu, tmp_path):
    made = phucvu("accounts", "add", "quan-tri", "--unit", "H99", "--email", "quan-tri@example.vn")
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("/")
    assert "quản trị viên" in phucvu("accounts", "list").stdout

    whole = phucvu("audit", "verify")
    assert whole.returncode == 0, whole.stderr
    noted = whole.stdout.strip()
    assert re.fullmatch(r"\d+:[0-9a-f]{64}", noted)
    entries = [json.loads(line) for line in phucvu("audit", "export").stdout.splitlines()]
    assert entries[0]["action"] == "account made"
    assert entries[-1]["hash"] == noted.split(":")[1]
    assert phucvu("audit", "verify", "--noted", noted).returncode == 0

    with sqlite3.connect(tmp_path / "home" / "phucvu.sqlite3") as database:
        database.execute("UPDATE accounts_auditentry SET object = 'ai-do' WHERE number = 1")
    altered = phucvu("audit", "verify")
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
def test_what_cannot_be_done_is_said(phucvu, words):
    done = phucvu(*words)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
