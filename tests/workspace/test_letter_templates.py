"""An office's own templates: tried before they are used, kept with number and hash, gone back to."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from html import unescape

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from phucvu.accounts.models import AuditEntry, LetterTemplate
from phucvu.letters.template_filling import LARGEST_FILE
from phucvu.web.workspace import template_history

from .test_lists import body

SignIn = Callable[[str, str], Client]
LETTERS = "/workspace/H99/letters"
PLACE = f"{LETTERS}/office-notice/templates"


@pytest.fixture(autouse=True)
def _none_kept(site: None) -> Iterator[None]:
    LetterTemplate.objects.all().delete()
    yield
    LetterTemplate.objects.all().delete()


def word(*lines: str) -> bytes:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def keep(client: Client, content: bytes, note: str = "") -> str:
    given = {"file": SimpleUploadedFile("mau.docx", content), "note": note}
    return unescape(client.post(f"{PLACE}/keep", given, follow=True).content.decode())


def test_an_edited_template_is_tried_kept_and_used_and_an_earlier_one_comes_back(client_of: SignIn) -> None:
    client = client_of("staff", "H99")
    assert "đang dùng mẫu kèm chương trình" in body(client, PLACE)
    shipped = client.get(f"{PLACE}/0.docx")
    assert shipped["Content-Disposition"].endswith('"mau-office-notice-H99-0.docx"')
    first = word("Mẫu một của {{ ten_co_quan }}, {{ ky }}")
    page = keep(client, first, "đổi <tên>")
    assert "đang dùng mẫu số 1 của cơ quan, staff.h99 tải lên" in page
    assert "đổi <tên>" in page
    assert hashlib.sha256(first).hexdigest() in page
    assert client.get(f"{PLACE}/1.docx").content == first
    assert "Mẫu một của Văn phòng UBND tỉnh Thử Nghiệm" in body(client, f"{LETTERS}?kind=office-notice")
    taken = docx.Document(io.BytesIO(client.get(f"{LETTERS}/office-notice.docx").content))
    assert taken.paragraphs[0].text.startswith("Mẫu một của")
    keep(client, first)
    assert LetterTemplate.objects.count() == 1, "the same file is not kept twice"
    keep(client, word("Mẫu hai"))
    assert "Mẫu hai" in body(client, f"{LETTERS}?kind=office-notice")
    client.post(f"{PLACE}/back", {"number": "1"})
    assert "Mẫu một của" in body(client, f"{LETTERS}?kind=office-notice")
    client.post(f"{PLACE}/back", {"number": "0"})
    assert "đang dùng mẫu kèm chương trình" in body(client, PLACE)
    assert [one.number for one in LetterTemplate.objects.order_by("number")] == [1, 2, 3, 4]
    entries = AuditEntry.objects.filter(action="letter template kept").order_by("number")
    assert [entry.said["number"] for entry in entries] == [1, 2, 3, 4]
    assert "Mẫu một" not in body(client, f"{LETTERS}?kind=monthly-publication"), "each kind has its own"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (word("{{ ten_co_qua }}"), "mẫu có trường không tồn tại: “ten_co_qua”; có phải “ten_co_quan”?"),
        (word("{{ ky"), "mẫu viết sai"),
        (word("{{ ky.__class__ }}"), "mẫu có trường không tồn tại: “__class__”"),
        (b"khong phai Word", "không phải tệp Word (.docx) dùng được"),
        (b"0" * (LARGEST_FILE + 1), "mẫu văn bản lớn hơn 5 MB"),
    ],
)
def test_one_that_cannot_be_used_is_refused_in_one_line(client_of: SignIn, content: bytes, said: str) -> None:
    client = client_of("staff", "H99")
    page = keep(client, content)
    assert said in page
    assert "Mẫu chưa được dùng" in page
    assert not LetterTemplate.objects.exists()
    assert "đã lập xong từ số liệu" in body(client, f"{LETTERS}?kind=office-notice")


def test_one_is_tried_after_another(client_of: SignIn) -> None:
    client = client_of("staff", "H99")
    with template_history.TRYING:
        assert "đang thử một mẫu khác" in keep(client, word("a"))
    assert "đang dùng mẫu số 1" in keep(client, word("a"))


def test_what_there_is_not_and_who_may_not(client_of: SignIn) -> None:
    client = client_of("staff", "H99")
    assert client.get(f"{PLACE}/7.docx").status_code == 404
    assert client.get(f"{LETTERS}/department-notice/templates").status_code == 404
    assert "không có mẫu số 7" in client.post(f"{PLACE}/back", {"number": "7"}).content.decode()
    assert client.post(f"{PLACE}/back", {"number": "x"}).status_code == 404
    assert "Hãy chọn tệp mẫu" in client.post(f"{PLACE}/keep", {}).content.decode()
    for role, unit in (("reader", "H99"), ("head", "H98")):
        other = client_of(role, unit)
        assert other.get(PLACE).status_code == 403
        assert other.get(f"{PLACE}/0.docx").status_code == 403
        assert other.post(f"{PLACE}/keep", {"file": SimpleUploadedFile("a", b"a")}).status_code == 403
