"""Publishing on the site: freezing, a second person, the public pages, and checking a proof there."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from phucvu import configuration
from phucvu.accounts.models import User
from phucvu.editions import freezing
from phucvu.editions.content import Content
from phucvu.editions.lines import Line
from phucvu.editions.models import ChartRemark, Edition, LogEntry, LogHead
from phucvu.figures.periods import around
from phucvu.inbox.clock import now
from phucvu.inbox.models import Task
from phucvu.proofs.note import PublicKey
from phucvu.proofs.proof import as_qr_text, read_any
from phucvu.proofs.tiles import bundle
from phucvu.records.store import Store
from phucvu.web.workspace import publishing, working

from ..signing import made, sign
from .conftest import count_if_changed

PATH = "/workspace/H99/publishing"


@pytest.fixture(autouse=True)
def _nothing_published(site: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(freezing, "SETTLED", 0)
    # The work of a task is done at once, as its own process would.
    monkeypatch.setattr(working, "start", lambda number: publishing.make(Task.objects.get(pk=number)))
    yield
    for model in (Edition, LogEntry, LogHead, ChartRemark):
        model.objects.all().delete()
    Task.objects.all().delete()


def signed(name: str, role: str = "publisher") -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    user = User.objects.filter(username=name).first() or made(name, role, "H99")
    sign(client, user)
    return client


def month() -> str:
    return str(around(now().date())[0])


def texts(answer: object) -> str:
    return unescape(re.sub(r"<[^>]+>|\s+", " ", answer.content.decode()))  # type: ignore[attr-defined]


@pytest.fixture
def published(home: Store) -> Edition:
    count_if_changed(home)  # what other tests brought in is in the figures shown
    publisher = signed("cong-bo")
    answer = publisher.post(f"{PATH}/freeze", {"period": month(), "reason": ""}, follow=True)
    assert "Kỳ công bố số 1" in texts(answer)
    return Edition.objects.get(number=1)


def test_who_may_not_publish_has_no_such_page(home: Store) -> None:
    for role in ("reader", "staff", "head", "administrator"):
        client = signed(f"vai-{role}", role)
        assert client.get(PATH).status_code == 403
        assert client.post(f"{PATH}/freeze", {"period": month()}).status_code == 403
        assert PATH not in client.get("/workspace/H99").content.decode()
    assert PATH in signed("cong-bo").get("/workspace/H99").content.decode()
    assert not Edition.objects.exists()


def test_a_period_frozen_twice_needs_a_reason(published: Edition) -> None:
    client = signed("cong-bo")
    said = texts(client.post(f"{PATH}/freeze", {"period": month(), "reason": " "}, follow=True))
    assert "hãy ghi lý do" in said
    client.post(f"{PATH}/freeze", {"period": month(), "reason": "bổ sung hồ sơ"})
    assert list(Edition.objects.order_by("pk").values_list("number", "corrects")) == [(1, None), (2, 1)]
    assert "bổ sung hồ sơ" in texts(client.get("/editions/2"))
    assert "Kỳ này đã có kỳ công bố số 2 thay" in texts(client.get("/editions/1"))


def test_a_period_without_scores_is_said_to_have_none(home: Store) -> None:
    said = texts(signed("cong-bo").post(f"{PATH}/freeze", {"period": "2001-01", "reason": ""}, follow=True))
    assert "kỳ 2001-01 chưa có đơn vị nào có điểm" in said


def test_a_second_person_agrees_or_refuses(home: Store) -> None:
    configuration.choose(two_persons=True)
    first, second = signed("mot"), signed("hai")
    said = texts(first.post(f"{PATH}/freeze", {"period": month(), "reason": ""}, follow=True))
    assert "Chờ người thứ hai duyệt" in said
    assert "Duyệt và công bố" not in said
    assert "Duyệt và công bố" in texts(second.get(PATH))
    frozen = Edition.objects.get()
    asked = {"edition": str(frozen.pk), "agree": "1", "reason": ""}
    assert "người duyệt phải là người khác" in texts(first.post(f"{PATH}/decide", asked, follow=True))
    assert "hãy ghi lý do" in texts(second.post(f"{PATH}/decide", asked | {"agree": ""}, follow=True))
    assert "Đã công bố kỳ công bố số 1" in texts(second.post(f"{PATH}/decide", asked, follow=True))
    for wrong in ("0", "x", "999999"):
        assert second.post(f"{PATH}/decide", {"edition": wrong}).status_code == 404


def test_the_public_pages_of_an_edition(published: Edition) -> None:
    client = Client(headers={"host": "127.0.0.1"})
    assert "Đúng như kỳ công bố số 1" in texts(client.get(f"/?period={month()}"))
    assert "chốt kết quả lúc" in texts(client.get("/editions/1"))
    said = texts(client.get("/editions/1/units/H99.01"))
    assert "Sở Thử Một" in said
    for form in ("json", "csv", "xlsx"):
        for path in ("editions", "editions/1", "editions/1/units/H99.01"):
            assert client.get(f"/{path}.{form}").status_code == 200
    # Who froze it stays in the office.
    for path in ("editions", "editions/1", "editions/1.json", "editions/1/units/H99.01"):
        assert "cong-bo" not in client.get(f"/{path}").content.decode()
    for path in ("editions/2", "editions/x", "editions/1/units/H97", "editions/1/units/H99.01/9.9.svg"):
        assert client.get(f"/{path}").status_code == 404


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/editions/1", "công bố kết quả"),
        ("/editions/1/units/H99.01", "công bố kết quả"),
        ("/en/editions/1", "published the results"),
        ("/editions", "ai cũng kiểm chứng được"),
        ("/verify", "Quyết định số 766"),
        ("/editions/follow", "Mỗi kỳ công bố một thư"),
    ],
)
def test_a_link_to_what_was_published_shows_what_it_is(published: Edition, path: str, said: str) -> None:
    client = Client(headers={"host": "127.0.0.1"})
    head = client.get(path).content.decode().partition("</head>")[0]
    found = dict(re.findall(r'<meta property="og:([^"]+)" content="([^"]*)">', head))
    assert said in found["description"]
    drawn = client.get(unescape(found["image"]).removeprefix("http://127.0.0.1"))
    assert (drawn.status_code, drawn["Content-Type"]) == (200, "image/png")


def test_a_proof_is_checked_by_file_by_address_and_on_the_page(published: Edition) -> None:
    client = Client(headers={"host": "127.0.0.1"})
    text = client.get("/editions/1/units/H99.01/total.tlog-proof").content
    key = PublicKey.read(client.get("/log/key").content.decode())
    proof = read_any(text)
    assert proof.checked([key]) == {key: 0}
    letters = as_qr_text(proof.short(key))
    for path in (f"/verify/{letters}", f"/VERIFY/{letters}"):
        assert "Đúng như kỳ công bố số 1 đã ký" in texts(client.get(path))
    said = texts(client.get("/verify", {"proof": text.decode().replace("\n", "\r\n")}))
    assert "Đúng như kỳ công bố số 1 đã ký" in said
    assert "Sở Thử Một" in said
    for wrong in (letters[:-4] + "AAAA", "x", "<b>", "A" * 9_000, "\0"):
        said = texts(client.get("/verify", {"proof": wrong}))
        assert "Không kiểm chứng được" in said
        assert "Đúng như" not in said.partition("Nguồn")[0]


def test_the_qr_code_leads_to_the_page_that_checks(published: Edition) -> None:
    client = Client(headers={"host": "127.0.0.1"})
    answer = client.get("/editions/1/units/H99/total.svg")
    assert answer["Content-Type"] == "image/svg+xml"
    assert b"<svg" in answer.content


def test_the_log_can_be_fetched(published: Edition) -> None:
    client = Client(headers={"host": "127.0.0.1"})
    checkpoint = client.get("/log/checkpoint")
    assert checkpoint["Content-Type"].startswith("text/plain")
    assert checkpoint.content.decode().startswith("phucvu\n2\n")
    assert "immutable" in client.get("/log/tile/0/000.p/2")["Cache-Control"]
    for path in ("tile/0/000", "tile/x", "secret", "../edition.key"):
        assert client.get(f"/log/{path}").status_code == 404


def test_nothing_published_yet_is_said(home: Store) -> None:
    client = Client(headers={"host": "127.0.0.1"})
    assert "Chưa công bố kỳ nào" in texts(client.get("/editions"))
    assert "chưa có dữ liệu mở" in texts(client.get("/open-data"))
    assert "Số liệu tạm tính, chưa công bố" in texts(client.get(f"/?period={month()}"))
    assert "sổ công bố còn trống" in texts(client.get("/verify", {"proof": "x"}))
    assert client.get("/log/checkpoint").status_code == 404
    assert client.get(reverse("editions") + ".json").json()["editions"] == []


def test_open_data_can_be_taken_away(published: Edition) -> None:
    client = Client(headers={"host": "127.0.0.1"})
    assert "/editions/1/data.zip" in client.get("/open-data").content.decode()
    assert "Data dictionary" in texts(client.get("/en/open-data"))
    packed = client.get("/editions/1/data.zip")
    assert packed["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        names = archive.namelist()
        assert f'href="/editions/1/data/{names[-1]}"' in client.get("/editions/1").content.decode()
        for name in names:
            for language in ("", "/en"):
                answer = client.get(f"{language}/editions/1/data/{name}")
                assert b"".join(answer.streaming_content) == archive.read(name)
                assert int(answer["Content-Length"]) == archive.getinfo(name).file_size
                assert "immutable" in answer["Cache-Control"]
    again = client.get("/editions/1/data/figures.csv", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 200  # another file's
    again = client.get("/editions/1/data.zip", headers={"if-none-match": packed["ETag"]})
    assert again.status_code == 304
    for path in ("1/data/nope.csv", "1/data/..", "2/data.zip", "x/data.zip", "2/data/figures.csv"):
        assert client.get(f"/editions/{path}").status_code == 404
    said = client.get("/open-data.json").json()
    assert said["editions"] == [
        {"number": 1, "period": month(), "zip": "http://127.0.0.1/editions/1/data.zip"}
    ]
    for form in ("csv", "xlsx"):
        assert client.get(f"/open-data.{form}").status_code == 200


ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_feed_tells_what_a_correction_changed_and_why(published: Edition, home: Store) -> None:
    client = Client(headers={"host": "127.0.0.1"})
    assert '<link rel="alternate" type="application/atom+xml"' in client.get("/").content.decode()
    before = ElementTree.fromstring(client.get("/editions.atom").content)
    [only] = before.findall(f"{ATOM}entry")
    signed("cong-bo").post(f"{PATH}/freeze", {"period": month(), "reason": "bổ sung <b>hồ sơ</b> & tệp \x01"})
    second = Edition.objects.get(number=2)
    entries = Content.entries(second.manifest, bytes(second.lines))[1:]
    lines = [Line.read(entry) for entry in entries]
    at = next(n for n, line in enumerate(lines) if line.item == "total" and line.unit == "H99.01")
    lines[at] = replace(lines[at], score="99.50", rank=(1, 2))
    second.lines = zlib.compress(bundle([line.entry for line in lines]))
    second.note = second.note.replace("\n\n", "\n\n\u2014 x AAAAAAA=\n", 1)  # read anew
    second.save()
    answer = client.get("/editions.atom")
    assert answer["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)
    latest, first = root.findall(f"{ATOM}entry")
    assert first.findtext(f"{ATOM}id") == only.findtext(f"{ATOM}id") != latest.findtext(f"{ATOM}id")
    assert root.findtext(f"{ATOM}id") == before.findtext(f"{ATOM}id")
    assert root.findtext(f"{ATOM}updated") == latest.findtext(f"{ATOM}updated")
    assert "đính chính kết quả" in (latest.findtext(f"{ATOM}title") or "")
    said = latest.findtext(f"{ATOM}content") or ""
    assert "Lý do: bổ sung <b>hồ sơ</b> & tệp" in said
    assert "1 giá trị khác trước, trong đó 1 tổng điểm." in said
    assert "→ 99,50 điểm, hạng 1/2" in said
    assert "Thay cho" not in (first.findtext(f"{ATOM}content") or "")
    assert "99,50 điểm, hạng 1/2" in texts(client.get("/editions/2"))
    links = {(one.get("rel"), one.get("href")) for one in latest.findall(f"{ATOM}link")}
    assert ("related", "http://127.0.0.1/editions/1") in links
    for _rel, address in links:
        assert client.get(str(address).removeprefix("http://127.0.0.1")).status_code == 200
    english = ElementTree.fromstring(client.get("/en/editions.atom").content)
    assert "points, rank 1 of 2" in (english.findtext(f"{ATOM}entry/{ATOM}content") or "")
    assert english.findtext(f"{ATOM}id") != root.findtext(f"{ATOM}id")
    for header in ({"if-none-match": answer["ETag"]}, {"if-modified-since": answer["Last-Modified"]}):
        assert client.get("/editions.atom", headers=header).status_code == 304


def test_a_feed_without_editions_is_a_feed(home: Store) -> None:
    root = ElementTree.fromstring(Client(headers={"host": "127.0.0.1"}).get("/editions.atom").content)
    assert root.findall(f"{ATOM}entry") == []
    for name in ("id", "title", "updated", "author/{http://www.w3.org/2005/Atom}name"):
        assert root.findtext(f"{ATOM}{name}")


REMARKS = "/workspace/H99/remarks"


def test_remarks_and_corrections_stand_on_charts_over_time(published: Edition) -> None:
    today, client = now().date(), Client(headers={"host": "127.0.0.1"})
    given = {"since": str(today), "until": "", "words": "Đổi phần mềm <một cửa>", "words_en": "New software"}
    given |= {"source": "Văn bản 12/VB-THU"}
    for role in ("reader", "staff", "head"):
        assert signed(f"vai-{role}", role).post(f"{REMARKS}/add", given).status_code == 403
    writer = signed("quan-tri", "administrator")
    for wrong in (
        {"words": ""},
        {"words": "a" * 301},
        {"source": ""},
        {"since": "hôm qua"},
        {"until": "2020-01-01"},
    ):
        assert writer.post(f"{REMARKS}/add", given | wrong).status_code == 400
    assert not ChartRemark.objects.exists()
    assert "1. Ghi chú" not in texts(client.get(f"/units/H99.01?period={month()}"))
    assert "Đã thêm ghi chú" in texts(writer.post(f"{REMARKS}/add", given, follow=True))
    # The pages that were kept before are made anew; units below have it too, others have not.
    said = f"Ghi chú ({today:%d/%m/%Y}): Đổi phần mềm <một cửa> (Văn bản 12/VB-THU)."
    for path in ("/units/H99", "/units/H99.01"):
        assert said in texts(client.get(f"{path}?period={month()}"))
    assert "New software" in texts(client.get(f"/en/units/H99?period={month()}"))
    assert said not in texts(client.get(f"/units/H98?period={month()}"))
    assert "quan-tri" not in client.get(f"/units/H99?period={month()}").content.decode()
    signed("cong-bo").post(f"{PATH}/freeze", {"period": month(), "reason": "bổ sung hồ sơ"})
    page = texts(client.get(f"/units/H99?period={month()}"))
    assert f"Đính chính ({today:%d/%m/%Y}): kỳ công bố số 2 thay cho số 1: bổ sung hồ sơ." in page
    kinds = [one["kind"] for one in client.get(f"/units/H99.json?period={month()}").json()["annotations"]]
    assert kinds == ["correction", "remark"]
    one = ChartRemark.objects.get()
    assert signed("khac", "administrator").get(REMARKS).status_code == 200
    assert writer.post(f"/workspace/H99.01/remarks/{one.pk}/withdraw").status_code == 404
    assert "Đã bỏ ghi chú" in texts(writer.post(f"{REMARKS}/{one.pk}/withdraw", follow=True))
    assert writer.post(f"{REMARKS}/{one.pk}/withdraw").status_code == 404
    assert said not in texts(client.get(f"/units/H99?period={month()}"))
    assert "đã bỏ" in texts(writer.get(REMARKS))
