"""What a unit offers fully online, what is filed so, and what is eligible and not offered so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from django.http import Http404
from django.urls import reverse
from django.views.decorators.http import require_GET

from phucvu.accounts import audit
from phucvu.engine.fully_online import fully_online, not_offered
from phucvu.figures.periods import Period
from phucvu.inbox.clock import now
from phucvu.inbox.home import home as home_folder
from phucvu.rules.loading import rules_in_use
from phucvu.web.language import _
from phucvu.web.latest import Latest
from phucvu.web.workspace import files, home
from phucvu.web.workspace.shown import rendered

_KEPT: Latest[tuple[pl.DataFrame, dt.datetime]] = Latest(8)


def _found(unit: str, period: Period) -> tuple[pl.DataFrame, dt.datetime]:
    """The rows and the moment they count up to; what was counted in the same minute is shown again."""
    moment = now()

    def counted() -> tuple[pl.DataFrame, dt.datetime]:
        with home.tables() as tables:
            return fully_online(tables, rules_in_use(), period, moment, unit), period.cut_off(moment)

    return _KEPT.get((home_folder(), unit, period), moment.replace(second=0, microsecond=0), counted)


@require_GET
def show(request: Any, unit: str, form: str = "") -> Any:
    period = home.asked_period(request.GET.get("period", ""))
    if not home.below(period, unit):
        raise Http404
    found, cut_off = _found(unit, period)
    if form:
        name = f"{period}-{unit}-fully-online"
        audit.append(request.user, "list exported", object=f"phucvu-{name}.{form}", unit=unit)
        where = files.place_of(unit, period, cut_off)
        return files.answer(found, form, name, _("Dịch vụ công trực tuyến toàn trình"), where)
    received, filed = (int(found[name].sum()) for name in ("received", "fully_online"))
    context = {
        "unit": home.tree(period).units.get(unit),
        "code": unit,
        "period": period,
        "periods": home.periods(period),
        "received": received,
        "filed": filed,
        "share": filed / received if received else None,
        "missing": not_offered(found).to_dicts(),
        "offered": found.filter("offered").to_dicts(),
        "files": {
            kind: reverse("workspace-fully-online-file", args=[unit, kind]) + f"?period={period}"
            for kind in ("xlsx", "csv")
        },
        "cut_off": cut_off,
    }
    return rendered(request, "workspace/fully_online.html", context)
