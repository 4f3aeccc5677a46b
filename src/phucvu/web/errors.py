"""What is said where there is no page: why, and where to go from there."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

from phucvu.web.language import _
from phucvu.web.page import place_of


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
    reason = _("Lỗi ở máy chủ, không phải ở bạn. Lỗi đã được ghi lại; hãy thử lại sau.")
    return _answer(request, 500, _("Trang đang gặp lỗi"), reason)


def _said(exception: Exception) -> str:
    """What the page that gave up said; nothing of what Django itself says."""
    ours = isinstance(exception, Http404 | BadRequest) and not isinstance(exception, Resolver404)
    return str(exception.args[0]) if ours and exception.args else ""


def _answer(request: Any, status: int, title: str, reason: str) -> Any:
    if request.path.endswith((".json", ".csv", ".xlsx")):
        return JsonResponse(
            {"error": reason or title}, status=status, json_dumps_params={"ensure_ascii": False}
        )
    context = {"title": title, "reason": reason, "place": place_of(request, "")}
    return render(request, "error.html", context, status=status)
