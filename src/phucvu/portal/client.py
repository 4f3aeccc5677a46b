"""A polite HTTP client of the portal: one request at a time, a pause between, none after a refusal."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import httpx

from phucvu import configuration
from phucvu.portal.response_pages import BadAnswerError
from phucvu.problems import Fault, UnusableError

PAUSE = 2.0
"""Seconds between an answer and the next request."""

TIMEOUT = 60.0
"""Seconds without a sign of the answer."""

TRIES = 4
"""How often a request is made that fails with a server error or a timeout; the pause doubles each time."""

REFUSED = (403, 429)


class RefusedError(Exception):
    """The portal refuses; no more requests are allowed."""

    def __init__(self, status: int, body: bytes, wait: str | None) -> None:
        self.status, self.body = status, body
        vi, en = (f" (đề nghị chờ {wait})", f" (asks to wait {wait})") if wait else ("", "")
        self.fault = BadAnswerError(
            f"Cổng từ chối, HTTP {status}{vi}", f"the portal refuses, HTTP {status}{en}"
        )
        super().__init__(status)


@dataclass(frozen=True)
class Answer:
    """One response: ``fault`` where it is no success, ``status`` and ``body`` None where none came."""

    status: int | None
    body: bytes | None
    fault: BadAnswerError | None


def portal_address(given: str | None) -> str:
    """The portal's address: the one given, else the environment's PHUCVU_PORTAL.

    Raises UnusableError saying what to set; no address is built in.
    """
    address = (given or configuration.current().portal).strip().rstrip("/")
    if not address:
        raise UnusableError(Fault("portal_address_missing"))
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        url = httpx.URL()  # has no host
    if url.scheme not in ("http", "https") or not url.host or "%" in url.host:
        raise UnusableError(Fault("portal_address_wrong", address=address))
    return address


class Portal:
    """The portal at an address. Its requests never overlap, and each waits ``pause`` seconds after the
    answer before it."""

    def __init__(self, address: str, pause: float = PAUSE, timeout: float = TIMEOUT) -> None:
        self.address = address
        self.pause = pause
        self._free_at = 0.0
        self._client = httpx.Client(
            timeout=timeout, headers={"User-Agent": "phucvu", "Accept": "application/json"}
        )

    def __enter__(self) -> Portal:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(self, path: str, payload: dict[str, Any]) -> Answer:
        """One answer. A server error, a timeout or a broken connection is tried again; raises
        RefusedError on 403 and 429."""
        answer = Answer(None, None, None)
        for attempt in range(TRIES):
            self._wait(self.pause * (2**attempt if attempt else 1))
            try:
                response = self._client.post(self.address + path, json=payload)
            except httpx.RequestError as error:
                what = (
                    "quá lâu không trả lời" if isinstance(error, httpx.TimeoutException) else "không nối được"
                )
                fault = BadAnswerError(
                    f"Cổng {what}: {error} (đã thử {attempt + 1} lần)",
                    f"no answer from the portal: {error or type(error).__name__} (tried {attempt + 1} times)",
                )
                answer = Answer(None, None, fault)
                continue
            finally:
                self._free_at = time.monotonic()
            status = response.status_code
            if status in REFUSED:
                raise RefusedError(status, response.content, response.headers.get("Retry-After"))
            if status in (200, 201):
                return Answer(status, response.content, None)
            fault = BadAnswerError(f"Cổng trả lời HTTP {status}", f"the portal answers HTTP {status}")
            answer = Answer(status, response.content, fault)
            if status < 500:
                return answer
        return answer

    def _wait(self, pause: float) -> None:
        if self._free_at:
            time.sleep(max(0.0, self._free_at + pause - time.monotonic()))
