"""What a unit has to answer, and what it follows up of those below: one list that leads to each page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.views.decorators.http import require_GET

from phucvu.accounts import units
from phucvu.accounts.permissions import Action, may
from phucvu.assignments import difficulties, explanations, targets
from phucvu.assignments.asking import LastMonth
from phucvu.assignments.models import LateDossier
from phucvu.inbox.clock import now
from phucvu.web.language import _
from phucvu.web.workspace.shown import rendered


@dataclass(frozen=True)
class Entry:
    """A page: how much waits there, and what it is about."""

    address: str
    name: str
    number: int | None
    said: str
    urgent: bool = False


@require_GET
def show(request: Any, unit: str) -> Any:
    LastMonth().ask_if_due()
    waiting = explanations.waiting(unit)
    below = units.below(unit) - {unit}
    unanswered = sum(one.dossiers for one in waiting)
    of_below = LateDossier.objects.filter(request__unit__in=below, explanation=None).count()
    today = now().date()
    entries = [
        Entry(
            "workspace-explanations",
            _("Giải trình hồ sơ quá hạn"),
            unanswered,
            _("Hồ sơ của đơn vị còn phải giải trình nguyên nhân, biện pháp, thời hạn khắc phục."),
            urgent=any(one.due_on < today for one in waiting),
        ),
        Entry(
            "workspace-targets",
            _("Chỉ tiêu được giao"),
            len(targets.assigned(units.below(unit))),
            _("Chỉ tiêu giao cho đơn vị và các đơn vị trực thuộc, giá trị hiện nay và phần còn thiếu."),
        ),
        Entry(
            "workspace-publication",
            _("Theo dõi công bố, công khai"),
            None,
            _("Quyết định của bộ, ngành phải công bố: còn mấy ngày làm việc, đơn vị nào thực hiện."),
        ),
        Entry(
            "workspace-reports",
            _("Báo cáo định kỳ"),
            None,
            _("Báo cáo phải gửi, thời hạn; đơn vị trực thuộc nào đã gửi, chưa gửi."),
        ),
        Entry(
            "workspace-difficulties",
            _("Khó khăn, vướng mắc"),
            difficulties.known_to(unit, units.below(unit)).filter(closed_at=None).count(),
            _("Khó khăn, vướng mắc chưa được trả lời của đơn vị và các đơn vị trực thuộc."),
        ),
        Entry(
            "workspace-campaigns",
            _("Chiến dịch"),
            None,
            _("Mục tiêu đến một ngày: tiến độ cần có và kết quả đến nay."),
        ),
    ]
    if may(request.user, Action.SEE_HANDLERS, unit):
        entries.append(
            Entry(
                "workspace-handlers",
                _("Hồ sơ quá hạn theo người xử lý"),
                None,
                _("Theo phòng, người xử lý, phục vụ đánh giá hằng tháng; mỗi lần xem đều ghi vào nhật ký."),
            )
        )
    context = {
        "unit": units.every().get(unit),
        "code": unit,
        "entries": [(entry, reverse(entry.address, args=[unit])) for entry in entries],
        "unanswered": unanswered,
        "first": waiting[0] if waiting else None,
        "of_below": of_below,
    }
    return rendered(request, "workspace/follow_up.html", context)
