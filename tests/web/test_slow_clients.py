"""Clients that send or read slowly, and many at once, do not keep others from being answered."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from phucvu.problems import UnusableError
from phucvu.web.door import Limits

from .serving import PUBLISHED, Served, get, serving

pytestmark = pytest.mark.site

SLOW = 40
"""Clients; the site answers 8 requests at a time."""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    limits = {"PHUCVU_HEADER_SECONDS": "4", "PHUCVU_BODY_SECONDS": "4", "PHUCVU_AT_ONCE": "60"}
    folder = tmp_path_factory.mktemp("folder")
    with published(folder, **limits) as site:
        yield site.port


def published(folder: Path, **settings: str) -> AbstractContextManager[Served]:
    # Once that page was answered what is loaded once is loaded.
    return serving(PUBLISHED, folder / "home", folder / "log", "/glossary", **settings)


class Slow:
    """A client that has sent the begin of a request and adds a byte now and then, until it is answered."""

    def __init__(self, port: int, begin: bytes, again: bytes, address: str = "127.0.0.1") -> None:
        self.again = again
        self.answer: bytes | None = None
        self.took = 0.0
        self.socket = socket.create_connection(("127.0.0.1", port), source_address=(address, 0))
        self.socket.settimeout(0.3)
        self.socket.sendall(begin)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        began = time.monotonic()
        said = b""
        while time.monotonic() < began + 30:
            try:
                if self.again:
                    self.socket.sendall(self.again)
                if not (more := self.socket.recv(1000)):
                    break
                said += more
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            return
        self.took, self.answer = time.monotonic() - began, said


def head(path: str, length: str) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{length}\r\n\r\n".encode()


SERVICE, LOGIN = "/api/dvcqg/service", "/accounts/login"
LENGTH, CHUNKED = "Content-Length: 100000", "Transfer-Encoding: chunked"
BEGINS = {
    "nothing at all": (b"", b""),
    "headers that never end": (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"X-A: 1\r\n"),
    "headers that stop": (b"GET / HTTP/1.1\r\nHost", b""),
    "a body of the intake": (head(SERVICE, LENGTH), b"["),
    "a body of the intake in chunks": (head(SERVICE, CHUNKED), b"1\r\n[\r\n"),
    "a body of a page": (head(LOGIN, LENGTH), b"x"),
    "a body of a page in chunks": (head(LOGIN, CHUNKED), b"1\r\nx\r\n"),
    "a body that stops": (head(SERVICE, LENGTH) + b"[", b""),
}


@pytest.fixture(scope="module")
def all_slow(port: int) -> dict[str, list[Slow]]:
    """Clients of every kind at the same time, each kind at an address of its own; others are answered."""
    kinds = enumerate(BEGINS.items(), 2)
    slow = {
        kind: [Slow(port, begin, again, f"127.0.0.{n}") for _ in range(SLOW)]
        for n, (kind, (begin, again)) in kinds
    }
    time.sleep(0.5)
    began = time.monotonic()
    assert get(f"http://127.0.0.1:{port}/glossary")[0] == 200
    assert time.monotonic() - began < 2
    return slow


@pytest.mark.parametrize("kind", BEGINS)
def test_slow_clients_wait_outside(all_slow: dict[str, list[Slow]], kind: str) -> None:
    for one in all_slow[kind]:
        one.thread.join()
        assert one.answer is not None, "it is still held"
        assert one.took < 20
        if one.answer:
            assert one.answer.startswith(b"HTTP/1.1 408 ")
            assert b"application/json" in one.answer or "quá chậm".encode() in one.answer


def test_a_slow_client_of_good_will_is_heard(port: int) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = json.dumps({"session": "sai", "service": "DongBoHoSoMC", "data": ["x" * 200_000]}).encode()

    def parts() -> Iterator[bytes]:
        for start in range(0, len(body), 20_000):
            time.sleep(0.5)  # more seconds than a body has at first, but at a fair speed
            yield body[start : start + 20_000]

    client.request("POST", SERVICE, parts(), {"Content-Length": str(len(body))})
    answer = client.getresponse()
    assert (answer.status, json.loads(answer.read())["error_code"]) == (200, "401")


def test_bodies_come_in_whole(port: int) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for body in (b'{"session": "sai", "data": []}', b"[" + b" " * (3 << 20) + b"]"):
        for said in (body, iter([body[:10], body[10:]])):  # the second in chunks
            client.request("POST", SERVICE, said)
            answer = client.getresponse()
            code = json.loads(answer.read())["error_code"]
            assert (answer.status, code) == (200, "401" if b"session" in body else "400")
    client.request("POST", LOGIN, b"x" * (40 << 20))
    with contextlib.suppress(OSError):
        assert client.getresponse().status == 413


def test_a_body_that_is_cut_off_is_not_taken_for_whole(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(head(SERVICE, CHUNKED) + b"2\r\n{}\r\n")
        client.shutdown(socket.SHUT_WR)
        assert b"HTTP/1.1 200" not in client.recv(1000)


def test_of_one_address_only_so_much_at_once_and_a_stop_refuses_what_is_half_sent(tmp_path: Path) -> None:
    with published(tmp_path, PHUCVU_AT_ONCE="3") as site:
        port = site.port
        slow = [Slow(port, head(SERVICE, LENGTH), b"") for _ in range(3)]
        time.sleep(0.5)
        too_many = Slow(port, head(SERVICE, LENGTH), b"")
        too_many.thread.join()
        assert too_many.answer is not None
        assert too_many.answer.startswith(b"HTTP/1.1 503 ")
        assert get(f"http://127.0.0.1:{port}/glossary")[0] == 200
        site.process.terminate()
        for one in slow:
            one.thread.join()
            assert one.answer is not None
            assert one.answer.startswith(b"HTTP/1.1 503 ")
            assert json.loads(one.answer.rpartition(b"\r\n\r\n")[2])["error_code"] == "503"
        site.has_stopped(10)


def test_a_stop_waits_for_an_upload_that_is_nearly_there(tmp_path: Path) -> None:
    body = b'{"session": "sai", "data": []}'
    with published(tmp_path) as site, socket.create_connection(("127.0.0.1", site.port)) as client:
        client.sendall(head(SERVICE, f"Content-Length: {len(body)}") + body[:10])
        time.sleep(0.3)
        site.process.terminate()
        time.sleep(0.3)
        client.sendall(body[10:])
        answer = client.recv(2000)
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b'"error_code":"401"' in answer


@pytest.mark.parametrize("said", ["0", "-1", "nhanh", "1e9", "1000000"])
def test_a_limit_that_is_none_is_refused(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHUCVU_BODY_SECONDS", said)
    with pytest.raises(UnusableError) as refused:
        Limits.chosen()
    assert "PHUCVU_BODY_SECONDS" in refused.value.faults[0].vi
