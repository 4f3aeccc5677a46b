"""The door by itself: who is counted as which address, and clients that read slowly."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from django.utils import translation

from phucvu.web.door import THREADS, Door, Limits, Message, Threads

SCOPE: Message = {
    "type": "http",
    "method": "GET",
    "path": "/hồ-sơ",
    "query_string": b"",
    "http_version": "1.1",
    "scheme": "http",
    "server": ("127.0.0.1", 80),
    "client": ("10.0.0.1", 5),
    "headers": [],
}


async def nothing() -> Message:
    return {"type": "http.request"}


def test_clients_that_read_slowly_hold_no_thread_and_are_left_in_the_end() -> None:
    def site(environment: dict[str, Any], start: Any) -> Any:
        start("200 OK", [])
        return StreamingHttpResponse(b"x" * (1 << 16) for _ in range(1000))

    async def never(_message: Message) -> None:
        await asyncio.sleep(60)

    async def run() -> float:
        door = Door(site, Limits(body_seconds=1), forwarded=False)
        began = time.monotonic()
        slow = [asyncio.create_task(door(SCOPE, nothing, slowly(door))) for _ in range(4 * THREADS)]
        await asyncio.sleep(0.3)
        said: list[Message] = []

        async def quick(message: Message) -> None:
            said.append(message)

        other = SCOPE | {"client": ("10.0.0.2", 5)}
        await asyncio.wait_for(door(other, nothing, quick), 20)
        assert sum(len(m.get("body", b"")) for m in said) == 1000 << 16
        ended = await asyncio.gather(*slow, return_exceptions=True)
        assert {type(one) for one in ended} == {TimeoutError}
        assert not door.taking_time
        return time.monotonic() - began

    def slowly(door: Door) -> Any:
        async def send(message: Message) -> None:
            if message["type"] == "http.response.body":
                await never(message)

        return send

    assert asyncio.run(run()) < 20


def test_the_parts_of_an_answer_are_made_in_the_language_of_its_request() -> None:
    def site(environment: dict[str, Any], start: Any) -> Any:
        start("200 OK", [])
        lang = environment["QUERY_STRING"]
        translation.activate(lang)

        def parts() -> Iterator[bytes]:
            for _ in range(20):
                yield translation.get_language().encode() * (1 << 15)

        return StreamingHttpResponse(parts())

    async def fetch(door: Door, lang: str) -> set[bytes]:
        said = bytearray()

        async def send(message: Message) -> None:
            said.extend(message.get("body", b""))

        await door(SCOPE | {"query_string": lang.encode()}, nothing, send)
        return {bytes(said[n : n + 2]) for n in range(0, len(said), 2)}

    async def run() -> list[set[bytes]]:
        door = Door(site, Limits(), forwarded=False)
        return await asyncio.gather(*(fetch(door, lang) for lang in ("vi", "en") * 6))

    assert asyncio.run(run()) == [{b"vi"}, {b"en"}] * 6


@pytest.mark.parametrize(
    ("forwarded", "said", "address"),
    [
        (True, [b"6.6.6.6, 192.0.2.7"], "192.0.2.7"),
        (True, [b"6.6.6.6", b"192.0.2.7"], "192.0.2.7"),
        (True, [], "10.0.0.1"),
        (False, [b"192.0.2.7"], "10.0.0.1"),
    ],
)
def test_whose_request_it_is(forwarded: bool, said: list[bytes], address: str) -> None:
    seen: list[dict[str, Any]] = []
    counted: list[str] = []

    def site(environment: dict[str, Any], start: Any) -> Any:
        seen.append(environment)
        counted.extend(door.taking_time)
        start("200 OK", [])
        return [b""]

    async def body() -> Message:
        counted.extend(door.taking_time)
        return {"type": "http.request", "body": b"abc"}

    async def send(_message: Message) -> None:
        return

    headers = [(b"x-forwarded-for", one) for one in said]
    headers += [(b"content-length", b"3"), (b"x_forwarded_for", b"7.7.7.7"), (b"x_a", b"1")]
    door = Door(site, Limits(), forwarded=forwarded)
    asyncio.run(door(SCOPE | {"headers": headers}, body, send))
    assert counted == [address]
    assert "7.7.7.7" not in seen[0].get("HTTP_X_FORWARDED_FOR", "")
    assert "HTTP_X_A" not in seen[0]
    assert seen[0]["PATH_INFO"] == "/hồ-sơ".encode().decode("latin-1")
    assert seen[0]["wsgi.input"].closed  # what held the body goes with the request


def test_threads_give_back_what_work_says_and_do_not_begin_what_nobody_waits_for() -> None:
    def stops() -> None:
        raise StopIteration

    async def ask() -> None:
        threads = Threads(2)
        began = threading.Event()
        # Both threads wait; what comes behind them is given up before it begins.
        held = [threads.run(began.wait) for _ in range(2)]
        given_up = threads.run(lambda: ran.append("nobody waits for it"))
        given_up.cancel()
        began.set()
        assert await asyncio.gather(*held) == [True, True]
        assert await asyncio.gather(*(threads.run(lambda n=n: n * n) for n in range(50))) == [
            n * n for n in range(50)
        ]
        for wrong, error in ((lambda: 1 / 0, ZeroDivisionError), (stops, RuntimeError)):
            with pytest.raises(error):
                await threads.run(wrong)
        threads.end()

    ran: list[str] = []
    asyncio.run(ask())
    assert ran == []
