"""Tables in a terminal of 80 columns: names, codes and numbers stand there whole, and no line is wider."""

import fcntl
import os
import pty
import struct
import sys
import termios
import threading

import click
import polars as pl
import pytest
from django.core.management import call_command
from rich.cells import cell_len

from phucvu.cli import output
from phucvu.cli.program import program
from phucvu.figures.periods import Period, now_in_vietnam
from phucvu.inbox.models import Sender
from phucvu.published import portal_2026
from phucvu.records.store import Store

from ..workspace import records

COLUMNS = 80


@pytest.fixture
def in_terminal(monkeypatch):
    """Runs a function with standard output in a pseudo-terminal; the lines that it shows."""

    def run(what):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
        parts = []

        def read():
            try:
                while part := os.read(ours, 65536):
                    parts.append(part)
            except OSError:  # what Linux says where nobody writes any more
                return

        reader = threading.Thread(target=read)
        reader.start()
        with os.fdopen(theirs, "w", encoding="utf-8") as screen, monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", screen)
            what()
        reader.join()
        os.close(ours)
        return click.unstyle(b"".join(parts).decode()).replace("\r\n", "\n").splitlines()

    return run


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A small province, with a long name of a unit and of a dossier."""
    store = Store(tmp_path_factory.mktemp("home"))
    records.fill(store, now_in_vietnam())
    long = ("H99.301", "UBND xã Có Một Cái Tên Rất Dài Để Thử Xem Có Bị Cắt Không", "commune", "H99")
    store.append("units", pl.DataFrame([long], schema=["code", "name", "kind", "parent"], orient="row"))
    return store.home


def shown(in_terminal, *words):
    lines = in_terminal(lambda: program.main([str(word) for word in words], standalone_mode=False))
    assert lines
    text = "\n".join(lines)
    assert "…" not in text.replace("https://…", "")
    return lines, " ".join(text.split())


def tables_fit(lines):
    """Every line but sentences, which the terminal itself continues below."""
    assert [line for line in lines if cell_len(line) > COLUMNS and " | " not in line] == []


NOW = now_in_vietnam()
MONTH = str(Period.months(NOW.year, NOW.month, 1))
SAME_LINE = "H99.01-done-late"


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        (("scoreboard", "--period", MONTH), ("H99.301", "Xã Có Một Cái Tên Rất Dài", "Hài lòng", "tổng")),
        (("figures", "--period", MONTH, "--unit", "H99.01"), ("Thời gian giải quyết", "mẫu số", "2.1")),
        (
            ("dossiers", "--period", MONTH, "--unit", "H99", "--indicator", "2.1", "--lost"),
            (SAME_LINE, "H99.201-overdue", "lý do bị trừ điểm", "quá hạn"),
        ),
        (("findings", "--period", MONTH), ("H98.01-disliked", "H99.201-done-bare")),
        (("averages", "--unit", "H99", "--period", MONTH), ("1.002", "trung bình", "trung vị")),
        (("set-aside", "list"), ("Sở Nào Đó", "not correct JSON")),
    ],
    ids=lambda words: words[0],
)
def test_what_is_counted_from_a_home(in_terminal, home, words, whole):
    lines, text = shown(in_terminal, *words, "--home", home)
    tables_fit(lines)
    for name in whole:
        assert name in text


def test_scores_of_a_file(in_terminal, tmp_path):
    published = portal_2026()
    published.figures.write_csv(tmp_path / "figures.csv")
    lines, text = shown(in_terminal, "score", tmp_path / "figures.csv")
    tables_fit(lines)
    assert "Thanh toán" in text
    assert any(line.split()[:2] == ["—", "H01"] for line in lines)
    assert "tổng" in next(line for line in lines if "đơn vị" in line)  # the answer is on the first line


def test_rules(in_terminal):
    lines, text = shown(in_terminal, "rules", "list")
    tables_fit(lines)
    assert "portal-2026" in text
    lines, text = shown(in_terminal, "rules", "show", "portal-2026")
    tables_fit(lines)
    assert "4.5a" in text
    lines, text = shown(in_terminal, "rules", "diff", "portal-2026", "qd766-2022")
    assert "điểm | points" in text


def test_senders(in_terminal, home, monkeypatch):
    call_command("migrate", interactive=False, verbosity=0)
    monkeypatch.setattr("phucvu.cli.senders.open_site", lambda home: Store(home))
    name = "he-thong-thong-tin-giai-quyet-thu-tuc-hanh-chinh"
    made = Sender.objects.create(
        name=name, unit="H99.301", secret="x", created_at=NOW, last_message_at=NOW, accepted=417_669
    )
    try:
        lines, text = shown(in_terminal, "senders", "list", "--home", home)
    finally:
        made.delete()
    tables_fit(lines)
    for said in (name, "H99.301", "mở | open", "417.669", "từ chối"):
        assert said in text


def test_a_text_longer_than_a_line_is_continued(in_terminal):
    long, code = "một lý do rất dài " * 9, "H21.227-261008-0975"
    lines = in_terminal(
        lambda: output.print_table(
            "Thử",
            [("mã", False), ("a" * 40, False), ("b" * 40, True), ("c", False)],
            [(code, "x", "1", long)],
        )
    )
    assert all(cell_len(line) <= COLUMNS for line in lines)
    assert code in "\n".join(lines)
    assert long.strip() in " ".join(" ".join(lines).split())
