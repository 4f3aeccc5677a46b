"""How the data API answers: pages of lists, CSV, entity tags, and problems in one clear line."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import condition

from phucvu.figures.periods import VIETNAM
from phucvu.tables.cells import harmless_row
from phucvu.web import results
from phucvu.web.boards import Board
from phucvu.web.page import BOM

PROBLEM = "application/problem+json"
MOST = 1000
"""Rows of a page at most; a CSV has them all."""


class NoAnswerError(Exception):
    """There is no answer: a status, why in both languages, and the parameter it is about."""

    def __init__(self, status: int, vi: str, en: str, field: str | None = None) -> None:
        super().__init__(en)
        self.status, self.vi, self.en, self.field = status, vi, en, field


def problem(error: NoAnswerError) -> dict[str, Any]:
    """The body of the answer (RFC 9457), with the line in both languages."""
    titles = {
        400: "Bad Request",
        404: "Not Found",
        405: "Method Not Allowed",
        422: "Unprocessable Content",
        503: "Service Unavailable",
    }
    return {
        "type": "about:blank",
        "title": titles.get(error.status, "Internal Server Error"),
        "status": error.status,
        "detail": error.vi,
        "vi": error.vi,
        "en": error.en,
        "field": error.field,
    }


def wants_csv(request: Any) -> bool:
    """Whether CSV is asked for: by ?format=csv, or where nothing is said by the Accept header."""
    asked = request.GET.get("format")
    if asked is not None:
        return bool(asked == "csv")
    return bool(request.get_preferred_type(["application/json", "text/csv"]) == "text/csv")


def etag(request: Any, *_args: Any, **_parts: Any) -> str:
    """Changes whenever a result does; another address or form has another."""
    versions = sorted((str(p), v) for p, v in results.versions().items())
    state = (versions, results.days().version(), request.get_full_path())
    said = repr((state, wants_csv(request)))
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def conditional(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view with its entity tag: 304 where the asker has that answer already."""
    tagged = condition(etag_func=etag)(view)

    def answer(request: Any, *args: Any, **parts: Any) -> Any:
        response = tagged(request, *args, **parts)
        response.headers.setdefault("Cache-Control", "no-cache")
        response.headers.setdefault("Access-Control-Allow-Origin", "*")
        patch_vary_headers(response, ["Accept"])
        return response

    return answer


def paged(request: Any, board: Board, rows: Sequence[Mapping[str, Any]], page: int, limit: int) -> Any:
    """A page of rows, or all of them as CSV. Raises NoAnswerError for a page beyond the last."""
    if wants_csv(request):
        return as_csv(rows, f"phucvu-{board.period}-{request.path.rstrip('/').rpartition('/')[2]}")
    pages = max(1, math.ceil(len(rows) / limit))
    if page > pages:
        raise NoAnswerError(
            404,
            f"không có trang {page}; trang cuối là {pages}",
            f"no page {page}; the last is {pages}",
            "page",
        )
    query = {name: value for name, value in request.GET.items() if name not in ("page", "format")}
    after = request.path + "?" + urlencode(query | {"page": page + 1}) if page < pages else None
    return {
        "period": board.period,
        "cut_off": board.result.cut_off.replace(tzinfo=VIETNAM),
        "count": len(rows),
        "page": page,
        "next": after,
        "items": list(rows[limit * (page - 1) : limit * page]),
    }


def listed(request: Any, rows: Sequence[Mapping[str, Any]], name: str) -> Any:
    """A short list whole, or as CSV."""
    return as_csv(rows, f"phucvu-{name}") if wants_csv(request) else {"count": len(rows), "items": list(rows)}


def as_csv(rows: Iterable[Mapping[str, Any]], name: str) -> Any:
    rows = [_flat(row) for row in rows]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(map(harmless_row, rows))
    return HttpResponse(
        BOM + text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with lists as words in one cell, and texts in two languages as two columns."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            flat |= {f"{name}_{language}": text for language, text in value.items()}
        else:
            flat[name] = " ".join(value) if isinstance(value, list | tuple) else value
    return flat
