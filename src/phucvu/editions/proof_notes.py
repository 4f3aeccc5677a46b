"""What a letter says of its figures: which edition proves the total, or that they are provisional."""

from __future__ import annotations

from phucvu.editions import published
from phucvu.editions.lines import TOTAL, Line
from phucvu.editions.models import Edition
from phucvu.editions.office_key import public_key
from phucvu.figures.periods import Period
from phucvu.figures.units import Unit
from phucvu.letters.proof_footer import ProofNote
from phucvu.problems import NotFoundError
from phucvu.proofs.proof import Proof, as_qr_text
from phucvu.scoring.scores import Scores
from phucvu.steering.brief_words import Published

VERIFY = "verify"
"""Where the site checks proofs."""


def proof_note(scores: Scores, period: Period, unit: Unit, site: str) -> ProofNote:
    """Of these scores' total of a unit; ``site`` is where people reach the site, empty where that is not set.

    Nothing is proven where the scores are no longer those of the latest edition.
    """
    edition, agrees = published.shown(period, scores)
    if edition is None or not agrees:
        return ProofNote(Published(edition.number if edition else None).said("vi"))
    try:
        proof = published.proofs(edition).of(unit.code, TOTAL)
    except NotFoundError:  # a unit without a score in the period
        return ProofNote(Published(edition.number, agrees).said("vi"))
    return ProofNote(
        _said(edition, Line.read(proof.entry), unit), qr_text(proof, site and f"{site}/{VERIFY}")
    )


def qr_text(proof: Proof, address: str) -> str:
    """The text of a QR code: the short proof behind the address of the page that checks it.

    Capital letters and digits take a QR code a third less room.
    """
    short = as_qr_text(proof.short(public_key()))
    return f"{address}/{short}".upper() if address else short


def _said(edition: Edition, line: Line, unit: Unit) -> str:
    score = "chưa có" if line.score is None else f"{_points(line.score)}/{_points(line.maximum or '')} điểm"
    rank = "" if line.rank is None else f", hạng {line.rank[0]}/{line.rank[1]}"
    return (
        f"Tổng điểm tự thống kê của {unit.called} ({score}{rank}) đúng như kỳ công bố số {edition.number}. "
        "Mã QR chứa bằng chứng có chữ ký của cơ quan công bố, kiểm chứng được không cần mạng."
    )


def _points(text: str) -> str:
    return text.replace(".", ",").removesuffix(",00")
