"""`phucvu senders` as an administrator uses it."""

import pytest


def test_an_account_is_made_listed_and_closed(phucvu):
    made = phucvu("senders", "add", "so-vi-du", "--unit", "H99.01")
    assert made.returncode == 0, made.stderr
    secret = made.stdout.strip()
    assert len(secret) >= 40
    listed = phucvu("senders", "list")
    assert "so-vi-du" in listed.stdout
    assert secret not in listed.stdout
    assert "mở | open" in listed.stdout
    assert phucvu("senders", "close", "so-vi-du").returncode == 0
    assert "đóng | closed" in phucvu("senders", "list").stdout
    log = phucvu("audit", "export").stdout
    assert '"sender made"' in log
    assert '"sender closed"' in log
    assert secret not in log


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("senders", "add", "a b", "--unit", "H99"), "a b"),
        (("senders", "add", "khac", "--unit", "H98"), "H98"),
        (("senders", "close", "nobody"), "nobody"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(phucvu, words, said):
    done = phucvu(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_name_is_taken_once(phucvu):
    assert phucvu("senders", "add", "mot", "--unit", "H99").returncode == 0
    again = phucvu("senders", "add", "mot", "--unit", "H99")
    assert again.returncode == 2
    assert "mot" in again.stderr
