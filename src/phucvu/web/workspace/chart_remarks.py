"""Remarks on the public charts over time: those that stand, adding one, withdrawing one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from phucvu.accounts import units
from phucvu.accounts.forms import Form
from phucvu.editions import remarks
from phucvu.inbox.clock import now
from phucvu.web.language import _
from phucvu.web.workspace.duty_forms import Day, one_line
from phucvu.web.workspace.shown import rendered


class RemarkForm(Form):
    """What is said on the charts, from which day on, and by which document."""

    since = Day("Từ ngày", "From")
    until = Day("Đến hết ngày (bỏ trống nếu còn hiệu lực)", "Until (empty while it holds)")
    words = one_line("Nội dung", "Words", remarks.LONGEST)
    words_en = one_line("Nội dung tiếng Anh", "Words in English", remarks.LONGEST, required=False)
    source = one_line("Nguồn (văn bản)", "Source (document)", remarks.LONGEST)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["until"].required = False

    def clean_until(self) -> dt.date | None:
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", _("ngày cuối không được trước ngày đầu"))
        return until


@require_GET
def show(request: Any, unit: str) -> Any:
    return _page(request, unit, RemarkForm())


@require_POST
def add(request: Any, unit: str) -> Any:
    given = RemarkForm(request.POST)
    if not given.is_valid():
        return _page(request, unit, given, 400)
    remarks.add(request.user, unit, **given.cleaned_data)
    messages.info(request, _("Đã thêm ghi chú; ai cũng xem được trên biểu đồ."))
    return _back(unit)


@require_POST
def withdraw(request: Any, unit: str, number: int) -> Any:
    if number >= 2**63 or not remarks.withdraw(request.user, unit, number):
        raise Http404
    messages.info(request, _("Đã bỏ ghi chú khỏi biểu đồ."))
    return _back(unit)


def _back(unit: str) -> Any:
    return HttpResponseRedirect(reverse("workspace-chart-remarks", args=[unit]))


def _page(request: Any, unit: str, form: RemarkForm, status: int = 200) -> Any:
    today = now().date()
    context = {
        "unit": units.every().get(unit),
        "code": unit,
        "form": form,
        "rows": [(one, _state(one, today)) for one in remarks.every(unit)],
    }
    return rendered(request, "workspace/chart_remarks.html", context, status)


def _state(one: Any, today: dt.date) -> str:
    if one.withdrawn_at is not None:
        return _("đã bỏ")
    if one.until is not None and one.until < today:
        return _("hết hiệu lực, vẫn ghi trên các kỳ cũ")
    return _("đang hiệu lực")
