"""What is said where a home has nothing to show yet: what is lacking, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from phucvu.rules.model import Words
from phucvu.web.language import language
from phucvu.web.results import Lack
from phucvu.web.security import FRAMED_POLICY

AGAIN = 5
"""Seconds after which a page of what is being counted asks for itself again."""


@dataclass(frozen=True)
class Said:
    """What is lacking, what that means, and the commands that bring it."""

    title: Words
    reason: Words
    commands: tuple[str, ...] = ()


SAID = {
    Lack.UNITS: Said(
        Words(vi="Chưa có đơn vị nào", en="There are no units yet"),
        Words(
            vi="Nơi giữ dữ liệu còn trống nên chưa có gì để đếm và chấm điểm. Hãy nhập danh mục đơn vị và "
            "danh mục thủ tục hành chính.",
            en="The home is empty, so there is nothing to count and score. Import units and procedures.",
        ),
        ("phucvu import units.csv procedures.csv",),
    ),
    Lack.DOSSIERS: Said(
        Words(vi="Chưa có hồ sơ nào", en="There are no dossiers yet"),
        Words(
            vi="Đã có danh mục đơn vị nhưng chưa có hồ sơ nào nên chưa chấm điểm. Hãy nhập hồ sơ từ tệp, "
            "hoặc lập tài khoản để hệ thống thông tin giải quyết thủ tục hành chính gửi hồ sơ đến.",
            en="Units are known, but there are no dossiers, so nothing is scored. Import dossiers from a "
            "file, or make an account with which the dossier system sends them.",
        ),
        ("phucvu import dossiers.jsonl", "phucvu senders add igate --unit H21"),
    ),
    Lack.COUNT: Said(
        Words(vi="Đang đếm", en="Counting"),
        Words(
            vi="Đã có hồ sơ; số liệu đang được đếm lần đầu. Trang tự tải lại sau vài giây.",
            en="There are dossiers; they are being counted for the first time. The page renews itself.",
        ),
    ),
}


class NothingYetError(Exception):
    """There is no result of any period."""

    def __init__(self, lack: Lack) -> None:
        self.lack = lack
        super().__init__(lack.value)


class NothingYet:
    """Middleware: a page that has nothing to show yet says why.

    Status 503 while the first count runs, and for data that cannot be given; else 200: nothing is wrong.
    """

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        return self.get_response(request)

    def process_exception(self, request: Any, error: Exception) -> Any:
        return answer(request, error.lack) if isinstance(error, NothingYetError) else None


def answer(request: Any, lack: Lack) -> Any:
    """The page, or for data an error as JSON."""
    said, counting = SAID[lack], lack is Lack.COUNT
    if request.path.endswith((".json", ".csv", ".xlsx", ".svg", ".png")):
        text = {"error": said.reason[language()]}
        response: HttpResponse = JsonResponse(text, status=503, json_dumps_params={"ensure_ascii": False})
    else:
        context = {"said": said, "counting": counting, "works": True, "address": request.get_full_path()}
        response = render(request, "nothing.html", context, status=503 if counting else 200)
    if counting:
        response.headers["Retry-After"] = response.headers["Refresh"] = str(AGAIN)
    if re.match(r"/(en/)?embed/", request.path):
        response.xframe_options_exempt = True
        response.headers["Content-Security-Policy"] = FRAMED_POLICY
    response.headers["Cache-Control"] = "no-store"
    return response
