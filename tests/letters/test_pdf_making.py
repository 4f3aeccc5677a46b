"""A letter's PDF: fonts within, PDF/A on request; LibreOffice is ended when it hangs, missed when missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from phucvu.letters import pdf_making
from phucvu.letters.letter_kinds import KINDS, context_of, fields_of
from phucvu.letters.template_filling import fill, shipped
from phucvu.problems import UnusableError

from .made_facts import facts


def letter():
    kind, of = (
        KINDS["office-notice"],
        facts(values={("H99", i.id): (9, 10) for i in facts().rules.indicators}),
    )
    return fill(shipped(kind.template), context_of(kind, of, fields_of(kind, of)))


@pytest.mark.skipif(pdf_making.office_program() is None, reason="needs LibreOffice")
@pytest.mark.skipif(not shutil.which("pdffonts"), reason="needs Poppler's tools")
def test_a_letter_is_pdf_a_with_its_fonts_and_pages(tmp_path):
    """LibreOffice takes some seconds to begin; so it is asked once, for the form that has most to hold."""
    made = pdf_making.to_pdf(letter(), archive=True)
    assert made.startswith(b"%PDF-")
    assert b"<pdfaid:part>2</pdfaid:part>" in made
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in made
    assert b"/OutputIntents" in made or b"/OutputIntent" in made
    file = tmp_path / "van-ban.pdf"
    file.write_bytes(made)
    said = subprocess.run(["pdffonts", str(file)], capture_output=True, text=True, check=True).stdout
    heading, _, *fonts = said.splitlines()
    at = heading.index("emb")
    assert fonts
    assert {line[at : at + 3] for line in fonts} == {"yes"}
    assert "Serif" in said or "Times" in said
    text = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    pages = pdf_making.pictures(made)
    assert len(pages) == text.count("\f")
    assert all(page.startswith(b"\x89PNG") for page in pages)
    if shutil.which("verapdf"):
        words = ["verapdf", "--flavour", "2b", str(file)]
        assert 'isCompliant="true"' in subprocess.run(words, capture_output=True, text=True).stdout


def program(tmp_path, monkeypatch, text):
    file = tmp_path / "soffice"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    monkeypatch.setattr(pdf_making, "office_program", lambda: str(file))


def refused(code):
    with pytest.raises(UnusableError) as error:
        pdf_making.to_pdf(b"a")
    assert [fault.code for fault in error.value.faults] == [code]


def test_one_that_hangs_is_ended_with_what_it_started(tmp_path, monkeypatch):
    note = tmp_path / "pid"
    program(tmp_path, monkeypatch, f"sleep 60 & echo $! > {note}; wait")
    monkeypatch.setattr(pdf_making, "MOST_SECONDS", 1)
    refused("pdf_too_slow")
    child = int(note.read_text())
    for _ in range(100):
        if not alive(child):
            return
        time.sleep(0.05)
    raise AssertionError("what it started lives on")


def alive(pid):
    try:
        with Path(f"/proc/{pid}/stat").open() as file:
            return file.read().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_it_knows_nothing_of_the_environment_and_failing_is_one_fault(tmp_path, monkeypatch):
    note = tmp_path / "environment"
    monkeypatch.setenv("PHUCVU_SECRET_KEY", "bi-mat")
    program(tmp_path, monkeypatch, f"env > {note}; exit 1")
    refused("pdf_not_made")
    assert "bi-mat" not in note.read_text()
    assert f"HOME={os.environ['HOME']}\n" not in note.read_text()


def test_where_libreoffice_is_missing_it_says_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert pdf_making.office_program() is None
    refused("pdf_no_office")
    assert pdf_making.pictures(b"a") == []


def test_no_network_where_the_system_can_take_it_away():
    words = pdf_making._without_network()
    seen = subprocess.run([*words, "cat", "/proc/net/dev"], capture_output=True, text=True, check=True).stdout
    found = [line.split(":")[0].strip() for line in seen.splitlines() if ":" in line]
    assert found == ["lo"] if words else "lo" in found, "some systems let nobody make a network namespace"
