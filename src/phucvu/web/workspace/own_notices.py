"""One's own notices: whether to get the daily digest, by what, and what became of the last ones."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from phucvu import configuration
from phucvu.notices.choosing import OFF, choose, offered, set_up
from phucvu.notices.models import Digest, Subscription
from phucvu.notices.zalo import CODE_LASTS, new_code
from phucvu.web.language import _, language

SHOWN = 7
"""The last digests that are shown."""


@require_http_methods(["GET", "POST"])
def show(request: Any) -> Any:
    """The page; POST keeps what was chosen."""
    chosen = configuration.current()
    channels, code = offered(request.user, chosen), ""
    if request.method == "POST" and "join" in request.POST and "zalo" in set_up(chosen):
        code = new_code(request.user)
    elif request.method == "POST":
        channel = request.POST.get("channel", OFF)
        if channel not in (OFF, *channels):
            return HttpResponseBadRequest()
        choose(request.user, channel, language())
        return redirect("own-notices")
    current = Subscription.objects.filter(user=request.user).first()
    now = current.channel if current else OFF
    context = {
        "sentence": _sentence(request.user, current, chosen.notices_at),
        "off": not now,
        "code": code,
        "code_minutes": int(CODE_LASTS.total_seconds() // 60),
        "has_zalo": "zalo" in set_up(chosen),
        "choices": [(name, _called(name, request.user), name == now) for name in channels],
        "digests": [
            (one, _fate(one)) for one in Digest.objects.filter(user=request.user).order_by("-day")[:SHOWN]
        ],
    }
    return render(request, "accounts/notices.html", context)


def _called(channel: str, user: Any) -> str:
    return {"email": _("Thư điện tử đến %(to)s") % {"to": user.email}, "zalo": "Zalo"}[channel]


def _sentence(user: Any, current: Subscription | None, time: str) -> str:
    if current is None:
        return _("Không nhận thông báo hằng ngày.")
    words = _("Nhận thông báo mỗi ngày làm việc, từ %(time)s, về việc của đơn vị %(unit)s.")
    return words % {"time": time, "unit": user.unit}


def _fate(digest: Digest) -> str:
    """What became of a digest."""
    if digest.state == Digest.State.WAITING and digest.failures:
        return _("chưa gửi được, đang thử lại")
    return {
        Digest.State.WAITING: _("đang chờ gửi"),
        Digest.State.SENT: _("đã gửi"),
        Digest.State.UNSURE: _("đã gửi, máy chủ thư không xác nhận"),
        Digest.State.GIVEN_UP: _("không gửi được sau một ngày thử lại"),
        Digest.State.DROPPED: _("không gửi: đã đổi lựa chọn hoặc đổi đơn vị"),
    }[Digest.State(digest.state)]
