"""The pictures of pages as PNG, to put into a letter or a message."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from xml.etree import ElementTree

from django.http import HttpResponse

from phucvu.charts.png import sheet
from phucvu.web.page import asked_board
from phucvu.web.preview import notes

TITLE = "{http://www.w3.org/2000/svg}title"


def as_png(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view of an SVG that stands alone, as one of a PNG with its title, period, moment and source on it."""

    @wraps(view)
    def answer(request: Any, **parts: Any) -> Any:
        picture = view(request, **parts)
        own = getattr(picture, "notes", [])
        return _drawn(picture, [*own, *notes(asked_board(request).result)])

    return answer


def noting(picture: Any, notes: list[str]) -> Any:
    """A picture with what is to stand under it where it is taken away as PNG."""
    picture.notes = notes
    return picture


def undated_png(view: Callable[..., Any]) -> Callable[..., Any]:
    """The same of a picture that is of no period: what it says stands on it."""

    @wraps(view)
    def answer(request: Any, **parts: Any) -> Any:
        return _drawn(view(request, **parts), [])

    return answer


def _drawn(picture: Any, notes: list[str]) -> Any:
    text = picture.content.decode()
    title = ElementTree.fromstring(text).findtext(TITLE, "")
    return HttpResponse(sheet(text, title, notes), content_type="image/png")
