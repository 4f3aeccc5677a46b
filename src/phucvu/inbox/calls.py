"""What a request says: login, or a call of a service in either style, taken apart without judging it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Raw, Struct

from phucvu.inbox.answers import Code, RefusedError
from phucvu.intake.values import as_text

MOST_BYTES = 32 << 20
MOST_ITEMS = 5_000

LONGEST_LOGIN = 64 << 10
"""Bytes of a login."""

READ_AT_FIRST = 4 << 20
"""Bytes that are read as JSON before it is known who calls; a session beyond them stands at an end."""

AN_END = 64 << 10
"""Bytes at either end of a body that are searched for its session."""


class Login(Struct):
    """The body of a login, of either kind."""

    username: Any = None
    password: Any = None
    client_id: Any = None
    client_secret: Any = None


class Opened(Struct):
    """What is read of a call in the first style before it is known who calls."""

    session: Any = None


class Envelope(Struct):
    """The body of a call in the first style. The last four say what is looked up."""

    madonvi: Any = None
    service: Any = None
    data: Raw = Raw(b"")
    maTTHC: Any = None  # noqa: N815
    MaTTHC: Any = None
    mahoso: Any = None
    MaHoSo: Any = None


@dataclass(frozen=True)
class Call:
    """A call: the service, the unit it says to come from, and what it carries."""

    service: str
    unit: str = ""
    procedure: str = ""
    dossier: str = ""
    items: list[bytes] = field(default_factory=list)


_opened = msgspec.json.Decoder(Opened).decode
_login = msgspec.json.Decoder(Login).decode
_envelope = msgspec.json.Decoder(Envelope).decode
_list = msgspec.json.Decoder(list[Raw]).decode
_value = msgspec.json.Decoder(Raw).decode


def login(body: bytes) -> Login:
    """Raises RefusedError where the body is no login."""
    try:
        return _login(_bare(body))
    except (ValueError, RecursionError) as error:
        raise malformed('hãy gửi {"username": …, "password": …}') from error


def sessions(body: bytes) -> list[str]:
    """What may be the session of a call in the first style, found cheaply however large the body is.

    Nothing more is done for somebody who is not known. Raises RefusedError where it is no such body.
    """
    body = _bare(body)
    if not body.startswith(b"{"):
        raise malformed('hãy gửi {"session": …, "madonvi": …, "service": …, "data": […]}')
    at_ends = _sessions_at_ends(body)
    if len(body) > READ_AT_FIRST and at_ends:
        return at_ends
    try:
        said = _text(_opened(body[:READ_AT_FIRST]).session)
    except RecursionError as error:
        if len(body) > READ_AT_FIRST:
            raise RefusedError(Code.TOO_DEEP, "JSON lồng nhau quá sâu; hãy gửi lại với lô nhỏ hơn") from error
        return at_ends
    except ValueError as error:
        if len(body) > READ_AT_FIRST or at_ends:
            return at_ends
        raise malformed(_where(error)) from error
    return [said] if said else []


SESSION = re.compile(rb'"session"\s*+:\s*+"([^"\\]{1,100})"')


def _sessions_at_ends(body: bytes) -> list[str]:
    """The first thing near the begin, and the last near the end, that is written like a session."""
    first = SESSION.search(body, 0, AN_END)
    start = body.rfind(b'"session"', max(0, len(body) - AN_END))
    last = SESSION.match(body, start) if start >= 0 else None
    return list(dict.fromkeys(found[1].decode(errors="replace") for found in (first, last) if found))


def first_style(body: bytes) -> Call:
    """A call whose body says everything. Raises RefusedError where it is no such body."""
    body = _bare(body)
    try:
        said = _envelope(body)
    except (ValueError, RecursionError) as error:
        said = _searched(body, error)
    return Call(
        service=_text(said.service),
        unit=_text(said.madonvi),
        procedure=_text(said.maTTHC) or _text(said.MaTTHC),
        dossier=_text(said.mahoso) or _text(said.MaHoSo),
        items=items(bytes(said.data)),
    )


def second_style(service: str, query: Mapping[str, str], body: bytes) -> Call:
    """A call whose address says everything but the data. Raises RefusedError where there is no JSON."""
    said = {name.casefold(): value.strip() for name, value in query.items()}
    return Call(
        service=service,
        unit=said.get("madinhdanhdv", "") or said.get("madonvi", ""),
        procedure=said.get("matthc", ""),
        dossier=said.get("mahoso", ""),
        items=items(_bare(body)),
    )


def items(data: bytes) -> list[bytes]:
    """The elements of a JSON list, or the one value there is, each as it came; none of nothing or null.

    Raises RefusedError where it is not JSON. What is wrong within an element is no matter here: each
    is judged later, by itself.
    """
    if data in (b"", b"null"):
        return []
    several = data.startswith(b"[")
    try:
        return [bytes(raw) for raw in _list(data)] if several else [bytes(_value(data))]
    except RecursionError as error:
        return _elements(data, error) if several else [data]
    except ValueError as error:
        if several:
            return _elements(data, error)
        if data.startswith(b"{") and _parts(data):
            return [data]
        raise malformed(_where(error)) from error


def _elements(data: bytes, error: Exception) -> list[bytes]:
    """The elements of a list that the JSON reader does not take as a whole, because of this error."""
    found = _parts(data)
    if found == [b""]:
        return []
    if not found or not all(found):
        raise malformed(_where(error)) from error
    return found


def malformed(hint: str) -> RefusedError:
    return RefusedError(Code.MALFORMED, f"Nội dung gửi không phải JSON đúng: {hint}")


def _bare(body: bytes) -> bytes:
    return body.removeprefix(b"\xef\xbb\xbf").strip()


def _text(value: Any) -> str:
    return (as_text(value) or "").strip() if isinstance(value, str | int | float) else ""


def _where(error: Exception) -> str:
    """Where the JSON reader gave up, if it says so."""
    place = re.search(r"byte (\d+)", str(error))
    return f"sai ở byte thứ {place[1]}" if place else "bị cắt giữa chừng"


TOKEN = re.compile(rb'"[^"\\]*+(?:\\.?[^"\\]*+)*+"?|[\[{]++|[\]}]++|,', re.DOTALL)
"""A text, to the end where nothing closes it; brackets; a comma. No byte is looked at twice."""


def _parts(value: bytes) -> list[bytes]:
    """The elements of a list, or members of an object, told apart by brackets alone.

    None where its last bracket is not the one that closes it. Of no elements there is one, empty.
    """
    found: list[bytes] = []
    depth, start = 0, 1
    for token in TOKEN.finditer(value):
        match value[token.start()]:
            case 0x5B | 0x7B:  # [ {
                depth += token.end() - token.start()
            case 0x5D | 0x7D:  # ] }
                close = token.start() + depth - 1
                depth -= token.end() - token.start()
                if depth <= 0:
                    found.append(value[start:close].strip())
                    return found if close == len(value) - 1 else []
            case 0x2C if depth == 1:  # ,
                found.append(value[start : token.start()].strip())
                start = token.end()
    return []


def _searched(body: bytes, error: Exception) -> Envelope:
    """A body that the JSON reader does not take as a whole, because of this error."""
    said: dict[str, Any] = {}
    for member in _elements(body, error):
        name, _, value = member.partition(b":")
        key = name.strip().strip(b'"').decode(errors="replace")
        if key == "data":
            said[key] = Raw(value.strip())
        elif key in Envelope.__struct_fields__:
            try:
                said[key] = msgspec.json.decode(value)
            except (ValueError, RecursionError) as wrong:
                raise malformed(f"sai ở “{key}”") from wrong
    return Envelope(**said)
