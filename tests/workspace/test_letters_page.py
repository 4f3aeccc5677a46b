"""The page of letters: what a unit sends, looked at and taken away, with which figures stand in it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from html import unescape

import docx
import openpyxl
import pytest
from django.test import Client

from phucvu.accounts.models import AuditEntry
from phucvu.figures.periods import Period
from phucvu.inbox.models import Task
from phucvu.letters import pdf_making
from phucvu.problems import Fault, UnusableError
from phucvu.web import results
from phucvu.web.workspace import home, letter_pdf, official_letters, working
from phucvu.web.workspace.letter_facts import kinds_of

from .test_lists import body

SignIn = Callable[[str, str], Client]
PLACE = "/workspace/H99/letters"


def test_a_letter_is_seen_and_taken_away_and_that_is_written_down(client_of: SignIn, month: Period) -> None:
    client = client_of("publisher", "H99")
    page = unescape(body(client, PLACE))
    assert "đã lập xong từ số liệu" in page
    assert "Số liệu tạm tính, chưa công bố." in page
    assert "mọi số là tự thống kê" in page
    assert f"tháng {month.first.month}/{month.first.year}" in page[page.index('<div class="letter"') :]
    name = f"phucvu-{month}-H99-office-notice"
    answer = client.get(f"{PLACE}/office-notice.docx?period={month}")
    assert answer["Content-Disposition"] == f'attachment; filename="{name}.docx"'
    letter = docx.Document(io.BytesIO(answer.content))
    said = [paragraph.text for paragraph in letter.paragraphs if paragraph.text.strip()]
    shown = unescape(body(client, f"{PLACE}?kind=office-notice&period={month}"))
    assert said
    assert not [text for text in said if text not in shown]
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(f"{PLACE}/office-notice.xlsx?period={month}").content)
    )
    assert book.sheetnames[0] == "Chỉ số thành phần"
    entries = AuditEntry.objects.filter(action="letter made").order_by("number")
    assert [entry.object for entry in entries] == [f"{name}.docx", f"{name}.xlsx"]


@pytest.mark.parametrize(("unit", "kind"), [("H99", "province"), ("H99.01", "department")])
def test_every_letter_of_a_unit_is_made(client_of: SignIn, month: Period, unit: str, kind: str) -> None:
    client = client_of("head", unit)
    for name in kinds_of(kind):
        page = body(client, f"/workspace/{unit}/letters?kind={name}&period={month}")
        assert '<div class="letter"' in page, name


def test_each_unit_has_its_own_letters(client_of: SignIn) -> None:
    page = body(client_of("staff", "H99.01"), "/workspace/H99.01/letters")
    assert 'value="department-notice"' in page
    assert 'value="office-notice"' not in page
    client = client_of("head", "H99")
    for path in ("?kind=x", "?kind=department-notice", "/x.docx", "/department-notice.docx", "/x.pdf"):
        assert client.get(PLACE + path).status_code == 404


def test_they_are_for_those_who_write_letters(client_of: SignIn) -> None:
    for role in ("reader", "administrator"):
        client = client_of(role, "H99")
        assert client.get(PLACE).status_code == 403
        assert client.get(f"{PLACE}/office-notice.docx").status_code == 403
        assert PLACE not in body(client, "/workspace/H99")
    assert PLACE in body(client_of("staff", "H99"), "/workspace/H99")
    assert client_of("head", "H98").get(PLACE).status_code == 403


def test_before_anything_is_counted(client_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    source = results.Given([])
    monkeypatch.setattr(results, "source", lambda: source)
    client = client_of("head", "H99")
    assert "chưa lập được văn bản" in body(client, PLACE)
    assert client.get(f"{PLACE}/office-notice.docx").status_code == 404


@pytest.fixture
def _made_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The work of a task is done at once, as its own process would."""
    monkeypatch.setattr(working, "start", lambda number: letter_pdf.make(Task.objects.get(pk=number)))
    yield
    Task.objects.all().delete()


@pytest.mark.usefixtures("_made_at_once")
def test_a_pdf_is_made_beside_the_requests(client_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(
        pdf_making, "to_pdf", lambda letter, archive: asked.append((letter[:2], archive)) or b"%PDF-x"
    )
    monkeypatch.setattr(pdf_making, "pictures", lambda pdf: [b"\x89PNG1", b"\x89PNG2"])
    client = client_of("staff", "H99")
    period = home.asked_period("")
    answer = client.post(f"{PLACE}/office-notice/pdf", {"period": str(period), "archive": "1"})
    place = answer["Location"]
    page = body(client, place)
    assert "Tệp PDF đã lập xong" in page
    assert "(PDF/A)" in page
    assert asked == [(b"PK", True)]
    assert b"".join(client.get(f"{place}/file").streaming_content) == b"%PDF-x"
    assert client.get(f"{place}/2.png").content == b"\x89PNG2"
    assert client.get(f"{place}/3.png").status_code == 404
    assert client_of("head", "H99").get(place).status_code == 404, "it is of who asked"
    assert AuditEntry.objects.filter(action="letter made", object__endswith="office-notice.pdf").count() == 1
    client = client_of("publisher", "H99")
    assert client.post(f"{PLACE}/x/pdf", {"period": str(period)}).status_code == 404
    assert client.post(f"{PLACE}/office-notice/pdf").status_code == 404


@pytest.mark.usefixtures("_made_at_once")
def test_a_pdf_that_fails_says_why(client_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(letter: bytes, archive: bool) -> bytes:
        raise UnusableError(Fault("pdf_too_slow", seconds=120))

    monkeypatch.setattr(pdf_making, "to_pdf", hangs)
    client = client_of("staff", "H99")
    period = str(home.asked_period(""))
    page = body(client, client.post(f"{PLACE}/office-notice/pdf", {"period": period})["Location"])
    assert "Không lập được tệp PDF" in page
    assert "LibreOffice làm quá 120 giây chưa xong" in page
    assert Task.objects.get().state == "failed"


def test_without_libreoffice_the_page_says_what_to_install(
    client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(official_letters, "office_program", lambda: None)
    page = body(client_of("staff", "H99"), PLACE)
    assert "hãy cài libreoffice-writer" in page
    assert "Lập PDF</button>" not in page


@pytest.mark.usefixtures("_made_at_once")
def test_those_who_publish_have_it_signed(client_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_making, "to_pdf", lambda letter, archive: b"%PDF-x")
    monkeypatch.setattr(pdf_making, "pictures", lambda pdf: [])
    monkeypatch.setattr(letter_pdf, "signed", lambda pdf: pdf + b" signed")
    asked = {"period": str(home.asked_period("")), "sign": "1"}
    client = client_of("staff", "H99")
    assert client.post(f"{PLACE}/office-notice/pdf", asked).status_code == 403
    assert 'name="sign"' not in body(client, PLACE)
    client = client_of("publisher", "H99")
    assert 'name="sign"' not in body(client, PLACE), "no certificate is set"
    monkeypatch.setattr(official_letters, "can_sign", lambda: True)
    assert 'name="sign"' in body(client, PLACE)
    place = client.post(f"{PLACE}/office-notice/pdf", asked)["Location"]
    assert "đã ký số" in body(client, place)
    assert b"".join(client.get(f"{place}/file").streaming_content) == b"%PDF-x signed"
