"""The door of the site: slow clients wait outside it, and only whole requests go in.

A request's body is read to its end, under a deadline, before one of the site's threads gets to see it;
an answer is sent on without a thread too. So a client that sends or reads slowly costs a little memory,
never a thread. An ASGI application around the site, which is a WSGI one.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Self

import msgspec
from django.utils import translation

from phucvu import configuration
from phucvu.accounts import ACCOUNT
from phucvu.configuration import Configuration
from phucvu.inbox.answers import Code, envelope
from phucvu.inbox.calls import MOST_BYTES
from phucvu.web import access

THREADS = 8
"""Requests answered at a time."""

SLOWEST = 16 << 10
"""Bytes a second: a body may take the longer the more of it has come, at this speed."""

IN_MEMORY = 1 << 20
"""Bytes of a body; what is larger waits in a temporary file."""

READ_AWAY = 8 * MOST_BYTES
"""A body that is too large is read up to so many bytes, so that its sender hears the refusal."""

PART = 64 << 10
"""Bytes of an answer that are sent at a time."""

GRACE = 1.0
"""Seconds that bodies may still take when the server is told to stop."""

GONE = 499
"""The status in the access log where the client left before it heard any."""

INTAKE = "/api/dvcqg/"

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True)
class Limits:
    """How long clients may take, in seconds, and how many of one address may take their time at once."""

    header_seconds: float = Configuration.header_seconds
    body_seconds: float = Configuration.body_seconds
    at_once: int = Configuration.at_once

    @classmethod
    def chosen(cls) -> Self:
        said = configuration.current()
        return cls(said.header_seconds, said.body_seconds, said.at_once)


class RefusedError(Exception):
    """A request that does not come in: the status, and why in both languages."""

    def __init__(self, status: int, vi: str, en: str) -> None:
        self.status, self.vi, self.en = status, vi, en
        super().__init__(status)


class GoneError(Exception):
    """The client has gone."""


class Threads:
    """Threads for what blocks, asked for by one event loop.

    Handing work over costs less than by an executor of the standard library: there is one queue, and no
    future that both sides lock.
    """

    def __init__(self, count: int) -> None:
        self._waiting: queue.SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]] | None]
        self._waiting = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._work, name="site", daemon=True) for _ in range(count)]
        self._began = False

    def run(self, work: Callable[[], Any]) -> asyncio.Future[Any]:
        """What the work returns or raises. It is not begun if nobody waits for it any more."""
        if not self._began:
            self._began = True
            for thread in self._threads:
                thread.start()
        done = asyncio.get_running_loop().create_future()
        self._waiting.put((work, done))
        return done

    def _work(self) -> None:
        while (given := self._waiting.get()) is not None:
            work, done = given
            if done.cancelled():
                continue
            tell: Callable[[asyncio.Future[Any], Any], None] = _succeed
            try:
                said = work()
            except BaseException as error:
                tell, said = _fail, error
            # The loop may have ended meanwhile, and then nobody waits.
            with contextlib.suppress(RuntimeError):
                done.get_loop().call_soon_threadsafe(tell, done, said)
            del given, work, done, said

    def end(self) -> None:
        """At the end of the process: what has begun is finished."""
        if self._began:
            for _ in self._threads:
                self._waiting.put(None)
            for thread in self._threads:
                thread.join()


def _succeed(done: asyncio.Future[Any], said: Any) -> None:
    if not done.done():
        done.set_result(said)


def _fail(done: asyncio.Future[Any], error: Any) -> None:
    if not done.done():
        # A future takes no StopIteration, and whoever waits for it would wait for ever.
        done.set_exception(RuntimeError(repr(error)) if isinstance(error, StopIteration) else error)


class Door:
    """``forwarded`` says whether a proxy stands before it, whose X-Forwarded-For names the client; ``log``
    writes a line of each request."""

    def __init__(
        self, site: Callable[..., Any], limits: Limits, *, forwarded: bool, log: access.Log | None = None
    ) -> None:
        self.site = site
        self.log = log
        self.limits = limits
        self.forwarded = forwarded
        self.threads = Threads(THREADS)
        self.taking_time: Counter[str] = Counter()
        self.deadlines: set[asyncio.Timeout] = set()
        self.stopping = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        headers = _headers(scope)
        address = self._address(scope, headers)
        if self.log is None:
            await self._take(scope, headers, address, receive, send)
            return
        told, began = _Told(send), time.perf_counter()
        try:
            await self._take(scope, headers, address, receive, told)
        finally:
            self.log(
                access.line(
                    address=address,
                    account=told.account,
                    method=scope["method"],
                    path=scope["path"],
                    status=told.status,
                    size=told.size,
                    seconds=time.perf_counter() - began,
                )
            )

    async def _take(
        self, scope: Message, headers: dict[str, str], address: str, receive: Receive, send: Send
    ) -> None:
        """Read a request and answer it."""
        try:
            if "CONTENT_LENGTH" not in headers and "HTTP_TRANSFER_ENCODING" not in headers:
                await self._answer(_environment(scope, headers, BytesIO()), address, send)
                return
            with tempfile.SpooledTemporaryFile(IN_MEMORY) as body:
                with self._taking_its_time(address):
                    size = await self._read(receive, body)
                if size > MOST_BYTES and not scope["path"].startswith(INTAKE):
                    raise RefusedError(413, "Nội dung gửi quá lớn.", "The body is too large.")
                headers["CONTENT_LENGTH"] = str(body.tell())
                body.seek(0)
                await self._answer(_environment(scope, headers, body), address, send)
        except RefusedError as refused:
            await _refuse(refused, scope["path"], send)
        except GoneError:
            return

    async def _live(self, receive: Receive, send: Send) -> None:
        """Be told of the start and the end of the server."""
        loop = asyncio.get_running_loop()
        while True:
            said = (await receive())["type"]
            if said == "lifespan.startup":
                # Beside Granian's own handler, which the loop calls whatever stands here.
                signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(self.stop))
            else:
                self.threads.end()
            await send({"type": f"{said}.complete"})
            if said == "lifespan.shutdown":
                return

    def stop(self) -> None:
        """Bodies that are still coming get a moment; those that take longer are refused."""
        self.stopping = True
        end = asyncio.get_running_loop().time() + GRACE
        for deadline in self.deadlines:
            when = deadline.when()
            deadline.reschedule(end if when is None else min(end, when))

    @contextmanager
    def _taking_its_time(self, address: str) -> Iterator[None]:
        """While what happens depends on the client; of one address only so much may at once."""
        if self.taking_time[address] >= self.limits.at_once:
            raise RefusedError(
                503,
                "Địa chỉ này đang gửi hoặc nhận quá nhiều thứ cùng lúc; hãy thử lại sau.",
                "This address sends or fetches too much at once; please try again later.",
            )
        self.taking_time[address] += 1
        try:
            yield
        finally:
            self.taking_time[address] -= 1
            if not self.taking_time[address]:
                del self.taking_time[address]

    async def _read(self, receive: Receive, body: Any) -> int:
        """Put the body into a file; its size. What is beyond the most a body may have is left out."""
        loop = asyncio.get_running_loop()
        began, size, more = loop.time(), 0, True
        try:
            async with asyncio.timeout(GRACE if self.stopping else self.limits.body_seconds) as deadline:
                self.deadlines.add(deadline)
                try:
                    while more and size <= READ_AWAY:
                        message = await receive()
                        if message["type"] == "http.disconnect":
                            raise GoneError
                        chunk = message.get("body", b"")
                        more = message.get("more_body", False)
                        if size <= MOST_BYTES:
                            body.write(chunk)
                        size += len(chunk)
                        if not self.stopping:
                            deadline.reschedule(began + self.limits.body_seconds + size / SLOWEST)
                finally:
                    self.deadlines.discard(deadline)
        except TimeoutError:
            if self.stopping:
                raise RefusedError(
                    503,
                    "Máy chủ đang dừng nên chưa nhận được gì; hãy gửi lại sau ít phút.",
                    "The server is stopping and has taken nothing; please send it again in a few minutes.",
                ) from None
            raise RefusedError(
                408,
                "Nội dung gửi đến quá chậm; hãy gửi lại.",
                "The body came too slowly; please send it again.",
            ) from None
        return size

    async def _answer(self, environment: dict[str, Any], address: str, send: Send) -> None:
        """Send what the site answers: at once where it is short, else in parts as the client reads them."""
        answer = _Answer(self.site, environment)
        try:
            part = await self.threads.run(answer.begin)
            if isinstance(send, _Told):
                send.account = environment.get(ACCOUNT, "")
            start = {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
            if answer.ended:
                await send(start)
                await send({"type": "http.response.body", "body": part})
                return
            with self._taking_its_time(address):
                await send(start)
                while not answer.ended:
                    await self._send_part(part, send)
                    part = await self.threads.run(answer.more)
                await self._send_part(part, send)
                await send({"type": "http.response.body", "body": b""})
        finally:
            if not answer.ended:
                await self.threads.run(answer.close)

    async def _send_part(self, part: bytes, send: Send) -> None:
        for start in range(0, len(part), PART):
            async with asyncio.timeout(self.limits.body_seconds):
                await send(
                    {"type": "http.response.body", "body": part[start : start + PART], "more_body": True}
                )

    def _address(self, scope: Message, headers: dict[str, str]) -> str:
        """Whose request it is; a proxy says so last, and speaks for itself where it says nothing."""
        said = headers.get("HTTP_X_FORWARDED_FOR", "") if self.forwarded else ""
        address: str = said.rpartition(",")[2].strip() or scope["client"][0]
        return address


class _Told:
    """Sends on what a client is told, and keeps for the log who it was, the status and the size."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.account = ""
        self.status = GONE
        self.size = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self.size += len(message.get("body", b""))
        await self.send(message)


class _Answer:
    """What the site answers to one request, part by part; used by one thread at a time.

    Each part may be made by another thread, and goes on in the language that the request asked for.
    """

    def __init__(self, site: Callable[..., Any], environment: dict[str, Any]) -> None:
        self.site = site
        self.environment = environment
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.ended = False
        self._whole: Any = None
        self._parts: Iterator[bytes] = iter(())
        self._language: str | None = None

    def begin(self) -> bytes:
        """The first part."""
        self._whole = self.site(self.environment, self._start)
        self._language = translation.get_language()
        self._parts = iter(self._whole)
        if not getattr(self._whole, "streaming", False):
            part = b"".join(self._parts)
            self.close()
            return part
        return self.more()

    def more(self) -> bytes:
        """The next part; afterwards ``ended`` says whether it was the last."""
        if self._language:
            translation.activate(self._language)
        chunks, size = [], 0
        while size < PART:
            chunk = next(self._parts, None)
            if chunk is None:
                self.close()
                break
            chunks.append(chunk)
            size += len(chunk)
        return b"".join(chunks)

    def close(self) -> None:
        self.ended = True
        if hasattr(self._whole, "close"):
            self._whole.close()

    def _start(self, status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
        self.status = int(status.split(" ", 1)[0])
        self.headers = [(name.lower().encode("latin-1"), said.encode("latin-1")) for name, said in headers]


def _named(header: bytes) -> str:
    """A header's name as WSGI has it."""
    key = header.decode("latin-1").upper().replace("-", "_")
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"


NAMES = {
    name: _named(name)
    for name in (
        b"host",
        b"connection",
        b"user-agent",
        b"accept",
        b"accept-encoding",
        b"accept-language",
        b"cookie",
        b"content-length",
        b"content-type",
        b"x-forwarded-for",
        b"x-forwarded-proto",
    )
}
"""Those that most requests have."""


def _headers(scope: Message) -> dict[str, str]:
    """The headers as WSGI names them. One with «_» could pass for another with «-», and is left out."""
    found: dict[str, str] = {}
    for name, said in scope["headers"]:
        if b"_" in name:
            continue
        key = NAMES.get(name) or _named(name)
        value = said.decode("latin-1")
        between = "; " if key == "HTTP_COOKIE" else ","
        found[key] = f"{found[key]}{between}{value}" if key in found else value
    return found


def _environment(scope: Message, headers: dict[str, str], body: Any) -> dict[str, Any]:
    """A request as WSGI tells of it."""
    headers.pop("HTTP_TRANSFER_ENCODING", None)
    host, port = scope["server"] or ("127.0.0.1", 0)
    return headers | {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": scope["client"][0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


async def _refuse(refused: RefusedError, path: str, send: Send) -> None:
    """Answer a request that does not come in; of the intake in its envelope."""
    if path.startswith(INTAKE):
        code = Code.NOT_KEPT if refused.status == 503 else Code.MALFORMED
        kind, body = b"application/json", msgspec.json.encode(envelope(code, refused.vi))
    else:
        kind, body = b"text/plain; charset=utf-8", f"{refused.vi}\n{refused.en}\n".encode()
    headers = [(b"content-type", kind), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
