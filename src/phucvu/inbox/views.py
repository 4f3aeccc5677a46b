"""The synchronisation API over HTTP, in both call styles.

Every call is answered in the envelope with status 200, whatever its ``error_code``: systems built for
the national portal read the body of nothing else. Only what could not be kept has status 503, so that
nobody takes it for done.
"""

from __future__ import annotations

import functools
import hashlib
import zlib
from collections.abc import Callable
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from phucvu import configuration
from phucvu.inbox import calls, looking_up
from phucvu.inbox.answers import Code, RefusedError, envelope, of_items
from phucvu.inbox.calls import LONGEST_LOGIN, MOST_BYTES, MOST_ITEMS, Call
from phucvu.inbox.clock import now
from phucvu.inbox.description import description
from phucvu.inbox.keeping import NOT_KEPT, keeper
from phucvu.inbox.models import Body, Payload, Sender
from phucvu.inbox.reading import TABLES, WORDS, older, results, understand
from phucvu.inbox.sessions import LASTS, log_in, sender_of
from phucvu.inbox.trouble import report
from phucvu.inbox.watching import registers

CHUNK = 1 << 20


def _answered(view: Callable[..., dict[str, Any]]) -> Any:
    """A view that takes POST and returns an envelope; what it refuses is answered in one too."""

    @functools.wraps(view)
    def answered(request: HttpRequest, **parts: str) -> HttpResponse:
        try:
            said = view(request, **parts)
        except RefusedError as refused:
            said = envelope(refused.code, refused.message)
        except UnreadablePostError:
            said = envelope(Code.MALFORMED, "Nội dung gửi bị đứt giữa chừng; hãy gửi lại")
        except Exception as error:
            # The database does not answer, or the records cannot be read.
            report(error, "answered that nothing was kept")
            said = envelope(Code.NOT_KEPT, NOT_KEPT)
        status = 503 if said["error_code"] == Code.NOT_KEPT else 200
        return HttpResponse(msgspec.json.encode(said), content_type="application/json", status=status)

    return csrf_exempt(require_POST(answered))


@_answered
def auth(request: HttpRequest) -> dict[str, Any]:
    said = calls.login(_body(request, LONGEST_LOGIN))
    name, secret = (
        (said.username, said.password) if said.client_id is None else (said.client_id, said.client_secret)
    )
    if not isinstance(name, str) or not isinstance(secret, str):
        raise calls.malformed("tên đăng nhập và mật khẩu phải là chuỗi ký tự")
    token = log_in(name, secret, _address(request))
    if said.client_id is None:
        return {"session": token, "error_code": 0}
    return {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": int(LASTS.total_seconds()),
        "error_code": 0,
    }


@_answered
def first_style(request: HttpRequest) -> dict[str, Any]:
    body = _body(request)
    sender = sender_of(*(calls.sessions(body) or [_bearer(request)]))
    return _serve(calls.first_style(body), sender)


@_answered
def second_style(request: HttpRequest, service: str) -> dict[str, Any]:
    sender = sender_of(_bearer(request))
    return _serve(calls.second_style(service, request.GET.dict(), _body(request)), sender)


def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(description()), content_type="application/json")


def _serve(call: Call, sender: Sender) -> dict[str, Any]:
    match call.service:
        case "DongBoHoSoMC" | "CapNhatTienDoHoSoMC":
            return _take(call, sender)
        case "LayDanhSachTTHC":
            found = looking_up.procedures(registers())
        case "LayThuTuc":
            found = looking_up.procedure(registers(), call.procedure)
        case "TraCuuHoSo":
            found = looking_up.dossiers(registers(), sender.unit, call.dossier)
        case _:
            raise RefusedError(Code.NO_SUCH_SERVICE, f"Không có dịch vụ “{call.service[:50]}”")
    return envelope(Code.TAKEN, f"Tìm thấy {len(found)}.", result=found)


def _take(call: Call, sender: Sender) -> dict[str, Any]:
    if len(call.items) > MOST_ITEMS:
        raise RefusedError(
            Code.TOO_LARGE, f"Mỗi lần gửi nhiều nhất {MOST_ITEMS} hồ sơ, lần này có {len(call.items)}"
        )
    unit = _sending_unit(call, sender)
    if not call.items:
        return of_items([], WORDS[TABLES[call.service]])
    moment = now()
    read = understand(call.items, call.service, registers(), account=sender.unit, unit=unit, now=moment)
    earlier = older(read, registers().store)
    packed = msgspec.msgpack.encode(call.items)
    payload = Payload(
        sender=sender,
        unit=unit,
        service=call.service,
        received_at=moment,
        digest=hashlib.sha256(packed).hexdigest(),
        items=len(call.items),
        size=len(packed),
        to_relay=_is_passed_on(sender, unit),
    )
    keeper.keep(Body(payload=payload, packed=zlib.compress(packed, 1)))
    return of_items(results(read, call.items, earlier), WORDS[TABLES[call.service]])


def _is_passed_on(sender: Sender, unit: str) -> bool:
    """Whether what an account sends for a unit is passed on to the portal (``relay``)."""
    chosen = configuration.current()
    if not chosen.relay_address or (chosen.relay_senders and sender.name not in chosen.relay_senders):
        return False
    return not chosen.relay_units or any(unit in registers().below(one) for one in chosen.relay_units)


def _sending_unit(call: Call, sender: Sender) -> str:
    """The unit that the call says to come from, else the account's; with MaHoSo it names a dossier."""
    said = call.unit or sender.unit
    code = said if said in registers().known().units else _turned(said)
    if code not in registers().below(sender.unit):
        raise RefusedError(
            Code.OTHER_UNIT, f"Tài khoản của {sender.unit} không được gửi thay đơn vị “{said[:50]}”"
        )
    return code


def _turned(said: str) -> str:
    """The code of a unit that is written the older way, from the lowest level up: 000.00.17.H21 is H21.17."""
    return ".".join(part for part in reversed(said.split(".")) if part.strip("0"))


def _address(request: HttpRequest) -> str:
    """Where the call comes from; behind a proxy (see SECURE_PROXY_SSL_HEADER) what that one says last."""
    said = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return said.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


def _bearer(request: HttpRequest) -> str:
    kind, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if kind.casefold() == "bearer" else ""


def _body(request: HttpRequest, most: int = MOST_BYTES) -> bytes:
    """The body as it came. One that is too large is read to its end, so that its sender hears the refusal."""
    # Django takes a body of unsaid length (chunked) for an empty one.
    stream = request if request.META.get("CONTENT_LENGTH") else request.META["wsgi.input"]
    chunks, size = [], 0
    while size <= most and (chunk := stream.read(most + 1 - size)):
        chunks.append(chunk)
        size += len(chunk)
    if size <= most:
        return b"".join(chunks)
    while size <= 8 * MOST_BYTES and (chunk := stream.read(CHUNK)):
        size += len(chunk)
    said = f"{most >> 20} MB" if most >> 20 else f"{most >> 10} KB"
    raise RefusedError(Code.TOO_LARGE, f"Mỗi lần gửi nhiều nhất {said}")
