"""`phucvu accounts` and `phucvu audit` as an administrator of the machine uses them."""

import json
import re
import sqlite3
import stat

import polars as pl
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


def test_the_only_administrator_who_lost_the_second_step(phucvu, tmp_path):
    phucvu("accounts", "add", "quan-tri", "--unit", "H99", "--email", "quan-tri@example.vn")
    with sqlite3.connect(tmp_path / "home" / "phucvu.sqlite3") as database:
        [(user,)] = database.execute("SELECT id FROM accounts_user").fetchall()
        second = "INSERT INTO mfa_authenticator (user_id, type, data, created_at) VALUES (?, 'totp', '{}', ?)"
        database.execute(second, (user, "2026-01-01"))
        database.execute(
            "INSERT INTO usersessions_usersession (user_id, created_at, ip, last_seen_at, session_key,"
            " user_agent, data) VALUES (?, '2026-01-01', '127.0.0.1', '2026-01-01', 'x', '', '{}')",
            (user,),
        )
    assert "có | yes" in phucvu("accounts", "list").stdout
    done = phucvu("accounts", "reset-two-step", "quan-tri")
    assert done.returncode == 0, done.stderr
    assert "chưa | no" in phucvu("accounts", "list").stdout
    with sqlite3.connect(tmp_path / "home" / "phucvu.sqlite3") as database:
        assert not database.execute("SELECT * FROM usersessions_usersession").fetchall()
    said = [json.loads(line) for line in phucvu("audit", "export").stdout.splitlines()]
    assert [e["action"] for e in said][-2:] == ["session ended", "two-step sign-in forgotten"]


@pytest.mark.parametrize(
    "words",
    [
        ("accounts", "add", "ai", "--unit", "H98", "--email", "ai@example.vn"),
        ("accounts", "add", "ai", "--unit", "H99", "--email", "ai"),
        ("accounts", "reset-two-step", "ai"),
        ("audit", "verify", "--noted", "1:x"),
    ],
)
def test_what_cannot_be_done_is_said(phucvu, words):
    done = phucvu(*words)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_accounts_from_a_file(phucvu, tmp_path):
    rows = "Thư điện tử,Họ tên,Vai trò,Đơn vị\ncan-bo@example.vn,Người Thử,chuyên viên,h99\nx,,vua,H99\n"
    (tmp_path / "moi.csv").write_text(rows, encoding="utf-8")
    result = tmp_path / "ket-qua.xlsx"
    words = ["accounts", "import", str(tmp_path / "moi.csv"), "--output", str(result)]
    done = phucvu(*words, "--site", "https://dvc.example.vn/")
    assert done.returncode == 1, done.stderr
    assert "Đã lập 1 trong 2" in done.stdout
    assert "moi.csv, dòng 3, cột Vai trò" in done.stderr
    assert stat.S_IMODE(result.stat().st_mode) == 0o600
    line = pl.read_excel(result).row(0)
    assert line[1] == "can-bo"
    assert line[-1].startswith("https://dvc.example.vn/accounts/password/")
    again = phucvu(*words)
    assert again.returncode == 2
    assert "tệp đã có" in again.stderr
