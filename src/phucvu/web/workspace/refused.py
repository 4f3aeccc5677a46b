"""What the national portal refused of a unit's dossiers, with its reasons; sending it again once mended."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import polars as pl
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from phucvu.accounts import audit, personal, units
from phucvu.accounts.permissions import Action, may
from phucvu.inbox.clock import now
from phucvu.inbox.models import RelayItem
from phucvu.inbox.relay import queueing
from phucvu.inbox.relay.passing_on import items_at_hand
from phucvu.inbox.relay.progress import progress
from phucvu.web.language import _
from phucvu.web.workspace import files
from phucvu.web.workspace.forms import AgainForm
from phucvu.web.workspace.shown import rendered

PER_PAGE = 50
MOST = 20_000
"""Rows of a file."""


@require_GET
def every(request: Any, unit: str) -> Any:
    found = queueing.refused(units.below(unit))
    number = found.count()
    pages = max(1, math.ceil(number / PER_PAGE))
    asked = request.GET.get("page", "1")
    page = min(pages, max(1, int(asked))) if asked.isdecimal() and len(asked) < 9 else 1
    path = reverse("workspace-refused", args=[unit])
    context = {
        "unit": units.every().get(unit),
        "code": unit,
        "number": number,
        "rows": [(item, _reason(item)) for item in found[(page - 1) * PER_PAGE : page * PER_PAGE]],
        "files": {kind: reverse("workspace-refused-file", args=[unit, kind]) for kind in ("xlsx", "csv")},
        "page": page,
        "pages": pages,
        "before": f"{path}?page={page - 1}" if page > 1 else "",
        "after": f"{path}?page={page + 1}" if page < pages else "",
        "names": {u.code: u.short_name for u in units.every()},
        "may_mend": may(request.user, Action.MEND, unit),
        "progress": progress(now()),
    }
    return rendered(request, "workspace/refused.html", context)


@require_GET
def as_file(request: Any, unit: str, form: str) -> Any:
    """The same rows in the same order, as a file."""
    name = f"{unit}-refused"
    audit.append(request.user, "list exported", object=f"phucvu-{name}.{form}", unit=unit, asked={})
    rows = [
        (item.code, item.handled_by, item.unit, what(item), item.error_code, _reason(item), item.answered_at)
        for item in queueing.refused(units.below(unit))[:MOST]
    ]
    texts = (_("Hồ sơ"), _("Đơn vị xử lý"), _("Đơn vị gửi"), _("Nội dung"), _("Mã lỗi"), _("Lý do của Cổng"))
    columns: dict[str, Any] = dict.fromkeys(texts, pl.String) | {_("Lúc"): pl.Datetime("us")}
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    title = _("Hồ sơ Cổng Dịch vụ công quốc gia từ chối")
    return files.answer(frame, form, name, title, files.place_of(unit, None, None))


@require_POST
def again(request: Any, unit: str) -> Any:
    """Let one item be sent again, or where none is named all of the unit's."""
    form = AgainForm(request.POST)
    found = queueing.refused(units.below(unit))
    if form.is_valid():
        named = form.cleaned_data["item"]
        number = queueing.send_again(found.filter(pk=named) if named else found)
        audit.append(request.user, "sent to the portal again", object=unit, unit=unit, items=number)
        messages.info(request, _("Sẽ gửi lại %(number)s mục lên Cổng.") % {"number": number})
    return HttpResponseRedirect(reverse("workspace-refused", args=[unit]))


def what(item: RelayItem) -> str:
    return _("hồ sơ") if item.service == queueing.DOSSIERS else _("tiến độ xử lý")


def _reason(item: RelayItem) -> str:
    """The portal's words without what of the dossier is personal."""
    try:
        said = msgspec.json.decode(items_at_hand(item.payload_id)[item.number])
    except (ValueError, RecursionError):
        said = {}
    return personal.hide(item.message, said if isinstance(said, dict) else {})
