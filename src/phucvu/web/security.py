"""The headers that keep a page to itself: no scripts, nothing from elsewhere, no frames; and who may ask
for the site by which name."""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Callable
from typing import Any

from django.urls import resolve

OWN = (
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
)
POLICY = "; ".join((*OWN, "frame-ancestors 'none'"))

FRAMED_POLICY = "; ".join((*OWN, "frame-ancestors *"))
"""That of the few pages made to be included by other sites (see embedding.py)."""


def content_security(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Middleware that sends the site's Content-Security-Policy with every answer."""

    def middleware(request: Any) -> Any:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response

    return middleware


FOR_THE_MACHINE = ("/healthz", "/metrics")

OWN_NAME = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?", re.IGNORECASE)

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")


def health_for_the_machine(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Middleware that lets the machine itself ask how the site does, whatever names it may be asked by.

    It stands first, so that nothing before the view asks for the name or the database.
    """

    def middleware(request: Any) -> Any:
        if request.path_info in FOR_THE_MACHINE and _is_the_machine(request.META):
            view, _parts, _names = resolve(request.path_info)
            return view(request)
        return get_response(request)

    return middleware


def _is_the_machine(meta: dict[str, str]) -> bool:
    """Whether a request comes from this machine without a proxy in between, by the machine's own name."""
    if any(name in meta for name in FORWARDED) or not OWN_NAME.fullmatch(meta.get("HTTP_HOST", "")):
        return False
    try:
        address = ipaddress.ip_address(meta.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


class RefusedNames(logging.Filter):
    """Makes of a refused Host header one line that says which setting allows it; each name is told once."""

    MOST = 100
    """Names told; whoever asks by invented ones cannot fill the log."""

    def __init__(self) -> None:
        super().__init__()
        self._told: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        if hasattr(record, "refused_name"):  # where logging was set up twice, there are two of these
            return True
        said = record.getMessage()
        found = re.search(r"header: (.*?)\. ?(You may|The domain)", said)
        name = (found[1] if found else said)[:200]
        if name in self._told or len(self._told) >= self.MOST:
            return False
        self._told.add(name)
        record.refused_name = name
        record.msg, record.args, record.exc_info, record.exc_text = (
            "phucvu: tên %s không có trong PHUCVU_HOSTS | the name %s is not in PHUCVU_HOSTS; refused",
            (name, name),
            None,
            None,
        )
        return True


def plain_cookies(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Leave out cookies with a backslash: no cookie of this site has one.

    Python before 3.11.10 reads one of 30 KB for a second, and four times as long for twice the size.
    """

    def middleware(request: Any) -> Any:
        said = request.META.get("HTTP_COOKIE", "")
        if "\\" in said:
            request.META["HTTP_COOKIE"] = ";".join(one for one in said.split(";") if "\\" not in one)
        return get_response(request)

    return middleware
