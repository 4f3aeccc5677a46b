"""Editions: what was published, provable line by line; and the page that checks a proof."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import segno
from django.http import Http404, HttpResponse
from django.urls import reverse

from phucvu.editions import exporting, published, telling
from phucvu.editions.freezing import last_of
from phucvu.editions.lines import TOTAL, Line
from phucvu.editions.manifest import Manifest
from phucvu.editions.models import Edition
from phucvu.editions.office_key import public_key
from phucvu.editions.open_data import package
from phucvu.editions.proof_notes import qr_text
from phucvu.editions.proving import Proofs
from phucvu.figures.periods import Period
from phucvu.figures.units import NATION
from phucvu.formats import points
from phucvu.problems import Fault, FaultError, NotFoundError
from phucvu.proofs.errors import ProofError
from phucvu.proofs.note import Note
from phucvu.proofs.proof import Proof, read_any
from phucvu.web import results
from phucvu.web.boards import Board
from phucvu.web.boards import board as board_of
from phucvu.web.language import _, language
from phucvu.web.page import Page, asked_board, respond
from phucvu.web.preview import Preview

LONGEST_PROOF = 8_000
"""Letters of a proof that a page takes; those of a QR code are at most some 1,100."""

PLAIN = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"


def every(request: Any, form: str | None = None) -> Any:
    board = asked_board(request)
    found = published.every() if results.source().publishes else []
    corrected = {one.corrects for one in found}
    table = [
        {
            "number": one.number,
            "period": one.period,
            "frozen_at": one.frozen_at.isoformat(timespec="seconds"),
            "unit": one.unit,
            "corrects": one.corrects,
            "reason": one.reason,
        }
        for one in found
    ]
    context: dict[str, Any] = {
        "result": None,  # the page is of no period
        "editions": [
            (one, Period.parse(one.period), _unit_name(board, one.unit), one.number in corrected)
            for one in found
        ],
        "key": str(public_key()) if found else "",
    }
    preview = Preview(_("Các kỳ công bố"), _("Kết quả đã công bố, ai cũng kiểm chứng được."), dated=False)
    return respond(request, Page("editions.html", context, {"editions": table}, table, board, preview), form)


def show(request: Any, number: str, form: str | None = None) -> Any:
    one = edition_of(number)
    board = _board_of(request, one)
    manifest, lines = Manifest.read(one.manifest), published.proofs(one).lines
    totals = [line for line in lines if line.item == TOTAL]
    period = Period.parse(one.period)
    later = last_of(period)
    context = {
        "edition": one,
        "manifest": manifest,
        "of": period,
        "publisher": _unit_name(board, one.unit),
        "rows": [
            (line, _unit_name(board, line.unit), reverse("edition-unit", args=[number, line.unit]))
            for line in sorted(totals, key=lambda line: (_parent(board, line.unit), line.rank or (10**6, 0)))
        ],
        "later": later.number if later is not None and later.number != one.number else None,
        "note": one.note,
        "files": _files(one),
        "changes": list(telling.sentences(one, language()))[2:],
        "result": None,  # what is shown here is not the count of now
    }
    title = _("Kỳ công bố số %(number)s") % {"number": one.number}
    data = {"edition": one.number, "manifest": one.manifest, "checkpoint": one.note}
    table = [_as_row(line) for line in lines]
    preview = Preview(title, next(telling.sentences(one, language())), dated=False)
    return respond(request, Page("edition.html", context, data, table, board, preview), form)


def unit(request: Any, number: str, code: str, form: str | None = None) -> Any:
    one = edition_of(number)
    board = _board_of(request, one)
    lines = [line for line in published.proofs(one).lines if line.unit == code]
    if not lines:
        raise Http404(_("Kỳ công bố này không có đơn vị %(code)s.") % {"code": code[:60]})
    context: dict[str, Any] = {
        "edition": one,
        "of": Period.parse(one.period),
        "code": code,
        "name": _unit_name(board, code),
        "total": next((line for line in lines if line.item == TOTAL), None),
        "rows": [(line, _item_name(board, line.item)) for line in lines],
        "result": None,
    }
    table = [_as_row(line) for line in lines]
    title = f"{context['name']}, " + _("kỳ công bố số %(number)s") % {"number": one.number}
    said = next(telling.sentences(one, language()))
    preview = Preview(title, said, *_standing(context["total"]), dated=False)
    page = Page("edition_unit.html", context, {"lines": table}, table, board, preview)
    return respond(request, page, form)


def proof_file(request: Any, number: str, code: str, item: str) -> Any:
    """The proof of a line as a file (c2sp.org/tlog-proof)."""
    text = str(_proof(number, code, item))
    name = f"phucvu-{number}-{code}-{item}.tlog-proof".encode("ascii", "replace").decode()
    return HttpResponse(
        text, content_type=PLAIN, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def qr(request: Any, number: str, code: str, item: str) -> Any:
    """The proof of a line as a QR code; what it says leads to the page that checks it."""
    found = _proof(number, code, item)
    said = qr_text(found, request.build_absolute_uri(reverse("verify")))
    out = io.BytesIO()
    segno.make(said, error="l", micro=False).save(out, kind="svg", scale=4, border=4, light="#fff")
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


def verify(request: Any, text: str | None = None) -> Any:
    """Whether a proof is that of something published here."""
    board = asked_board(request)
    said = (text or request.GET.get("proof") or "").strip()
    context: dict[str, Any] = {"proof": said[:LONGEST_PROOF], "result": None}
    if said:
        try:
            context |= _checked(board, said)
        except FaultError as error:
            context["problem"] = error.faults[0].text(language())
    preview = Preview(_("Kiểm chứng số liệu đã công bố"), "", dated=False, pictured=False)
    return respond(request, Page("verify.html", context, {}, [], board, preview), None)


def log_file(request: Any, path: str) -> Any:
    """The log that other offices witness: its checkpoint, the office's key, tiles (c2sp.org/tlog-tiles)."""
    if not results.source().publishes:
        raise Http404(Fault("log_empty").text(language()))
    try:
        if path == "checkpoint":
            return HttpResponse(exporting.checkpoint(), content_type=PLAIN)
        if path == "key":
            exporting.checkpoint()  # no key is made before something is published
            return HttpResponse(f"{public_key()}\n", content_type=PLAIN)
        tile = HttpResponse(exporting.tile(path), content_type=BYTES)
    except NotFoundError as error:
        raise Http404(error.faults[0].text(language())) from error
    tile.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return tile


def _checked(board: Board, said: str) -> dict[str, Any]:
    """What a proof shows. Raises FaultError where it shows nothing."""
    if len(said) > LONGEST_PROOF:
        raise FaultError(Fault("proof_too_large", most=LONGEST_PROOF))
    if not results.source().publishes or not published.last_number():
        raise FaultError(Fault("log_empty"))
    key = public_key()
    try:
        proof = read_any(f"{said}\n".replace("\r\n", "\n").encode(errors="replace"))
        if not proof.note.signatures:
            # Too large to carry its signature: the edition that it names has it.
            proof = _under_published(proof)
        proof.checked([key])
    except ProofError as error:
        raise FaultError(Fault(error.code, **error.parameters)) from error
    number = int(proof.checkpoint.origin.rpartition("/")[2])
    one = Edition.objects.filter(number=number).first()
    if one is None or proof.index == 0:
        raise FaultError(Fault("edition_unknown", number=number))
    line, later = Line.read(proof.entry), last_of(Period.parse(one.period))
    return {
        "line": line,
        "edition": one,
        "of": Period.parse(line.period),
        "unit_name": _unit_name(board, line.unit),
        "item_name": _item_name(board, line.item),
        "later": later.number if later is not None and later.number != number else None,
    }


def _under_published(proof: Proof) -> Proof:
    """A proof without a signature, under the one that the edition it names has."""
    tail = proof.checkpoint.origin.rpartition("/")[2]
    one = Edition.objects.filter(number=int(tail)).first() if tail.isdecimal() and len(tail) < 10 else None
    return proof if one is None else proof.under(Note.read(one.note))


def _proof(number: str, code: str, item: str) -> Proof:
    try:
        found: Proofs = published.proofs(edition_of(number))
        return found.of(code, item)
    except NotFoundError as error:
        raise Http404(error.faults[0].text(language())) from error


def edition_of(number: str) -> Edition:
    """The edition of a number in an address. Raises Http404 where there is none."""
    may_be = results.source().publishes and _is_number(number)
    one = Edition.objects.filter(number=int(number)).first() if may_be else None
    if one is None:
        raise Http404(_("Không có kỳ công bố số %(number)s.") % {"number": number[:20]})
    return one


def _standing(total: Line | None) -> tuple[str, str]:
    """The points and the place that an edition gave, in words; empty where it gave none."""
    if total is None or total.score is None:
        return "", ""
    score = _("%(score)s điểm") % {"score": points(Decimal(total.score), language())}
    place = _("hạng %(rank)s/%(ranked)s")
    return score, place % dict(zip(("rank", "ranked"), total.rank, strict=True)) if total.rank else ""


def _files(one: Edition) -> list[tuple[str, int, str]]:
    """The files of the open data: name, bytes, SHA-256 where the edition names it."""
    packed, named = package(one), Manifest.read(one.manifest).data
    return [(name, packed.size(name), named.get(name, "")) for name in packed.names()]


def _board_of(request: Any, one: Edition) -> Board:
    """The names and rules of an edition's period; those of the latest where it has no count any more."""
    period = Period.parse(one.period)
    return board_of(period) if period in results.versions() else asked_board(request)


def _is_number(said: str) -> bool:
    return said.isascii() and said.isdigit() and len(said) < 10


def _unit_name(board: Board, code: str) -> str:
    if code == NATION.code:
        return _("Cả nước")
    standing = board.standings.get(code)
    return standing.unit.name if standing else code


def _parent(board: Board, code: str) -> str:
    standing = board.standings.get(code)
    return f"{standing.unit.parent or ''} {standing.unit.kind}" if standing else ""


def _item_name(board: Board, item: str) -> str:
    if item == TOTAL:
        return _("Tổng điểm")
    lang = language()
    names = {group.id: group.name[lang] for group in board.rules.groups}
    names |= {indicator.id: indicator.short[lang] for indicator in board.rules.indicators}
    return names.get(item, item)


def _as_row(line: Line) -> dict[str, Any]:
    above, below = line.figure or (None, None)
    rank, ranked = line.rank or (None, None)
    return {
        "period": line.period,
        "unit": line.unit,
        "item": line.item,
        "numerator": above,
        "denominator": below,
        "score": line.score,
        "max": line.maximum,
        "rank": rank,
        "ranked": ranked,
    }
