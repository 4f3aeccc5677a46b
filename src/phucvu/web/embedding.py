"""Parts of the site that other offices' pages include in a frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt

from phucvu.web.security import FRAMED_POLICY


@dataclass(frozen=True)
class Embed:
    """What a page offers to be included: its ``address``, and how high the frame should be in pixels."""

    address: str
    path: str
    title: str
    height: int


def embed(request: Any, view: str, *args: str, title: str, height: int, query: str = "") -> Embed:
    """The part of the site at ``view``, always of the latest period, in the language of the page."""
    path = reverse(view, args=args) + (f"?{query}" if query else "")
    return Embed(request.build_absolute_uri(path), path, title, height)


def framed(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view that any site may show in a frame; all others of this site may not be framed."""

    @wraps(view)
    def answer(request: Any, **parts: Any) -> Any:
        response = view(request, **parts)
        response.headers["Content-Security-Policy"] = FRAMED_POLICY
        return response

    return xframe_options_exempt(answer)
