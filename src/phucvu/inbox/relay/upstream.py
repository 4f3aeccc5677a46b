"""The system that things are passed on to, over HTTP: login, calls in either style, and limits on answers."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec

from phucvu.configuration import Configuration, secret
from phucvu.problems import Fault, UnusableError

TIMEOUT = httpx.Timeout(60, connect=10)
LONGEST_CALL = 120.0
"""Seconds from the first byte sent to the last byte of the answer."""

MOST_BYTES = 8 << 20
"""Bytes of an answer."""

LONGEST_REST = 24 * 3600.0
"""Seconds: a portal that asks for more is asked again after a day."""

SESSION_OVER = "401"
SECRET_FILE = "PHUCVU_RELAY_SECRET_FILE"


class UnavailableError(Exception):
    """There is no answer that says what became of what was sent; it is sent again later.

    ``what`` says why without anything that was sent, ``rest`` is how many seconds the portal asked to wait.
    Where ``blamed``, it may be for what was sent, and less is sent at once the next time.
    """

    def __init__(self, what: str, rest: float | None = None, *, blamed: bool = False) -> None:
        self.what, self.rest, self.blamed = what, rest, blamed
        super().__init__(what)


class SessionOverError(Exception):
    """The session is not, or no longer, known there."""


class RefusesError(UnavailableError):
    """The portal asks for fewer calls or for none: HTTP 403 or 429."""


@dataclass(frozen=True)
class Result:
    """What was said of one item: ``code`` is "0" where it was taken."""

    code: str
    message: str = ""

    @property
    def taken(self) -> bool:
        return self.code == "0"


class Answered(msgspec.Struct):
    """An envelope, as far as it is read."""

    error_code: Any = None
    message: Any = None
    result: Any = None
    session: Any = None
    access_token: Any = None


_answered = msgspec.json.Decoder(Answered).decode


def check_settings(chosen: Configuration) -> None:
    """Raises UnusableError where something is to be passed on, and there is nothing to log in with."""
    found = secret(chosen.relay_secret, chosen.relay_secret_file, SECRET_FILE)
    if chosen.relay_address and not (chosen.relay_user and found):
        raise UnusableError(Fault("relay_user_missing"))


class Upstream:
    """One connection; logs in when needed. Calls never overlap and keep to the rate."""

    def __init__(self, chosen: Configuration, sleep: Callable[[float], None] = time.sleep) -> None:
        self._chosen = chosen
        self._address = chosen.relay_address.rstrip("/")
        self._secret = secret(chosen.relay_secret, chosen.relay_secret_file, SECRET_FILE)
        self._token = ""
        self._free_at = 0.0
        self._sleep = sleep
        headers = {"User-Agent": "phucvu", "Accept": "application/json", "Accept-Encoding": "identity"}
        self._client = httpx.Client(timeout=TIMEOUT, headers=headers)

    def send(self, service: str, unit: str, items: Sequence[bytes], *, updating: bool) -> Answered:
        """The answer to items of a service. Raises UnavailableError where there is none."""
        data = b"[" + b",".join(items) + b"]"
        if self._chosen.relay_style == "first":
            said = {"madonvi": unit, "service": service, "isUpdating": str(updating)}
            return self._called("/service", lambda: self._first_style(said, data))
        query = urlencode({"MaDinhDanhDV": unit, "isUpdating": str(updating)})
        return self._called(f"/{service}?{query}", lambda: data)

    def look_up(self, unit: str, code: str) -> Answered:
        """What is held there of a dossier. Raises UnavailableError where there is no answer."""
        if self._chosen.relay_style == "first":
            said = {"madonvi": unit, "service": "TraCuuHoSo", "mahoso": code}
            return self._called("/service", lambda: self._first_style(said, b"[]"))
        query = urlencode({"MaDinhDanhDV": unit, "mahoso": code})
        return self._called(f"/TraCuuHoSo?{query}", lambda: b"")

    def _first_style(self, said: dict[str, str], data: bytes) -> bytes:
        head = msgspec.json.encode({"session": self._token} | said)
        return head[:-1] + b',"data":' + data + b"}"

    def _called(self, path: str, body: Callable[[], bytes]) -> Answered:
        """A call within a session, which is begun anew once where it has ended."""
        for _ in range(2):
            if not self._token:
                self._log_in()
            try:
                return self._post(path, body(), {"Authorization": f"Bearer {self._token}"})
            except SessionOverError:
                self._token = ""
        raise UnavailableError("a session that has just begun is not known there")

    def _log_in(self) -> None:
        names = ("username", "password") if self._chosen.relay_login == "password" else CLIENT
        body = msgspec.json.encode(dict(zip(names, (self._chosen.relay_user, self._secret), strict=True)))
        try:
            said = self._post("/auth", body, {})
        except SessionOverError as error:
            raise UnavailableError("the login is refused") from error
        token = said.session or said.access_token
        if not isinstance(token, str) or not token or len(token) > LONGEST_TOKEN or not token.isascii():
            raise UnavailableError("the login is refused")
        self._token = token

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> Answered:
        self._sleep(max(0.0, self._free_at - time.monotonic()))
        try:
            status, asked, content = self._exchange(path, body, headers)
        except httpx.ConnectError as error:
            raise UnavailableError("no connection") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UnavailableError(type(error).__name__, blamed=True) from error
        finally:
            self._free_at = time.monotonic() + 1 / self._chosen.relay_rate
        return _read(status, asked, content)

    def _exchange(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str, bytes]:
        """Status, Retry-After and body of an answer."""
        headers = headers | {"Content-Type": "application/json; charset=utf-8"}
        ends = time.monotonic() + LONGEST_CALL
        chunks, size = [], 0
        with self._client.stream("POST", self._address + path, content=body, headers=headers) as answer:
            for chunk in answer.iter_raw():
                chunks.append(chunk)
                size += len(chunk)
                if size > MOST_BYTES or time.monotonic() > ends:
                    raise UnavailableError("an answer too long", blamed=True)
            return answer.status_code, answer.headers.get("Retry-After", ""), b"".join(chunks)


CLIENT = ("client_id", "client_secret")
LONGEST_TOKEN = 8000


def _read(status: int, asked: str, content: bytes) -> Answered:
    """An envelope. Raises SessionOverError or UnavailableError where it is none that can be acted upon."""
    http = f"HTTP {status}"
    if status == 401:
        raise SessionOverError
    if status in (403, 429):
        raise RefusesError(http, _seconds(asked))
    if status in (404, 408) or not 200 <= status < 500 or 300 <= status < 400:
        raise UnavailableError(http, _seconds(asked), blamed=status >= 500 and status != 503)
    try:
        said = _answered(content.removeprefix(b"\xef\xbb\xbf").strip())
    except (ValueError, RecursionError) as error:
        if status >= 400:  # the body was refused, in words of its own
            return Answered(error_code=str(status), message=http)
        raise UnavailableError("an answer that cannot be read", blamed=True) from error
    code = code_of(said)
    if status >= 400 and code in ("", "0"):
        return Answered(error_code=str(status), message=said.message)
    if code == SESSION_OVER:
        raise SessionOverError
    if code == "429":
        raise RefusesError(f"error_code {code}", _seconds(asked))
    if code.isdigit() and 500 <= int(code) < 600:
        raise UnavailableError(f"error_code {code}", _seconds(asked), blamed=code != "503")
    return said


def code_of(said: Answered) -> str:
    """The error_code of an answer; empty where it has none."""
    return _text(said.error_code)[:LONGEST_CODE]


LONGEST_CODE = 50
LONGEST_MESSAGE = 1000


def _text(value: Any) -> str:
    known = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value).replace("\0", "\N{REPLACEMENT CHARACTER}").strip() if known else ""


def _seconds(asked: str) -> float | None:
    """What Retry-After says: seconds, or a day and time."""
    if asked.isascii() and asked.isdigit():
        return min(float(asked[:9]), LONGEST_REST)
    try:
        until = parsedate_to_datetime(asked)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=dt.UTC)
    left = (until - dt.datetime.now(dt.UTC)).total_seconds()
    return min(max(left, 0.0), LONGEST_REST)


def results(said: Answered, codes: Sequence[str]) -> list[Result | None]:
    """What an answer says of each item sent, whose dossiers have these codes; None where it does not say.

    Where one item was sent, what is said of all is said of it.
    """
    overall = Result(code_of(said), _text(said.message)[:LONGEST_MESSAGE])
    each = [_result(one) for one in said.result] if isinstance(said.result, list) else []
    named: dict[str, list[Result]] = {}
    for found in each:
        if found is not None:
            named.setdefault(found[0], []).append(found[1])
    if len(codes) == 1:
        [code] = codes
        own = named.get(code) or (named.get("") if len(each) == 1 else None)
        return [_worst(own) if own else (overall if overall.code else None)]
    unsaid = overall if overall.taken else None
    return [_worst(named[code]) if code in named and code else unsaid for code in codes]


def _worst(results: list[Result]) -> Result:
    return next((one for one in results if not one.taken), results[0])


def _result(one: Any) -> tuple[str, Result] | None:
    """The dossier that a part of an answer is about and what it says; None where that cannot be told."""
    if not isinstance(one, dict):
        return None
    code = _text(one.get("error_code"))[:LONGEST_CODE]
    if not code:
        return None
    return _text(one.get("MaHoSo")), Result(code, _text(one.get("message"))[:LONGEST_MESSAGE])
