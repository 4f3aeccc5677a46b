"""What a request says: login, or a call of a service in either style, taken apart without judging it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Raw, Struct

from phucvu.inbox.answers import Code, RefusedError
from phucvu.intake.values import as_text

MOST_BYTES = 32 << 20
MOST_ITEMS = 5_000

DEEPEST = 4 << 20
"""A body nested beyond what the JSON reader takes is searched for its good items up to this many bytes."""


class Login(Struct):
    """The body of a login, of either kind."""

    username: Any = None
    password: Any = None
    client_id: Any = None
    client_secret: Any = None


class Envelope(Struct):
    """The body of a call in the first style. The last four say what is looked up."""

    session: Any = None
    madonvi: Any = None
    service: Any = None
    data: Raw = Raw(b"")
    maTTHC: Any = None  # noqa: N815
    MaTTHC: Any = None
    mahoso: Any = None
    MaHoSo: Any = None


@dataclass(frozen=True)
class Call:
    """A call: who says to be calling for which unit, the service, and what it carries."""

    service: str
    session: str = ""
    unit: str = ""
    procedure: str = ""
    dossier: str = ""
    items: list[bytes] = field(default_factory=list)


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


def first_style(body: bytes) -> Call:
    """A call whose body says everything. Raises RefusedError where it is no such body."""
    body = _bare(body)
    if not body.startswith(b"{"):
        raise malformed('hãy gửi {"session": …, "madonvi": …, "service": …, "data": […]}')
    try:
        said = _envelope(body)
    except RecursionError:
        said = _deep_envelope(body)
    except ValueError as error:
        raise malformed(_where(error)) from error
    return Call(
        service=_text(said.service),
        session=_text(said.session),
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

    Raises RefusedError where it is not JSON. An element may be nested however deeply: it is judged
    later, by itself.
    """
    if data in (b"", b"null"):
        return []
    several = data.startswith(b"[")
    try:
        return [bytes(raw) for raw in _list(data)] if several else [bytes(_value(data))]
    except RecursionError:
        _check_searchable(data)
        return [part for part in map(bytes.strip, _parts(data)) if part] if several else [data]
    except ValueError as error:
        raise malformed(_where(error)) from error


def malformed(hint: str) -> RefusedError:
    return RefusedError(Code.MALFORMED, f"Nội dung gửi không phải JSON đúng: {hint}")


def _bare(body: bytes) -> bytes:
    return body.removeprefix(b"\xef\xbb\xbf").strip()


def _text(value: Any) -> str:
    return (as_text(value) or "").strip() if isinstance(value, str | int | float) else ""


def _where(error: ValueError) -> str:
    """Where the JSON reader gave up, if it says so."""
    place = re.search(r"byte (\d+)", str(error))
    return f"sai ở byte thứ {place[1]}" if place else "bị cắt giữa chừng"


TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)


def _parts(value: bytes) -> Iterator[bytes]:
    """The elements of a list, or members of an object, told apart by brackets alone."""
    depth, start = 0, 0
    for token in TOKEN.finditer(value):
        match token[0]:
            case b"[" | b"{":
                depth += 1
                if depth == 1:
                    start = token.end()
            case b"]" | b"}":
                depth -= 1
                if depth == 0:
                    yield value[start : token.start()]
                    return
            case b"," if depth == 1:
                yield value[start : token.start()]
                start = token.end()


def _deep_envelope(body: bytes) -> Envelope:
    _check_searchable(body)
    said: dict[str, Any] = {}
    for member in _parts(body):
        name, _, value = member.partition(b":")
        key = name.strip().strip(b'"').decode(errors="replace")
        if key not in Envelope.__struct_fields__:
            continue
        try:
            said[key] = Raw(value.strip()) if key == "data" else msgspec.json.decode(value)
        except (ValueError, RecursionError):
            continue
    return Envelope(**said)


def _check_searchable(data: bytes) -> None:
    if len(data) > DEEPEST:
        raise RefusedError(Code.TOO_DEEP, "JSON lồng nhau quá sâu; hãy gửi lại với lô nhỏ hơn")
