"""`phucvu senders` as an administrator uses it."""

import os
import subprocess
import sys

import pytest

UNITS = "code,name,kind,parent\nH99,Tỉnh Ví Dụ,province,\nH99.01,Sở Ví Dụ,department,H99\n"


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


def test_an_account_is_made_listed_and_closed(run):
    made = run("senders", "add", "so-vi-du", "--unit", "H99.01")
    assert made.returncode == 0, made.stderr
    secret = made.stdout.strip()
    assert len(secret) >= 40
    listed = run("senders", "list")
    assert "so-vi-du" in listed.stdout
    assert secret not in listed.stdout
    assert "mở | open" in listed.stdout
    assert run("senders", "close", "so-vi-du").returncode == 0
    assert "đóng | closed" in run("senders", "list").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("senders", "add", "a b", "--unit", "H99"), "a b"),
        (("senders", "add", "khac", "--unit", "H98"), "H98"),
        (("senders", "close", "nobody"), "nobody"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run, words, said):
    done = run(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_name_is_taken_once(run):
    assert run("senders", "add", "mot", "--unit", "H99").returncode == 0
    again = run("senders", "add", "mot", "--unit", "H99")
    assert again.returncode == 2
    assert "mot" in again.stderr
