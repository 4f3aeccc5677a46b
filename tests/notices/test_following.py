"""Following the editions by e-mail: confirmed by who reads the mail, ended in one step, kept sealed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from phucvu import configuration
from phucvu.configuration import Configuration
from phucvu.editions import telling
from phucvu.editions.models import Edition
from phucvu.inbox.clock import now
from phucvu.notices import edition_mails, following, outbox
from phucvu.notices.channels import Message, NotSentError
from phucvu.notices.mail import Mail
from phucvu.notices.models import EditionMail, Follower
from phucvu.notices.outbox import Outbox
from phucvu.problems import UnusableError
from phucvu.published import scored_2026
from phucvu.records.store import Store
from phucvu.web import results
from phucvu.web.serve import gather_static_files

from .mail_server import MailServer
from .test_outbox import Post

ADDRESS = "nguoi.theo.doi@vidu.vn"
SITE = "https://chiso.vidu.vn"


class Publishes(results.Given):
    """The published results, of a site that publishes."""

    publishes = True


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = str(tmp_path_factory.mktemp("static"))
    with override_settings(STATIC_ROOT=place):
        gather_static_files()
    return place


@pytest.fixture(autouse=True)
def _set_up(store: Store, static: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    cache.clear()
    Edition.objects.all().delete()
    monkeypatch.setattr(telling, "sentences", lambda edition, lang: iter([f"{lang} {edition.reason}"]))
    configuration.choose(smtp_host="127.0.0.1", smtp_from="chiso@vidu.vn", site_address=SITE)
    source = Publishes([scored_2026()])
    monkeypatch.setattr(results, "source", lambda: source)
    with override_settings(SHOWS="counted", STATIC_ROOT=static):
        yield
    Edition.objects.all().delete()
    cache.clear()


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def box(store: Store, post: Post, monkeypatch: pytest.MonkeyPatch) -> Outbox:
    monkeypatch.setattr(outbox, "decide", lambda *_: 0)
    return Outbox(store, replace(Configuration(), site_address=SITE), {"email": post})


def publish(number: int, reason: str = "", at: dt.datetime | None = None) -> Edition:
    """An edition as far as it is told of."""
    made: Edition = Edition.objects.create(
        **{"number": number, "period": "2026-10", "frozen_at": now(), "frozen_by": "x", "unit": "H99"},
        **{"decided_at": at or now(), "manifest": "{}", "lines": b"", "rules": b"", "reason": reason},
    )
    return made


def client() -> Client:
    return Client(headers={"host": "127.0.0.1"}, enforce_csrf_checks=True)


def asked(address: str = ADDRESS, language: str = "") -> int:
    """Ask for mail by the form, as a browser does."""
    mine = client()
    page = mine.get(f"{language}/editions/follow").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token, page[-2000:]
    said = {"address": address, "csrfmiddlewaretoken": token[1]}
    return mine.post(f"{language}/editions/follow", said).status_code


def pressed(path: str) -> str:
    """Open a link of a mail, and press the button there."""
    mine = client()
    page = mine.get(path).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    return mine.post(path, {"csrfmiddlewaretoken": token[1]} if token else {}).content.decode()


def link(message: Message, kind: str) -> str:
    found = re.search(rf"{SITE}(/\S*/{kind}/\S+)", f"{message.text} {message.link} {message.leave}")
    assert found
    return found[1]


@pytest.fixture
def followed(box: Outbox, post: Post) -> Message:
    """Somebody who follows; their first mail."""
    assert asked() == 302
    box.work()
    assert "Đã xác nhận" in pressed(link(post.taken[0], "confirm"))
    return post.taken.pop()


def test_nobody_gets_an_edition_who_did_not_confirm(box: Outbox, post: Post) -> None:
    asked()
    publish(1)
    box.work()
    [only] = post.taken
    assert only.to == ADDRESS
    assert "Xác nhận" in only.subject
    # A program that looks through mail opens the link; that confirms nothing.
    client().get(link(only, "confirm"))
    box.work()
    assert len(post.taken) == 1
    assert Follower.objects.get().confirmed_at is None


def test_one_mail_a_follower_and_edition_from_then_on(box: Outbox, post: Post, followed: Message) -> None:
    publish(1, "bổ sung")
    publish(2)
    for _ in range(3):
        box.work()
    assert [one.link for one in post.taken] == [f"{SITE}/editions/{n}" for n in (1, 2)]
    assert "vi bổ sung" in post.taken[0].text
    assert len({one.identity for one in post.taken}) == 2
    publish(3, at=now() - dt.timedelta(days=8))
    box.work()
    assert len(post.taken) == 2  # one of last week is no news


def test_what_was_published_before_is_not_sent(box: Outbox, post: Post) -> None:
    publish(1)
    asked(language="/en")
    box.work()
    assert "Confirmed" in pressed(link(post.taken[0], "confirm"))
    box.work()
    assert len(post.taken) == 1
    publish(2)
    box.work()
    assert post.taken[-1].link == f"{SITE}/en/editions/2"


def test_a_link_to_confirm_works_once_and_two_days(
    box: Outbox, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked()
    box.work()
    first = link(post.taken[0], "confirm")
    asked(ADDRESS.upper())  # the same person
    box.work()
    second = link(post.taken[1], "confirm")
    assert Follower.objects.count() == 1
    assert "đã dùng" in client().get(first).content.decode()
    later = now() + dt.timedelta(days=2, minutes=1)
    with monkeypatch.context() as patch:
        patch.setattr(following, "now", lambda: later)
        assert "đã dùng" in client().get(second).content.decode()
    assert "Đã xác nhận" in pressed(second)
    assert "đã dùng" in client().get(second).content.decode()
    assert not following.confirm(second.rpartition("/")[2])


def test_who_does_not_confirm_is_deleted(box: Outbox, post: Post) -> None:
    asked()
    box.work()
    edition_mails.decide_editions(now() + dt.timedelta(days=3))
    assert not Follower.objects.exists()
    assert not EditionMail.objects.exists()


def test_one_step_ends_it_and_deletes_the_address(box: Outbox, post: Post, followed: Message) -> None:
    publish(1)
    edition_mails.decide_editions(now())
    way = link(followed, "leave")
    assert Follower.objects.count() == 1
    client().get(way)  # looking is not leaving
    assert Follower.objects.count() == 1
    # As a mail program does it: no cookie, no page (RFC 8058).
    assert client().post(way, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Follower.objects.exists()
    box.work()
    assert post.taken == []
    assert "không còn được giữ" in pressed(way)


def test_links_of_others_cannot_be_made(followed: Message) -> None:
    number = Follower.objects.get().pk
    for path in (
        f"leave/{number}.{'0' * 64}",
        f"leave/{number}",
        "leave/999999999999.0",
        "leave/.",
        "leave/1",
    ):
        client().post(f"/editions/follow/{path}", {})
        assert Follower.objects.count() == 1
    asked("khac@vidu.vn")
    other = Follower.objects.exclude(pk=number).get()
    wrong = following.to_confirm(other).replace(f"{other.pk}.", f"{number}.")
    assert not following.confirm(wrong)
    assert not following.leave(following.to_confirm(other))


def test_the_address_stands_nowhere_in_the_open(
    box: Outbox, post: Post, followed: Message, caplog: pytest.LogCaptureFixture
) -> None:
    row = Follower.objects.get()
    assert ADDRESS not in str([getattr(row, field.name) for field in Follower._meta.fields])
    assert following.address_of(row) == ADDRESS
    publish(1)
    edition_mails.decide_editions(now())
    post.fails = NotSentError("SMTP 550")
    box.work()
    assert ADDRESS not in caplog.text
    assert "mail about editions" in caplog.text
    assert ADDRESS not in EditionMail.objects.get(edition=1).error
    with override_settings(SECRET_KEY="khoa-khac"):
        assert following.address_of(row) == ""


def test_who_follows_already_is_told_nothing_else(box: Outbox, post: Post, followed: Message) -> None:
    before = client().get("/editions/follow?asked=1").content
    assert asked() == 302
    box.work()
    assert post.taken == []
    assert b'role="status"' in before


@pytest.mark.parametrize(
    "wrong", ["", "x", "a@b", "a@vidu.vn\nBcc: b@vidu.vn", "á@vidu.vn", "a@ví-dụ.vn", "a" * 300 + "@vidu.vn"]
)
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(UnusableError):
        following.checked(wrong)
    assert asked(wrong) == 200
    assert not Follower.objects.exists()


def test_asking_has_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [asked() for _ in range(4)] == [302, 302, 302, 429]
    others = [asked(f"n{n}@vidu.vn") for n in range(10)]
    assert others[-1] == 429
    cache.clear()
    monkeypatch.setattr(following, "MOST_WAITING", Follower.objects.count())
    assert asked("nua@vidu.vn") == 200
    assert not Follower.objects.filter(known_by=following.known_by("nua@vidu.vn")).exists()


def test_without_a_mail_server_the_page_says_so() -> None:
    configuration.choose(smtp_host="")
    page = client().get("/editions/follow").content.decode()
    assert "chưa thiết lập máy chủ thư" in page
    assert '<input type="email"' not in page


def test_a_mail_program_finds_how_to_leave(mail_server: MailServer, followed: Message) -> None:
    publish(1)
    edition_mails.decide_editions(now())
    message = edition_mails.message_of(EditionMail.objects.get(edition=1), SITE)
    chosen = replace(
        Configuration(), smtp_host="127.0.0.1", smtp_port=mail_server.port, smtp_security="none",
        smtp_from="chiso@vidu.vn",
    )  # fmt: skip
    Mail(chosen).send(message, lambda: None)
    [mail] = mail_server.messages
    assert mail["List-Unsubscribe"] == f"<{SITE}{link(message, 'leave')}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    parts = [part.get_content_type() for part in mail.walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
