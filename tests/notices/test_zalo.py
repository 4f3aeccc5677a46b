"""The Zalo bot: a stand-in of it on this machine; a chat is joined by a code that works once."""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from phucvu.accounts.models import AuditEntry, User
from phucvu.configuration import Configuration
from phucvu.inbox.clock import now
from phucvu.notices import zalo
from phucvu.notices.channels import Message, NotSentError
from phucvu.notices.choosing import offered
from phucvu.notices.models import Digest, Subscription, ZaloChat
from phucvu.notices.outbox import Outbox
from phucvu.notices.sending import channels_of
from phucvu.problems import UnusableError
from phucvu.records.store import Store

from ..signing import made

TOKEN = "766:mot-chuoi-bi-mat"
MESSAGE = Message(
    "chat-1", "digest.1", "Việc hôm nay", "Một câu.", "https://chiso.vidu.vn/x", "Mở", b"", b"", ""
)


class StandIn(ThreadingHTTPServer):
    """``answer`` is what it says to sendMessage, ``written`` what people wrote; ``asked`` what was asked."""

    answer: bytes = b'{"ok": true, "result": {"message_id": "1"}}'

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, Any]] = []
        self.written: list[bytes] = []


class Handler(BaseHTTPRequestHandler):
    server: StandIn

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, said))
        written = self.server.written.pop(0) if self.server.written else b'{"ok": false, "error_code": 408}'
        content = written if self.path.endswith("/getUpdates") else self.server.answer
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn() as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def chosen(stand_in: StandIn) -> Configuration:
    return replace(
        Configuration(),
        zalo_token=TOKEN,
        zalo_address=f"http://127.0.0.1:{stand_in.server_port}/",
        site_address="https://chiso.vidu.vn",
        notices_at="00:00",
    )


def wrote(text: Any, chat: Any = "chat-1", kind: str = "PRIVATE") -> bytes:
    message = {"text": text, "chat": {"id": chat, "chat_type": kind}}
    return json.dumps({"ok": True, "result": {"message": message}}).encode()


@pytest.fixture
def user(store: Store) -> User:
    return made("mot", "staff", "H99.01", two_step=False)


def test_a_digest_goes_to_the_chat_that_was_joined(
    stand_in: StandIn, chosen: Configuration, store: Store, user: User
) -> None:
    assert offered(user, chosen) == []
    code = zalo.new_code(user)
    assert code not in str(list(ZaloChat.objects.values()))
    stand_in.written = [wrote("xin chào"), wrote(f" {code.lower()} ")]
    bot = zalo.Bot(chosen)
    assert [bot.read(), bot.read(), bot.read()] == [False, True, False]
    assert offered(user, chosen) == ["zalo"]
    assert AuditEntry.objects.filter(action="Zalo joined", object="mot").count() == 1
    Subscription.objects.create(user=user, channel="zalo", language="vi", chosen_at=now())
    Outbox(store, chosen, channels_of(chosen)).work()
    path, said = stand_in.asked[-1]
    assert path == f"/bot{TOKEN}/sendMessage"
    assert said["chat_id"] == "chat-1"
    assert "hồ sơ quá hạn" in said["text"]
    assert said["text"].endswith("https://chiso.vidu.vn/workspace/H99.01/week")
    assert Digest.objects.get().state == Digest.State.SENT


def test_a_code_works_once_alone_and_for_a_while(store: Store, user: User) -> None:
    code = zalo.new_code(user)
    assert not zalo.join("A" * zalo.CODE_LENGTH, "chat-1")
    assert not zalo.join(code, "")
    assert not zalo.join(code, "x" * 101)
    assert zalo.join(code, "chat-1")
    assert not zalo.join(code, "chat-2")
    assert zalo.chat_of(user) == "chat-1"
    later = zalo.new_code(user)
    ZaloChat.objects.update(code_until=now() - dt.timedelta(seconds=1))
    assert not zalo.join(later, "chat-2")


def test_what_is_no_code_of_one_person_joins_nothing(
    stand_in: StandIn, chosen: Configuration, store: Store, user: User
) -> None:
    code = zalo.new_code(user)
    stand_in.written = [
        *(wrote(code, kind="GROUP"), wrote(code, chat=7), wrote([code]), wrote("\ud800" * 10)),
        *(b"[]", b"{", b'{"result": []}', b'{"result": {"message": 1}}', b"[" * 100_000),
        *(b'{"result": {"message": {"chat": 1}}}', b" " * (zalo.MOST_BYTES + 1) + wrote(code)),
    ]
    bot = zalo.Bot(chosen)
    assert not any(bot.read() for _ in range(len(stand_in.written)))
    assert zalo.chat_of(user) == ""


@pytest.mark.parametrize(
    ("answer", "what", "unknown"),
    [
        (b'{"ok": false, "error_code": 403, "description": "x"}', "Zalo 403", False),
        (b'{"ok": false}', "Zalo", False),
        (b"<html>", "DecodeError", True),
    ],
)
def test_what_did_not_go_is_told_without_the_token(
    stand_in: StandIn,
    chosen: Configuration,
    answer: bytes,
    what: str,
    unknown: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    stand_in.answer = answer
    with pytest.raises(NotSentError) as refused:
        zalo.Bot(chosen).send(MESSAGE, lambda: None)
    assert (refused.value.what, refused.value.unknown) == (what, unknown)
    assert TOKEN not in f"{refused.value} {chosen} {caplog.text}"


def test_a_server_that_is_away(chosen: Configuration) -> None:
    away = replace(chosen, zalo_address="http://127.0.0.1:1")
    with pytest.raises(NotSentError) as refused:
        zalo.Bot(away).send(MESSAGE, lambda: None)
    assert (refused.value.unknown, refused.value.for_all) == (False, True)
    assert not zalo.Bot(away).read()


def test_settings_that_cannot_work_are_told(chosen: Configuration) -> None:
    check: Callable[[Configuration], None] = zalo.check_settings
    check(chosen)
    check(Configuration())
    with pytest.raises(UnusableError, match="PHUCVU_SITE_ADDRESS"):
        check(replace(chosen, site_address=""))
