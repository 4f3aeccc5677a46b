"""What is said where there is no page: why, and where to go from there."""

from __future__ import annotations

import sys
from typing import Any

from django.core.exceptions import BadRequest, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.html import escape

from phucvu.web.language import _, language
from phucvu.web.page import Place, place_of


def without_slash(request: Any, rest: str) -> Any:
    """The address without its closing slash, where there is such a page."""
    address = "/" + rest.strip("/")
    try:
        resolve(address)
    except Resolver404:
        raise Http404 from None
    query = request.META["QUERY_STRING"]
    return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)


def with_slash(request: Any) -> Any:
    return HttpResponsePermanentRedirect("/en/")


def bad_request(request: Any, exception: Exception) -> Any:
    return _answer(request, 400, _("Địa chỉ này có phần không dùng được"), _said(exception))


def not_found(request: Any, exception: Exception) -> Any:
    return _answer(request, 404, _("Không có trang này"), _said(exception))


def broken(request: Any) -> Any:
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return away(request)
    reason = _("Lỗi ở máy chủ, không phải ở bạn. Lỗi đã được ghi lại; hãy thử lại sau.")
    return _answer(request, 500, _("Trang đang gặp lỗi"), reason)


def away(request: Any) -> Any:
    """Said where the database does not answer: without it there is no page around the words."""
    title = _("Trang tạm thời không trả lời được")
    reason = _("Cơ sở dữ liệu chưa trả lời. Hãy thử lại sau ít phút.")
    if _is_for_programs(request):
        answer = _as_json(reason, 503)
    else:
        words = [escape(text) for text in (title, reason)]
        head = f'<!DOCTYPE html><html lang="{language()}"><meta charset="utf-8"><title>{words[0]}</title>'
        answer = HttpResponse(f"{head}<h1>{words[0]}</h1><p>{words[1]}</p></html>", status=503)
    answer.headers["Retry-After"] = "5"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _is_for_programs(request: Any) -> bool:
    return bool(request.path.startswith("/api/v1/") or request.path.endswith((".json", ".csv", ".xlsx")))


def _as_json(reason: str, status: int) -> Any:
    return JsonResponse({"error": reason}, status=status, json_dumps_params={"ensure_ascii": False})


def _said(exception: Exception) -> str:
    """What the page that gave up said; nothing of what Django itself says."""
    ours = isinstance(exception, Http404 | BadRequest) and not isinstance(exception, Resolver404)
    return str(exception.args[0]) if ours and exception.args else ""


def _answer(request: Any, status: int, title: str, reason: str) -> Any:
    if request.path.endswith((".json", ".csv", ".xlsx")):
        return _as_json(reason or title, status)
    context = {"title": title, "reason": reason, "place": _place(request)}
    return render(request, "error.html", context, status=status)


def _place(request: Any) -> Place:
    try:
        return place_of(request, "")
    except TooManyFieldsSent:
        # What is wrong is the query itself, so this page cannot read it either.
        return Place(request.path, {}, "")
