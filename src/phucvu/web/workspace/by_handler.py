"""Lateness by section and by who handles: for heads of unit alone, each look written to the audit log."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import Http404
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from phucvu.accounts import audit, units
from phucvu.accounts.personal import LONGEST_REASON
from phucvu.figures.periods import Period
from phucvu.inbox.clock import now
from phucvu.inbox.home import home as home_folder
from phucvu.inbox.home import store
from phucvu.rules.loading import rules_in_use
from phucvu.steering.lateness_by_handler import FEW, by_section, few_together, lateness_by_handler
from phucvu.web.language import _
from phucvu.web.latest import Latest
from phucvu.web.workspace import files, home
from phucvu.web.workspace.forms import ReasonForm
from phucvu.web.workspace.plain_table import plain_table
from phucvu.web.workspace.shown import rendered

SHOWN = 500
"""Handlers on the page; a file has all."""

_KEPT: Latest[pl.DataFrame] = Latest(4)


def _found(unit: str, period: Period) -> pl.DataFrame:
    """What was counted within the same minute is shown again."""
    minute = now().replace(second=0, microsecond=0)

    def counted() -> pl.DataFrame:
        with home.tables() as held:
            steps = store().table(held["steps"].get_backend(), "steps", payload=True)
            return lateness_by_handler(held, steps, rules_in_use(), period, now(), unit)

    return _KEPT.get((home_folder(), unit, period), minute, counted)


@sensitive_post_parameters("reason")
@require_http_methods(["GET", "POST"])
def show(request: Any, unit: str, form: str = "") -> Any:
    """Sections and handlers; those of few dossiers one by one only with a reason (POST)."""
    asked = request.POST if request.method == "POST" else request.GET
    period = home.asked_period(asked.get("period", ""))
    if not home.below(period, unit):
        raise Http404
    reason = ReasonForm(request.POST if request.method == "POST" else None)
    why = reason.cleaned_data["reason"] if reason.is_bound and reason.is_valid() else ""
    every = _found(unit, period)
    found = every if why else few_together(every)
    audit.append(
        request.user, "handlers shown", object=str(period), unit=unit, each=bool(why), reason=why, form=form
    )
    if form:
        name = f"{period}-{unit}-handlers"
        where = files.place_of(unit, period, period.cut_off(now()))
        return files.answer(_frame(found), form, name, _("Hồ sơ quá hạn theo người xử lý"), where)
    known = found.filter(pl.col("name").is_not_null())
    context = {
        "unit": home.tree(period).units.get(unit),
        "code": unit,
        "period": period,
        "periods": home.periods(period),
        "handled": int(every["handled"].sum()),
        "late": int(every["late"].sum()),
        "open_late": int(every["open_late"].sum()),
        "unknown": int(every.filter(pl.col("name").is_null())["handled"].sum()),
        "sections": _sections(every),
        "handlers": plain_table(_frame(found[:SHOWN]), _("Theo người xử lý")) if known.height else None,
        "few": FEW,
        "merged": not why and found.height < every.height,
        "longest": LONGEST_REASON,
        "files": {
            kind: reverse("workspace-handlers-file", args=[unit, kind]) + f"?period={period}"
            for kind in ("xlsx", "csv")
        },
        "cut_off": period.cut_off(now()),
    }
    return rendered(request, "workspace/handlers.html", context)


def _share() -> pl.Expr:
    """Late dossiers in percent, two decimals."""
    return (pl.col("late") * 100 / pl.col("handled")).round(2).cast(pl.Decimal(6, 2))


def _unit_names() -> pl.Expr:
    names = {unit.code: unit.short_name for unit in units.every()}
    return pl.col("unit").replace_strict(names, default=pl.col("unit"), return_dtype=pl.String)


def _numbers() -> dict[str, pl.Expr]:
    return {
        _("Hồ sơ trong kỳ"): pl.col("handled"),
        _("Quá hạn"): pl.col("late"),
        _("Quá hạn, chưa xong"): pl.col("open_late"),
        _("Quá hạn (phần trăm)"): _share(),
    }


def _sections(every: pl.DataFrame) -> Any:
    section = pl.col("section").fill_null(_("chưa rõ phòng, bộ phận"))
    columns = {_("Phòng, bộ phận"): section, _("Đơn vị"): _unit_names(), **_numbers()}
    found = by_section(every).select(**columns)
    return plain_table(found[:SHOWN], _("Theo phòng, bộ phận")) if found.height else None


def _frame(found: pl.DataFrame) -> pl.DataFrame:
    others = _("không có trong danh sách cán bộ, hoặc có ít hồ sơ")
    return found.select(
        **{
            _("Họ và tên"): pl.col("name").fill_null(others),
            _("Mã cán bộ"): pl.col("code"),
            _("Phòng, bộ phận"): pl.col("section"),
            _("Đơn vị"): _unit_names(),
            **_numbers(),
        }
    )
