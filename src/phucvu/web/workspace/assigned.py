"""Targets assigned to a unit and those below it: value now, what is missing, and until when."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import polars as pl
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from phucvu.accounts import audit, units
from phucvu.accounts.permissions import Action, may
from phucvu.assignments import targets
from phucvu.figures.periods import Period
from phucvu.inbox.clock import now
from phucvu.rules.loading import rules_in_use
from phucvu.steering.assigned_targets import Judged, TargetState, judged
from phucvu.web import results
from phucvu.web.boards import Board, board
from phucvu.web.language import _, language
from phucvu.web.rates import CENT
from phucvu.web.workspace import files
from phucvu.web.workspace.duty_forms import TargetForm, WithdrawForm
from phucvu.web.workspace.plain_table import plain_table
from phucvu.web.workspace.shown import rendered

SHOWN = 500
"""Targets on the page; a file has all."""


@require_GET
def show(request: Any, unit: str, form: str = "") -> Any:
    found = _judged(unit)
    if form:
        name = f"{unit}-targets"
        audit.append(request.user, "list exported", object=f"phucvu-{name}.{form}", unit=unit)
        where = files.place_of(unit, None, None)
        return files.answer(_frame(found), form, name, _("Chỉ tiêu được giao"), where)
    return _page(request, unit, found)


@require_POST
def assign(request: Any, unit: str) -> Any:
    """Assign a target to a unit below, or change it."""
    given = TargetForm(_offered(unit), _measures(), request.POST, auto_id="target_%s")
    if not given.is_valid():
        return _page(request, unit, _judged(unit), given)
    said = given.cleaned_data
    targets.assign(request.user, **said | {"period": Period.parse(said["period"])})
    messages.info(request, _("Đã giao chỉ tiêu."))
    return HttpResponseRedirect(reverse("workspace-targets", args=[unit]))


@require_POST
def withdraw(request: Any, unit: str) -> Any:
    """Withdraw a target of a unit below, with a reason."""
    found = _judged(unit)
    given = WithdrawForm(_withdrawable(unit, found), request.POST, auto_id="withdraw_%s")
    if not given.is_valid():
        return _page(request, unit, found, withdraw=given)
    said = given.cleaned_data
    [row] = [row for row, _value, _one in found if str(row["sequence"]) == said["target"]]
    targets.withdraw(request.user, row, said["reason"])
    messages.info(request, _("Đã thu hồi chỉ tiêu."))
    return HttpResponseRedirect(reverse("workspace-targets", args=[unit]))


def _withdrawable(
    unit: str, found: list[tuple[dict[str, Any], Decimal | None, Judged]]
) -> list[tuple[str, str]]:
    """The targets that one may withdraw: of the units that one may assign to."""
    offered, lang = dict(_offered(unit)), language()
    return [
        (
            str(row["sequence"]),
            f"{offered[row['unit']]}: {_name(row['indicator'], lang, Period.parse(row['period']))}, "
            f"{Period.parse(row['period']).title(lang)}",
        )
        for row, _value, _one in found
        if row["unit"] in offered
    ]


def _withdrawn(unit: str) -> Any:
    """The targets withdrawn, the latest first; None without any."""
    known, lang = units.every(), language()
    rows = [
        (
            known[one.unit].short_name if one.unit in known else one.unit,
            _name(one.indicator, lang, Period.parse(one.period)),
            Period.parse(one.period).title(lang),
            one.value,
            one.withdrawn_at.date(),
            one.reason,
        )
        for one in targets.withdrawn(units.below(unit))[:SHOWN]
    ]
    texts = dict.fromkeys((_("Đơn vị"), _("Chỉ số"), _("Kỳ")), pl.String)
    schema: dict[str, Any] = texts | {_("Chỉ tiêu"): pl.Decimal(12, 2), _("Thu hồi ngày"): pl.Date}
    schema |= {_("Lý do"): pl.String}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return plain_table(frame, _("Chỉ tiêu đã thu hồi")) if rows else None


def _page(
    request: Any,
    unit: str,
    found: list[tuple[dict[str, Any], Decimal | None, Judged]],
    given: Any = None,
    withdraw: Any = None,
) -> Any:
    offered = _offered(unit)
    if given is None:
        end = dt.date(now().year, 12, 31)
        first = {"period": str(now().year), "due_on": end}
        given = TargetForm(offered, _measures(), initial=first, auto_id="target_%s")
    count = {state.name.lower(): sum(one.state == state for _r, _n, one in found) for state in TargetState}
    own = [one for one in found if one[0]["unit"] == unit]
    below = [one for one in found if one[0]["unit"] != unit]
    context = {
        "unit": units.every().get(unit),
        "code": unit,
        "number": len(found),
        "count": count,
        "own": _table(own, _("Chỉ tiêu của đơn vị")),
        "below": _table(below, _("Chỉ tiêu của các đơn vị trực thuộc")),
        "assign": given if offered and may(request.user, Action.ASSIGN, unit) else None,
        "withdraw": None,
        "withdrawn": _withdrawn(unit),
        "files": {kind: reverse("workspace-targets-file", args=[unit, kind]) for kind in ("xlsx", "csv")},
        "moment": now(),
    }
    if context["assign"] and (can_be := _withdrawable(unit, found)):
        context["withdraw"] = withdraw or WithdrawForm(can_be, auto_id="withdraw_%s")
    wrong = given.is_bound or withdraw is not None
    return rendered(request, "workspace/targets.html", context, 400 if wrong else 200)


def _offered(unit: str) -> list[tuple[str, str]]:
    """The units that one may assign to: those below it, and itself where nobody is above it."""
    known = units.every()
    codes = units.below(unit) - ({unit} if (known[unit].parent or "") in known else set())
    return sorted((code, known[code].short_name) for code in codes if code in known)


def _measures() -> list[tuple[str, str]]:
    rules, lang = rules_in_use().at(now().date()), language()
    groups = [(group.id, group.short[lang]) for group in rules.groups]
    indicators = [(i.id, f"{i.id} {i.short[lang]}") for i in rules.indicators if i.max_points]
    return [("total", _("Tổng điểm")), *groups, *indicators]


def _judged(unit: str) -> list[tuple[dict[str, Any], Decimal | None, Judged]]:
    """The targets of a unit and those below it, with the value now; what is overdue and due first above."""
    today, boards = now().date(), _Boards()
    found = []
    for row in targets.assigned(units.below(unit)):
        period = Period.parse(row["period"])
        row["due_on"] = row["due_on"] or period.last
        value = boards.value(row["unit"], row["indicator"], period, row["unit_of_value"])
        found.append((row, value, judged(row["value"], row["unit_of_value"], value, row["due_on"], today)))
    order = [TargetState.OVERDUE, TargetState.NOT_REACHED, TargetState.UNKNOWN, TargetState.REACHED]
    return sorted(found, key=lambda one: (order.index(one[2].state), one[0]["due_on"], one[0]["unit"]))


class _Boards:
    """Values of units by period; each period's result is looked up once."""

    def __init__(self) -> None:
        self._known = set(results.periods())
        self._boards: dict[Period, Board | None] = {}

    def value(self, unit: str, measure: str, period: Period, kind: str) -> Decimal | None:
        """The value now in percent, points or as a rank; None where it is not known."""
        if period not in self._boards:
            self._boards[period] = board(period) if period in self._known else None
        known = self._boards[period]
        standing = known.standings.get(unit) if known else None
        if known is None or standing is None:
            return None
        if mark := standing.mark(measure):
            if kind == "rank":
                return None if mark.rank is None else Decimal(mark.rank)
            return mark.percent if kind == "percent" else mark.score
        row = next((r for r in known.components(unit) if r["indicator"] == measure), None)
        if row is None or kind == "rank":
            return None
        if kind == "points":
            points: Decimal | None = row["score"]
            return points
        if row["rate"] is None:
            return None
        return (Decimal(str(row["rate"])) * 100).quantize(CENT, rounding=ROUND_HALF_EVEN)


def _name(measure: str, lang: str, period: Period) -> str:
    rules = rules_in_use().at(period.last)
    if measure == "total":
        return _("Tổng điểm")
    if measure in rules:
        return f"{measure} {rules[measure].short[lang]}"
    return next((group.short[lang] for group in rules.groups if group.id == measure), measure)


def _frame(found: list[tuple[dict[str, Any], Decimal | None, Judged]]) -> pl.DataFrame:
    known, lang = units.every(), language()
    kinds = {"percent": "%", "points": _("điểm"), "rank": _("thứ hạng")}
    rows = []
    for row, value, one in found:
        period = Period.parse(row["period"])
        rows.append(
            (
                known[row["unit"]].short_name if row["unit"] in known else row["unit"],
                _name(row["indicator"], lang, period),
                period.title(lang),
                kinds[row["unit_of_value"]],
                row["value"],
                value,
                one.gap,
                row["due_on"],
                one.state.words[lang],
                row["assigned_by"],
            )
        )
    texts = (_("Đơn vị"), _("Chỉ số"), _("Kỳ"), _("Đơn vị tính"))
    schema: dict[str, Any] = dict.fromkeys(texts, pl.String)
    schema |= dict.fromkeys((_("Chỉ tiêu"), _("Hiện nay"), _("Còn thiếu")), pl.Decimal(12, 2))
    schema |= {_("Thời hạn"): pl.Date, _("Tình trạng"): pl.String, _("Văn bản giao"): pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _table(found: list[tuple[dict[str, Any], Decimal | None, Judged]], caption: str) -> Any:
    if not found:
        return None
    late = [one.state is TargetState.OVERDUE for _r, _v, one in found[:SHOWN]]
    links = [
        f"{reverse('workspace', args=[row['unit']])}?period={row['period']}"
        if Period.parse(row["period"]) in results.periods()
        else reverse("workspace", args=[row["unit"]])
        for row, _v, _one in found[:SHOWN]
    ]
    return plain_table(_frame(found[:SHOWN]), caption, links, late)
