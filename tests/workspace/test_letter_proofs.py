"""A letter's foot: a QR code that holds the proof of the total it names, or that nothing is published."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
import segno
from click.testing import CliRunner
from django.test import Client
from PIL import Image

from phucvu.cli.program import program
from phucvu.editions import freezing, published
from phucvu.editions.lines import Line
from phucvu.editions.models import Edition, LogEntry, LogHead
from phucvu.editions.office_key import public_key
from phucvu.figures.periods import Period
from phucvu.letters.proof_footer import ProofNote, qr_png, with_proof
from phucvu.letters.template_filling import shipped
from phucvu.proofs.proof import SHORTEST_WITH_SIGNATURE, as_qr_text, read_any
from phucvu.records.store import Store

from .conftest import count

SignIn = Callable[[str, str], Client]
LETTER = "/workspace/H99/letters/monthly-publication.docx"


@pytest.fixture(autouse=True)
def _nothing_published(site: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(freezing, "SETTLED", 0)
    yield
    for model in (Edition, LogEntry, LogHead):
        model.objects.all().delete()


def foot_of(letter: bytes) -> tuple[str, list[bytes]]:
    """The words at the foot of the first page, and the pictures there."""
    section = docx.Document(io.BytesIO(letter)).sections[0]
    foot = section.first_page_footer if section.different_first_page_header_footer else section.footer
    cells = [cell for table in foot.tables for row in table.rows for cell in row.cells]
    texts = [p.text for place in (foot, *cells) for p in place.paragraphs]
    parts = [rel.target_part for rel in foot.part.rels.values() if "image" in rel.reltype]
    return " ".join(filter(None, texts)), [part.blob for part in parts]


def modules(png: bytes) -> list[list[int]]:
    """The points of a QR code as they stand in a picture, without its edge; dark is 1."""
    picture: Any = Image.open(io.BytesIO(png)).convert("L")
    dark = [[picture.getpixel((x, y)) < 128 for x in range(picture.width)] for y in range(picture.height)]
    rows = [y for y, row in enumerate(dark) if any(row)]
    # The finder in the corner is seven points wide.
    point = next(n for n, value in enumerate(dark[rows[0]][rows[0] :]) if not value) // 7
    steps = range(rows[0] + point // 2, rows[-1] + 1, point)
    return [[int(dark[y][x]) for x in steps] for y in steps]


def taken(client_of: SignIn, month: Period) -> bytes:
    answer = client_of("head", "H99").get(f"{LETTER}?period={month}")
    assert answer.status_code == 200
    return bytes(answer.content)


def test_without_an_edition_figures_are_provisional_and_carry_no_proof(
    client_of: SignIn, month: Period
) -> None:
    said, pictures = foot_of(taken(client_of, month))
    assert said == "Số liệu tạm tính, chưa công bố."
    assert pictures == []


@pytest.mark.parametrize("address", ["", "https://chiso.vidu.gov.vn"])
def test_the_code_holds_the_proof_of_the_total(
    home: Store,
    client_of: SignIn,
    month: Period,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    if address:
        monkeypatch.setenv("PHUCVU_SITE_ADDRESS", address)
    count(home)
    edition = freezing.freeze(home, month, "lệnh", "H99")
    count(home)
    said, [png] = foot_of(taken(client_of, month))
    assert f"đúng như kỳ công bố số {edition.number}." in said
    file = client_of("reader", "H99").get(f"/editions/{edition.number}/units/H99/total.tlog-proof")
    proof = read_any(file.content)
    short = proof.short(public_key())
    assert len(short) <= SHORTEST_WITH_SIGNATURE
    text = as_qr_text(short)
    held = f"{address}/VERIFY/{text}".upper() if address else text
    assert modules(png) == [list(row) for row in segno.make(held, error="l", micro=False).matrix]
    line = Line.read(read_any(held.encode()).entry)
    assert line.key == ("H99", "total")
    assert f"({(line.score or '').replace('.', ',')}/100 điểm, hạng {line.rank[0]}/{line.rank[1]})" in said  # type: ignore[index]
    (tmp_path / "qr.txt").write_text(held, encoding="utf-8")
    (tmp_path / "key.txt").write_text(f"{public_key()}\n", encoding="utf-8")
    words = ["verify", str(tmp_path / "qr.txt"), "--key", str(tmp_path / "key.txt")]
    done = CliRunner().invoke(program, words, catch_exceptions=False, standalone_mode=False)
    assert done.exit_code == 0
    assert "H99" in done.output


def test_what_changed_since_is_provisional_again(
    home: Store, client_of: SignIn, month: Period, monkeypatch: pytest.MonkeyPatch
) -> None:
    count(home)
    edition = freezing.freeze(home, month, "lệnh", "H99")
    monkeypatch.setattr(published, "totals_agree", lambda *_: False)
    said, pictures = foot_of(taken(client_of, month))
    assert said == f"Số liệu tạm tính, đã thay đổi sau kỳ công bố số {edition.number}."
    assert pictures == []


def test_the_largest_proof_is_a_code_that_paper_can_hold() -> None:
    """Of 600 bytes behind a long address; every point at least a fifth of a millimetre."""
    text = f"HTTPS://{'A' * 40}.GOV.VN/VERIFY/{'A' * 960}"
    assert 28 / len(modules(qr_png(text))) > 0.2
    said, pictures = foot_of(with_proof(shipped("office-notice"), ProofNote("chữ", text)))
    assert (said, len(pictures)) == ("chữ", 1)
