"""Following the editions by e-mail: asking for it, confirming it, and ending it in one step."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from phucvu import configuration
from phucvu.notices import following
from phucvu.notices.choosing import set_up
from phucvu.problems import UnusableError
from phucvu.web import results
from phucvu.web.language import _, language
from phucvu.web.page import Page, asked_board, respond
from phucvu.web.preview import Preview


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Any) -> Any:
    """The form; POST sends a mail that asks to confirm, and says the same whoever the address is known to."""
    works = results.source().publishes and "email" in set_up(configuration.current())
    context: dict[str, Any] = {"works": works, "address": "", "asked": request.GET.get("asked") == "1"}
    if works and request.method == "POST":
        said = request.POST.get("address", "")[: following.LONGEST + 1]
        try:
            address = following.checked(said)
            key = following.known_by(address)
            if not ratelimit.consume(request, action="follow_editions", key=key):
                return render(request, "429.html", status=429)
            following.ask(address, language())
            return redirect(f"{reverse('follow')}?asked=1")
        except UnusableError as error:
            context |= {"problem": error.faults[0].text(language()), "address": said}
    return _shown(request, _("Nhận thư về các kỳ công bố"), "follow.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: Any, token: str) -> Any:
    """A page with a button, since programs that look through mail open links; POST confirms."""
    if request.method == "POST":
        done = following.confirm(token)
        open_ = False
    else:
        done, open_ = False, following.confirmable(token) is not None
    context = {"done": done, "open": open_}
    return _shown(request, _("Xác nhận nhận thư"), "follow_confirm.html", context)


@csrf_exempt  # a mail program does it for its reader (RFC 8058), and the link is known to nobody else
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: Any, token: str) -> Any:
    """A page with a button; POST deletes the address."""
    context = {"done": following.leave(token), "asked": True} if request.method == "POST" else {}
    return _shown(request, _("Hủy nhận thư về các kỳ công bố"), "follow_leave.html", context)


def _shown(request: Any, title: str, template: str, context: dict[str, Any]) -> Any:
    said = _("Mỗi kỳ công bố một thư, hủy nhận bất cứ lúc nào.")
    preview = Preview(title, said, dated=False, pictured=False)
    page = Page(template, context | {"result": None, "title": title}, {}, [], asked_board(request), preview)
    answer = respond(request, page, None)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
