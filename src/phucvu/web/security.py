"""The headers that keep a page to itself: no scripts, nothing from elsewhere, no frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
